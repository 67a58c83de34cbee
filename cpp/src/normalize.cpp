#include "egov/normalize.hpp"

#include <algorithm>
#include <cmath>

#include "detail/columns.hpp"
#include "detail/statistics.hpp"
#include "normalize/linear.hpp"
#include "normalize/order.hpp"

namespace egov {
namespace {

// Gives the values of each tie the highest of them.
void settle_ties(Column x) {
  std::vector<Index> order;
  double largest = 1;
  for (Index i = 0; i < x.size(); ++i)
    if (!std::isnan(x[i])) order.push_back(i), largest = std::max(largest, std::abs(x[i]));
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return x[a] > x[b]; });
  for (std::size_t first = 0, last; first < order.size(); first = last) {
    const double highest = x[order[first]];
    for (last = first; last < order.size() && highest - x[order[last]] <= tie_tolerance * largest; ++last) x[order[last]] = highest;
  }
}

bool all_missing(ConstColumn x) { return x.array().isNaN().all(); }

void require_finite(ConstColumn x, const std::string& method) {
  if (x.array().isInf().any())
    throw DataError("a result lies beyond the largest number there is; choose parameters or reference rows of the size of the data", {"normalize", method, ""});
}

}  // namespace

void Together::see(ConstColumn values) { detail::widen(values.data(), values.size(), low, high); }

void Together::map(Column values, double to_low, double to_high) const {
  detail::stretch(values.data(), values.size(), low, high, to_low, to_high);
}

Normalizer::Normalizer(const Choice& choice)
    : choice_(choice), row_(&find("normalize", normalize_methods(), choice.method)),
      args_(arguments("normalize", *row_, choice)) {
  if (choice.rescaled() && !(choice.rescale_low < choice.rescale_high))
    throw SpecError("the range to rescale to must be (low, high) with low below high", {"normalize", choice.method, "rescale"});
}

Fitted Normalizer::fit(ConstColumn reference, double direction) const {
  Fitted fitted = row_->fit ? row_->fit(reference, direction, args_) : Fitted{};
  if (!choice_.rescaled()) return fitted;
  Vector results = reference;
  row_->map(results, direction, fitted, args_);
  detail::require_variation(results, "normalize", choice_.method);
  fitted.low = infinite, fitted.high = -infinite;
  detail::widen(results.data(), results.size(), fitted.low, fitted.high);
  return fitted;
}

void Normalizer::map(Column values, double direction, const Fitted& fitted) const {
  row_->map(values, direction, fitted, args_);
  if (choice_.rescaled() && fitted.low <= fitted.high)
    detail::stretch(values.data(), values.size(), fitted.low, fitted.high, choice_.rescale_low, choice_.rescale_high);
}

void Normalizer::by(ConstColumn reference, Column values, double direction) const {
  if (row_->fit && all_missing(reference) && !all_missing(values))
    throw DataError("nothing is observed in the rows that the scale is taken from", {"normalize", choice_.method, "over"});
  map(values, direction, fit(reference, direction));
  require_finite(values, choice_.method);
}

void Normalizer::require_one_row(const Over& over, Index periods) const {
  if (names_unit() && (over.what == Over::group || (over.what == Over::panel && periods > 1)))
    throw SpecError("measures by one value of the named unit: take each period on its own, or one period as base, not groups or the whole panel",
                    {"normalize", choice_.method, "over"});
}

void Normalizer::operator()(Column values, double direction) const { by(values, values, direction); }

void Normalizer::operator()(Column values, double direction, const Axes& axes) const {
  require_one_row(choice_.over, axes.times.size());
  each_scope(values, axes, choice_.over, "normalize", choice_.method,
             [&](ConstColumn reference, Column rows) { by(reference, rows, direction); });
}

void Normalizer::of_aggregate(Column values) const {
  if (row_->traits & by_order) settle_ties(values);
  (*this)(values, 1);
}

void Normalizer::of_aggregate(Column values, const Axes& axes) const {
  require_one_row(choice_.over, axes.times.size());
  each_scope(values, axes, choice_.over, "normalize", choice_.method, [&](ConstColumn reference, Column rows) {
    if (reference.data() == rows.data()) return of_aggregate(rows);
    if (row_->traits & by_order) settle_ties(rows);
    by(reference, rows, 1);
  });
}

bool Normalizer::names_unit() const {
  return std::any_of(row_->params.begin(), row_->params.end(), [](const Param& p) { return p.kind == Kind::unit; });
}

bool Normalizer::takes_reference() const { return row_->fit || choice_.rescaled(); }

