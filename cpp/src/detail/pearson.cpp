#include <cmath>

#include "detail/pearson.hpp"

namespace egov::detail {
namespace {

// The unevaluated sum of two numbers, about 106 bits (Dekker 1971).
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

// Scales by a power of two so that the largest value lies between 1/2 and 1: no square overflows or vanishes.
void scale(Vector& values) {
  int exponent = 0;
  std::frexp(values.cwiseAbs().maxCoeff(), &exponent);
  double half = std::ldexp(1.0, -exponent / 2), rest = std::ldexp(1.0, -exponent - (-exponent / 2));
  values = values * half;
  values = values * rest;
}

Double mean(const Vector& values) {
  Double sum;
  for (double value : values) add(sum, {value, 0});
  double n = static_cast<double>(values.size()), high = sum.high / n;
  Double back = two_product(high, n);
  return two_sum(high, (((sum.high - back.high) - back.low) + sum.low) / n);
}

inline Double deviation(double value, Double from) {
  Double difference = two_sum(value, -from.high);
  return two_sum(difference.high, difference.low - from.low);
}

}  // namespace

double pearson(Vector& x, Vector& y) {
  scale(x);
  scale(y);
  Double mean_x = mean(x), mean_y = mean(y), xx, yy, xy;
  for (Index i = 0; i < x.size(); ++i) {
    Double a = deviation(x[i], mean_x), b = deviation(y[i], mean_y);
    add(xx, product(a, a));
    add(yy, product(b, b));
    add(xy, product(a, b));
    x[i] = a.high;
    y[i] = b.high;
  }
  return std::min(1.0, std::max(-1.0, xy.high / std::sqrt(xx.high * yy.high)));
}

}  // namespace egov::detail
