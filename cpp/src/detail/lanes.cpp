#include "detail/lanes.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "detail/columns.hpp"

namespace egov::detail {
namespace {

constexpr Index lanes = LaneRanker::lanes;
constexpr int key_bits = 31, least_scale_bits = 12;

// Lowest and highest of values without NaN: a tournament, whose rounds are plain loops. Writes over 2 n numbers of `space`.
EGOV_CLONES void span(const double* values, Index n, double* space, double& lowest, double& highest) {
  double* __restrict low = space;
  double* __restrict high = space + n;
  Index left = (n + 1) / 2;
  for (Index i = 0; i < left; ++i) {
    const double a = values[i], b = values[n - left + i];
    low[i] = a < b ? a : b;
    high[i] = a < b ? b : a;
  }
  while (left > 1) {
    const Index next = (left + 1) / 2, from = left - next;
    for (Index i = 0; i < next; ++i) {
      low[i] = low[from + i] < low[i] ? low[from + i] : low[i];
      high[i] = high[from + i] > high[i] ? high[from + i] : high[i];
    }
    left = next;
  }
  lowest = low[0];
  highest = high[0];
}

EGOV_CLONES void make_keys(const double* __restrict values, Index n, double high, double scale, int bits, int* __restrict to) {
  for (Index i = 0; i < n; ++i) to[i * lanes] = static_cast<int>((high - values[i]) * scale) << bits | static_cast<int>(i);
}

// Puts the lower of each lane first.
inline __attribute__((always_inline)) void exchange(int* __restrict a, int* __restrict b) {
  for (Index lane = 0; lane < lanes; ++lane) {
    const int x = a[lane], y = b[lane];
    a[lane] = x < y ? x : y;
    b[lane] = x < y ? y : x;
  }
}

EGOV_CLONES void sort_lanes(int* keys, Index n) {
  for (Index half = 1; half < n; half *= 2)
    for (Index first = 0; first + half < n; first += 2 * half) {
      const Index end = std::min(first + 2 * half, n);
      for (Index i = first; i + half < end; ++i) exchange(keys + i * lanes, keys + (i + half) * lanes);
      for (Index gap = half / 2; gap > 0; gap /= 2)
        for (Index from = first + gap; from + gap < end; from += 2 * gap)
          for (Index i = from; i < std::min(from + gap, end - gap); ++i) exchange(keys + i * lanes, keys + (i + gap) * lanes);
    }
}

// Are two neighbors in any lane of sorted numbers less than 2 apart, the position aside?
EGOV_CLONES bool any_close(const int* keys, Index n, int bits) {
  int found = 0;
  for (Index k = lanes; k < n * lanes; ++k) found |= (keys[k] >> bits) - (keys[k - lanes] >> bits) < 2;
  return found;
}

bool is_close(const int* lane, Index n, int bits) {
  for (Index k = 1; k < n; ++k)
    if ((lane[k * lanes] >> bits) - (lane[(k - 1) * lanes] >> bits) < 2) return true;
  return false;
}

EGOV_CLONES void take_positions(int* keys, Index n, int bits) {
  for (Index k = 0; k < n * lanes; ++k) keys[k] &= (1 << bits) - 1;
}

}  // namespace

LaneRanker::LaneRanker(Index n)
    : n_(n), values_(static_cast<std::size_t>(lanes * n)), keys_(static_cast<std::size_t>(lanes * (n + 1)), static_cast<int>(n)), ranks_(values_.size()),
      ranker_(n), space_(static_cast<std::size_t>(2 * n)) {
  for (bits_ = 1; bits_ < key_bits && (Index{1} << bits_) < n_;) ++bits_;
}

void LaneRanker::put(Index lane, const double* scores, int digits) {
  if (n_ == 0) return;
  double* values = values_.data() + lane * n_;
  if (digits < 0) std::copy(scores, scores + n_, values);
  else std::transform(scores, scores + n_, values, [&](double score) { return rounded(score, digits); });
  double low, high;
  span(values, n_, space_.data(), low, high);
  const int scale_bits = key_bits - bits_;
  // Numbers 2 apart stand for scores that differ by more than one step; so that is no tie where a step is wider than one.
  const double step = (high - low) / (1 << scale_bits) * (1 + 1e-9);
  const bool fit = scale_bits >= least_scale_bits && step < infinite && step > 2 * tie_width(std::max(std::abs(low), std::abs(high)));
  unfit_[static_cast<std::size_t>(lane)] = !fit;
  if (fit) make_keys(values, n_, high, 1 / step, bits_, keys_.data() + lane);
}

void LaneRanker::rank(Index used) {
  sort_lanes(keys_.data(), n_);
  close_.fill(0);
  tied_.fill(0);
  const bool some = any_close(keys_.data(), n_, bits_);
  for (Index lane = 0; lane < used && some; ++lane) close_[static_cast<std::size_t>(lane)] = is_close(keys_.data() + lane, n_, bits_);
  take_positions(keys_.data(), n_, bits_);
  for (Index lane = 0; lane < lanes; ++lane) {
    if (lane >= used) leave_out(lane);
    else if (close_[static_cast<std::size_t>(lane)] || unfit_[static_cast<std::size_t>(lane)]) look_again(lane);
  }
}

void LaneRanker::leave_out(Index lane) {
  for (Index k = 0; k < n_; ++k) keys_[static_cast<std::size_t>(k * lanes + lane)] = static_cast<int>(n_);
}

void LaneRanker::look_again(Index lane) {
  const double* values = values_.data() + lane * n_;
  int* ranks = ranks_.data() + lane * n_;
  if (unfit_[static_cast<std::size_t>(lane)]) ranker_(values, n_, -1, ranks);
  else ranker_.from_order(values, n_, keys_.data() + lane, lanes, ranks);
  // Ties share the lowest of their places, so the sum says whether there are any.
  tied_[static_cast<std::size_t>(lane)] = std::accumulate(ranks, ranks + n_, Index{0}) < n_ * (n_ + 1) / 2;
  if (tied(lane)) return leave_out(lane);
  for (Index k = 0; k < n_; ++k) keys_[static_cast<std::size_t>((ranks[k] - 1) * lanes + lane)] = static_cast<int>(k);
}

const int* LaneRanker::ranks(Index lane) {
  int* ranks = ranks_.data() + lane * n_;
  for (Index k = 0; k < n_ && !tied(lane); ++k) ranks[keys_[static_cast<std::size_t>(k * lanes + lane)]] = static_cast<int>(k) + 1;
  return ranks;
}

}  // namespace egov::detail
