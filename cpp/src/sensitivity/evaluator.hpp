// Outputs of draws of a plan, many draws at a time.
#pragma once
#include "detail/lanes.hpp"
#include "egov/sensitivity.hpp"

namespace egov::detail {

// Kendall's distance from the nominal ranks of a period, ties counted half (Fagin et al. 2006, K^(1/2)).
class KendallDistance {
 public:
  KendallDistance(const int* nominal, Index n);
  // Pairs that stand the other way round, half of those that tie on one side alone.
  double operator()(const int* ranks);

 private:
  double inversions(Index first, Index last);
  std::vector<Index> order_;       // rows by nominal rank
  std::vector<Index> ties_;        // where runs of one nominal rank begin, and the end
  double tied_pairs_ = 0;          // nominally
  std::vector<int> drawn_, room_, counts_;
};

// What is asked of a draw, read from its scores and ranks.
class Reader {
 public:
  Reader(const Plan& plan, const std::vector<Asked>& asked);
  bool needs_ranks() const { return needs_ranks_; }
  // Scores and ranks of all rows; ranks are not looked at unless they are needed.
  void operator()(const double* scores, const int* ranks, double* out);

 private:
  void scale(const double* scores, double* out) const;
  double distance(const int* ranks);
  const Plan& plan_;
  const std::vector<Asked>& asked_;
  bool needs_ranks_ = false;
  double pairs_ = 0;                        // of rows of one period
  std::vector<KendallDistance> distances_;  // a period, if asked for
};

// One for each thread; what it needs is made once.
class Evaluator {
 public:
  Evaluator(const Plan& plan, const std::vector<Asked>& asked);
  // points: factors x runs; out: outputs x runs. Draws of one combination are run one after the other, since they share leaves.
  void operator()(const double* points, Index runs, double* out);

 private:
  static constexpr Index lanes = LaneRanker::lanes;
  const int* ranks_of(Index lane);
  const Plan& plan_;
  Index outputs_;
  Reader reader_;
  Plan::Desk desk_;
  std::vector<LaneRanker> rankers_;             // a period
  Matrix scores_;                               // rows x lanes
  std::vector<int> ranks_;                      // of the rows of one lane
  std::vector<std::pair<Index, Index>> order_;  // combination and number of each run
};

}  // namespace egov::detail
