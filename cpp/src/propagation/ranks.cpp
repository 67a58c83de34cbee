// Spearman's coefficient of eight draws and resamples at once. Twice the midrank of a run of ties, centered, is
// 2 (rows before it) + (rows of it) - n, where rows count as often as they are held; all sums are whole numbers, exact in
// the numbers used, so that neither the order of adding nor the width of vectors changes a bit.
#include <algorithm>
#include <array>
#include <cmath>

#include "detail/columns.hpp"
#include "propagation/meeting.hpp"

namespace egov::detail {
namespace {

constexpr Index most_for_float = 368;  // n^3 / 3, the largest sum, stays below 2^24

// Along the order of x, another one in each lane: times * rank of each row, and the sum of times * rank^2. `before` comes
// as minus the rows held.
template <class Real>
inline __attribute__((always_inline)) void along_x(const int* order, Index n, const Real* times, Real* before, Real* weighted, Real* squares) {
  for (Index k = 0; k < n; ++k, order += lanes)
    for (Index lane = 0; lane < lanes; ++lane) {
      const int at = order[lane];
      const Real held = times[at], rank = before[lane] + held, product = held * rank;
      squares[lane] += product * rank;
      weighted[at] = product;
      before[lane] = rank + held;
    }
}

template <class Real>
struct Sums {
  Real before[lanes], squares[lanes], products[lanes];
};

// Along the order of y, the same one in all lanes.
template <class Real>
inline __attribute__((always_inline)) void along_y(const int* order, const int* runs, Index count, const Real* times, const Real* weighted, Sums<Real>& sums) {
  for (Index run = 0; run < count; ++run) {
    Real held[lanes] = {}, sum[lanes] = {};
    for (int k = runs[run]; k < runs[run + 1]; ++k) {
      const Index row = order[k] * lanes;
      for (Index lane = 0; lane < lanes; ++lane) held[lane] += times[row + lane], sum[lane] += weighted[row + lane];
    }
    for (Index lane = 0; lane < lanes; ++lane) {
      const Real rank = sums.before[lane] + held[lane];
      sums.squares[lane] += held[lane] * rank * rank;
      sums.products[lane] += rank * sum[lane];
      sums.before[lane] = rank + held[lane];
    }
  }
}

EGOV_CLONES void walk_y(const int* order, const int* runs, Index count, const float* times, const float* weighted, Sums<float>& sums) {
  along_y(order, runs, count, times, weighted, sums);
}
EGOV_CLONES void walk_y(const int* order, const int* runs, Index count, const double* times, const double* weighted, Sums<double>& sums) {
  along_y(order, runs, count, times, weighted, sums);
}

// Rows as often as they are held, and what a walk along x leaves of them.
template <class Real>
struct Held {
  std::vector<Real> given, times, weighted;  // rows and one that is never held x lanes; times: of rows that y has
  Real n[lanes], squares[lanes];
};

template <class Real>
class RankMeeting : public Meeting {
 public:
  explicit RankMeeting(const Outcomes& outcomes) : outcomes_(outcomes) {}
  void load(const DrawLanes& draws) override;
  void meet(std::size_t outcome, Coefficients* out) override;

 private:
  void set_pattern(const std::vector<char>& there);
  void walk_x(Held<Real>& held) const;
  void walk_ties(Held<Real>& held, Index lane) const;
  double coefficient(const Held<Real>& held, const Sums<Real>& sums, Index lane) const;
  void along(const Outcomes::Column& y, const Held<Real>& held, Sums<Real>& sums) const;

