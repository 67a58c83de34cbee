#include "normalize/linear.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "detail/columns.hpp"
#include "detail/statistics.hpp"

namespace egov::linear {
namespace {

template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

// Observed values brought to size one by the power of two that is given back.
double at_size_one(std::vector<double>& seen) {
  const double size = detail::to_size_one(seen);
  for (double& v : seen) v *= size;
  return size;
}

Fitted directed_extremes(ConstColumn x, double direction) {
  Together seen;
  seen.see(x);
  if (direction < 0) return {{-seen.high, -seen.low}};
  return {{seen.low, seen.high}};
}

bool nothing(const Fitted& f) { return f.numbers[0] > f.numbers[1]; }

void require_positive(ConstColumn x) {
  for (double v : x)
    if (v <= 0)
      throw DataError(text("needs values above 0, but there is ", v, "; use minmax, or another method without a ratio"),
                      {"normalize", "fraction_of_max", ""});
}

}  // namespace

double share(double v, double from, double to) {
  const double way = v - from, whole = to - from;
  if (std::isinf(way) || std::isinf(whole)) return (0.5 * v - 0.5 * from) / (0.5 * to - 0.5 * from);
  return way / whole;
}

Fitted extremes(ConstColumn x, double direction, const std::string& method) {
  detail::require_variation(x, "normalize", method);
  return directed_extremes(x, direction);
}

void between(Column x, double direction, const Fitted& f, double low, double high) {
  x *= direction;
  if (!nothing(f)) detail::stretch(x.data(), x.size(), f.numbers[0], f.numbers[1], low, high);
}

Fitted moments(ConstColumn x, const std::string& method, bool of_population) {
  detail::require_variation(x, "normalize", method);
  auto seen = detail::observed(x);
  const double size = at_size_one(seen), n = static_cast<double>(seen.size());
  return {{detail::mean(seen), detail::deviation(seen) * (of_population ? std::sqrt((n - 1) / n) : 1), size}};
}

Fitted median_spread(ConstColumn x, bool as_normal) {
  detail::require_variation(x, "normalize", "robust");
  auto seen = detail::observed(x);
  if (seen.empty()) return {};
  const double size = at_size_one(seen), middle = detail::median(seen);
  for (double& v : seen) v = std::abs(v - middle);
  const double spread = detail::median(seen);
  if (spread == 0)
    throw DataError(text("the median absolute deviation is 0: more than half of the values equal ", middle / size, "; use zscore or rank"),
                    {"normalize", "robust", ""});
  const double normal = 0.67448975019608171;  // third quartile of the standard normal distribution
  return {{middle, as_normal ? spread / normal : spread, size}};
}

void centered(Column x, double direction, const Fitted& f, double center, double spread) {
  for (double& v : x) v = center + spread * direction * ((v * f.numbers[2] - f.numbers[0]) / f.numbers[1]);
}

void logistic(Column x, double direction, const Fitted& f, double steepness) {
  for (double& v : x) v = 1 / (1 + std::exp(-steepness * direction * ((v * f.numbers[2] - f.numbers[0]) / f.numbers[1])));
}

Fitted mean_of(ConstColumn x) {
  auto seen = detail::observed(x);
  const double size = at_size_one(seen);
  return {{detail::mean(seen), size}};
}

void around_mean(Column x, double direction, const Fitted& f, double threshold) {
  const double mean = f.numbers[0], size = f.numbers[1];
  const double near = threshold * std::abs(mean) + tie_tolerance * std::abs(mean);
  for (double& v : x) {
    if (std::isnan(v)) continue;
    const double off = v * size - mean;
    v = off > near ? direction : off < -near ? -direction : 0;
  }
}

Fitted to_unit(ConstColumn x, double direction, double unit) {
  const auto at = static_cast<Index>(unit);
  const Place place{"normalize", "distance_to_reference", "unit", static_cast<long>(at)};
  Fitted f = extremes(x, direction, "distance_to_reference");
  if (nothing(f)) return f;
  if (at >= x.size()) throw SpecError("there is no such unit among the reference rows", {"normalize", "distance_to_reference", "unit"});
  if (std::isnan(x[at])) throw DataError("the reference unit has no value here; name another unit, or fill the hole before", place);
  f.numbers[1] = direction * x[at];
  if (f.numbers[1] <= f.numbers[0])
    throw DataError("the reference unit has the worst value here, so that there is no distance to measure by; name another unit", place);
  return f;
}

Fitted to_target(ConstColumn x, double direction, double target) {
  if (std::isnan(target))
    throw SpecError("needs a target: give target, or put it in the framework", {"normalize", "distance_to_target", "target"});
  Fitted f = directed_extremes(x, direction);
  if (nothing(f)) return f;
  if (direction * target <= f.numbers[0])
    throw DataError(text("the target ", target, " is no better than the worst value, ", direction * f.numbers[0], "; set a target ",
                         direction > 0 ? "above" : "below", " that"),
                    {"normalize", "distance_to_target", "target"});
  f.numbers[1] = direction * target;
  return f;
}

void distance(Column x, double direction, const Fitted& f, bool cap) {
  for (double& v : x) {
    v = share(direction * v, f.numbers[0], f.numbers[1]);
    if (cap && v > 1) v = 1;
  }
}

Fitted best(ConstColumn x, double direction) {
  require_positive(x);
  const Fitted f = directed_extremes(x, direction);
  return {{direction * f.numbers[1]}};
}

void fraction(Column x, double direction, const Fitted& f) {
  require_positive(x);
  for (double& v : x) v = direction > 0 ? v / f.numbers[0] : f.numbers[0] / v;
}

void goalposts(Column x, double direction, const Args& a) {
  const double lower = a[0], upper = a[1], low = a[3], high = a[4];
  if (std::isnan(lower) || std::isnan(upper))
    throw SpecError("needs both goalposts: give lower and upper, or put them in the framework", {"normalize", "goalposts", "lower"});
  const bool truncate = a[2] != 0;
  for (double& v : x) {
    const double way = direction > 0 ? share(v, lower, upper) : share(v, upper, lower);
    v = truncate && way <= 0 ? low : way == 1 || (truncate && way > 1) ? high : low + (high - low) * way;
  }
}

}  // namespace egov::linear
