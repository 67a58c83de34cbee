#include "aggregate/ordered.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace egov::aggregates {
namespace {

constexpr double rounding = 1e-12;  // of sums of weights

std::vector<Index> descending(const Vector& x, const Vector& w) {
  std::vector<Index> order;
  for (Index i = 0; i < x.size(); ++i)
    if (w[i] > 0) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return x[a] > x[b]; });
  return order;
}

// How much of the order weights the best share r of the children takes.
double taken(double r, const Vector& order, double alpha) {
  if (order.size() == 0) return std::pow(r, alpha);
  const double at = r * static_cast<double>(order.size());
  const auto whole = static_cast<Index>(at);
  return order.head(std::min(whole, order.size())).sum() + (whole < order.size() ? (at - static_cast<double>(whole)) * order[whole] : 0);
}

}  // namespace

double median(const Vector& x, const Vector& w) {
  const auto order = descending(x, w);
  double above = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    above += w[order[k]];
    if (above < 0.5 - rounding) continue;
    const double here = x[order[k]];
    if (above > 0.5 + rounding || k + 1 == order.size()) return here;
    return here / 2 + x[order[k + 1]] / 2;
  }
  return missing_value;
}

double owa(const Vector& x, const Vector& w, const Vector& order, double alpha) {
  const auto ranked = descending(x, w);
  double sum = 0, share = 0, before = 0;
  for (std::size_t k = 0; k < ranked.size(); ++k) {
    share += w[ranked[k]];
    const double now = k + 1 == ranked.size() ? 1 : taken(std::min(share, 1.0), order, alpha);
    sum += (now - before) * x[ranked[k]];
    before = now;
  }
  return sum;
}

}  // namespace egov::aggregates