  const Outcomes& outcomes_;
  const std::vector<char>* pattern_ = nullptr;  // of rows that the last outcome has; null: none was met since load()
  Index rows_ = 0, longest_ = 0;
  std::array<LaneOrder, lanes> orders_;
  std::vector<int> order_;                      // longest x lanes: where each row stands in the tables
  Held<Real> all_, resampled_;
};

template <class Real>
void RankMeeting<Real>::load(const DrawLanes& draws) {
  rows_ = draws.rows, pattern_ = nullptr, longest_ = 0;
  for (Index lane = 0; lane < lanes; ++lane) {
    orders_[static_cast<std::size_t>(lane)].sort(draws, lane);
    longest_ = std::max(longest_, static_cast<Index>(orders_[static_cast<std::size_t>(lane)].sorted.size()));
  }
  order_.resize(static_cast<std::size_t>(longest_ * lanes));
  for (Index lane = 0; lane < lanes; ++lane) {
    const auto& sorted = orders_[static_cast<std::size_t>(lane)].sorted;
    for (Index k = 0; k < longest_; ++k) {
      const Index row = k < static_cast<Index>(sorted.size()) ? sorted[static_cast<std::size_t>(k)].second : rows_;
      order_[static_cast<std::size_t>(k * lanes + lane)] = static_cast<int>(row * lanes + lane);
    }
  }
  const auto size = static_cast<std::size_t>((rows_ + 1) * lanes);
  for (Held<Real>* held : {&all_, &resampled_}) held->given.assign(size, Real{0}), held->times.assign(size, Real{0}), held->weighted.assign(size, Real{0});
  for (std::size_t at = 0; at < draws.x.size(); ++at) {
    if (std::isnan(draws.x[at])) continue;
    all_.given[at] = Real{1};
    resampled_.given[at] = static_cast<Real>(draws.times[at]);
  }
}

template <class Real>
void RankMeeting<Real>::set_pattern(const std::vector<char>& there) {
  if (pattern_ && *pattern_ == there) return;
  pattern_ = &there;
  for (Held<Real>* held : {&all_, &resampled_}) {
    std::fill_n(held->n, lanes, Real{0});
    for (std::size_t row = 0; row < there.size(); ++row)
      for (std::size_t at = row * lanes, lane = 0; lane < lanes; ++lane, ++at) {
        held->times[at] = there[row] ? held->given[at] : Real{0};
        held->n[lane] += held->times[at];
      }
    walk_x(*held);
  }
}

template <class Real>
void RankMeeting<Real>::walk_x(Held<Real>& held) const {
  Real before[lanes];
  for (Index lane = 0; lane < lanes; ++lane) before[lane] = -held.n[lane], held.squares[lane] = 0;
  along_x(order_.data(), longest_, held.times.data(), before, held.weighted.data(), held.squares);
  for (Index lane = 0; lane < lanes; ++lane)
    if (orders_[static_cast<std::size_t>(lane)].tied) walk_ties(held, lane);
}

template <class Real>
void RankMeeting<Real>::walk_ties(Held<Real>& held, Index lane) const {
  const LaneOrder& order = orders_[static_cast<std::size_t>(lane)];
  Real before = -held.n[lane], squares = 0;
  for (std::size_t run = 0; run + 1 < order.runs.size(); ++run) {
    auto each = [&](auto&& work) {
      for (int k = order.runs[run]; k < order.runs[run + 1]; ++k)
        work(static_cast<std::size_t>(order.sorted[static_cast<std::size_t>(k)].second * lanes + lane));
    };
    Real tied = 0;
    each([&](std::size_t at) { tied += held.times[at]; });
    const Real rank = before + tied;
    each([&](std::size_t at) { held.weighted[at] = held.times[at] * rank; });
    squares += tied * rank * rank;
    before = rank + tied;
  }
  held.squares[lane] = squares;
}

template <class Real>
void RankMeeting<Real>::along(const Outcomes::Column& y, const Held<Real>& held, Sums<Real>& sums) const {
  for (Index lane = 0; lane < lanes; ++lane) sums.before[lane] = -held.n[lane], sums.squares[lane] = 0, sums.products[lane] = 0;
  walk_y(y.order.data(), y.runs.data(), static_cast<Index>(y.runs.size()) - 1, held.times.data(), held.weighted.data(), sums);
}

// NaN, 0 / 0, where either side is constant.
template <class Real>
double RankMeeting<Real>::coefficient(const Held<Real>& held, const Sums<Real>& sums, Index lane) const {
  const double r = static_cast<double>(sums.products[lane]) / std::sqrt(static_cast<double>(held.squares[lane]) * static_cast<double>(sums.squares[lane]));
  return std::isnan(r) ? missing_value : std::min(1.0, std::max(-1.0, r));
}

template <class Real>
void RankMeeting<Real>::meet(std::size_t outcome, Coefficients* out) {
  const Outcomes::Column& y = outcomes_.columns[outcome];
  set_pattern(y.there);
  Sums<Real> all, resampled;
  along(y, all_, all);
  along(y, resampled_, resampled);
  for (Index lane = 0; lane < lanes; ++lane) {
    Coefficients& one = out[lane];
    one = Coefficients();
    one.n = static_cast<Index>(all_.n[lane]);
    one.reason = count_reason(one.n, 0);
    if (one.reason == Reason::none && !(all_.squares[lane] > 0)) one.reason = Reason::constant_x;
    if (one.reason == Reason::none && !(all.squares[lane] > 0)) one.reason = Reason::constant_y;
    if (one.reason != Reason::none) continue;
    one.all = coefficient(all_, all, lane);
    one.resampled = coefficient(resampled_, resampled, lane);
  }
}

}  // namespace

std::unique_ptr<Meeting> rank_meeting(const Outcomes& outcomes) {
  if (outcomes.given.rows() <= most_for_float) return std::make_unique<RankMeeting<float>>(outcomes);
  return std::make_unique<RankMeeting<double>>(outcomes);
}

}  // namespace egov::detail
