// Tests of many pairs by the same permutations.
#pragma once
#include <memory>
#include <vector>

#include "egov/outcomes.hpp"

namespace egov::detail {

// Counts, pair by pair, how often permuted squares reach the observed ones, and how often the largest of those that were
// observed to be no larger does (Westfall and Young 1993, algorithm 4.1).
class StepDown {
 public:
  explicit StepDown(const std::vector<double>& observed);  // NaN: does not count
  void count(const double* squares);                       // of all pairs, under one permutation
  void add(const StepDown& other);
  void finish(Index permutations, std::vector<Association>& results) const;

 private:
  std::vector<std::size_t> order_;     // of those that count, the largest first
  std::vector<double> reach_;          // in that order
  std::vector<Index> own_, largest_;   // likewise
};

// Statistics of Pearson and Spearman for all pairs at once: whole rows of x are permuted, and with them its gaps; ranks are
// those of the whole column.
class WholeRows {
 public:
  WholeRows(const Matrix& x, const Matrix& y, bool ranks);
  ~WholeRows();
  Index rows() const;
  // squares[i * y.cols() + j] of each of `count` orders of rows(), one after the other in both; 0 where fewer than 4 rows are
  // common or one side does not vary. Row k of the side with fewer columns meets row order[k] of the other.
  void squares(const int* orders, Index count, double* squares) const;

 private:
  struct Tables;
  const std::unique_ptr<const Tables> tables_;
};

}  // namespace egov::detail
