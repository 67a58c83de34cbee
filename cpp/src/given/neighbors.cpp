#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "detail/threads.hpp"
#include "egov/given.hpp"

namespace egov {
namespace {

constexpr Index digits = 4;

// Wald and Wolfowitz's statistic of a row of zeros and ones; 0 where one of them is missing.
double runs_test(const std::vector<Index>& rank, const std::vector<Index>& order, Index digit) {
  const auto n = static_cast<Index>(order.size());
  Index ones = 0, changes = 0, before = 0;
  for (Index k = 0; k < n; ++k) {
    const Index bit = ((rank[static_cast<std::size_t>(order[static_cast<std::size_t>(k)])] << digit) / n) & 1;
    ones += bit, changes += k > 0 && bit != before ? 1 : 0;
    before = bit;
  }
  const double all = static_cast<double>(n), pairs = 2 * static_cast<double>(ones) * static_cast<double>(n - ones);
  const double variance = pairs * (pairs - all) / (all * all * (all - 1));
  return variance > 0 ? (static_cast<double>(changes) - pairs / all) / std::sqrt(variance) : 0;
}

}  // namespace

Neighbors least_independent(const Matrix& x, std::uint64_t seed, int threads) {
  const Index n = x.rows(), d = x.cols();
  std::vector<std::vector<Index>> order(static_cast<std::size_t>(d)), rank(order.size(), std::vector<Index>(static_cast<std::size_t>(n)));
  for (Index i = 0; i < d; ++i) {
    const auto at = static_cast<std::size_t>(i);
    order[at] = random_order(x.col(i), seed, static_cast<std::uint32_t>(i));
    for (Index k = 0; k < n; ++k) rank[at][static_cast<std::size_t>(order[at][static_cast<std::size_t>(k)])] = k;
  }
  std::vector<Neighbors> worst(static_cast<std::size_t>(d));
  detail::parallel(d, threads, [&](Index i, int) {
    Neighbors& found = worst[static_cast<std::size_t>(i)];
    for (Index j = 0; j < d; ++j)
      for (Index digit = 1; j != i && digit <= digits; ++digit) {
        const double z = runs_test(rank[static_cast<std::size_t>(j)], order[static_cast<std::size_t>(i)], digit);
        if (std::abs(z) > std::abs(found.z)) found.by = i, found.of = j, found.digit = digit, found.z = z;
      }
  });
  Neighbors out;
  for (const Neighbors& found : worst)
    if (std::abs(found.z) > std::abs(out.z)) out = found;
  const double tests = static_cast<double>(d * (d - 1) * digits);
  if (tests > 0)
    out.p = std::min(1.0, 2 * tests * boost::math::cdf(boost::math::complement(boost::math::normal(), std::abs(out.z))));
  return out;
}

}  // namespace egov
