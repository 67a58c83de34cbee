#include "detail/columns.hpp"

#include <cmath>

namespace egov::detail {

EGOV_CLONES void add_scaled(double* __restrict to, const double* __restrict from, double by, Index n) {
  for (Index i = 0; i < n; ++i) to[i] += by * from[i];
}

EGOV_CLONES void set_scaled(double* __restrict to, const double* __restrict from, double by, Index n) {
  for (Index i = 0; i < n; ++i) to[i] = by * from[i];
}

void widen(const double* values, Index n, double& low, double& high) {
  double lo[4] = {low, low, low, low}, hi[4] = {high, high, high, high};
  Index i = 0;
  for (; i + 4 <= n; i += 4)
    for (Index k = 0; k < 4; ++k) {  // a comparison with NaN is false, which keeps what was there
      lo[k] = values[i + k] < lo[k] ? values[i + k] : lo[k];
      hi[k] = values[i + k] > hi[k] ? values[i + k] : hi[k];
    }
  for (; i < n; ++i) {
    lo[0] = values[i] < lo[0] ? values[i] : lo[0];
    hi[0] = values[i] > hi[0] ? values[i] : hi[0];
  }
  for (Index k = 0; k < 4; ++k) {
    low = lo[k] < low ? lo[k] : low;
    high = hi[k] > high ? hi[k] : high;
  }
}

namespace {

EGOV_CLONES void stretch_finite(double* __restrict values, Index n, double from_low, double from_high, double low, double high, double factor) {
  for (Index i = 0; i < n; ++i) {
    const double v = values[i], mapped = low + (v - from_low) * factor;
    values[i] = v == from_high ? high : v < from_high && mapped > high ? high : mapped;
  }
}

}  // namespace

void stretch(double* values, Index n, double from_low, double from_high, double low, double high) {
  const double range = from_high - from_low, factor = (high - low) / range;
  if (std::isfinite(range) && std::isfinite(factor)) return stretch_finite(values, n, from_low, from_high, low, high, factor);
  const double half = std::isinf(range) ? 0.5 : 1.0;  // a range beyond the largest number, or one so small that 1 / range is
  for (Index i = 0; i < n; ++i) {
    const double share = (values[i] * half - from_low * half) / (from_high * half - from_low * half);
    values[i] = share == 1 ? high : low + (high - low) * share;
  }
}

}  // namespace egov::detail
