"""How indicators look and hang together: statistics, correlations, components, reliability, importance.

Every function takes a panel, a plain array (units, indicators) or a result. ``nodes`` picks columns: of a panel its
indicators; of a result any nodes, where the single code of an inner node stands for its children, and nothing for all
indicators (as the index uses them: imputed, treated, normalized). ``period`` is the last one unless another is given.
Missing values are left out pair by pair in correlations, column by column in statistics, and row by row where a whole
matrix is needed; the result then says how many units were used. Frames come back in the library of what was given.
"""

from .associate import Correlations, correlations, flags
from .clustering import Clusters, clusters
from .describe import Availability, availability, summary
from .factors import Adequacy, Components, bartlett, kmo, pca, vif
from .reliability import Alpha, Omega, alpha, omega
from .weighing import effective_weights, importance

__all__ = [
    "Adequacy",
    "Alpha",
    "Availability",
    "Clusters",
    "Components",
    "Correlations",
    "Omega",
    "alpha",
    "availability",
    "bartlett",
    "clusters",
    "correlations",
    "effective_weights",
    "flags",
    "importance",
    "kmo",
    "omega",
    "pca",
    "summary",
    "vif",
]
