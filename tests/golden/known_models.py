"""Functions whose indices are known exactly, and the inputs they take; their parameters stand in sobol.json."""

import itertools
import json
from pathlib import Path

import numpy as np

GOLDEN = json.loads((Path(__file__).parent / "sobol.json").read_text(encoding="utf-8"))


def product(name):
    params = GOLDEN[name]["params"]
    a, shift = np.array(params["a"]), np.array(params["delta"])
    return lambda x: np.prod((2 * np.abs(2 * np.modf(x + shift)[0] - 1) + a) / (1 + a), axis=1)


def bratley(x):
    return (np.cumprod(x, axis=1) * (-1.0) ** np.arange(1, 9)).sum(axis=1)


def friedman(x):
    return 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]


def morris(x):
    w = 2 * (x - 0.5)
    w[:, [2, 4, 6]] = 2 * (1.1 * x[:, [2, 4, 6]] / (x[:, [2, 4, 6]] + 0.1) - 0.5)
    sign = (-1.0) ** np.arange(1, 21)
    y = w @ np.where(np.arange(20) < 10, 20, sign)
    for i, j in itertools.combinations(range(20), 2):
        y += (-15 if j < 6 else sign[i] * sign[j]) * w[:, i] * w[:, j]
    for i, j, k in itertools.combinations(range(5), 3):
        y += -10 * w[:, i] * w[:, j] * w[:, k]
    return y + 5 * w[:, :4].prod(axis=1)


MODELS = {
    "ishigami": lambda x: np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]),
    "g_sobol8": product("g_sobol8"),
    "gstar_1": product("gstar_1"),
    "linear_normal3": lambda x: x @ np.array([1.0, 2, 3]),
    "bratley1992_d8": bratley,
    "morris20_alternating": morris,
    "friedman10": friedman,
}
LAWS = {"ishigami": ([-np.pi, np.pi], "unif"), "linear_normal3": ([0, 1], "norm")}


def problem(name):
    d = GOLDEN[name]["d"]
    bounds, dist = LAWS.get(name, ([0, 1], "unif"))
    return {"names": [f"x{i}" for i in range(d)], "bounds": [bounds] * d, "dists": [dist] * d}
