"""Statistics that permutations are compared by, in the plainest form, for tests that go through all orders."""

from itertools import permutations

import numpy as np
from scipy import stats

NAN = np.nan


def product_parts(x, y):
    return (x - x.mean()) * (y - y.mean())


def squared(parts, total=None):
    total = parts.sum() if total is None else total
    squares = (parts**2).sum()
    return total**2 / squares if squares > 1e-20 else 0.0


def pearson(x, y):
    return squared(product_parts(x, y))


def spearman(x, y):
    """With what each row does to the ranks of the others, pair of rows by pair of rows."""
    x, y = (stats.rankdata(side) - (len(x) + 1) / 2 for side in (x, y))
    above_x, above_y = ((side > side[:, None]) + 0.5 * (side == side[:, None]) for side in (x, y))
    return squared(x * y + above_x @ y + above_y @ x, (x * y).sum())


def kendall(x, y):
    return squared((np.sign(x - x[:, None]) * np.sign(y - y[:, None])).sum(axis=1))


def distance(x, y):
    a, b = (np.abs(side - side[:, None]) for side in (x, y))
    centered = a - a.mean(0) - a.mean(1)[:, None] + a.mean()
    return len(x) * (centered * b).mean() / (a.mean() * b.mean())


STATISTICS = {"pearson": pearson, "spearman": spearman, "kendall": kendall, "distance": distance}


def reached(values, observed):
    return np.mean(np.asarray(values) >= observed * (1 - 1e-8) - 1e-14)


def exact(x, y, statistic):
    """The p-value of all orders of y."""
    return reached([statistic(x, y[list(order)]) for order in permutations(range(len(y)))], statistic(x, y))


def masked(x, y, statistic):
    """The statistic of the rows that both have; 0 where these are too few or do not vary."""
    both = ~np.isnan(x) & ~np.isnan(y)
    if both.sum() < 4 or np.ptp(x[both]) == 0 or np.ptp(y[both]) == 0:
        return 0.0
    return statistic(x[both], y[both])


def exact_family(x, y, statistic):
    """p and step-down p_family of all pairs over all orders of the rows of y."""
    pairs = [(i, j) for i in range(x.shape[1]) for j in range(y.shape[1])]
    table = np.array(
        [
            [masked(x[:, i], y[list(order), j], statistic) for i, j in pairs]
            for order in permutations(range(len(y)))
        ]
    )
    return table[0], table


def step_down(observed, table):
    """Westfall and Young (1993), algorithm 4.1: the largest of those observed to be no larger, row by row."""
    order = np.argsort(-observed, kind="stable")
    family, highest = np.empty(len(order)), 0.0
    for k, pair in enumerate(order):
        highest = max(highest, reached(table[:, order[k:]].max(axis=1), observed[pair]))
        family[pair] = highest
    return family
