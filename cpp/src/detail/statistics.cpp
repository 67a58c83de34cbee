#include "detail/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

namespace egov::detail {

std::vector<double> observed(ConstColumn values) {
  std::vector<double> x;
  x.reserve(static_cast<std::size_t>(values.size()));
  for (double v : values)
    if (!std::isnan(v)) x.push_back(v);
  return x;
}

namespace {

double largest_size(const std::vector<double>& x) {
  double largest = 0;
  for (double v : x) largest = std::max(largest, std::abs(v));
  return largest;
}

// Sum of (v * by - from), in four lanes whose order is fixed.
double sum_of(const std::vector<double>& x, double by, double from) {
  double lane[4] = {0, 0, 0, 0};
  const std::size_t whole = x.size() / 4 * 4;
  for (std::size_t i = 0; i < whole; i += 4)
    for (std::size_t k = 0; k < 4; ++k) lane[k] += x[i + k] * by - from;
  for (std::size_t i = whole; i < x.size(); ++i) lane[i - whole] += x[i] * by - from;
  return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

// Mean of the values times a power of two, in two passes.
double mean_scaled(const std::vector<double>& x, double by) {
  const double n = static_cast<double>(x.size()), first = sum_of(x, by, 0) / n;
  return first + sum_of(x, by, first) / n;
}

}  // namespace

// Scaled by a power of two first, so that sums of values near 1e308 do not overflow.
double mean(const std::vector<double>& x) {
  if (x.empty()) return missing_value;
  const bool huge = largest_size(x) > 1e290;
  return huge ? mean_scaled(x, 0x1p-64) * 0x1p64 : mean_scaled(x, 1);
}

double to_size_one(const std::vector<double>& x) {
  const double largest = largest_size(x);
  return largest > 0 && std::isfinite(largest) ? std::ldexp(1.0, std::min(-std::ilogb(largest), 1023)) : 1.0;
}

double median(std::vector<double> x) {
  if (x.empty()) return missing_value;
  const auto half = static_cast<std::ptrdiff_t>(x.size() / 2);
  std::nth_element(x.begin(), x.begin() + half, x.end());
  const double upper = x[static_cast<std::size_t>(half)];
  if (x.size() % 2) return upper;
  const double lower = *std::max_element(x.begin(), x.begin() + half), sum = lower + upper;
  return std::isinf(sum) ? 0.5 * lower + 0.5 * upper : 0.5 * sum;
}

// R's quantile(): between the values at position n p + m, counted from 1.
double quantile(const std::vector<double>& sorted, double share, int type) {
  if (sorted.empty()) return missing_value;
  const double p = share, n = static_cast<double>(sorted.size());
  const double offsets[] = {0, 0.5, p, 1 - p, (p + 1) / 3, p / 4 + 0.375};
  const double noise = 4 * std::numeric_limits<double>::epsilon();
  double at = n * p + offsets[type - 4], below = std::floor(at + noise);
  const double part = std::abs(at - below) < noise ? 0 : at - below;
  const auto value = [&](double k) { return sorted[static_cast<std::size_t>(std::min(std::max(k, 1.0), n)) - 1]; };
  const double low = value(below), high = value(below + 1), step = high - low;
  if (part == 0 || step == 0) return low;
  return std::min(high, std::isinf(step) ? (1 - part) * low + part * high : low + part * step);
}

namespace {

// Central moments about the mean, of values of size one scaled by their largest deviation.
struct Moments {
  double n, second, third, fourth, scale, size;
};

Moments moments(std::vector<double> x) {
  Moments m{static_cast<double>(x.size()), 0, 0, 0, 0, to_size_one(x)};
  for (double& v : x) v *= m.size;
  const double centre = mean(x);
  for (double v : x) m.scale = std::max(m.scale, std::abs(v - centre));
  if (m.scale == 0) return m;
  for (double v : x) {
    const double d = (v - centre) / m.scale, square = d * d;
    m.second += square;
    m.third += square * d;
    m.fourth += square * square;
  }
  return m;
}

}  // namespace

double deviation(const std::vector<double>& x) {
  if (x.size() < 2) return missing_value;
  const double size = to_size_one(x), center = mean_scaled(x, size);
  double largest = 0;
  for (double v : x) largest = std::max(largest, std::abs(v * size - center));
  if (largest == 0) return 0;
  double lane[4] = {0, 0, 0, 0};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double d = (x[i] * size - center) / largest;
    lane[i % 4] += d * d;
  }
  return largest * std::sqrt(((lane[0] + lane[1]) + (lane[2] + lane[3])) / static_cast<double>(x.size() - 1)) / size;
}

Shape shape(const std::vector<double>& x) {
  const Moments m = moments(x);
  Shape out{missing_value, missing_value};
  if (m.n < 3 || m.second == 0) return out;
  const double variance = m.second / m.n;
  out.skewness = (m.third / m.n) / std::pow(variance, 1.5) * std::sqrt(m.n * (m.n - 1)) / (m.n - 2);
  if (m.n < 4) return out;
  const double plain = (m.fourth / m.n) / (variance * variance) - 3;
  out.kurtosis = ((m.n + 1) * plain + 6) * (m.n - 1) / ((m.n - 2) * (m.n - 3));
  return out;
}

double skewness(const std::vector<double>& x) { return shape(x).skewness; }

double kurtosis(const std::vector<double>& x) { return shape(x).kurtosis; }

std::vector<double> average_ranks(const std::vector<double>& x) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  std::vector<double> ranks(x.size());
  for (std::size_t first = 0, last; first < order.size(); first = last) {
    for (last = first; last < order.size() && x[order[last]] == x[order[first]]; ++last) {}
    for (std::size_t k = first; k < last; ++k) ranks[order[k]] = 0.5 * static_cast<double>(first + 1 + last);
  }
  return ranks;
}

bool varies(ConstColumn values) {
  double seen = missing_value;
  for (double v : values) {
    if (std::isnan(v)) continue;
    if (!std::isnan(seen) && v != seen) return true;
    seen = v;
  }
  return false;
}

void require_variation(ConstColumn values, const std::string& stage, const std::string& method) {
  if (varies(values)) return;
  const auto x = observed(values);
  if (x.empty()) return;
  std::ostringstream text;
  text << "needs at least two distinct values, but " << (x.size() == 1 ? "the only observed value is " : "all observed values equal ")
       << x.front() << "; leave the indicator out, or use "
       << (stage == "treat" ? "a treatment that takes such a column (none, winsorize, cap)" : "a method without a scale from the data (none, rank, goalposts)");
  throw DataError(text.str(), {stage, method, ""});
}

}  // namespace egov::detail
