// The full factorial of discrete factors at base points of the others: its runs, and what they say.
#pragma once
#include <functional>
#include <vector>

#include "egov/sobol.hpp"

namespace egov::detail {

// Every combination of the levels of all discrete factors, the last factor fastest. A group may hold factors of both kinds.
class Factorial {
 public:
  explicit Factorial(const Combined& factors);
  Index combinations() const { return combinations_; }
  Index groups() const { return static_cast<Index>(levels_.size()); }
  // Of each factor that is not discrete, in their order, its group.
  const std::vector<Index>& continuous() const { return continuous_; }
  // Groups that hold such factors.
  const std::vector<Index>& moved() const { return moved_; }
  // Runs of a base point, of all combinations each: A, AB of the moved groups, BA of them if reversed, B. With no group moved: A.
  Index runs(bool reversed) const;
  // Writes the point of a combination: the middle of each level, and the other coordinates.
  void write(Index combination, const double* others, double* point) const;
  // Of the discrete factors of a group: number of their combinations, which it is in a combination of all (0 where it holds none),
  // the combination alike but for the first level of these.
  Index levels(Index group) const { return levels_[static_cast<std::size_t>(group)]; }
  Index level(Index group, Index combination) const { return level_[static_cast<std::size_t>(group)][static_cast<std::size_t>(combination)]; }
  Index likeness(Index group, Index combination) const { return like_[static_cast<std::size_t>(group)][static_cast<std::size_t>(combination)]; }

 private:
  void add_group(const std::vector<Index>& member, Index group);
  Index combinations_ = 1;
  std::vector<Index> factor_levels_, strides_;  // a factor; levels 0 where it is not discrete
  std::vector<Index> continuous_, moved_, levels_;
  std::vector<std::vector<Index>> level_, like_;  // group x combination
};

// Means over the combinations of one run.
struct Side {
  Vector mean, square;
  std::vector<Matrix> by_level;  // a group: outputs x levels; empty with one level
  std::vector<Matrix> by_pair;   // groups i < j at i * groups + j: outputs x (level of i times levels(j) + level of j); likewise
};

// Adds base points to the sums, so that the estimators "saltelli" and "jansen" make the right means of them: for a group the
// covariance of what its levels and coordinates do at two points that share these alone, and the variance over its levels
// and coordinates given all others. Holds the working space; one for each thread.
class FactorialAdder {
 public:
  // Outputs x combinations of a run of the base point; looked at before the next is asked for.
  using Run = std::function<const double*(Index run)>;

  FactorialAdder(const Factorial& factorial, bool reversed, bool pairs, Vector origin);
  // Sums of no point yet.
  Sums nothing() const { return {origin_.size(), crossing_, pairs_}; }
  void add(const Run& run, Sums& to);

 private:
  void read(const double* outputs);
  void summarize(Index own, Side& to) const;
  void add_shared(Matrix& to) const;
  void add_moved(Index group, Matrix& to);
  void add_reversed(Index group, Matrix& to);
  void add_pairs(Matrix& to) const;
  Vector within(Index group, const Matrix& y);
  Vector product(const Matrix& left, const Vector& left_mean, const Matrix& right, const Vector& right_mean) const;
  Vector together(const Side& left, const Side& right, Index i, Index j) const;

  const Factorial& factorial_;
  Crossing crossing_;
  bool pairs_;
  Vector origin_;
  Matrix y_, on_a_, room_;          // outputs x combinations
  Side a_, b_;
  std::vector<Side> ab_, ba_;       // a group; of those that are moved
  Matrix d_, e_;                    // outputs x groups: means of AB less A, of BA less B
  Matrix levels_ab_, levels_ba_;    // outputs x groups: what the levels do at B and AB alike, at A and BA alike
};

}  // namespace egov::detail