bool Normalizer::leaves_alone() const { return choice_.method == "none" && !choice_.rescaled(); }

void normalize(Column values, double direction, const Choice& choice) { Normalizer{choice}(values, direction); }

namespace {

// Runs work(column) for each; an error on its way out learns the column as its indicator.
template <class Work>
void each_column(Table table, const Work& work) {
  for (Index j = 0; j < table.cols(); ++j) try {
      work(j);
    } catch (Error& error) {
      error.place.indicator = static_cast<long>(j);
      throw;
    }
}

}  // namespace

void normalize(Table table, const Axes& axes, const Vector& directions, const std::vector<Choice>& choices) {
  each_column(table, [&](Index j) { Normalizer{choices[static_cast<std::size_t>(j)]}(table.col(j), directions[j], axes); });
}

void normalize_by(Table table, const Matrix& reference, const Axes& axes, const Vector& directions, const std::vector<Choice>& choices) {
  each_column(table, [&](Index j) {
    const Normalizer scale(choices[static_cast<std::size_t>(j)]);
    const bool base = scale.over().what == Over::base;
    if (!base) scale.require_one_row({Over::panel}, axes.times.size());
    const Index first = base ? base_period(axes, scale.over(), "normalize", choices[static_cast<std::size_t>(j)].method) * axes.units : 0;
    scale.by(reference.col(j).segment(first, base ? axes.units : reference.rows()), table.col(j), directions[j]);
  });
}

void rescale_together(Table table, Index section, const std::vector<char>& moves, const Range& range) {
  if (!range.given()) return;
  check(range, "");
  for (Index first = 0; first < table.rows(); first += section) {
    Together all;
    for (Index j = 0; j < table.cols(); ++j)
      if (moves[static_cast<std::size_t>(j)]) all.see(table.col(j).segment(first, section));
    all.require_variation(static_cast<long>(first / section));
    for (Index j = 0; j < table.cols(); ++j)
      if (moves[static_cast<std::size_t>(j)] && all.low < all.high) all.map(table.col(j).segment(first, section), range.low, range.high);
  }
}

void check(const Range& range, const std::string& method) {
  if (!(range.low < range.high) || std::isinf(range.high - range.low))
    throw SpecError("the range to rescale to must be (low, high), finite, with low below high", {"normalize", method, "rescale"});
}

void Together::require_variation(long period) const {
  if (low == high) throw DataError("all values are the same, so that there is nothing to rescale", {"normalize", "", "rescale", -1, period});
}

namespace {

using Sign = double;  // direction
const char* const handbook = "OECD/JRC 2008, Handbook on Constructing Composite Indicators, ";
const char* const coinr = "Becker et al. 2022, COINr, Journal of Open Source Software 7(78)";
const Param ties{"ties", Kind::option, 0.0, 0.0, 3.0, "Rank of equal values.", {"average", "min", "max", "dense"}};
const Param cap{"cap", Kind::flag, 0.0, 0.0, 1.0, "Give no more than 1."};

order::Ties ties_of(const Args& a) { return static_cast<order::Ties>(static_cast<int>(a[0])); }

Fitted distinct_order(ConstColumn x, Sign direction, const std::string& method) {
  detail::require_variation(x, "normalize", method);
  return order::sorted(x, direction);
}

Fitted fit_classes(ConstColumn x, Sign direction, const Args& a) {
  const auto breaks = order::breaks(a, a[0]);
  detail::require_variation(x, "normalize", "categories");
  return order::quantiles(x, direction, breaks);
}

}  // namespace

