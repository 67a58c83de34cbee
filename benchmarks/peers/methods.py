"""What other libraries call for the same numbers; each is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Work = Callable[[], Any]
Peer = Callable[[Floats], Work]

ON_UNIT_SCALE = ("critic",)  # pymcdm and scikit-criteria map to 0..1 themselves, ours takes what it is given


def versions() -> dict[str, str]:
    found = {}
    for name in ("numpy", "scipy", "scikit-learn", "pymcdm", "scikit-criteria"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def table() -> list[tuple[str, str, dict[str, Any], dict[str, Peer]]]:
    """Stage, method and parameters of ours, and who else has it."""
    minmax = {"sklearn": sklearn_minmax, "pymcdm": pymcdm_minmax, "skcriteria": skcriteria_cenit}
    return [
        ("treat", "boxcox", {}, {"scipy": scipy_boxcox}),
        ("treat", "yeojohnson", {}, {"scipy": scipy_yeojohnson}),
        ("normalize", "minmax", {}, minmax),
        ("normalize", "zscore", {}, {"scipy": scipy_zscore}),
        ("normalize", "rank", {}, {"scipy": scipy_rank}),
        ("weight", "standard_deviation", {}, {"pymcdm": pymcdm_weights("standard_deviation_weights")}),
        ("weight", "entropy", {}, {"pymcdm": pymcdm_weights("entropy_weights"), "skcriteria": skcriteria_entropy}),
        ("weight", "critic", {}, {"pymcdm": pymcdm_weights("critic_weights"), "skcriteria": skcriteria_critic}),
        ("weight", "pca", {"squares": True}, {"sklearn": sklearn_pca}),
        ("correlate", "pearson", {}, {"numpy": numpy_pearson, "pandas": pandas_correlations("pearson")}),
        ("correlate", "spearman", {}, {"scipy": scipy_spearman, "pandas": pandas_correlations("spearman")}),
        ("correlate", "kendall", {}, {"scipy": scipy_kendall, "pandas": pandas_correlations("kendall")}),
    ]  # fmt: skip


def outranking(x: Floats) -> Floats:
    """Share of columns in which the row's unit beats the column's; ties, up to rounding, count half."""
    ahead = x[:, None, :] - x[None, :, :]
    tied = np.abs(ahead) <= 1e-12 * np.abs(x).max(axis=0)
    found = ((ahead > 0) & ~tied).mean(axis=2) + 0.5 * tied.mean(axis=2)
    np.fill_diagonal(found, 0)
    return np.asarray(found)


def scipy_boxcox(x: Floats) -> Work:
    from scipy import stats

    return lambda: np.column_stack([stats.boxcox(column)[0] for column in x.T])


def scipy_yeojohnson(x: Floats) -> Work:
    from scipy import stats

    return lambda: np.column_stack([stats.yeojohnson(column)[0] for column in x.T])


def sklearn_minmax(x: Floats) -> Work:
    from sklearn.preprocessing import minmax_scale

    return lambda: minmax_scale(x)


def pymcdm_minmax(x: Floats) -> Work:
    from pymcdm.helpers import normalize_matrix
    from pymcdm.normalizations import minmax_normalization

    return lambda: normalize_matrix(x, minmax_normalization, None)


def skcriteria_cenit(x: Floats) -> Work:
    from skcriteria.preprocessing.scalers import matrix_scale_by_cenit_distance

    objectives = np.ones(x.shape[1])
    return lambda: matrix_scale_by_cenit_distance(x, objectives)


def scipy_zscore(x: Floats) -> Work:
    from scipy import stats

    return lambda: stats.zscore(x, axis=0, ddof=1)


def scipy_rank(x: Floats) -> Work:
    from scipy import stats

    return lambda: stats.rankdata(x, axis=0)


def pymcdm_weights(name: str) -> Peer:
    def peer(x: Floats) -> Work:
        from pymcdm import weights

        return lambda: getattr(weights, name)(x)

    return peer


def skcriteria_entropy(x: Floats) -> Work:
    from skcriteria.preprocessing.weighters import entropy_weights

    return lambda: entropy_weights(x)


def skcriteria_critic(x: Floats) -> Work:
    from skcriteria.preprocessing.weighters import critic_weights

    objectives = np.ones(x.shape[1])
    return lambda: critic_weights(x, objectives)


def sklearn_pca(x: Floats) -> Work:
    from sklearn.decomposition import PCA

    def loadings() -> Floats:
        standard = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
        found: Floats = PCA(n_components=1, svd_solver="covariance_eigh").fit(standard).components_[0] ** 2
        return found

    return loadings


def numpy_pearson(x: Floats) -> Work:
    return lambda: np.corrcoef(x, rowvar=False)


def pandas_correlations(method: Any) -> Peer:
    def peer(x: Floats) -> Work:
        import pandas as pd

        frame = pd.DataFrame(x)
        return lambda: frame.corr(method).to_numpy()

    return peer


def scipy_spearman(x: Floats) -> Work:
    from scipy import stats

    return lambda: stats.spearmanr(x).statistic


def scipy_kendall(x: Floats) -> Work:
    from scipy import stats

    count = x.shape[1]

    def matrix() -> Floats:
        found = np.eye(count)
        for i in range(count):
            for j in range(i):
                found[i, j] = found[j, i] = stats.kendalltau(x[:, i], x[:, j]).statistic
        return found

    return matrix
