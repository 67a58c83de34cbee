"""Peers of the associations: SciPy, pingouin, pandas and NumPy, each pair by the countries that have both."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pair = tuple[Array, Array]


def data(indices: int, series: int, countries: int, missing: float, seed: int = 1) -> Pair:
    """Indices and outcomes that share a factor; a share of the outcomes' cells is missing."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal((countries, 1))
    x = common + rng.standard_normal((countries, indices))
    y = rng.uniform(-1, 1, series) * common + rng.standard_normal((countries, series))
    y[rng.random(y.shape) < missing] = np.nan
    return x, y


def pairs(x: Array, y: Array) -> Iterator[Pair]:
    for i in range(x.shape[1]):
        for j in range(y.shape[1]):
            both = ~np.isnan(y[:, j]) & ~np.isnan(x[:, i])
            yield x[both, i], y[both, j]


def scipy_points(x: Array, y: Array, method: str) -> Array:
    """Coefficient and p of each pair."""
    from scipy import stats

    of = {"pearson": stats.pearsonr, "spearman": stats.spearmanr}[method]
    return np.array([tuple(of(a, b)) for a, b in pairs(x, y)])


def pingouin_points(x: Array, y: Array, method: str) -> Array:
    import pingouin

    found = [pingouin.corr(a, b, method=method) for a, b in pairs(x, y)]
    return np.array(
        [(one["r"].iloc[0], one["p_val" if "p_val" in one else "p-val"].iloc[0]) for one in found]
    )


def pandas_points(x: Array, y: Array, method: str) -> Array:
    import pandas as pd

    both = pd.DataFrame(np.hstack([x, y])).corr(method=method)
    return both.to_numpy()[: x.shape[1], x.shape[1] :].ravel()


def scipy_loop(x: Array, y: Array, method: str, resamples: int) -> Array:
    """A loop of resamples, SciPy's coefficient in each."""
    from scipy import stats

    of = {"pearson": stats.pearsonr, "spearman": stats.spearmanr}[method]
    rng = np.random.default_rng(1)
    ends = []
    for a, b in pairs(x, y):
        rows = rng.integers(len(a), size=(resamples, len(a)))
        ends.append(np.quantile([of(a[k], b[k])[0] for k in rows], [0.025, 0.975]))
    return np.array(ends)


def scipy_bootstrap(x: Array, y: Array, method: str, resamples: int) -> Array:
    """``scipy.stats.bootstrap``, vectorised over resamples, percentile interval."""
    from scipy import stats

    def pearson(a: Array, b: Array, axis: int = -1) -> Array:
        return np.asarray(stats.pearsonr(a, b, axis=axis)[0])

    def spearman(a: Array, b: Array, axis: int = -1) -> Array:
        return pearson(stats.rankdata(a, axis=axis), stats.rankdata(b, axis=axis), axis)

    of = {"pearson": pearson, "spearman": spearman}[method]
    rng = np.random.default_rng(1)
    made = (
        stats.bootstrap(
            (a, b), of, paired=True, n_resamples=resamples, method="percentile", rng=rng, vectorized=True
        ).confidence_interval
        for a, b in pairs(x, y)
    )
    return np.array([(one.low, one.high) for one in made])


def pingouin_bootstrap(x: Array, y: Array, method: str, resamples: int) -> Array:
    import pingouin

    return np.array(
        [
            pingouin.compute_bootci(
                a, b, func=method, paired=True, n_boot=resamples, method="per", decimals=12, seed=1
            )
            for a, b in pairs(x, y)
        ]
    )


