// Competition ranks of several score vectors of one length at once.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "egov/rank.hpp"

namespace egov::detail {

// Numbers that begin where a line of the cache does, so that no vector of them lies across two.
template <class T>
class Aligned {
 public:
  Aligned(Index n, T value) : lines_(static_cast<std::size_t>(n + per_line - 1) / per_line) { std::fill(data(), data() + n, value); }
  T* data() { return reinterpret_cast<T*>(lines_.data()); }
  const T* data() const { return reinterpret_cast<const T*>(lines_.data()); }

 private:
  static constexpr Index per_line = 64 / sizeof(T);
  struct alignas(64) Line {
    T numbers[per_line];
  };
  std::vector<Line> lines_;
};

// Each score vector has a lane. Its scores become whole numbers, the highest least, that carry the label of their position in
// the lowest bits; Batcher's (1968) odd-even merge sort, whose comparisons are the same whatever the numbers, sorts all lanes together.
// A lane in which two numbers lie so close that their scores may tie or stand the other way round is looked at again by its
// scores. So the ranks are those of Ranker.
class LaneRanker {
 public:
  static constexpr Index lanes = 16;
  explicit LaneRanker(Index n);  // scores in a lane
  // Each position has one of the labels 0..n-1, to begin with its own number.
  LaneRanker(Index n, const std::vector<int>& labels);
  // Takes n NaN-free scores for a lane below `lanes`, or their logarithms, which are ranked by their exponentials. Those are
  // made where a lane is looked at again only, since they stand in the same order; digits must be below 0 then.
  void put(Index lane, const double* scores, int digits, bool logs = false);
  // Ranks those of the first lanes, that many, which have all been put since the last call.
  void rank(Index used);
  Index size() const { return n_; }
  // Results, n x lanes with the lanes of one place next to each other: the label of the score at each place, highest first;
  // n in lanes with ties, in those not used, and in the one place more that there is.
  const int* order() const { return keys_.data(); }
  bool tied(Index lane) const { return tied_[static_cast<std::size_t>(lane)]; }
  // Ranks of one lane, by position.
  const int* ranks(Index lane);

 private:
  void look_again(Index lane);
  void leave_out(Index lane);
  Index n_, stride_;               // stride: above n, whole tiles
  int bits_ = 0;                   // of a number that hold the label
  std::vector<int> labels_, positions_;  // of each position, and of each label
  Aligned<double> values_;         // lanes x stride: rounded
  Aligned<int> lines_, keys_;      // lanes x stride, its turn: numbers; the one after the last score, and what fills up, stay n
  std::vector<int> ranks_;         // lanes x n
  std::array<char, lanes> close_{}, unfit_{}, tied_{}, logs_{};  // lanes with numbers too close, without numbers, with ties, of logarithms
  Ranker ranker_;
};

}  // namespace egov::detail
