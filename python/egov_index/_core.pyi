"""The C++ core: positions and arrays in, arrays and dicts of lists out. Names stay in Python."""

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Choice = Mapping[str, Any]
Progress = Callable[[float], object] | None

version: str

def methods() -> dict[str, list[dict[str, Any]]]: ...
def faults(
    stage: str, method: str, params: Mapping[str, float], tables: Mapping[str, list[list[float]]]
) -> list[tuple[str, str, str]]: ...
def screen(
    values: Array, pillar: Sequence[int], units: Sequence[int], indicators: Sequence[int], choice: Choice
) -> dict[str, Any]: ...
def denominate(values: Array, denominators: Array, units: int, choices: Sequence[Choice]) -> Array: ...
def treat(values: Array, units: int, times: Array, choices: Sequence[Choice]) -> Array: ...
def treatments(
    values: Array, units: int, times: Array, choices: Sequence[Choice]
) -> dict[str, list[Any]]: ...
def normalize(
    values: Array,
    units: int,
    times: Array,
    directions: Array,
    choices: Sequence[Choice],
) -> Array: ...
def normalize_by(
    values: Array,
    reference: Array,
    units: int,
    times: Array,
    directions: Array,
    choices: Sequence[Choice],
) -> Array: ...
def weight(children: Array, given: Array, choice: Choice) -> Array: ...
def optimize_weights(
    values: Array,
    group: Sequence[int],
    shares: Array,
    rest: Array,
    targets: Array,
    infomax: bool,
    squared: bool,
    negative: bool,
) -> dict[str, Any]: ...
def judge(matrices: Array, geometric: bool) -> dict[str, Any]: ...
def aggregate(
    children: Array, weights: Array, choice: Choice, missing: str, threshold: float, section: int
) -> Array: ...
def outranking(children: Array, weights: Array) -> Array: ...
def register(stage: str, row: Mapping[str, Any], function: Callable[..., Any], together: bool) -> None: ...
def unregister(stage: str, method: str) -> None: ...
def rank(scores: Array, section: int, choice: Choice, digits: int) -> Array: ...

class Panel:
    def __init__(
        self, values: Array, units: int, times: Array, keys: Sequence[int], names: Sequence[str]
    ) -> None: ...

class Framework:
    def __init__(self, nodes: list[dict[str, Any]]) -> None: ...

class Recipe:
    def __init__(
        self,
        nodes: list[dict[str, Any]],
        order: Sequence[str],
        missing: str,
        threshold: float,
        rank: Choice,
        rank_digits: int,
        rescale: tuple[float, float] | None,
        screen: Choice,
    ) -> None: ...

def score(
    panel: Panel, framework: Framework, recipe: Recipe, periods: Sequence[int], spend: bool = False
) -> dict[str, Any]: ...
def remove_each(
    panel: Panel,
    framework: Framework,
    recipe: Recipe,
    period: int,
    nodes: Sequence[int],
    threads: int,
    progress: Progress,
) -> dict[str, Any]: ...
def bounds(
    panel: Panel, framework: Framework, recipe: Recipe, periods: Sequence[int]
) -> dict[str, Array]: ...
def philox(counter: Sequence[int], key: Sequence[int]) -> list[int]: ...

class Points(enum.Enum):
    sobol = ...
    lhs = ...
    montecarlo = ...
    linear_sobol = ...
    plain_sobol = ...

class Design:
    def __init__(self, kind: Points, dimensions: int, length: int, seed: int) -> None: ...
    def sample(self) -> Array: ...

def sobol_methods() -> dict[str, list[dict[str, Any]]]: ...
def law_faults(law: Choice) -> list[tuple[str, str, str]]: ...
def weight_shapley(scores: Array, alpha: Array, threads: int) -> dict[str, Any]: ...
def reach_of_interval(level: float, freedom: float) -> float: ...
def sobol_sample(
    kind: Points,
    n: int,
    scrambles: int,
    seed: int,
    factor: Sequence[int],
    factors: int,
    reversed: bool,
    third: bool,
    marginals: Sequence[Choice],
    threads: int,
) -> Array: ...
def sobol_analyze(
    y: Array,
    factors: int,
    reversed: bool,
    third: bool,
    scrambles: int,
    first: str,
    total: str,
    second: str,
    level: float,
    resamples: int,
    dummy: bool,
    seed: int,
    threads: int,
    progress: Progress,
) -> dict[str, Any]: ...
def sobol_analyze_combined(
    y: Array,
    levels: Sequence[int],
    group: Sequence[int],
    reversed: bool,
    scrambles: int,
    second: str,
    level: float,
    resamples: int,
    dummy: bool,
    seed: int,
    threads: int,
    progress: Progress,
) -> dict[str, Any]: ...
def to_marginals(points: Array, marginals: Sequence[Choice], threads: int) -> None: ...

