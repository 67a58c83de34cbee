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
  if (what == share) return std::log((y - lower + offset) / (upper - y + offset));
  if (what == rate) return std::pow(y - lower + offset, power);
  return y;
}

double Lens::slope(double y) const {
  if (what == share) return 1 / (y - lower + offset) + 1 / (upper - y + offset);
  if (what == rate) return power * std::pow(y - lower + offset, power - 1);
  return 1;
}

double Lens::from(double z) const {
  if (what == share) return lower + (upper - lower) / (1 + std::exp(-z));
  if (what == plain) return z;
  const double over = std::copysign(std::pow(std::abs(z), 1 / power), z) - offset;
  if (over >= 0) return lower + (over + std::hypot(over, offset)) / 2;
  return lower + offset * offset / 2 / (std::hypot(over, offset) - over);  // the same without cancellation
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
