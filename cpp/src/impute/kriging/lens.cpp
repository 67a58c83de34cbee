#include "impute/kriging/lens.hpp"

#include <algorithm>
#include <cmath>

namespace egov::kriging {

// Even steps, which for smooth functions are as good as exact and do not mind that the way back is bent at a bound.
Nodes::Nodes(double df) {
  const bool normal = std::isinf(df);
  const double step = 0.25, end = normal ? 7 : 14;
  double sum = 0;
  for (double x = -end; x <= end; x += step) {
    at.push_back(x);
    share.push_back(normal ? std::exp(-x * x / 2) : std::pow(1 + x * x / df, -(df + 1) / 2));
    sum += share.back();
  }
  for (double& s : share) s /= sum;
}

const Nodes& Nodes::normal() {
  static const Nodes nodes;
  return nodes;
}

double Lens::offset_of(double lower, double upper, double sd) {
  if (std::isinf(lower) && std::isinf(upper)) return 0;
  return std::isinf(upper - lower) ? 0.002 * sd : std::min(0.0005 * (upper - lower), 0.02 * sd);
}

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
  if (std::isinf(upper)) return y;
  const double room = upper - y;
  if (room < 0) return std::max(upper - above_zero(room, offset), lower);
  return std::max(y - offset * offset / 2 / (std::hypot(room, offset) + room), lower);  // the same, exact far below the bound
}

double Lens::limit(double z, bool low) const {
  const double y = from(z);
  if (low) return y - lower < offset ? lower : y;
  return upper - y < offset ? upper : y;
}

double Lens::mean(double z, double sd, const Nodes& law) const {
  double sum = 0;
  for (std::size_t k = 0; k < law.at.size(); ++k) sum += law.share[k] * from(z + sd * law.at[k]);
  return sum;
}

double Lens::spread(double z, double sd, const Nodes& law) const {
  const double center = mean(z, sd, law);
  double sum = 0;
  for (std::size_t k = 0; k < law.at.size(); ++k) sum += law.share[k] * std::pow(from(z + sd * law.at[k]) - center, 2);
  return std::sqrt(sum);
}

}  // namespace egov::kriging
