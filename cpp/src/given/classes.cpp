#include <algorithm>
#include <cmath>
#include <numeric>

#include "egov/given.hpp"
#include "egov/random.hpp"

namespace egov {

Index usual_classes(Index runs) {
  const double n = static_cast<double>(runs), power = 2 / (7 + std::tanh((1500 - n) / 500));
  return std::min<Index>(static_cast<Index>(std::ceil(std::pow(n, power))), 48);
}

Classes equal_classes(ConstColumn x, Index count) {
  const Index n = x.size();
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return x[a] < x[b]; });
  auto value = [&](Index k) { return x[order[static_cast<std::size_t>(k)]]; };
  Index distinct = n > 0 ? 1 : 0;
  for (Index k = 1; k < n; ++k) distinct += value(k) != value(k - 1) ? 1 : 0;
  Classes out;
  out.of.resize(static_cast<std::size_t>(n));
  Index share = -1;  // of equal shares of the runs, the one in which the latest class begins
  for (Index k = 0; k < n; ++k) {
    const bool moved = k == 0 || value(k) != value(k - 1);
    if (moved && (distinct <= count || k * count / n > share)) {
      share = k * count / n;
      out.size.push_back(0);
    }
    out.of[static_cast<std::size_t>(order[static_cast<std::size_t>(k)])] = out.count() - 1;
    ++out.size.back();
  }
  return out;
}

std::vector<Index> random_order(ConstColumn x, std::uint64_t seed, std::uint32_t item) {
  std::vector<Index> order(static_cast<std::size_t>(x.size()));
  std::iota(order.begin(), order.end(), Index{0});
  Stream stream(seed, item, 0, for_resamples, 1);
  for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[stream.below(static_cast<std::uint32_t>(k))]);
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return x[a] < x[b]; });
  return order;
}

}  // namespace egov
