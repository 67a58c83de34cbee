# What stands in this package, and where. Type checkers read it, and `__init__.py` when a name is first asked for.
from . import chains as chains
from . import datasets as datasets
from . import delta as delta
from . import fast as fast
from . import filtering as filtering
from . import given as given
from . import missing as missing
from . import morris as morris
from . import multivariate as multivariate
from . import oat as oat
from . import outcomes as outcomes
from . import pawn as pawn
from . import regression as regression
from . import shapley as shapley
from . import sobol as sobol
from ._aggregate import aggregate as aggregate
from ._core import version as __version__
from ._denominate import denominate as denominate
from ._denominate import denominators as denominators
from ._impute import impute as impute
from ._normalize import Normalizer as Normalizer
from ._normalize import normalize as normalize
from ._rank import rank as rank
from ._screen import Screening as Screening
from ._screen import screen as screen
from ._treat import treat as treat
from ._weight import weight as weight
from .alternatives import Alternatives as Alternatives
from .alternatives import leave_one_out as leave_one_out
from .audit import Audit as Audit
from .audit import audit as audit
from .catalogue import Choice as Choice
from .catalogue import choice as choice
from .catalogue import methods as methods
from .compare import Comparison as Comparison
from .compare import compare as compare
from .errors import DataError as DataError
from .errors import EgovError as EgovError
from .errors import FitError as FitError
from .errors import Interrupted as Interrupted
from .errors import SpecError as SpecError
from .framework import Framework as Framework
from .framework import Group as Group
from .framework import Node as Node
from .growth import growth as growth
from .imputation_benchmark import ImputationBenchmark as ImputationBenchmark
from .imputation_benchmark import imputation_benchmark as imputation_benchmark
from .imputed import Imputed as Imputed
from .index import Index as Index
from .judgments import Judgments as Judgments
from .judgments import ahp as ahp
from .levers import Levers as Levers
from .levers import levers as levers
from .measurement import measurement_error as measurement_error
from .missing import little_mcar as little_mcar
from .missing import missing_patterns as missing_patterns
from .nonresponse import NotAtRandom as NotAtRandom
from .nonresponse import not_at_random as not_at_random
from .optimize import OptimizedWeights as OptimizedWeights
from .optimize import optimize_weights as optimize_weights
from .outranking import Outranking as Outranking
from .outranking import outranking as outranking
from .overimputation import Overimputed as Overimputed
from .overimputation import overimpute as overimpute
from .panel import Panel as Panel
from .pooling import Pooled as Pooled
from .pooling import pool as pool
from .presets import preset as preset
from .presets import presets as presets
from .profile import Profile as Profile
from .profile import profile as profile
from .recipe import Recipe as Recipe
from .register import Param as Param
from .register import register as register
from .register import unregister as unregister
from .removal import Removal as Removal
from .removal import removal as removal
from .report import report as report
from .result import Result as Result
from .sensitivity import Sensitivity as Sensitivity
from .stability import Entry as Entry
from .stability import Stability as Stability
from .stability import rank_stability as rank_stability
from .treatment import treatment as treatment
from .uncertainty import Ensemble as Ensemble
from .versions import show_versions as show_versions
from .weighting import dirichlet as dirichlet
from .weighting import experts as experts
from .weighting import noise as noise
from .weighting import simplex_box as simplex_box

__all__ = [
    "Alternatives",
    "Audit",
    "Choice",
    "Comparison",
    "DataError",
    "EgovError",
    "Ensemble",
    "Entry",
    "FitError",
    "Framework",
    "Group",
    "ImputationBenchmark",
    "Imputed",
    "Index",
    "Interrupted",
    "Judgments",
    "Levers",
    "Node",
    "Normalizer",
    "NotAtRandom",
    "OptimizedWeights",
    "Outranking",
    "Overimputed",
    "Panel",
    "Param",
    "Pooled",
    "Profile",
    "Recipe",
    "Removal",
    "Result",
    "Screening",
    "Sensitivity",
    "SpecError",
    "Stability",
    "__version__",
    "aggregate",
    "ahp",
    "audit",
    "chains",
    "choice",
    "compare",
    "datasets",
    "delta",
    "denominate",
    "denominators",
    "dirichlet",
    "experts",
    "fast",
    "filtering",
    "given",
    "growth",
    "imputation_benchmark",
    "impute",
    "leave_one_out",
    "levers",
    "little_mcar",
    "measurement_error",
    "methods",
    "missing",
    "missing_patterns",
    "morris",
    "multivariate",
    "noise",
    "normalize",
    "not_at_random",
    "oat",
    "optimize_weights",
    "outcomes",
    "outranking",
    "overimpute",
    "pawn",
    "pool",
    "preset",
    "presets",
    "profile",
    "rank",
    "rank_stability",
    "register",
    "regression",
    "removal",
    "report",
    "screen",
    "shapley",
    "show_versions",
    "simplex_box",
    "sobol",
    "treat",
    "treatment",
    "unregister",
    "weight",
]