class Walk(enum.Enum):
    trajectory = ...
    radial = ...

def morris_sample(
    walk: Walk, factor: Sequence[int], factors: int, n: int, levels: int, kind: Points, seed: int
) -> Array: ...
def farthest_walks(points: Array, runs: int, chosen: int, threads: int) -> list[int]: ...
def morris_analyze(
    y: Array,
    walk: Walk,
    factors: int,
    factor: Sequence[int],
    step: Sequence[float],
    level: float,
    resamples: int,
    seed: int,
    threads: int,
    progress: Progress,
) -> dict[str, Array]: ...

class Share(enum.Enum):
    binned = ...
    rank = ...

def usual_classes(runs: int) -> int: ...
def given_analyze(
    x: Array,
    y: Array,
    by: Share,
    classes: int,
    groups: int,
    level: float,
    seed: int,
    threads: int,
    progress: Progress,
) -> dict[str, Array]: ...
def least_independent(x: Array, seed: int, threads: int) -> tuple[int, int, int, float, float]: ...
def fast_sample(inputs: int, points: int, harmonics: int, count: int, seed: int) -> Array: ...
def fast_analyze(
    y: Array,
    inputs: int,
    points: int,
    harmonics: int,
    count: int,
    level: float,
    threads: int,
    progress: Progress,
) -> dict[str, Any]: ...
def fewest_points(inputs: int, harmonics: int) -> int: ...
def shared_curves(inputs: int, points: int, harmonics: int, count: int, seed: int) -> Array: ...
def shared_curve_first(
    y: Array,
    inputs: int,
    points: int,
    harmonics: int,
    count: int,
    level: float,
    threads: int,
    progress: Progress,
) -> dict[str, Array]: ...
def balanced_analyze(
    x: Array,
    y: Array,
    harmonics: int,
    groups: int,
    level: float,
    seed: int,
    threads: int,
    progress: Progress,
) -> dict[str, Array]: ...
def filter_runs(x: Array, passes: Array, threads: int, progress: Progress) -> dict[str, Array]: ...
def delta_analyze(
    x: Array,
    y: Array,
    classes: int,
    bandwidth: float,
    resamples: int,
    level: float,
    seed: int,
    threads: int,
    progress: Progress,
) -> dict[str, Array]: ...
def regression_analyze(
    x: Array,
    y: Array,
    ranks: bool,
    resamples: int,
    level: float,
    seed: int,
    threads: int,
    progress: Progress,
) -> dict[str, Any]: ...
def pawn_analyze(
    x: Array,
    y: Array,
    slices: int,
    dummies: int,
    resamples: int,
    level: float,
    seed: int,
    threads: int,
    progress: Progress,
) -> dict[str, Any]: ...

class Imputation:
    def __init__(
        self,
        values: Array,
        units: int,
        times: Array,
        chains: Sequence[Sequence[Choice]],
        directions: Array,
        above: Sequence[Sequence[int]],
        keys: Sequence[int],
        names: Sequence[str],
        threads: int,
    ) -> None: ...
    values: Array
    trail: dict[str, list[Any]]
    stochastic: bool
    notes: list[str]
    traces: list[tuple[str, int, Array]]
    def draw(self, seed: int, number: int) -> Array: ...
    def quantiles(self, p: float) -> Array: ...

class Alternatives:
    def __init__(
        self,
        impute: list[Any],
        treat: list[Any],
        normalize: list[Any],
        aggregate: list[Any],
        weights: dict[str, Any],
        rescale: Sequence[tuple[float, float] | None],
        posterior: bool,
        errors: Measurement | None,
    ) -> None: ...

class Law:
    normal: Law
    lognormal: Law
    uniform: Law

class Measurement:
    def __init__(
        self,
        law: Law,
        first: NDArray[np.float64],
        second: NDArray[np.float64],
        lower: NDArray[np.float64],
        upper: NDArray[np.float64],
    ) -> None: ...

most_draws: int

def rank_confidence(
    draws: Array, level: float, simultaneous: bool, threads: int, progress: Progress = None
) -> dict[str, Any]: ...

class Output(enum.Enum):
    rank = ...
    score = ...
    scaled = ...
    top = ...
    shift = ...
    above = ...
    distance = ...

