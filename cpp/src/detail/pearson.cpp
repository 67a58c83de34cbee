#include "detail/pearson.hpp"

#include <algorithm>
#include <cmath>

#include "detail/double_double.hpp"

namespace egov::detail {
namespace {

Double mean(const Vector& values) {
  Double sum;
  for (double value : values) add(sum, {value, 0});
  return over(sum, static_cast<double>(values.size()));
}

// 1 - r^2 out of sums; 0 where it is no more than their rounding.
double left_of(Double xx, Double yy, Double xy, Index n) {
  const Double all = product(xx, yy), square = product(xy, xy);
  Double left = all;
  add(left, {-square.high, -square.low});
  const double share = left.high / all.high;
  return share > 1e-29 * static_cast<double>(n) ? share : 0;
}

// Equal values have themselves for a mean, to the last bit of the second word.
std::vector<Double> means(const Vector& values, const std::vector<int>& group, Index groups) {
  struct Sum {
    Double sum;
    double size = 0, lowest = 0, highest = 0;
  };
  std::vector<Sum> sums(static_cast<std::size_t>(groups));
  for (Index i = 0; i < values.size(); ++i) {
    Sum& of = sums[static_cast<std::size_t>(group[static_cast<std::size_t>(i)])];
    of.lowest = of.size == 0 ? values[i] : std::min(of.lowest, values[i]);
    of.highest = of.size == 0 ? values[i] : std::max(of.highest, values[i]);
    add(of.sum, {values[i], 0});
    ++of.size;
  }
  std::vector<Double> result;
  for (const Sum& of : sums) result.push_back(of.lowest == of.highest ? Double{of.lowest, 0} : over(of.sum, of.size));
  return result;
}

}  // namespace

double scale(Vector& values) {
  int exponent = 0;
  std::frexp(values.cwiseAbs().maxCoeff(), &exponent);
  const double half = std::ldexp(1.0, -exponent / 2), rest = std::ldexp(1.0, -exponent - (-exponent / 2));
  values = values * half;
  values = values * rest;
  return half * rest;
}

void center(Vector& values) {
  const Double from = mean(values);
  for (double& value : values) value = deviation(value, from).high;
}

void center_groups(Vector& values, const std::vector<int>& group, Index groups) {
  const std::vector<Double> mean_of = means(values, group, groups);
  for (Index i = 0; i < values.size(); ++i)
    values[i] = deviation(values[i], mean_of[static_cast<std::size_t>(group[static_cast<std::size_t>(i)])]).high;
}

Vector group_means(const Vector& values, const std::vector<int>& group, Index groups) {
  const std::vector<Double> mean_of = means(values, group, groups);
  Vector result(groups);
  for (Index g = 0; g < groups; ++g) {
    const Double from_first = deviation(mean_of[static_cast<std::size_t>(g)].high, mean_of[0]);
    result[g] = from_first.high + (from_first.low + mean_of[static_cast<std::size_t>(g)].low);
  }
  return result;
}

double left_of(double xx, double yy, double xy, Index n) { return left_of(Double{xx, 0}, Double{yy, 0}, Double{xy, 0}, n); }

double pearson(Vector& x, Vector& y, double* left) {
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
  if (left) *left = left_of(xx, yy, xy, x.size());
  return std::min(1.0, std::max(-1.0, xy.high / std::sqrt(xx.high * yy.high)));
}

}  // namespace egov::detail
