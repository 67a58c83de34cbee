"""A spec of four indicators, the files beside it, and a place for lines of its table [uncertainty]."""

HEAD = 'spec = 1\nname = "four"\nperiod = 2020\ndata = ["data.csv"]\n[recipe]\nimpute = ["mean"]\n'
TREE = "".join(
    f'[[node]]\ncode = "{code}"\n' + (f'parent = "{parent}"\n' if parent else "")
    for code, parent in [("i", ""), ("p", "i"), ("a", "p"), ("b", "p"), ("q", "i"), ("c", "q"), ("d", "q")]
)
DATA = "iso3,year,b_se,a,b,c,d\nEST,2020,0.1,1,2,5,8\nDNK,2020,0.2,2,5,4,2\nFIN,2020,,4,3,1,9\nLVA,2020,0.3,,1,2,4\n"
LOW = "unit,year,a,b\nEST,2020,0.5,1.5\nDNK,2020,1.5,4\n"
HIGH = "unit,year,a,b\nEST,2020,1.5,2.5\nDNK,2020,2.5,6\n"
EXPERTS = "expert,a,b\nAnn,1,2\nBob,3,1\n"


def text(lines, draws=128):
    return f"{HEAD}[uncertainty]\ndraws = {draws}\nseed = 3\n{lines}\n[sensitivity]\nn = 16\n{TREE}"


def with_files(folder):
    """Write the data, ends of intervals and experts; gives the folder."""
    for name, content in (("data", DATA), ("low", LOW), ("high", HIGH), ("experts", EXPERTS)):
        (folder / f"{name}.csv").write_text(content)
    return folder
