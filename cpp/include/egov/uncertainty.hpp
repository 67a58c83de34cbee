// Many draws of a plan, and what they say about each rank.
#pragma once
#include <cstdint>

#include "egov/design.hpp"
#include "egov/plan.hpp"
#include "egov/progress.hpp"

namespace egov {

constexpr std::uint64_t most_draws = 4294967295;  // that the counts of an ensemble can take

struct Ensemble {
  using Counts = Eigen::Matrix<std::uint32_t, Eigen::Dynamic, Eigen::Dynamic>;
  std::uint64_t draws = 0;     // that were counted: the first ones of the design
  Counts counts;  // rows x units: how often each rank was held
  double mean_shift = 0;       // mean over draws and rows of |rank - nominal rank|
  Counts pairs;                // rows x units: how often the row ranked above the unit-th row of its period, ties not counted; on request
  Matrix shift_by_level;       // factors x highest number of levels: the same within each level of a choice; NaN: none
  // kept on request, one column a draw
  Matrix points, scores;
  Eigen::MatrixXi ranks;
};

struct RunOptions {
  bool pairs = false;        // count who ranks above whom
  bool partial = false;      // a run that is stopped gives the draws done, as whole points of a crossed design: what lies beyond is counted
                             // once more and taken off, the monitor being asked again. Interrupted without any, or if it says no twice
  std::uint64_t draws = 0;   // only so many of the first points of the design; 0: all
  Index block = 0;           // draws of one task, at most 256; 0: as many as take about 20 ms
};

// Everything counted is a whole number, so any number of threads and any block give the same bits.
Ensemble uncertainty(const Plan& plan, const Design& design, bool keep, int threads, const Monitor& monitor = {}, const RunOptions& options = {});

// Scores of nodes at draws first..first+count of a design: draw after draw, row of the period after row, node after node.
// nodes: their positions, in the framework or, of a plan over editions, in that of each; -1: none, which gives NaN.
void node_draws(const Plan& plan, const Design& design, std::uint64_t first, Index count, Index period,
                const std::vector<std::vector<Index>>& nodes, double* out, int threads, const Monitor& monitor = {});

}  // namespace egov
