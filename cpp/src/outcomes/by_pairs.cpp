#include "outcomes/by_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "detail/double_double.hpp"

namespace egov::detail {
namespace {

struct Sums {
  Double xx, xy, yy;
};

double value(Double of) { return of.high + of.low; }

Double minus(Double a, Double b) {
  add(a, {-b.high, -b.low});
  return a;
}

// Squared distance covariance times n^2: sum of products less twice the products of row means, and the product of means.
Double covariance(Double pairs, Double rows, Double all, double n) {
  Double sum = {2 * pairs.high, 2 * pairs.low};
  const Double far = over(rows, n), mean = over(over(all, n), n);
  sum = minus(sum, {2 * far.high, 2 * far.low});
  add(sum, mean);
  return sum;
}

}  // namespace

double distance_by_pairs(const Vector& x, const Vector& y) {
  const Index n = x.size();
  std::vector<Double> far_x(static_cast<std::size_t>(n)), far_y = far_x;
  Sums pairs, rows;
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < i; ++j) {
      const double a = std::abs(x[i] - x[j]), b = std::abs(y[i] - y[j]);
      add(pairs.xx, {a * a, 0}), add(pairs.xy, {a * b, 0}), add(pairs.yy, {b * b, 0});
      add(far_x[static_cast<std::size_t>(i)], {a, 0}), add(far_x[static_cast<std::size_t>(j)], {a, 0});
      add(far_y[static_cast<std::size_t>(i)], {b, 0}), add(far_y[static_cast<std::size_t>(j)], {b, 0});
    }
  Double all_x, all_y;
  for (std::size_t i = 0; i < far_x.size(); ++i) {
    add(rows.xx, product(far_x[i], far_x[i])), add(rows.xy, product(far_x[i], far_y[i])), add(rows.yy, product(far_y[i], far_y[i]));
    add(all_x, far_x[i]), add(all_y, far_y[i]);
  }
  const double size = static_cast<double>(n);
  const double xx = value(covariance(pairs.xx, rows.xx, product(all_x, all_x), size));
  const double xy = value(covariance(pairs.xy, rows.xy, product(all_x, all_y), size));
  const double yy = value(covariance(pairs.yy, rows.yy, product(all_y, all_y), size));
  return std::sqrt(std::max(0.0, xy) / (std::sqrt(xx) * std::sqrt(yy)));
}

}  // namespace egov::detail
