#include "outcomes/neighborhoods.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "detail/columns.hpp"

#ifdef __GNUC__
#define EGOV_WITHIN_CLONES __attribute__((always_inline)) inline
#else
#define EGOV_WITHIN_CLONES inline
#endif

namespace egov::detail {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr Index looks = 4;  // neighbors between two looks at how far the search has to go

EGOV_WITHIN_CLONES double largest(const Eight& eight) {
  double most = eight.of[0];
  for (Index lane = 1; lane < Eight::lanes; ++lane) most = std::max(most, eight.of[lane]);
  return most;
}

// Keeps the k least distances in increasing order. K: k where it is known when this is compiled, or 0.
template <int K>
EGOV_WITHIN_CLONES void keep(Eight& distance, Index k, Eight* best) {
  const Index count = K > 0 ? K : k;
  for (Index t = 0; t < count; ++t)
    for (Index lane = 0; lane < Eight::lanes; ++lane) {
      const double held = best[t].of[lane], come = distance.of[lane];
      best[t].of[lane] = come < held ? come : held;
      distance.of[lane] = come > held ? come : held;
    }
}

// Goes from place i of x to the left and right, nearest first, until no neighbor can be nearer than the k-th in any lane.
// Then left and right are the first places that were not looked at.
template <int K>
EGOV_WITHIN_CLONES void nearest(const double* x, const Eight* values, Index i, Index n, Index k, Eight* best, Index& left, Index& right) {
  for (Index t = 0; t < k; ++t)
    for (double& each : best[t].of) each = infinite;
  const Eight own = values[i];
  left = i - 1, right = i + 1;
  for (Index seen = 1; seen < n;) {
    const Index end = std::min(n, seen + looks);
    for (; seen < end; ++seen) {
      const double before = x[i] - x[left], after = x[right] - x[i];
      const bool leftwards = before <= after;
      const Index j = leftwards ? left : right;
      const double along = leftwards ? before : after;
      left -= leftwards, right += !leftwards;
      Eight distance;
      for (Index lane = 0; lane < Eight::lanes; ++lane) {
        const double across = std::abs(values[j].of[lane] - own.of[lane]);
        distance.of[lane] = across > along ? across : along;
      }
      keep<K>(distance, k, best);
    }
    if (std::min(x[i] - x[left], x[right] - x[i]) >= largest(best[k - 1])) return;
  }
}

// How many others lie strictly nearer than `reach` in each lane, on the side that `direction` says.
template <int direction>
EGOV_WITHIN_CLONES void count_others(const Line& y, const Places& at, const Eight& own, const Eight& reach, Places& others) {
  const double* first = y.first();
  for (std::int32_t& each : others.of) each = 0;
  for (auto step = static_cast<std::int32_t>(y.pad() / 2); step > 0; step /= 2)
    for (Index lane = 0; lane < Eight::lanes; ++lane) {
      const std::int32_t more = others.of[lane] + step;
      const double distance = direction * (first[at.of[lane] + direction * more] - own.of[lane]);
      others.of[lane] = distance < reach.of[lane] ? more : others.of[lane];
    }
}

template <int K>
EGOV_WITHIN_CLONES void over_points(const Line& x, const Line& y, const Eight* values, const Places* at, Index k, const double* psi, Eight* best,
                                    Eight& sums) {
  const double* along = x.first();
  const Eight& reach = best[k - 1];
  sums = {};
  for (Index i = 0; i < x.size(); ++i) {
    Index left, right;
    nearest<K>(along, values, i, x.size(), k, best, left, right);
    std::int64_t near[Eight::lanes] = {};
    for (Index j = left + 1; j < right; ++j) {
      const double distance = std::abs(along[j] - along[i]);
      for (Index lane = 0; lane < Eight::lanes; ++lane) near[lane] += j != i && distance < reach.of[lane];
    }
    Places below, above;
    count_others<-1>(y, at[i], values[i], reach, below);
    count_others<1>(y, at[i], values[i], reach, above);
    for (Index lane = 0; lane < Eight::lanes; ++lane) sums.of[lane] += psi[near[lane] + 1] + psi[below.of[lane] + above.of[lane] + 1];
  }
}

}  // namespace

void Line::sort(const Vector& values, std::vector<int>& places) {
  n_ = values.size();
  for (pad_ = 1; pad_ < n_;) pad_ *= 2;
  std::vector<int> order(static_cast<std::size_t>(n_));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return values[a] < values[b]; });
  padded_.assign(static_cast<std::size_t>(n_ + 2 * pad_), infinite);
  std::fill_n(padded_.begin(), pad_, -infinite);
  places.resize(order.size());
  for (std::size_t place = 0; place < order.size(); ++place) {
    places[static_cast<std::size_t>(order[place])] = static_cast<int>(place);
    padded_[static_cast<std::size_t>(pad_) + place] = values[order[place]];
  }
}

EGOV_CLONES void neighborhoods(const Line& x, const Line& y, const Eight* values, const Places* at, Index k, const double* psi, Eight* best,
                               Eight& sums) {
  if (k == 3) over_points<3>(x, y, values, at, k, psi, best, sums);
  else over_points<0>(x, y, values, at, k, psi, best, sums);
}

}  // namespace egov::detail
