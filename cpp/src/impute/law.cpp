#include "impute/law.hpp"

#include <algorithm>
#include <cmath>

#include "detail/normal.hpp"

namespace egov {

double Bounded::value(double p) const {
  if (!(sd > 0)) return center;
  const double from = std::isnan(low) ? 0 : detail::normal_share((low - center) / sd), to = std::isnan(high) ? 1 : detail::normal_share((high - center) / sd);
  const double y = center + sd * detail::normal_quantile(std::clamp(from + p * (to - from), 1e-15, 1 - 1e-15));
  return y < low ? low : y > high ? high : y;
}

double Bounded::spread() const {
  if (!(sd > 0)) return 0;
  const double a = std::isnan(low) ? -40 : std::max((low - center) / sd, -40.0), b = std::isnan(high) ? 40 : std::min((high - center) / sd, 40.0);
  if (b - a < 0.1) return sd * (b - a) / std::sqrt(12.0);  // flat there
  const auto density = [](double x) { return 0.39894228040143267794 * std::exp(-x * x / 2); };
  const double share = detail::normal_share(b) - detail::normal_share(a), shift = (density(a) - density(b)) / share;
  return sd * std::sqrt(std::max(1 + (a * density(a) - b * density(b)) / share - shift * shift, 0.0));
}

}  // namespace egov
