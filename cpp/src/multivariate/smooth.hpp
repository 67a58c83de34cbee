// The expectation of y given x, fitted: how much of the variance of y it has.
#pragma once
#include "egov/multivariate.hpp"

namespace egov::detail {

// Both NaN-free, not constant, centered and at most 2 in size; r is their correlation. Set ratio and smoothing (and noise).
void spline(const Vector& x, const Vector& y, double r, Importance& to);
void gaussian_process(const Vector& x, const Vector& y, Importance& to);

// Lowest point of f over [low, high]: the best of `steps` + 1 equal steps, then golden sections around it.
template <class Function>
double lowest(const Function& f, double low, double high, int steps, double tolerance) {
  const double width = (high - low) / steps;
  double best = low, least = f(low);
  for (int k = 1; k <= steps; ++k) {
    const double at = low + k * width, value = f(at);
    if (value < least) least = value, best = at;
  }
  double a = std::max(low, best - width), b = std::min(high, best + width);
  constexpr double section = 0.38196601125010515;
  double c = a + section * (b - a), d = b - section * (b - a), fc = f(c), fd = f(d);
  while (b - a > tolerance) {
    if (fc < fd) b = d, d = c, fd = fc, c = a + section * (b - a), fc = f(c);
    else a = c, c = d, fc = fd, d = b - section * (b - a), fd = f(d);
  }
  const double middle = 0.5 * (a + b);
  return f(middle) <= least ? middle : best;
}

}  // namespace egov::detail
