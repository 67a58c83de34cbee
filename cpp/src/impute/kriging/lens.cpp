#include "impute/kriging/lens.hpp"

#include <array>
#include <cmath>

namespace egov::kriging {
namespace {

// Gauss-Hermite nodes and weights for a standard normal, seven points (Abramowitz and Stegun 1964, table 25.10).
constexpr std::array<double, 7> nodes = {-3.750439717725742, -2.366759410734541, -1.154405394739968, 0, 1.154405394739968, 2.366759410734541, 3.750439717725742};
constexpr std::array<double, 7> shares = {0.000548268855972, 0.030757123967586, 0.240123178605013, 0.457142857142857, 0.240123178605013, 0.030757123967586, 0.000548268855972};

}  // namespace

double Lens::to(double y) const {
  if (what == logit) return std::log((y - lower + offset) / (upper - y + offset));
  return std::isinf(lower) ? y : std::pow(y - lower + offset, exponent);
}

double Lens::slope(double y) const {
  if (what == logit) return 1 / (y - lower + offset) + 1 / (upper - y + offset);
  return std::isinf(lower) ? 1 : exponent * std::pow(y - lower + offset, exponent - 1);
}

namespace {

// Close to x above 0, and above 0 always: the root of y (y - x) = (offset / 2)^2.
double above_zero(double x, double offset) {
  const double way = std::hypot(x, offset);
  return x >= 0 ? (x + way) / 2 : offset * offset / 2 / (way - x);
}

}  // namespace

double Lens::from(double z) const {
  if (what == logit) return lower + (upper - lower) / (1 + std::exp(-z));
  double y = z;
  if (!std::isinf(lower)) y = lower + above_zero(std::copysign(std::pow(std::abs(z), 1 / exponent), z) - offset, offset);
  return std::isinf(upper) ? y : std::max(upper - above_zero(upper - y, offset), lower);
}

double Lens::limit(double z, bool low) const {
  const double y = from(z);
  if (low) return y - lower < offset ? lower : y;
  return upper - y < offset ? upper : y;
}

double Lens::mean(double z, double sd) const {
  double sum = 0;
  for (std::size_t k = 0; k < nodes.size(); ++k) sum += shares[k] * from(z + sd * nodes[k]);
  return sum;
}

double Lens::spread(double z, double sd) const {
  const double center = mean(z, sd);
  double sum = 0;
  for (std::size_t k = 0; k < nodes.size(); ++k) sum += shares[k] * std::pow(from(z + sd * nodes[k]) - center, 2);
  return std::sqrt(sum);
}

}  // namespace egov::kriging
