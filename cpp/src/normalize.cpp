#include "egov/normalize.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "detail/columns.hpp"
#include "detail/statistics.hpp"

namespace egov {
namespace {

void extremes_to(Column x, double low, double high) {
  Together one;
  one.see(x);
  if (one.low <= one.high) one.map(x, low, high);
}

void minmax(Column x, double direction, double low, double high) {
  detail::require_variation(x, "normalize", "minmax");
  x *= direction;
  extremes_to(x, low, high);
}

void zscore(Column x, double direction, double mean, double sd) {
  detail::require_variation(x, "normalize", "zscore");
  auto seen = detail::observed(x);
  const double size = detail::to_size_one(seen);
  for (double& v : seen) v *= size;
  const double center = detail::mean(seen), spread = detail::deviation(seen);
  for (double& v : x) v = mean + sd * direction * ((v * size - center) / spread);
}

enum class Ties { average, lowest, highest, dense };

// Ascending ranks, so that a higher result is better.
void ranked(Column x, double direction, Ties ties) {
  std::vector<Index> order;
  for (Index i = 0; i < x.size(); ++i)
    if (!std::isnan(x[i])) order.push_back(i);
  x *= direction;
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return x[a] < x[b] || (x[a] == x[b] && a < b); });
  double run = 0;
  for (std::size_t first = 0, last; first < order.size(); first = last) {
    const double value = x[order[first]];
    for (last = first; last < order.size() && x[order[last]] == value; ++last) {}
    ++run;
    const double low = static_cast<double>(first + 1), high = static_cast<double>(last);
    const double rank = ties == Ties::average ? 0.5 * (low + high) : ties == Ties::lowest ? low : ties == Ties::highest ? high : run;
    for (std::size_t k = first; k < last; ++k) x[order[k]] = rank;
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

void Normalizer::operator()(Column values, double direction) const {
  row_->apply(values, direction, args_);
  if (!choice_.rescaled()) return;
  detail::require_variation(values, "normalize", choice_.method);
  extremes_to(values, choice_.rescale_low, choice_.rescale_high);
}

void Normalizer::of_aggregate(Column values) const {
  if (row_->traits & by_order) settle_ties(values);
  (*this)(values, 1);
}

bool Normalizer::leaves_alone() const { return choice_.method == "none" && !choice_.rescaled(); }

void normalize(Column values, double direction, const Choice& choice) { Normalizer{choice}(values, direction); }

void normalize(Table table, Index section, const Vector& directions, const std::vector<Choice>& choices) {
  each_section(table, section, [&](Index j, Column values) { normalize(values, directions[j], choices[static_cast<std::size_t>(j)]); });
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

const std::vector<NormalizeMethod>& normalize_methods() {
  static const std::vector<NormalizeMethod> table = {
      {{"none", "Keeps the value; a negative direction turns its sign.", "", {}, gives_signed},
       [](Column x, double direction, const Args&) { x *= direction; }},
      {{"minmax",
        "Maps the lowest observed value to low and the highest to high, in between linearly.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, section 5.3",
        {{"low", Kind::real, 0.0, -infinite, infinite, "Result for the lowest observed value."},
         {"high", Kind::real, 1.0, -infinite, infinite, "Result for the highest observed value."}},
        needs_variation | gives_range,
        {{"low", "high"}}},
       [](Column x, double direction, const Args& a) { minmax(x, direction, a[0], a[1]); }},
      {{"zscore",
        "Centers on the mean and divides by the standard deviation (n - 1).",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, section 5.2",
        {{"mean", Kind::real, 0.0, -infinite, infinite, "Mean of the result."},
         {"sd", Kind::real, 1.0, 1e-300, infinite, "Standard deviation of the result."}},
        needs_variation | gives_signed},
       [](Column x, double direction, const Args& a) { zscore(x, direction, a[0], a[1]); }},
      {{"rank",
        "Ascending rank among the observed values, so that the best has the highest.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, section 5.1",
        {{"ties", Kind::option, 0.0, 0.0, 3.0, "Rank of equal values.", {"average", "min", "max", "dense"}}},
        by_order},
       [](Column x, double direction, const Args& a) { ranked(x, direction, static_cast<Ties>(static_cast<int>(a[0]))); }},
      {{"goalposts",
        "Maps fixed goalposts to 0 and 1, whatever the data; beyond them stays at the end unless truncate is off.",
        "UNDP, Human Development Report, technical note 1",
        {{"lower", Kind::indicator, missing_value, -infinite, infinite, "Value of the worse (direction -1: better) end.", {}, true},
         {"upper", Kind::indicator, missing_value, -infinite, infinite, "Value of the better (direction -1: worse) end.", {}, true},
         {"truncate", Kind::flag, 1.0, 0.0, 1.0, "Keep results within 0 and 1."}},
        gives_unit,
        {{"lower", "upper"}}},
       [](Column x, double direction, const Args& a) { goalposts(x, direction, a[0], a[1], a[2] != 0); }},
  };
  return table;
}

}  // namespace egov
