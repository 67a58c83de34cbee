#include "egov/aggregate.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "aggregate/ordered.hpp"
#include "aggregate/units.hpp"
#include "detail/columns.hpp"

namespace egov {
namespace {

double arithmetic(const Vector& x, const Vector& w) { return x.dot(w); }

double geometric(const Vector& x, const Vector& w) {
  double sum = 0;
  for (Index i = 0; i < x.size(); ++i) sum += w[i] * std::log(x[i]);
  return std::exp(sum);
}

// Shares of the least child instead of 1 / x, which is beyond the largest number below 1e-308.
double harmonic(const Vector& x, const Vector& w) {
  const double least = x.minCoeff();
  return least / (w.array() * (least / x.array())).sum();
}

// Scaled by the largest or, for p < 0, the smallest child, so that no power is beyond the range of numbers.
double power(const Vector& x, const Vector& w, double p) {
  const double scale = p > 0 ? x.maxCoeff() : x.minCoeff();
  return scale > 0 ? scale * std::pow((w.array() * (x.array() / scale).pow(p)).sum(), 1 / p) : 0;
}

// Mean of the children that have a weight, and what S^2 / M takes away (sign -1) or adds.
double mazziotta_pareto(const Vector& x, const Vector& w, double sign) {
  const double size = x.cwiseAbs().maxCoeff();
  if (!(size > 0)) return 0;
  const auto scaled = x.array() / size;
  const double mean = (w.array() * scaled).sum(), variance = (w.array() * (scaled - mean).square()).sum();
  if (variance > 0 && !(mean > 0))
    throw DataError("needs children whose mean is above 0, since their spread is taken relative to it; normalize to a positive scale, "
                    "e.g. zscore with mean=100, sd=10");
  return size * (variance > 0 ? mean + sign * variance / mean : mean);
}

double extreme(const Vector& x, const Vector& w, bool lowest) {
  double found = missing_value;
  for (Index i = 0; i < x.size(); ++i)
    if (w[i] > 0 && !(lowest ? x[i] >= found : x[i] <= found)) found = x[i];
  return found;
}

unsigned power_needs(const Args& args, Index) {
  if (args[0] == 0)
    throw SpecError("a power of 0 is the geometric mean; choose the method geometric, or another power", {"aggregate", "power", "p"});
  return args[0] < 0 ? needs_positive : plain;
}

// The exponent of r^alpha whose limit for many children has this orness.
double exponent(double orness) { return orness > 0 ? 1 / orness - 1 : infinite; }

unsigned owa_needs(const Args& args, Index children) {
  if (!args.has("order")) return plain;
  const Matrix& order = args.table("order");
  const Place place{"aggregate", "owa", "order"};
  if (order.rows() != 1 || order.cols() != children)
    throw SpecError("got an order table of " + std::to_string(order.rows()) + " x " + std::to_string(order.cols()) +
                        " numbers; one row with a number for each of the " + std::to_string(children) + " children is needed", place);
  if ((order.array() < 0).any() || !(order.sum() > 0) || !std::isfinite(order.sum()))
    throw SpecError("order weights must be at least 0, and not all of them 0", place);
  return plain;
}

double ordered(const Vector& x, const Vector& w, const Args& args) {
  if (!args.has("order")) return aggregates::owa(x, w, {}, exponent(args[1]));
  const Vector order = args.table("order").row(0);
  return aggregates::owa(x, w, order / order.sum(), 1);
}

// Refuses children of 0 or less, or below 0, where the method needs that.
void require_sign(const Matrix& children, unsigned traits, const std::string& method) {
  if (!(traits & (needs_positive | needs_nonnegative))) return;
  const bool zero_too = traits & needs_positive;
  const auto is_bad = [&](double x) { return zero_too ? x <= 0 : x < 0; };
  const auto bad = children.unaryExpr([&](double x) { return is_bad(x) ? 1.0 : 0.0; }).sum();
  for (Index j = 0; bad > 0 && j < children.cols(); ++j)
    for (Index i = 0; i < children.rows(); ++i) {
      if (!is_bad(children(i, j))) continue;
      std::ostringstream text;
      text << "needs values " << (zero_too ? "above 0" : "of at least 0") << ", got " << children(i, j);
      if (bad > 1) text << " here and " << bad - 1 << " more " << (zero_too ? "of 0 or less" : "below 0");
      text << "; rescale the normalization to a positive range, e.g. rescale=(1, 100)";
      throw DataError(text.str(), {"aggregate", method, "", static_cast<long>(i), -1, static_cast<long>(j)});
    }
}

// One unit, of which a child is missing: those that are there, their weights brought to sum one. NaN if none is.
double combine_observed(const AggregateMethod& row, const Args& args, const Matrix& children, Index unit, const Vector& weights) {
  Vector x(children.cols()), w(children.cols());
  Index n = 0;
  for (Index j = 0; j < children.cols(); ++j)
    if (!std::isnan(children(unit, j))) x[n] = children(unit, j), w[n] = weights[j], ++n;
  const double sum = w.head(n).sum();
  return n && sum > 0 ? row.combine(x.head(n), w.head(n) / sum, args) : missing_value;
}

// Each of the units on its own.
void combine_each(const AggregateMethod& row, const Args& args, const Matrix& children, const std::vector<Index>& units,
                  const Vector& weights, Vector& out) {
  const Vector shares = weights / weights.sum();
  Vector x(children.cols());
  for (Index unit : units) try {
      x = children.row(unit);
      out[unit] = x.hasNaN() || !(shares.sum() > 0) ? combine_observed(row, args, children, unit, weights) : row.combine(x, shares, args);
    } catch (Error& error) {
      if (error.place.unit < 0) error.place = {"aggregate", row.name, error.place.param, static_cast<long>(unit)};
      throw;
    }
}

// Does the unit get a value under the rule? DataError where a missing child is refused.
bool has_enough(const Matrix& children, Index unit, const MissingRule& missing, const std::string& method) {
  const Index holes = children.row(unit).array().isNaN().count(), all = children.cols();
  if (missing.what == Missing::refuse && holes > 0 && holes < all)
    throw DataError("a child is missing; impute it, or let missing children drop out with their weight (missing=\"drop-weight\")",
                    {"aggregate", method, "", static_cast<long>(unit)});
  return holes < all && static_cast<double>(all - holes) >= missing.threshold * static_cast<double>(all) * (1 - 1e-12);
}

// All units of one stretch at once. A stretch whose method knows no holes has them only under drop_weight, and is refused then.
void combine_together(const AggregateMethod& row, const Args& args, const Matrix& children, const std::vector<Index>& units,
                      const Vector& weights, Vector& out) {
  const Matrix parts = children(units, Eigen::all);
  if (!(row.traits & takes_holes))
    for (Index i = 0; i < parts.rows(); ++i)
      for (Index j = 0; j < parts.cols(); ++j)
        if (std::isnan(parts(i, j)))
          throw DataError("compares units by all children and takes no missing one; impute it",
                          {"aggregate", row.name, "", static_cast<long>(units[static_cast<std::size_t>(i)]), -1, static_cast<long>(j)});
  Vector values;
  try {
    values = row.together(parts, weights / weights.sum(), args);
  } catch (Error& error) {
    if (error.place.unit >= 0) error.place.unit = static_cast<long>(units[static_cast<std::size_t>(error.place.unit)]);
    throw;
  }
  if (values.size() != parts.rows()) throw DataError("gave another number of values than units", {"aggregate", row.name, ""});
  for (std::size_t k = 0; k < units.size(); ++k) out[units[k]] = values[static_cast<Index>(k)];
}

}  // namespace

unsigned traits_at(const AggregateMethod& row, const Args& args, Index children) {
  return row.traits | (row.depends ? row.depends(args, children) : plain);
}

Vector aggregate(const Matrix& children, const Vector& weights, const Choice& choice, const MissingRule& missing, Index section) {
  const AggregateMethod& row = find("aggregate", aggregate_methods(), choice.method);
  const Args args = arguments("aggregate", row, choice);
  require_sign(children, traits_at(row, args, children.cols()), row.name);
  Vector out = Vector::Constant(children.rows(), missing_value);
  if (section <= 0) section = std::max<Index>(children.rows(), 1);
  for (Index first = 0; first < children.rows(); first += section) {
    std::vector<Index> units;
    for (Index i = first; i < std::min(first + section, children.rows()); ++i)
      if (has_enough(children, i, missing, row.name)) units.push_back(i);
    if (!units.empty()) (row.together ? combine_together : combine_each)(row, args, children, units, weights, out);
  }
  return out;
}

Rows<AggregateMethod>& aggregate_methods() {
  static Rows<AggregateMethod> table = {
      {{"arithmetic", "Weighted arithmetic mean: a low value is made up for by a high one.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, section 6.10", {}, keeps_range},
       [](const Vector& x, const Vector& w, const Args&) { return arithmetic(x, w); },
       [](const Args&) { return Link{}; }},
      {{"geometric", "Weighted geometric mean: a low value is made up for only in part.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, section 6.10", {}, needs_positive | keeps_range},
       [](const Vector& x, const Vector& w, const Args&) { return geometric(x, w); },
       [](const Args&) {
         return Link{[](Column x) { x = x.array().log(); }, [](Column x) { detail::exponentials(x.data(), x.size()); }};
       }},
      {{"harmonic", "Weighted harmonic mean: a low value is hardly made up for at all.",
        "Becker et al. 2022, COINr, Journal of Open Source Software 7(78)", {}, needs_positive | keeps_range},
       [](const Vector& x, const Vector& w, const Args&) { return harmonic(x, w); },
       [](const Args&) {
         const auto inverse = [](Column x) { x = x.array().inverse(); };
         return Link{inverse, inverse};
       }},
      {{"power", "Weighted power mean (sum w x^p)^(1/p): the lower p is, the less a low value is made up for; p = 1 is the arithmetic, -1 the harmonic mean.",
        "Becker et al. 2022, COINr, Journal of Open Source Software 7(78): a_genmean",
        {{"p", Kind::real, missing_value, -infinite, infinite, "Power, not 0; below 0 every value must be above 0."}},
        needs_nonnegative | keeps_range},
       [](const Vector& x, const Vector& w, const Args& a) { return power(x, w, a[0]); },
       [](const Args& a) {
         return Link{[p = a[0]](Column x) { x = x.array().pow(p); }, [p = a[0]](Column x) { x = x.array().pow(1 / p); }};
       },
       nullptr, power_needs},
      {{"minimum", "The lowest of the children that have a weight: nothing makes up for it.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, section 6.10", {}, keeps_range | rises},
       [](const Vector& x, const Vector& w, const Args&) { return extreme(x, w, true); }},
      {{"maximum", "The highest of the children that have a weight.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, section 6.10", {}, keeps_range | rises},
       [](const Vector& x, const Vector& w, const Args&) { return extreme(x, w, false); }},
      {{"median", "Weighted median: the value at which half of the weight is reached, halfway to the next one where it is reached exactly.",
        "Cormen et al. 2009, Introduction to Algorithms, problem 9-2: mean of the lower and the upper weighted median", {}, keeps_range | rises},
       [](const Vector& x, const Vector& w, const Args&) { return aggregates::median(x, w); }},
      {{"owa", "Ordered weighted average: weights for the best child, the second best and so on; the children's own weights are the steps (WOWA).",
        "Yager 1988, IEEE Transactions on Systems, Man, and Cybernetics 18(1); Torra 1997, International Journal of Intelligent Systems 12(2)",
        {{"order", Kind::table, missing_value, -infinite, infinite, "One row of weights, the first for the highest value, as many as the node has children.", {}, true},
         {"orness", Kind::real, 0.5, 0.0, 1.0, "Without order weights: 0 gives the minimum, 0.5 the mean, 1 the maximum; between, r^(1/orness - 1) says how much the best share r takes."}},
        keeps_range | rises},
       ordered, nullptr, nullptr, owa_needs},
      {{"mpi", "Mazziotta-Pareto index M - S cv: the mean of the children less a penalty for their spread (population S, both weighted).",
        "Mazziotta and Pareto 2013, Rivista Italiana di Economia Demografia e Statistica 67(2); 2016, Social Indicators Research 127(3)",
        {{"penalty", Kind::option, 0.0, 0.0, 1.0, "Subtracted where more is better, added where less is better.", {"subtract", "add"}}}},
       [](const Vector& x, const Vector& w, const Args& a) { return mazziotta_pareto(x, w, a[0] == 0 ? -1 : 1); }},
      {{"ampi", "Adjusted Mazziotta-Pareto index: the same on children brought by goalposts to 70..130, where the reference is 100, so that periods compare.",
        "Mazziotta and Pareto 2016, Social Indicators Research 127(3): On a generalized non-compensatory composite index",
        {{"penalty", Kind::option, 0.0, 0.0, 1.0, "Subtracted where more is better, added where less is better.", {"subtract", "add"}}}},
       [](const Vector& x, const Vector& w, const Args& a) { return mazziotta_pareto(x, w, a[0] == 0 ? -1 : 1); }},
      {{"wroclaw", "Wroclaw taxonomic method: one less the distance from the ideal unit of the period over the mean of these distances and two standard deviations.",
        "Hellwig 1968, Przeglad Statystyczny 15(4); as in Compind, ci_wroclaw, turned so that more is better", {}, needs_others},
       nullptr, nullptr, [](const Matrix& x, const Vector& w, const Args&) { return aggregates::wroclaw(x, w); }},
      {{"copeland", "Copeland rule: the number of units that a unit outranks by weight of children, less the number that outrank it.",
        "Munda and Nardo 2009, Applied Economics 41(12); Becker et al. 2022, COINr: a_copeland", {}, needs_others | takes_holes},
       nullptr, nullptr, [](const Matrix& x, const Vector& w, const Args&) { return aggregates::copeland(x, w); }},
  };
  return table;
}

}  // namespace egov