Rows<NormalizeMethod>& normalize_methods() {
  static Rows<NormalizeMethod> table = {
      {{"none", "Keeps the value; a negative direction turns its sign.", "", {}, gives_signed},
       nullptr, [](Column x, Sign direction, const Fitted&, const Args&) { x *= direction; }},
      {{"minmax",
        "Maps the lowest observed value to low and the highest to high, in between linearly.",
        handbook + std::string("section 5.3"),
        {{"low", Kind::real, 0.0, -infinite, infinite, "Result for the lowest observed value."},
         {"high", Kind::real, 1.0, -infinite, infinite, "Result for the highest observed value."}},
        needs_variation | gives_range,
        {{"low", "high"}}},
       [](ConstColumn x, Sign direction, const Args&) { return linear::extremes(x, direction, "minmax"); },
       [](Column x, Sign direction, const Fitted& f, const Args& a) { linear::between(x, direction, f, a[0], a[1]); }},
      {{"zscore",
        "Centers on the mean and divides by the standard deviation (n - 1, or n with ddof 0).",
        handbook + std::string("section 5.2"),
        {{"mean", Kind::real, 0.0, -infinite, infinite, "Mean of the result."},
         {"sd", Kind::real, 1.0, 1e-300, infinite, "Standard deviation of the result."},
         {"ddof", Kind::integer, 1.0, 0.0, 1.0, "What is taken off n where squares are averaged: 1 for a sample, 0 for all there are (Mazziotta and Pareto)."}},
        needs_variation | gives_signed},
       [](ConstColumn x, Sign, const Args& a) { return linear::moments(x, "zscore", a[2] == 0); },
       [](Column x, Sign direction, const Fitted& f, const Args& a) { linear::centered(x, direction, f, a[0], a[1]); }},
      {{"rank",
        "Ascending rank among the observed values, so that the best has the highest.",
        handbook + std::string("section 5.1"), {ties}, by_order},
       [](ConstColumn x, Sign direction, const Args&) { return order::sorted(x, direction); },
       [](Column x, Sign direction, const Fitted& f, const Args& a) { order::ranked(x, direction, f, ties_of(a)); }},
      {{"goalposts",
        "Maps fixed goalposts to low and high, whatever the data; beyond them stays at the end unless truncate is off.",
        "UNDP, Human Development Report, technical note 1",
        {{"lower", Kind::indicator, missing_value, -infinite, infinite, "Value of the worse (direction -1: better) end.", {}, true},
         {"upper", Kind::indicator, missing_value, -infinite, infinite, "Value of the better (direction -1: worse) end.", {}, true},
         {"truncate", Kind::flag, 1.0, 0.0, 1.0, "Keep results within low and high."},
         {"low", Kind::real, 0.0, -infinite, infinite, "Result at the worse end."},
         {"high", Kind::real, 1.0, -infinite, infinite, "Result at the better end."}},
        gives_range,
        {{"lower", "upper"}, {"low", "high"}}},
       nullptr, [](Column x, Sign direction, const Fitted&, const Args& a) { linear::goalposts(x, direction, a); }},
      {{"robust",
        "Centers on the median and divides by the median absolute deviation from it, so that outliers do not set the scale.",
        "Huber 1981, Robust Statistics, section 5.1; scipy.stats.median_abs_deviation(scale=\"normal\")",
        {{"center", Kind::real, 0.0, -infinite, infinite, "Median of the result."},
         {"scale", Kind::real, 1.0, 1e-300, infinite, "Spread of the result."},
         {"normal", Kind::flag, 1.0, 0.0, 1.0, "Multiply the deviation by 1.4826, so that for normal data it is the standard deviation, as z-scores have it."}},
        needs_variation | gives_signed},
       [](ConstColumn x, Sign, const Args& a) { return linear::median_spread(x, a[2] != 0); },
       [](Column x, Sign direction, const Fitted& f, const Args& a) { linear::centered(x, direction, f, a[0], a[1]); }},
      {{"percentile_rank",
        "Ascending rank brought to 0 for the worst and 1 for the best: (rank - 1) / (n - 1); with dense ranks n counts distinct values. A value "
        "beyond those of the reference is half a step beyond 0 or 1.",
        handbook + std::string("step 5, ranking; ") + coinr, {ties}, needs_variation | gives_unit | by_order},
       [](ConstColumn x, Sign direction, const Args&) { return distinct_order(x, direction, "percentile_rank"); },
       [](Column x, Sign direction, const Fitted& f, const Args& a) { order::share_of_ranks(x, direction, f, ties_of(a)); }},
      {{"borda",
        "Borda points: how many units are worse, the ascending rank less 1.",
        "Borda 1781, Memoire sur les elections au scrutin", {ties}, gives_signed | by_order},
       [](ConstColumn x, Sign direction, const Args&) { return order::sorted(x, direction); },
       [](Column x, Sign direction, const Fitted& f, const Args& a) { order::ranked(x, direction, f, ties_of(a)), x.array() -= 1; }},
      {{"distance_to_max",
        "One less the distance to the best value as a share of the range: minmax from 0 to 1.",
        coinr, {}, needs_variation | gives_unit},
       [](ConstColumn x, Sign direction, const Args&) { return linear::extremes(x, direction, "distance_to_max"); },
       [](Column x, Sign direction, const Fitted& f, const Args&) { linear::between(x, direction, f, 0, 1); }},
      {{"distance_to_reference",
        "How far from the worst value (0) towards that of a reference unit (1); better units get more unless cap is on.",
        handbook + std::string("step 5, distance to a reference; ") + coinr,
        {{"unit", Kind::unit, missing_value, -infinite, infinite, "Unit that the others are measured by."}, cap},
        needs_variation | gives_signed},
       [](ConstColumn x, Sign direction, const Args& a) { return linear::to_unit(x, direction, a[0]); },
       [](Column x, Sign direction, const Fitted& f, const Args& a) { linear::distance(x, direction, f, a[1] != 0); }},
      {{"distance_to_target",
        "How far from the worst value (0) towards a target (1); beyond it more unless cap is on.",
        handbook + std::string("step 5, distance to a reference; ") + coinr,
        {{"target", Kind::indicator, missing_value, -infinite, infinite, "Value to be reached.", {}, true}, cap},
        gives_signed},
       [](ConstColumn x, Sign direction, const Args& a) { return linear::to_target(x, direction, a[0]); },
       [](Column x, Sign direction, const Fitted& f, const Args& a) { linear::distance(x, direction, f, a[1] != 0); }},
      {{"fraction_of_max",
        "Share of the highest value, x / max; where less is better, the lowest value as a share of this one, min / x.",
        handbook + std::string("step 5, distance to a reference"), {}, needs_positive},
       [](ConstColumn x, Sign direction, const Args&) { return linear::best(x, direction); },
       [](Column x, Sign direction, const Fitted& f, const Args&) { linear::fraction(x, direction, f); }},
      {{"scaled",
        "Maps a to 0 and b to factor, whatever the data. A negative direction turns the sign of the value first; goalposts turns the scale instead.",
        coinr,
        {{"a", Kind::indicator, 0.0, -infinite, infinite, "Value, with its direction, that becomes 0."},
         {"b", Kind::indicator, 100.0, -infinite, infinite, "Value, with its direction, that becomes factor."},
         {"factor", Kind::real, 1.0, 1e-300, infinite, "Result for b."}},
        gives_signed,
        {{"a", "b"}}},
       nullptr, [](Column x, Sign direction, const Fitted&, const Args& a) { for (double& v : x) v = a[2] * linear::share(direction * v, a[0], a[1]); }},
      {{"categories",
        "Classes by quantiles of the observed values, from low for the worst in equal steps; equal values share a class, one at a break is in the class above.",
        handbook + std::string("step 5, categorical scale; quantiles: Hyndman and Fan 1996, type 7"),
        {{"count", Kind::integer, 5.0, 2.0, 1e6, "Number of classes of equal share, unless breaks are given."},
         {"low", Kind::real, 1.0, -infinite, infinite, "Result for the lowest class."},
         {"high", Kind::real, missing_value, -infinite, infinite, "Result for the highest class; left out, each class gets 1 more than the one before.", {}, true},
         {"breaks", Kind::table, missing_value, -infinite, infinite, "Shares of the units below each break, ascending, e.g. 0.15 0.25 0.65 0.85 0.95.", {}, true}},
        needs_variation | gives_range | by_order,
        {{"low", "high"}}},
       fit_classes,
       [](Column x, Sign direction, const Fitted& f, const Args& a) { order::classes(x, direction, f, a[1], a[2]); }},
      {{"above_below_mean",
        "1 well above the mean, -1 well below it, 0 around it: within a threshold, as a share of the mean's size.",
        handbook + std::string("step 5, indicators above or below the mean"),
        {{"threshold", Kind::real, 0.2, 0.0, 1e6, "Share of the mean (of its size, if it is negative) that counts as around it."}},
        gives_signed},
       [](ConstColumn x, Sign, const Args&) { return linear::mean_of(x); },
       [](Column x, Sign direction, const Fitted& f, const Args& a) { linear::around_mean(x, direction, f, a[0]); }},
      {{"logistic",
        "The logistic curve of the z-score, 1 / (1 + exp(-steepness z)): outliers come near 0 and 1.",
        "Han, Kamber and Pei 2011, Data Mining: Concepts and Techniques; scipy.special.expit",
        {{"steepness", Kind::real, 1.0, 1e-300, infinite, "Slope: how fast the curve leaves 1/2, a quarter of it a standard deviation."}},
        needs_variation | gives_unit},
       [](ConstColumn x, Sign, const Args&) { return linear::moments(x, "logistic", false); },
       [](Column x, Sign direction, const Fitted& f, const Args& a) { linear::logistic(x, direction, f, a[0]); }},
  };
  return table;
}

}  // namespace egov
