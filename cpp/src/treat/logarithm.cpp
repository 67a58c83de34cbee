// The logarithms of the field.
#include <algorithm>
#include <cmath>
#include <sstream>

#include "detail/columns.hpp"
#include "detail/statistics.hpp"
#include "treat/transform.hpp"

namespace egov::transform {
namespace {

struct Ends {
  double low = infinite, high = -infinite;
};

Ends ends(ConstColumn x) {
  Ends found;
  detail::widen(x.data(), x.size(), found.low, found.high);
  return found;
}

// The logarithm of a distance plus 0.01 R. Ranges near the ends of what a number holds are measured at size one.
template <class Distance>
void shifted(Column x, double sign, const Distance& distance) {
  const Ends at = ends(x);
  const double range = at.high - at.low, size = range < 1e-290 || range > 1e290 ? detail::to_size_one(detail::observed(x)) : 1.0;
  const Ends sized{at.low * size, at.high * size};
  const double margin = 0.01 * (sized.high - sized.low), back = std::log(size);
  for (double& v : x) v = sign * (std::log(distance(v * size, sized) + margin) - back);
}

}  // namespace

void plain_log(Column x, const std::string& method) {
  const double low = ends(x).low;
  if (low <= 0) {
    std::ostringstream text;
    text << "needs values above 0, but the lowest is " << low << "; take log_ct, which shifts the column, or yeojohnson";
    throw DataError(text.str(), {"treat", method, ""});
  }
  for (double& v : x) v = std::log(v);
}

void log_ct(Column x, const std::string& method) {
  detail::require_variation(x, "treat", method);
  shifted(x, 1, [](double v, const Ends& at) { return v - at.low; });
}

void log_ct_plus(Column x, const std::string& method) {
  auto seen = detail::observed(x);
  std::sort(seen.begin(), seen.end());  // so that the order of the units cannot turn the sign of a skewness near 0
  if (detail::skewness(seen) > 0) return log_ct(x, method);
  detail::require_variation(x, "treat", method);
  shifted(x, -1, [](double v, const Ends& at) { return at.high - v; });
}

void log_ct_orig(Column x) {
  const double low = ends(x).low;
  for (double& v : x) {
    const double above = v - low;
    v = std::isinf(above) ? std::log(0.5 * v - 0.5 * low) + std::log(2.0) : std::log1p(above);
  }
}

void log_gii(Column x, const std::string& method) {
  detail::require_variation(x, "treat", method);
  const Ends at = ends(x);
  if (at.low <= at.high && at.high <= 1) {
    std::ostringstream text;
    text << "needs a highest value above 1, but it is " << at.high
         << ": the formula would turn the order around; give the indicator in a smaller unit, or take log_ct";
    throw DataError(text.str(), {"treat", method, ""});
  }
  const double half = std::isinf(at.high - at.low) ? 0.5 : 1.0, range = at.high * half - at.low * half;
  for (double& v : x) v = std::log1p((at.high - 1) * ((v * half - at.low * half) / range));
}

}  // namespace egov::transform
