// Box-Cox and Yeo-Johnson, with the power given or of the largest likelihood.
#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <sstream>

#include "detail/statistics.hpp"
#include "treat/transform.hpp"

namespace egov::transform {
namespace {

// (e^t - 1)/t, which is 1 at 0.
double phi(double t) { return t == 0 ? 1.0 : t == infinite ? infinite : std::expm1(t) / t; }

// The same and its derivative by t, both times e^-m, for t of any size with t <= m.
struct Curve {
  double value, slope;
};

Curve curve(double t, double m) {
  if (std::abs(t) < 0.5) {  // sum of t^k / (k! (k + 2)), as the closed form cancels
    double slope = 0, term = 1;
    for (int k = 0; k < 18; ++k, term *= t / k) slope += term / (k + 2);
    return {phi(t) * std::exp(-m), slope * std::exp(-m)};
  }
  const double up = std::exp(t - m), one = std::exp(-m);
  return {(up - one) / t, ((t - 1) * up + one) / (t * t)};
}

// Points as the likelihood sees them. On the plus side the transformed value is z phi(power z), on the minus side
// -z phi((2 - power) z); the log-likelihood is -n/2 ln(variance) + (power - 1) pull. It is concave: each
// difference of two transformed values is an integral of exponentials in the power, so the variance is log-convex.
struct Points {
  std::vector<double> z = {};    // divided by `unit`
  std::vector<char> minus = {};
  double unit = 1;               // the largest |z|
  double pull = 0;               // sum of the logs of the derivative by x, in units of `unit`
};

// Derivative of minus the log-likelihood by k = power * unit. Increases with k.
double steepness(const Points& points, double k) {
  const std::size_t n = points.z.size();
  auto exponent = [&](std::size_t i) { return (points.minus[i] ? 2 * points.unit - k : k) * points.z[i]; };
  double m = 0;
  for (std::size_t i = 0; i < n; ++i) m = std::max(m, exponent(i));
  std::vector<double> value(n), slope(n);
  for (std::size_t i = 0; i < n; ++i) {
    const Curve at = curve(exponent(i), m);
    value[i] = (points.minus[i] ? -1 : 1) * points.z[i] * at.value;
    slope[i] = points.z[i] * points.z[i] * at.slope;
  }
  const double center = detail::mean(value), middle = detail::mean(slope);
  double variance = 0, together = 0;
  for (std::size_t i = 0; i < n; ++i) {
    variance += (value[i] - center) * (value[i] - center);
    together += (value[i] - center) * (slope[i] - middle);
  }
  return static_cast<double>(n) * (together / variance) - points.pull;
}

[[noreturn]] void no_power(const std::string& method, const std::string& why) {
  throw DataError(why + "; give the power, or treat the column otherwise", {"treat", method, "power"});
}

// The power where the likelihood is largest: where its derivative changes sign.
double best_power(const Points& points, const std::string& method) {
  auto f = [&](double k) { return steepness(points, k); };
  double step = 2 * std::max(points.unit, 1.0), low = -step, high = step;
  double below = f(low), above = f(high);
  for (; below > 0 && std::isfinite(low); below = f(low)) high = low, above = below, low -= step, step *= 2;
  for (; above < 0 && std::isfinite(high); above = f(high)) low = high, below = above, high += step, step *= 2;
  if (!(below <= 0) || !(above >= 0)) no_power(method, "no power is the likeliest: the column is too nearly constant");
  std::uintmax_t most = 200;
  auto found = std::make_pair(low, low);
  if (above == 0) found = {high, high};
  if (below < 0 && above > 0) found = boost::math::tools::toms748_solve(f, low, high, below, above, boost::math::tools::eps_tolerance<double>(52), most);
  const double power = (found.first + 0.5 * (found.second - found.first)) / points.unit;
  if (!std::isfinite(power)) no_power(method, "no power is the likeliest: the column is too nearly constant");
  return power;
}

Points to_unit(Points points) {
  points.unit = 0;
  for (double z : points.z) points.unit = std::max(points.unit, std::abs(z));
  for (double& z : points.z) z /= points.unit;
  for (std::size_t i = 0; i < points.z.size(); ++i) points.pull += points.minus[i] ? -points.z[i] : points.z[i];
  return points;
}

// Logs of v + plus over their mean, so that their sum is 0 and all that matters is how they differ.
Points centered_logs(const std::vector<double>& values, double plus) {
  Points points{{}, std::vector<char>(values.size(), 0)};
  const double reference = values[values.size() / 2];
  for (double v : values) {
    const double off = (v - reference) / (reference + plus);
    points.z.push_back(std::abs(off) < 0.5 ? std::log1p(off) : std::log(v + plus) - std::log(reference + plus));
  }
  const double center = detail::mean(points.z);
  for (double& z : points.z) z -= center;
  points = to_unit(std::move(points));
  points.pull = 0;
  return points;
}

Points signed_logs(const std::vector<double>& x) {
  Points points;
  for (double v : x) points.z.push_back(std::log1p(std::abs(v))), points.minus.push_back(v < 0);
  return to_unit(std::move(points));
}

// Values of one sign are a Box-Cox matter, of x + 1 or of 1 - x.
double likeliest_yeojohnson(std::vector<double> seen, const std::string& method) {
  if (seen.front() >= 0) return best_power(centered_logs(seen, 1), method);
  if (seen.back() > 0) return best_power(signed_logs(seen), method);
  for (double& v : seen) v = -v;
  return 2 - best_power(centered_logs(seen, 1), method);
}

// Observed values in order, so that the order of the units cannot move the last digit of the power.
std::vector<double> in_order(ConstColumn x) {
  auto seen = detail::observed(x);
  std::sort(seen.begin(), seen.end());
  return seen;
}

// Results that rounding brought out of the order of the data, by a last digit, become ties.
void keep_order(Column x, const Vector& before) {
  std::vector<Index> order;
  for (Index i = 0; i < x.size(); ++i)
    if (!std::isnan(before[i])) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return before[a] < before[b]; });
  for (std::size_t k = 1; k < order.size(); ++k) x[order[k]] = std::max(x[order[k]], x[order[k - 1]]);
}

