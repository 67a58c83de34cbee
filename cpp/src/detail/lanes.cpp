#include "detail/lanes.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "detail/columns.hpp"

namespace egov::detail {
namespace {

constexpr Index lanes = LaneRanker::lanes;
constexpr int key_bits = 31, least_scale_bits = 12;

// Lowest and highest of values without NaN. Many at a time, the last ones twice over, so that the loops are plain ones.
EGOV_CLONES void span(const double* values, Index n, double& lowest, double& highest) {
  constexpr Index width = 32;
  double low[width], high[width];
  const Index used = std::min(n, width);
  for (Index k = 0; k < width; ++k) low[k] = high[k] = values[std::min(k, used - 1)];
  for (Index i = width; i < n; i += width) {
    const double* next = values + std::min(i, n - width);
    for (Index k = 0; k < width; ++k) {
      low[k] = next[k] < low[k] ? next[k] : low[k];
      high[k] = next[k] > high[k] ? next[k] : high[k];
    }
  }
  for (Index half = width / 2; half > 0; half /= 2)
    for (Index k = 0; k < half; ++k) {
      low[k] = low[half + k] < low[k] ? low[half + k] : low[k];
      high[k] = high[half + k] > high[k] ? high[half + k] : high[k];
    }
  lowest = low[0];
  highest = high[0];
}

EGOV_CLONES void make_keys(const double* __restrict values, const int* __restrict labels, Index n, double high, double scale, int bits,
                           int* __restrict to) {
  for (Index i = 0; i < n; ++i) to[i] = static_cast<int>((high - values[i]) * scale) << bits | labels[i];
}

constexpr Index tile = lanes * lanes;

// Element x of the first half goes to 2 x, that of the second half next to it: the bits of an index turn by one.
inline __attribute__((always_inline)) void shuffle(const int* __restrict from, int* __restrict to) {
  for (Index x = 0; x < tile / 2; ++x) {
    to[2 * x] = from[x];
    to[2 * x + 1] = from[x + tile / 2];
  }
}

// Turns lanes, `stride` apart, into rows of `lanes`. Four shuffles of a tile swap the two halves of its indices.
EGOV_CLONES void turn(const int* from, Index stride, int* __restrict to) {
  static_assert(lanes == 16, "as many shuffles as a lane's number has bits");
  alignas(64) int one[tile], other[tile];
  for (Index first = 0; first < stride; first += lanes, to += tile) {
    for (Index lane = 0; lane < lanes; ++lane) std::memcpy(one + lane * lanes, from + lane * stride + first, lanes * sizeof(int));
    shuffle(one, other);
    shuffle(other, one);
    shuffle(one, other);
    shuffle(other, to);
  }
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

// Are two neighbors in any lane of sorted numbers less than 2 apart, the label aside?
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

EGOV_CLONES void take_labels(int* keys, Index n, int bits) {
  for (Index k = 0; k < n * lanes; ++k) keys[k] &= (1 << bits) - 1;
}

std::vector<int> own_numbers(Index n) {
  std::vector<int> numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

}  // namespace

LaneRanker::LaneRanker(Index n) : LaneRanker(n, own_numbers(n)) {}

LaneRanker::LaneRanker(Index n, const std::vector<int>& labels)
    : n_(n), stride_((n + lanes) / lanes * lanes), labels_(labels), positions_(labels.size()), values_(lanes * stride_, 0.0),
      lines_(lanes * stride_, static_cast<int>(n)), keys_(lanes * stride_, static_cast<int>(n)), ranks_(static_cast<std::size_t>(lanes * n)), ranker_(n) {
  for (std::size_t k = 0; k < labels_.size(); ++k) positions_[static_cast<std::size_t>(labels_[k])] = static_cast<int>(k);
  for (bits_ = 1; bits_ < key_bits && (Index{1} << bits_) < n_;) ++bits_;
}

void LaneRanker::put(Index lane, const double* scores, int digits, bool logs) {
  if (n_ == 0) return;
  double* values = values_.data() + lane * stride_;
  if (digits < 0) std::copy(scores, scores + n_, values);
  else std::transform(scores, scores + n_, values, [&](double score) { return rounded(score, digits); });
  double low, high;
  span(values, n_, low, high);
  const int scale_bits = key_bits - bits_;
  // Numbers 2 apart stand for scores that differ by more than one step; so that is no tie where a step is wider than one.
  const double step = (high - low) / (1 << scale_bits) * (1 + 1e-9);
  // Exponentials of logarithms a step apart are apart by at least the lowest of them times a step.
  const double least = logs ? std::exp(low) * step : step, largest = logs ? std::exp(high) : std::max(std::abs(low), std::abs(high));
  const bool fit = scale_bits >= least_scale_bits && step < infinite && least > 2 * tie_width(largest);
  logs_[static_cast<std::size_t>(lane)] = logs;
  unfit_[static_cast<std::size_t>(lane)] = !fit;
  if (fit) make_keys(values, labels_.data(), n_, high, 1 / step, bits_, lines_.data() + lane * stride_);
}

void LaneRanker::rank(Index used) {
  turn(lines_.data(), stride_, keys_.data());
  sort_lanes(keys_.data(), n_);
  close_.fill(0);
  tied_.fill(0);
  const bool some = any_close(keys_.data(), n_, bits_);
  for (Index lane = 0; lane < used && some; ++lane) close_[static_cast<std::size_t>(lane)] = is_close(keys_.data() + lane, n_, bits_);
  take_labels(keys_.data(), n_, bits_);
  for (Index lane = 0; lane < lanes; ++lane) {
    if (lane >= used) leave_out(lane);
    else if (close_[static_cast<std::size_t>(lane)] || unfit_[static_cast<std::size_t>(lane)]) look_again(lane);
  }
}

void LaneRanker::leave_out(Index lane) {
  for (Index k = 0; k < n_; ++k) keys_.data()[k * lanes + lane] = static_cast<int>(n_);
}

void LaneRanker::look_again(Index lane) {
  double* values = values_.data() + lane * stride_;
  if (logs_[static_cast<std::size_t>(lane)]) exponentials(values, n_);
  int* ranks = ranks_.data() + lane * n_;
  int* order = keys_.data() + lane;
  if (unfit_[static_cast<std::size_t>(lane)]) {
    ranker_(values, n_, -1, ranks);
  } else {
    for (Index k = 0; k < n_; ++k) order[k * lanes] = positions_[static_cast<std::size_t>(order[k * lanes])];
    ranker_.from_order(values, n_, order, lanes, ranks);
  }
  // Ties share the lowest of their places, so the sum says whether there are any.
  tied_[static_cast<std::size_t>(lane)] = std::accumulate(ranks, ranks + n_, Index{0}) < n_ * (n_ + 1) / 2;
  if (tied(lane)) return leave_out(lane);
  for (Index k = 0; k < n_; ++k) order[(ranks[k] - 1) * lanes] = labels_[static_cast<std::size_t>(k)];
}

const int* LaneRanker::ranks(Index lane) {
  int* ranks = ranks_.data() + lane * n_;
  const int* order = keys_.data() + lane;
  for (Index k = 0; k < n_ && !tied(lane); ++k) ranks[positions_[static_cast<std::size_t>(order[k * lanes])]] = static_cast<int>(k) + 1;
  return ranks;
}

}  // namespace egov::detail
