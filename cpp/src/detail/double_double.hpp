// Numbers of about 106 bits as unevaluated sums of two doubles (Dekker 1971, Numerische Mathematik 18; Knuth, TAOCP 2, 4.2.2).
// Operands are scaled by their user: beyond 2^996 a product overflows, below 2^-900 its low part is lost.
#pragma once
#include <cmath>

namespace egov::detail {

struct Double {
  double high = 0, low = 0;
};

inline Double two_sum(double a, double b) {
  double sum = a + b, shadow = sum - a;
  return {sum, (a - (sum - shadow)) + (b - shadow)};
}

inline Double two_product(double a, double b) {
  constexpr double splitter = 134217729;  // 2^27 + 1
  double ta = splitter * a, tb = splitter * b;
  double ah = ta - (ta - a), bh = tb - (tb - b), al = a - ah, bl = b - bh, product = a * b;
  return {product, al * bl - (((product - ah * bh) - al * bh) - ah * bl)};
}

inline void add(Double& sum, Double term) {
  Double total = two_sum(sum.high, term.high);
  double low = total.low + (sum.low + term.low);
  sum.high = total.high + low;
  sum.low = low - (sum.high - total.high);
}

inline Double product(Double a, Double b) {
  Double result = two_product(a.high, b.high);
  result.low += a.high * b.low + a.low * b.high;
  return result;
}

inline Double over(Double sum, double divisor) {
  double high = sum.high / divisor;
  Double back = two_product(high, divisor);
  return two_sum(high, (((sum.high - back.high) - back.low) + sum.low) / divisor);
}

// How far a value is from another.
inline Double deviation(double value, Double from) {
  Double difference = two_sum(value, -from.high);
  return two_sum(difference.high, difference.low - from.low);
}

}  // namespace egov::detail