// The distance of the extremes over the largest magnitude: how much of the digits tells the values apart.
double relative_spread(ConstColumn x) {
  double low = infinite, high = -infinite;
  for (double v : x)
    if (!std::isnan(v)) low = std::min(low, v), high = std::max(high, v);
  const double size = std::max(std::abs(low), std::abs(high));
  return size > 0 ? high / size - low / size : 0;
}

// DataError where results overflow, or where what told the values apart is lost in the last digits.
void check(ConstColumn x, const Vector& before, double power, const std::string& method) {
  const bool large = (x.array().abs() == infinite).any();
  if (!large && relative_spread(x) > 1e-11 * relative_spread(before)) return;
  std::ostringstream text;
  text << "at the power " << power << (large ? " a result is larger than a number can hold" : " all results are the same to the last digits");
  no_power(method, text.str());
}

double log_above(double v, double low) {  // ln(v - low + 1)
  const double above = v - low;
  return std::isinf(above) ? std::log(0.5 * v - 0.5 * low) + std::log(2.0) : std::log1p(above);
}

}  // namespace

double boxcox(Column x, double power, bool shift, const std::string& method) {
  detail::require_variation(x, "treat", method);
  auto seen = in_order(x);
  if (seen.empty()) return missing_value;
  const double low = seen.front();
  if (!shift && low <= 0) {
    std::ostringstream text;
    text << "needs values above 0, but the lowest is " << low << "; set shift = true for x - min + 1, or take yeojohnson";
    throw DataError(text.str(), {"treat", method, ""});
  }
  const double half = std::isinf(seen.back() - low) ? 0.5 : 1.0;
  if (shift)
    for (double& v : seen) v = v * half - low * half + half;
  if (std::isnan(power)) power = best_power(centered_logs(seen, 0), method);
  const Vector before = x;
  for (double& v : x) {
    const double z = shift ? log_above(v, low) : std::log(v);
    v = z * phi(power * z);
  }
  check(x, before, power, method);
  keep_order(x, before);
  return power;
}

double yeojohnson(Column x, double power, const std::string& method) {
  detail::require_variation(x, "treat", method);
  const auto seen = in_order(x);
  if (seen.empty()) return missing_value;
  if (std::isnan(power)) power = likeliest_yeojohnson(seen, method);
  const Vector before = x;
  for (double& v : x) {
    const double z = std::log1p(std::abs(v));
    v = v < 0 ? -z * phi((2 - power) * z) : z * phi(power * z);
  }
  check(x, before, power, method);
  keep_order(x, before);
  return power;
}

}  // namespace egov::transform
