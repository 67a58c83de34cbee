"""A small index of embedded indicators as the head and the tree of a spec file, for tests of links with outcomes."""

TREE = """
[[node]]
code = "index"
[[node]]
code = "internet_users"
parent = "index"
[[node]]
code = "mean_schooling"
parent = "index"
"""
HEAD = 'spec = 1\nname = "i"\nperiod = 2020\n[recipe]\nimpute = ["linear", "mean"]\nnormalize = "zscore"\n'