def numpy_vectorised(x: Array, y: Array, method: str, resamples: int) -> Array:
    """How often each country is drawn, as a matrix; ranks of a resample by running sums along the order."""
    rng = np.random.default_rng(1)
    ends = []
    for a, b in pairs(x, y):
        n = len(a)
        drawn = rng.integers(n, size=(resamples, n)) + n * np.arange(resamples)[:, None]
        times = np.bincount(drawn.ravel(), minlength=n * resamples).reshape(resamples, n).astype(float)
        values = (_ranks(a, times), _ranks(b, times)) if method == "spearman" else (a, b)
        left, right = (v - ((times * v).sum(axis=1) / n)[:, None] for v in values)
        weighted = times * left
        products = (weighted * right).sum(axis=1)
        spread = (weighted * left).sum(axis=1) * (times * right * right).sum(axis=1)
        ends.append(np.quantile(products / np.sqrt(spread), [0.025, 0.975]))
    return np.array(ends)


def _ranks(values: Array, times: Array) -> Array:
    """Midranks of values without ties, each there so many times."""
    order = np.argsort(values)
    along = times[:, order]
    ranks = np.empty_like(times)
    ranks[:, order] = np.cumsum(along, axis=1) - (along - 1) / 2
    return ranks


def numpy_max_t(x: Array, y: Array, permutations: int) -> Array:
    """p of the largest studentized statistic of all pairs: nine products of masked powers a permutation."""
    from scipy import stats

    ranked = [np.apply_along_axis(stats.rankdata, 0, table, nan_policy="omit") for table in (x, y)]
    left, right = (np.nan_to_num((r - np.nanmean(r, axis=0)) / np.nanstd(r, axis=0)) for r in ranked)
    seen, held = ((~np.isnan(table)).astype(float) for table in (x, y))
    columns = np.hstack([held, right, right**2])
    powers = np.hstack([seen, left, left**2])
    rng = np.random.default_rng(1)
    observed = _studentized(powers, columns, x.shape[1], y.shape[1])
    above = np.ones(observed.size)
    for _ in range(permutations):
        largest = _studentized(powers[rng.permutation(len(x))], columns, x.shape[1], y.shape[1]).max()
        above += largest >= observed
    return above / (permutations + 1)


def _studentized(powers: Array, columns: Array, indices: int, series: int) -> Array:
    m = (powers.T @ columns).reshape(3, indices, 3, series).transpose(0, 2, 1, 3)
    n = m[0, 0]
    m = m / n
    mx, my = m[1, 0], m[0, 1]
    xy = m[1, 1] - mx * my  # variances cancel against those of the error
    both = (
        m[2, 2] - 2 * my * m[2, 1] + my**2 * m[2, 0] - 2 * mx * m[1, 2] + 4 * mx * my * m[1, 1]
        - 2 * mx * my**2 * mx + mx**2 * m[0, 2] - 2 * mx**2 * my * my + mx**2 * my**2
    )  # fmt: skip
    return np.abs(np.sqrt(n) * xy / np.sqrt(both)).ravel()


def numpy_carried(scores: Array, y: Array) -> Array:
    """Spearman of each draw with every outcome over one resample of the countries: draws x outcomes."""
    rng = np.random.default_rng(1)
    held = ~np.isnan(y)
    order = np.argsort(y, axis=0)  # missing values come last, and count nothing
    found = []
    for x in scores:
        times = np.bincount(rng.integers(len(x), size=len(x)), minlength=len(x))[:, None] * held
        n = times.sum(axis=0)
        by = np.argsort(x)
        left, right = np.empty(y.shape), np.empty(y.shape)
        along = times[by]
        left[by] = np.cumsum(along, axis=0) - (along - 1) / 2
        along = np.take_along_axis(times, order, axis=0)
        np.put_along_axis(right, order, np.cumsum(along, axis=0) - (along - 1) / 2, axis=0)
        left, right = left - (n + 1) / 2, right - (n + 1) / 2
        weighted = times * left
        spread = (weighted * left).sum(axis=0) * (times * right * right).sum(axis=0)
        found.append((weighted * right).sum(axis=0) / np.sqrt(spread))
    return np.array(found)


PEERS: dict[str, Callable[[Array, Array, str, int], Array]] = {
    "scipy_loop": scipy_loop,
    "scipy_bootstrap": scipy_bootstrap,
    "pingouin": pingouin_bootstrap,
    "numpy_vectorised": numpy_vectorised,
}
