#include <cmath>

#include "detail/double_double.hpp"
#include "detail/pearson.hpp"

namespace egov::detail {
namespace {

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
  return over(sum, static_cast<double>(values.size()));
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
