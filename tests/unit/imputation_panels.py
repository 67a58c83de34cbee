"""What tests of the benchmark of imputations share: names, made-up panels, and how near a share is to a chance."""

import math

import numpy as np

import egov_index as egov

TELECOM = ("internet_users", "mobile_cellular", "fixed_broadband", "fixed_telephone")
SIX = ("random", "tail", "series", "gap", "country_year", "income")


def small(*shape, seed=0):
    """A panel without holes, by name U0, U1, ... and x0, x1, ..."""
    values = np.random.default_rng(seed).normal(50, 10, shape)
    labels = (
        [f"U{k}" for k in range(shape[0])],
        range(2000, 2000 + shape[1]),
        [f"x{k}" for k in range(shape[2])],
    )
    return egov.Panel(values, *labels)


def near(count, of, chance, width=4.5):
    """Is a number of hits within so many standard deviations of what chance gives?"""
    return abs(count - of * chance) <= width * math.sqrt(of * chance * (1 - chance))
