#include "egov/filtering.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "detail/threads.hpp"
#include "egov/method.hpp"

namespace egov {
namespace {

// Runs by increasing input, and where ties end.
struct Order {
  std::vector<Index> run, ends;
  explicit Order(ConstColumn x) : run(static_cast<std::size_t>(x.size())) {
    std::iota(run.begin(), run.end(), Index{0});
    std::sort(run.begin(), run.end(), [&](Index a, Index b) { return x[a] < x[b]; });
    for (std::size_t k = 0; k < run.size(); ++k)
      if (k + 1 == run.size() || x[run[k]] != x[run[k + 1]]) ends.push_back(static_cast<Index>(k) + 1);
  }
};

// Chance that Kolmogorov's statistic of two samples of this effective size is as large.
double kolmogorov(double distance, double size) {
  const double root = std::sqrt(size), at = (root + 0.12 + 0.11 / root) * distance;
  if (at < 0.2) return 1;  // the series needs many terms there, and its sum is 1 to 12 digits
  double sum = 0;
  for (int k = 1; k <= 100; ++k) sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * at * at);
  return std::min(std::max(sum, 0.0), 1.0);
}

void compare(const Order& order, ConstColumn passes, Index output, Index input, Filtered& out) {
  const double n = static_cast<double>(passes.size()), in = (passes.array() != 0).cast<double>().sum(), rest = n - in;
  if (in < 1 || rest < 1 || order.ends.size() < 2) return;
  double seen_in = 0, seen_rest = 0, distance = 0, wins = 0, ties = 0;
  std::size_t k = 0;
  for (Index end : order.ends) {
    double tied_in = 0, tied_rest = 0;
    for (; k < static_cast<std::size_t>(end); ++k) (passes[order.run[k]] != 0 ? tied_in : tied_rest) += 1;
    wins += tied_in * (seen_rest + tied_rest / 2);
    const double tied = tied_in + tied_rest;
    ties += tied * (tied * tied - 1);
    seen_in += tied_in, seen_rest += tied_rest;
    distance = std::max(distance, std::abs(seen_in / in - seen_rest / rest));
  }
  out.distance(output, input) = distance;
  out.distance_p(output, input) = kolmogorov(distance, in * rest / n);
  out.above(output, input) = wins / (in * rest);
  const double variance = in * rest / 12 * (n + 1 - ties / (n * (n - 1)));
  const double away = std::max(0.0, std::abs(wins - in * rest / 2) - 0.5);
  if (variance > 0)
    out.above_p(output, input) = std::min(1.0, 2 * boost::math::cdf(boost::math::complement(boost::math::normal(), away / std::sqrt(variance))));
}

}  // namespace

Filtered filter_runs(const Matrix& x, const Matrix& passes, int threads, const Monitor& monitor) {
  std::vector<Order> orders;
  for (Index i = 0; i < x.cols(); ++i) orders.emplace_back(x.col(i));
  Filtered out;
  out.distance = out.distance_p = out.above = out.above_p = Matrix::Constant(passes.cols(), x.cols(), missing_value);
  detail::parallel(passes.cols(), threads, [&](Index k, int) {
    for (Index i = 0; i < x.cols(); ++i) compare(orders[static_cast<std::size_t>(i)], passes.col(k), k, i, out);
  }, monitor);
  return out;
}

}  // namespace egov
