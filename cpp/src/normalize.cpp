#include "egov/normalize.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "detail/columns.hpp"
#include "detail/statistics.hpp"

namespace egov {
namespace {

// Lowest and highest observed value: numbers[0] and numbers[1]; low above high where nothing is observed.
Fitted extremes(ConstColumn x) {
  Together seen;
  seen.see(x);
  return {{seen.low, seen.high}};
}

void extremes_to(Column x, const Fitted& f, double low, double high) {
  if (f.numbers[0] <= f.numbers[1]) detail::stretch(x.data(), x.size(), f.numbers[0], f.numbers[1], low, high);
}

Fitted fit_extremes(ConstColumn x, double direction, const std::string& method) {
  detail::require_variation(x, "normalize", method);
  Fitted f = extremes(x);
  if (direction < 0) f.numbers = {-f.numbers[1], -f.numbers[0]};
  return f;
}

void minmax(Column x, double direction, const Fitted& f, double low, double high) {
  x *= direction;
  extremes_to(x, f, low, high);
}

// Mean, standard deviation and the power of two that both were taken at.
Fitted fit_moments(ConstColumn x) {
  detail::require_variation(x, "normalize", "zscore");
  auto seen = detail::observed(x);
  const double size = detail::to_size_one(seen);
  for (double& v : seen) v *= size;
  return {{detail::mean(seen), detail::deviation(seen), size}};
}

void zscore(Column x, double direction, const Fitted& f, double mean, double sd) {
  for (double& v : x) v = mean + sd * direction * ((v * f.numbers[2] - f.numbers[0]) / f.numbers[1]);
}

// Observed values with their direction, ascending.
Fitted fit_sorted(ConstColumn x, double direction) {
  auto seen = detail::observed(x);
  for (double& v : seen) v *= direction;
  std::sort(seen.begin(), seen.end());
  Fitted f;
  f.sorted = Eigen::Map<const Vector>(seen.data(), static_cast<Index>(seen.size()));
  return f;
}

enum class Ties { average, lowest, highest, dense };

// Ascending ranks, so that a higher result is better. A value that the reference does not hold stands half way between
// the ranks of its neighbors there.
void ranked(Column x, double direction, const Fitted& f, Ties ties) {
  const double *first = f.sorted.data(), *last = first + f.sorted.size();
  std::vector<double> runs;  // dense ranks, if asked for
  for (Index k = 0; ties == Ties::dense && k < f.sorted.size(); ++k)
    runs.push_back(k == 0 ? 1 : runs.back() + (f.sorted[k] != f.sorted[k - 1]));
  for (double& v : x) {
    if (std::isnan(v)) continue;
    v *= direction;
    const auto [from, to] = std::equal_range(first, last, v);
    const double below = static_cast<double>(from - first), upto = static_cast<double>(to - first);
    if (from == to) v = (ties == Ties::dense ? (from == first ? 0 : runs[static_cast<std::size_t>(from - first) - 1]) : below) + 0.5;
    else if (ties == Ties::dense) v = runs[static_cast<std::size_t>(from - first)];
    else v = ties == Ties::average ? 0.5 * (below + 1 + upto) : ties == Ties::lowest ? below + 1 : upto;
  }
}

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

void goalposts(Column x, double direction, double lower, double upper, bool truncate) {
  if (std::isnan(lower) || std::isnan(upper))
    throw SpecError("needs both goalposts: give lower and upper, or put them in the framework", {"normalize", "goalposts", "lower"});
  const double half = std::isinf(upper - lower) ? 0.5 : 1.0;  // halved where the distance itself would overflow
  const double low = lower * half, high = upper * half;
  for (double& v : x) {
    const double share = (direction > 0 ? v * half - low : high - v * half) / (high - low);
    v = truncate && share < 0 ? 0 : truncate && share > 1 ? 1 : share;
  }
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

void Normalizer::operator()(Column values, double direction) const { map(values, direction, fit(values, direction)); }

void Normalizer::operator()(Column values, double direction, const Axes& axes) const {
  each_scope(values, axes, choice_.over, "normalize", choice_.method,
             [&](ConstColumn reference, Column rows) { map(rows, direction, fit(reference, direction)); });
}

void Normalizer::of_aggregate(Column values) const {
  if (row_->traits & by_order) settle_ties(values);
  (*this)(values, 1);
}

void Normalizer::of_aggregate(Column values, const Axes& axes) const {
  each_scope(values, axes, choice_.over, "normalize", choice_.method, [&](ConstColumn reference, Column rows) {
    if (reference.data() == rows.data()) return of_aggregate(rows);
    if (row_->traits & by_order) settle_ties(rows);
    map(rows, 1, fit(reference, 1));
  });
}

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
    const Index first = base ? base_period(axes, scale.over(), "normalize", choices[static_cast<std::size_t>(j)].method) * axes.units : 0;
    scale.map(table.col(j), directions[j], scale.fit(reference.col(j).segment(first, base ? axes.units : reference.rows()), directions[j]));
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

Rows<NormalizeMethod>& normalize_methods() {
  static Rows<NormalizeMethod> table = {
      {{"none", "Keeps the value; a negative direction turns its sign.", "", {}, gives_signed},
       nullptr, [](Column x, double direction, const Fitted&, const Args&) { x *= direction; }},
      {{"minmax",
        "Maps the lowest observed value to low and the highest to high, in between linearly.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, section 5.3",
        {{"low", Kind::real, 0.0, -infinite, infinite, "Result for the lowest observed value."},
         {"high", Kind::real, 1.0, -infinite, infinite, "Result for the highest observed value."}},
        needs_variation | gives_range,
        {{"low", "high"}}},
       [](ConstColumn x, double direction, const Args&) { return fit_extremes(x, direction, "minmax"); },
       [](Column x, double direction, const Fitted& f, const Args& a) { minmax(x, direction, f, a[0], a[1]); }},
      {{"zscore",
        "Centers on the mean and divides by the standard deviation (n - 1).",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, section 5.2",
        {{"mean", Kind::real, 0.0, -infinite, infinite, "Mean of the result."},
         {"sd", Kind::real, 1.0, 1e-300, infinite, "Standard deviation of the result."}},
        needs_variation | gives_signed},
       [](ConstColumn x, double, const Args&) { return fit_moments(x); },
       [](Column x, double direction, const Fitted& f, const Args& a) { zscore(x, direction, f, a[0], a[1]); }},
      {{"rank",
        "Ascending rank among the observed values, so that the best has the highest.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, section 5.1",
        {{"ties", Kind::option, 0.0, 0.0, 3.0, "Rank of equal values.", {"average", "min", "max", "dense"}}},
        by_order},
       [](ConstColumn x, double direction, const Args&) { return fit_sorted(x, direction); },
       [](Column x, double direction, const Fitted& f, const Args& a) { ranked(x, direction, f, static_cast<Ties>(static_cast<int>(a[0]))); }},
      {{"goalposts",
        "Maps fixed goalposts to 0 and 1, whatever the data; beyond them stays at the end unless truncate is off.",
        "UNDP, Human Development Report, technical note 1",
        {{"lower", Kind::indicator, missing_value, -infinite, infinite, "Value of the worse (direction -1: better) end.", {}, true},
         {"upper", Kind::indicator, missing_value, -infinite, infinite, "Value of the better (direction -1: worse) end.", {}, true},
         {"truncate", Kind::flag, 1.0, 0.0, 1.0, "Keep results within 0 and 1."}},
        gives_unit,
        {{"lower", "upper"}}},
       nullptr, [](Column x, double direction, const Fitted&, const Args& a) { goalposts(x, direction, a[0], a[1], a[2] != 0); }},
  };
  return table;
}

}  // namespace egov