class Plan:
    def __init__(
        self,
        panel: Panel,
        framework: Framework,
        recipe: Recipe,
        alternatives: Alternatives,
        periods: Sequence[int],
    ) -> None: ...
    @property
    def factors(self) -> list[tuple[str, int, int]]: ...
    @property
    def kept(self) -> list[int]: ...
    @property
    def nominal_ranks(self) -> list[int]: ...
    @property
    def nominal_scores(self) -> Array: ...
    def recipe_at(self, point: Sequence[float]) -> Recipe: ...
    def framework_at(self, point: Sequence[float]) -> Framework: ...
    def uncertainty(
        self,
        points: Points,
        n: int,
        seed: int,
        keep: bool,
        threads: int,
        progress: Progress,
        pairs: bool = False,
        enumerated: bool = False,
        first: int = 0,
        partial: bool = False,
    ) -> dict[str, Any]: ...
    def with_editions(
        self,
        editions: Sequence[Plan],
        factors: Sequence[tuple[str, int, int]],
        coordinates: Sequence[Sequence[int]],
    ) -> Plan: ...
    @property
    def shares(self) -> Array: ...
    def evaluate(
        self, asked: Sequence[tuple[Output, int, int, int]], points: Array, threads: int, progress: Progress
    ) -> Array: ...
    def nominal(self, asked: Sequence[tuple[Output, int, int, int]]) -> Array: ...
    def discrete_combinations(self) -> int: ...
    def sensitivity(
        self,
        asked: Sequence[tuple[Output, int, int, int]],
        group: Sequence[int],
        enumerated: bool,
        n: int,
        scrambles: int,
        seed: int,
        by: dict[str, str],
        reversed: bool,
        third: bool,
        dummy: bool,
        level: float,
        resamples: int,
        threads: int,
        progress: Progress,
        partial: bool = False,
    ) -> dict[str, Any]: ...

def gamma_quantile(shape: float, p: Array) -> Array: ...
def gamma_probability(shape: float, x: Array) -> Array: ...
def correlate(
    x: Array,
    y: Array,
    question: dict[str, Any],
    progress: Progress,
) -> dict[str, list[Any]]: ...
def mutual_information(
    x: Array,
    y: Array,
    neighbors: int,
    ranks: bool,
    permutations: int,
    seed: int,
    threads: int,
    streams: list[int],
    progress: Progress,
) -> dict[str, list[Any]]: ...
def adjust(p: Array, method: Choice) -> Array: ...
def correlation_p(r: float, n: int) -> float: ...
def f_tail(f: float, above: float, below: float) -> float: ...

class Propagation:
    def __init__(self, y: Array, question: dict[str, Any], nodes: int, draws: int) -> None: ...
    def add(self, draws: Array, progress: Progress) -> None: ...
    def results(self) -> dict[str, list[Any]]: ...

def resample_rows(seed: int, draw: int, n: int) -> list[int]: ...
def node_draws(
    plan: Plan,
    points: Points,
    n: int,
    seed: int,
    enumerated: bool,
    first: int,
    count: int,
    period: int,
    nodes: Sequence[Sequence[int]],
    threads: int,
    progress: Progress,
) -> Array: ...
def summarize(table: Array) -> dict[str, list[Any]]: ...
def components(table: Array, correlations: bool) -> dict[str, Any]: ...
def alpha(table: Array, pairwise: bool) -> dict[str, Any]: ...
def one_factor(table: Array) -> dict[str, Any]: ...
def adequacy(table: Array) -> dict[str, Any]: ...
def importance(x: Array, y: Array, kind: str, threads: int, progress: Progress) -> dict[str, list[Any]]: ...
def patterns(table: Array) -> list[dict[str, Any]]: ...
def em(table: Array, prior: float, tolerance: float, steps: int, accelerate: bool) -> dict[str, Any]: ...
def little(table: Array, mean: Array, covariance: Array) -> dict[str, Any]: ...
def pool(estimates: Array, variances: Array, complete: float, level: float) -> dict[str, Array]: ...
def wald(estimates: Array, covariances: Sequence[Array], at: Array, complete: float) -> dict[str, Any]: ...
def rhat(traces: Array, ranked: bool) -> float: ...
def ess(traces: Array, kind: str) -> float: ...
def standard_errors() -> list[dict[str, Any]]: ...
def least_squares(
    x: Array,
    y: Array,
    intercept: bool,
    degree: int,
    errors: str,
    lag: int,
    groups: Sequence[int],
    level: float,
) -> dict[str, Any]: ...
def robust(
    x: Array, y: Array, intercept: bool, bend: str, c: float, level: float, start: Array
) -> dict[str, Any]: ...
def nonlinear(
    model: Callable[[Array], Array],
    slopes: Callable[[Array], Array] | None,
    y: Array,
    start: Array,
    level: float,
) -> dict[str, Any]: ...
