"""Composite indices of e-government: from raw indicators with holes to ranks that say how sure they are.

``import egov_index as egov`` is how the documentation imports it.
"""

from __future__ import annotations

from . import (
    chains,
    datasets,
    delta,
    fast,
    filtering,
    given,
    missing,
    morris,
    multivariate,
    oat,
    outcomes,
    pawn,
    regression,
    shapley,
    sobol,
)
from . import envelopment as envelopment  # adds its methods
from . import forest as forest
from ._aggregate import aggregate
from ._core import version as __version__
from ._denominate import denominate, denominators
from ._impute import impute
from ._normalize import Normalizer, normalize
from ._rank import rank
from ._screen import Screening, screen
from ._treat import treat
from ._weight import weight
from .alternatives import Alternatives, leave_one_out
from .audit import Audit, audit
from .catalogue import Choice, choice, methods
from .compare import Comparison, compare
from .errors import DataError, EgovError, FitError, Interrupted, SpecError
from .framework import Framework, Group, Node
from .growth import growth
from .imputation_benchmark import ImputationBenchmark, imputation_benchmark
from .imputed import Imputed
from .index import Index
from .judgments import Judgments, ahp
from .levers import Levers, levers
from .measurement import measurement_error
from .missing import little_mcar, missing_patterns
from .nonresponse import NotAtRandom, not_at_random
from .optimize import OptimizedWeights, optimize_weights
from .outranking import Outranking, outranking
from .overimputation import Overimputed, overimpute
from .panel import Panel
from .pooling import Pooled, pool
from .presets import preset, presets
from .profile import Profile, profile
from .recipe import Recipe
from .register import Param, register, unregister
from .removal import Removal, removal
from .report import report
from .result import Result
from .sensitivity import Sensitivity
from .stability import Entry, Stability, rank_stability
from .treatment import treatment
from .uncertainty import Ensemble
from .versions import show_versions
from .weighting import dirichlet, experts, noise, simplex_box

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
