#include "detail/columns.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>

namespace egov::detail {

namespace {

// One pass: to = (what is there, unless it is the first) + columns * weights.
template <Index count, bool first>
inline __attribute__((always_inline)) void pass(double* __restrict to, const double* const* columns, const double* weights, Index n) {
  const double* column[4];
  double weight[4];
  for (Index k = 0; k < count; ++k) column[k] = columns[k], weight[k] = weights[k];
  for (Index i = 0; i < n; ++i) {
    double sum = first ? weight[0] * column[0][i] : to[i] + weight[0] * column[0][i];
    if (count > 1) sum += weight[1] * column[1][i];
    if (count > 2) sum += weight[2] * column[2][i];
    if (count > 3) sum += weight[3] * column[3][i];
    to[i] = sum;
  }
}

EGOV_CLONES void add_columns(double* to, const double* const* columns, const double* weights, Index count, bool first, Index n) {
  switch (count + (first ? 4 : 0)) {
    case 1: return pass<1, false>(to, columns, weights, n);
    case 2: return pass<2, false>(to, columns, weights, n);
    case 3: return pass<3, false>(to, columns, weights, n);
    case 4: return pass<4, false>(to, columns, weights, n);
    case 5: return pass<1, true>(to, columns, weights, n);
    case 6: return pass<2, true>(to, columns, weights, n);
    case 7: return pass<3, true>(to, columns, weights, n);
    case 8: return pass<4, true>(to, columns, weights, n);
    default: return;
  }
}

template <class... Coefficients>
inline __attribute__((always_inline)) double polynomial(double x, double highest, Coefficients... lower) {
  double sum = highest;
  ((sum = sum * x + lower), ...);
  return sum;
}

constexpr double to_whole = 0x1.8p52;  // added and taken away again, it rounds to a whole number

// 2^k of a whole number, -1022 to 1023.
inline __attribute__((always_inline)) double power_of_two(double k) {
  const double shifted = k + 1023 + to_whole;
  std::uint64_t bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits <<= 52;
  double power;
  std::memcpy(&power, &bits, sizeof power);
  return power;
}

}  // namespace

void WeightedSum::add(const double* column, double weight) {
  if (held_ == most) finish();
  columns_[held_] = column;
  weights_[held_++] = weight;
}

void WeightedSum::finish() {
  if (held_ > 0) add_columns(to_, columns_, weights_, held_, empty_, n_), empty_ = false;
  held_ = 0;
}

namespace {

constexpr double ordinary = 708;  // e^x of sizes up to this is a normal number

EGOV_CLONES bool all_ordinary(const double* values, Index n) {
  int beyond = 0;
  for (Index i = 0; i < n; ++i) beyond |= static_cast<int>(!(values[i] <= ordinary)) | static_cast<int>(!(values[i] >= -ordinary));
  return !beyond;
}

// x = k log 2 + r with |r| <= log(2) / 2; the series of e^r up to r^13 leaves 4e-18. log 2 in two parts, of which the first times k
// is exact (as in fdlibm, Sun Microsystems 1993). 2^k in two factors where the whole may be beyond the range of numbers.
template <bool any>
inline __attribute__((always_inline)) double exponential(double x) {
  if (any) x = x < -746 ? -746 : x > 710 ? 710 : x;  // NaN stays
  const double k = (x * 1.4426950408889634 + to_whole) - to_whole;
  const double r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
  const double series = polynomial(r, 1 / 6227020800.0, 1 / 479001600.0, 1 / 39916800.0, 1 / 3628800.0, 1 / 362880.0, 1 / 40320.0,
                                   1 / 5040.0, 1 / 720.0, 1 / 120.0, 1 / 24.0, 1 / 6.0, 0.5);
  const double power = 1 + (r + r * r * series);
  if (!any) return power * power_of_two(k);
  const double half = (0.5 * k + to_whole) - to_whole;
  return power * power_of_two(half) * power_of_two(k - half);
}

EGOV_CLONES void ordinary_exponentials(double* values, Index n) {
  for (Index i = 0; i < n; ++i) values[i] = exponential<false>(values[i]);
}

EGOV_CLONES void any_exponentials(double* values, Index n) {
  for (Index i = 0; i < n; ++i) values[i] = exponential<true>(values[i]);
}

}  // namespace

void exponentials(double* values, Index n) { (all_ordinary(values, n) ? ordinary_exponentials : any_exponentials)(values, n); }

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
