// The full factorial of the discrete factors of a plan, and what it says of a run at one point of the others.
#pragma once
#include <vector>

#include "egov/sensitivity.hpp"

namespace egov::detail {

// Every combination of the levels of all discrete factors, the last factor fastest. Groups are made of discrete factors
// alone or of others alone; the former come first.
class Factorial {
 public:
  // SpecError for a group of both kinds.
  Factorial(const Plan& plan, const std::vector<Index>& group);
  Index combinations() const { return combinations_; }
  Index discrete() const { return static_cast<Index>(level_.size()); }  // groups
  Index groups() const { return static_cast<Index>(order_.size()); }
  // The group, as the caller counts them, that is the i-th here.
  const std::vector<Index>& order() const { return order_; }
  // Which of these groups a factor that is not discrete belongs to; factors in their order.
  const std::vector<Index>& continuous() const { return continuous_; }
  // Writes the point of a combination: the middle of each level, and the other coordinates.
  void write(Index combination, const double* others, double* point) const;
  // Of a discrete group: number of its levels, its level in a combination, the combination alike but for its first level.
  Index levels(Index group) const { return levels_[static_cast<std::size_t>(group)]; }
  Index level(Index group, Index combination) const { return level_[static_cast<std::size_t>(group)][static_cast<std::size_t>(combination)]; }
  Index likeness(Index group, Index combination) const { return like_[static_cast<std::size_t>(group)][static_cast<std::size_t>(combination)]; }

 private:
  Index combinations_;
  std::vector<Index> factor_levels_, strides_;      // a factor; 0 where it is not discrete
  std::vector<Index> order_, continuous_, levels_;
  std::vector<std::vector<Index>> level_, like_;    // group x combination
};

// Means over the combinations at one point of the other factors; outputs x columns.
struct Side {
  Vector mean, square;
  Matrix by_level;            // a column each level of each discrete group, one group after the other
  Matrix by_pair;             // likewise of each two groups i < j: level of i times levels(j) + level of j
};

// Means of outputs y (outputs x combinations); pairs: by_pair too.
void summarize(const Factorial& factorial, const Matrix& y, bool pairs, Side& to);
// Mean over all but a group of the variance over its levels.
Vector within(const Factorial& factorial, Index group, const Matrix& y, Matrix& room);

}  // namespace egov::detail
