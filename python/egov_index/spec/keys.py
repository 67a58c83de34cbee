"""The keys of a spec file: what each one takes, in one table that checks, writer and schema read."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KEPT_TABLES", "KEPT_TOP", "LARGEST", "ONE_OF", "TABLES", "VERSION", "Key", "names_of"]

VERSION = 1
LARGEST = 2**63 - 1  # of a whole number in TOML


@dataclass(frozen=True)
class Key:
    """One key of a table.

    Parameters
    ----------
    name : str
        As written in the file.
    kind : str
        version, text, texts, data (names of data sets or CSV files), labels (of periods, one or a list), whole,
        real, flag (true or false), option, choice, chain, choices (a list of choices), chains (a list of chains),
        codes (of nodes), shares (numbers by node), experts (shares of each, or a CSV file), spread (a number, or as
        ends), ends (numbers or columns by indicator, or a CSV file of cells), editions (presets or spec files), steps,
        weightings (one table of weights, or several), outputs (one of the options, top_<k>, or a list of them), pairs
        (lists of two units), blocks (one of the options, or names of factors by block), or the name of a table; a
        table's name in brackets is a list of such tables.
    sentence : str
        What it means; the schema shows it.
    low, high : float, optional
        Bounds of a number.
    open : bool
        The bounds themselves are not allowed.
    options : tuple of str
        What an option may be; for codes the words allowed instead of a list, for a choice those beside the methods.
    stage : str
        Table of methods from which a choice is taken; the key's name if left out.
    needed : bool
        The table cannot do without it.
    """

    name: str
    kind: str
    sentence: str
    low: float | None = None
    high: float | None = None
    open: bool = False
    options: tuple[str, ...] = ()
    stage: str = ""
    needed: bool = False


TOP = (
    Key("spec", "version", "Version of this format: 1.", needed=True),
    Key("name", "text", "Short name of the index."),
    Key("title", "text", "Readable name."),
    Key("note", "texts", "What a reader should know: sources, status, deviations."),
    Key("period", "labels", "Period that is scored, or a list; every period of the data if left out."),
    Key("rank_digits", "whole", "Scores are rounded to so many decimals before they are ranked.", 0, 15),
    Key("groups", "[group]", "Groups by the score of the root, highest cut first; the last has no cut."),
    Key("data", "data", "Embedded data sets, or CSV files in the folder of the spec."),
    Key("unit_column", "text", "Column of the CSV files that names the unit."),
    Key("period_column", "text", "Column of the CSV files that names the period."),
    Key("recipe", "recipe", "What is done to the data: a choice for each stage."),
    Key("uncertainty", "uncertainty", "The choices that might have been made otherwise, and how many draws."),
    Key("sensitivity", "sensitivity", "Which choice moves the result."),
    Key("outcomes", "outcomes", "Links of the scores with outcomes."),
    Key("compare", "compare", "Published scores to stand beside the computed ones."),
    Key("node", "[node]", "The tree: one block a node, the root is the one without a parent.", needed=True),
)

GROUP = (
    Key("above", "real", "Units with a score above this belong to the group; the last group has none."),
    Key("code", "text", "Name of the group in results.", needed=True),
    Key(
        "classes",
        "codes",
        "Rating classes, best first: the ranked units of the group in parts of equal number.",
    ),
)

RECIPE = (
    Key("screen", "choice", "Which units and indicators have too few values to stay."),
    Key("denominate", "choice", "How indicators are divided by the denominators that their nodes name."),
    Key("impute", "chain", "How holes are filled; each method sees what the ones before it filled."),
    Key("treat", "chain", "How outliers are treated, after a node's cap."),
    Key("normalize", "choice", "How indicators come to one scale; a rescale range maps siblings together."),
    Key("weight", "choice", "Where weights come from."),
    Key("aggregate", "choice", "How the children of a node become its score."),
    Key("rank", "choice", "How ties are ranked."),
    Key(
        "missing",
        "option",
        "What becomes of holes that no method filled.",
        options=("raise", "drop-weight", "bound"),
    ),
    Key("threshold", "real", "Least share of children that a node needs where they may drop out.", 0, 1),
    Key(
        "order",
        "steps",
        "Order of the steps on cells.",
        options=("screen", "denominate", "impute", "treat", "normalize"),
    ),
)

NODE = (
    Key("code", "text", "Name in results; of a leaf also the indicator's name in the data.", needed=True),
    Key("parent", "text", "Code of the node above; the root has none."),
    Key("name", "text", "Readable name."),
    Key("weight", "real", "Against its siblings, which are brought to sum one; 1 if left out.", 0),
    Key("direction", "whole", "1 where more is better, -1 where less is.", options=("1", "-1")),
    Key("lag", "real", "The value in period t is the one of t - lag."),
    Key("cap", "real", "Highest value used, in the unit of the indicator."),
    Key("lower", "real", "Lower goalpost, in the unit of the indicator."),
    Key("upper", "real", "Upper goalpost, in the unit of the indicator."),
    Key("target", "real", "Value to be reached, in the unit of the indicator."),
    Key("unit", "text", "Unit of measurement."),
    Key("denominator", "text", "Indicator of the data that this one is divided by."),
    Key("denominator_factor", "real", "What the denominator is divided by first.", 0, open=True),
    Key("concept", "text", "What it measures; the guard against inputs shared with outcomes reads it."),
    Key("normalize", "choice", "Instead of the recipe's: of an indicator, or of a node's aggregate."),
    Key("impute", "chain", "Instead of the recipe's, of an indicator."),
    Key("aggregate", "choice", "Instead of the recipe's, of a node with children."),
    Key(
        "weights",
        "choice",
        "Instead of the recipe's weight: how the children of this node are weighed.",
        stage="weight",
    ),
    Key(
        "not_scored",
        "real",
        "Published code for a unit that was not scored; it leaves the index for that period.",
    ),
)

UNCERTAINTY = (
    Key("draws", "whole", "Number of draws.", 1, 10**9),
    Key("seed", "whole", "The same seed gives the same bits.", 0, LARGEST),
    Key("range", "real", "Share of the draws that a range of ranks holds.", 0, 1, open=True),
    Key("points", "option", "Where the draws lie.", options=("sobol", "lhs", "montecarlo")),
    Key("impute", "chains", "Alternatives, each a method or a chain of methods."),
    Key("treat", "chains", "Alternatives, each a method or a chain of methods."),
    Key("normalize", "choices", "Alternatives, each a method."),
    Key("aggregate", "choices", "Alternatives, each a method."),
    Key("weights", "weightings", "How weights vary: a table, or a list of several of different kinds."),
    Key("values", "values", "How far observed values may be off."),
    Key(
        "exclude",
        "codes",
        "Nodes left out, one at a time or none: leaves, pillars (the children of the root), or a list of codes.",
        options=("leaves", "pillars"),
    ),
    Key(
        "edition",
        "editions",
        "The index as in other editions, one of which is drawn: names of presets, or spec files in the folder.",
    ),
    Key(
        "posterior",
        "flag",
        "Stochastic imputations are drawn afresh in each draw, the default; false: each fills with its point values.",
    ),
)

WEIGHTS = (
    Key("noise", "real", "Each weight is multiplied by a number between 1 - noise and 1 + noise.", 0, 1),
    Key(
        "dirichlet",
        "real",
        "Shares of siblings are Dirichlet around theirs, with this concentration: the larger, the closer.",
        0,
        open=True,
    ),
    Key(
        "simplex_box",
        "simplex_box",
        "Shares of siblings are uniform on what lies between ends and sums to one.",
    ),
    Key(
        "experts",
        "experts",
        "Raw weights by node of each expert, of whom one is drawn; or a CSV file with a column expert.",
        0,
    ),
    Key(
        "nodes",
        "codes",
        "Whose weights, of noise and dirichlet: all, leaves, inner, or a list of codes.",
        options=("all", "leaves", "inner"),
    ),
)

SIMPLEX_BOX = (
    Key("lower", "shares", "Least shares of nodes among their siblings; 0 if not named.", 0, 1),
    Key("upper", "shares", "Largest shares of nodes among their siblings; 1 if not named.", 0, 1),
)

VALUES = (
    Key("sd", "spread", "Standard deviation in the indicator's unit; normal.", 0),
    Key("relative", "spread", "Standard deviation of the logarithm; lognormal. 0.05 is about 5 percent.", 0),
    Key("lower", "ends", "Lower ends of intervals that hold the values; uniform."),
    Key("upper", "ends", "Upper ends of intervals that hold the values."),
)

# Ways of which a table takes one; the keys of a way stand together.
ONE_OF: dict[str, tuple[tuple[str, ...], ...]] = {
    "weights": (("noise",), ("dirichlet",), ("simplex_box",), ("experts",)),
    "values": (("sd",), ("relative",), ("lower", "upper")),
}

SENSITIVITY = (
    Key("n", "whole", "Base points; more runs than that, by the number of factors.", 1, 10**9),
    Key(
        "replicates",
        "whole",
        "Independent scrambles that share the base points; their spread gives the interval.",
        1,
        10**6,
    ),
    Key("seed", "whole", "The same seed gives the same bits.", 0, LARGEST),
    Key("level", "real", "Level of the interval.", 0, 1, open=True),
    Key(
        "output",
        "outputs",
        "What is explained: of all ranks, of each unit, or a place among the first k (top_10); or a list.",
        options=("rank_shift", "kendall", "rank", "score", "raw_score"),
    ),
    Key(
        "pairs", "pairs", "Pairs of units: is the first ahead of the second? Beside output, if that is given."
    ),
    Key(
        "groups",
        "blocks",
        "Factors looked at as one: stages (all weights together), or names of factors by block.",
        options=("stages",),
    ),
    Key(
        "discrete",
        "option",
        "Choices drawn, or each combination of them at every point of the other factors.",
        options=("sampled", "enumerated"),
    ),
    Key("second_order", "flag", "Whether second orders, what pairs of factors do together, are run as well."),
    Key(
        "resamples",
        "whole",
        "Resamples of a bootstrap over blocks of base points, in place of the t interval.",
        2,
        10**7,
    ),
)

OUTCOMES = (
    Key("data", "data", "Embedded data sets, or CSV files in the folder of the spec."),
    Key("method", "choice", "Which correlation.", stage="correlate"),
    Key("nodes", "codes", "Codes of the nodes that are linked; all if left out."),
    Key("only", "texts", "Outcomes that are linked; all but those of goal control if left out."),
    Key("control", "texts", "Indicators held constant, e.g. log(gdp_per_capita)."),
    Key("period", "labels", "Periods of the index; the last, or of several stacked all, if left out."),
    Key(
        "view",
        "option",
        "Countries of one period; or of several, stacked: all variation, that within or that between countries.",
        options=("rows", "pooled", "within", "between"),
    ),
    Key("lag", "real", "Outcomes are taken so many periods later than the index; below 0: earlier."),
    Key("window", "real", "The latest outcome within so many periods is taken.", 0, open=True),
    Key("interval", "choice", "How the interval is made.", stage="interval"),
    Key("resamples", "whole", "Resamples of units for the interval; 0 for none.", 0, 10**7),
    Key(
        "resampling",
        "option",
        "Resamples drawn for each pair, or one of countries for all pairs.",
        options=("pair", "country"),
    ),
    Key("permutations", "whole", "p by so many permutations; 0: by the rule of the method.", 0, 10**7),
    Key("level", "real", "Level of the interval.", 0, 1, open=True),
    Key(
        "adjust",
        "choice",
        "Correction for many tests; max-t needs permutations.",
        stage="adjust",
        options=("max-t",),
    ),
    Key(
        "missing",
        "option",
        "Each pair uses the countries that have both, or all pairs those that have everything.",
        options=("pairwise", "listwise"),
    ),
    Key(
        "carried",
        "flag",
        "The draws of [uncertainty] are carried through: each meets one resample of the units.",
    ),
    Key("rebuild", "flag", "Flagged pairs again without the inputs that they share, the default."),
    Key("minimum", "whole", "Pairs with fewer units are flagged.", 1, 10**9),
    Key("seed", "whole", "The same seed gives the same bits.", 0, LARGEST),
)

COMPARE = (
    Key("data", "data", "Embedded data sets, or CSV files in the folder of the spec."),
    Key("indicator", "text", "The published score; the one named like the root if left out."),
)

TABLES: dict[str, tuple[Key, ...]] = {
    "": TOP,
    "group": GROUP,
    "recipe": RECIPE,
    "node": NODE,
    "uncertainty": UNCERTAINTY,
    "weights": WEIGHTS,
    "simplex_box": SIMPLEX_BOX,
    "values": VALUES,
    "sensitivity": SENSITIVITY,
    "outcomes": OUTCOMES,
    "compare": COMPARE,
}

# Keys that an index keeps in its analysis, beside framework and recipe.
KEPT_TOP = ("note", "data", "unit_column", "period_column")
KEPT_TABLES = ("uncertainty", "sensitivity", "outcomes", "compare")


def names_of(table: str) -> tuple[str, ...]:
    """Names of the keys of a table, in the order in which they are written."""
    return tuple(key.name for key in TABLES[table])
