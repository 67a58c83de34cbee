// Many draws of a plan, and what they say about each rank.
#pragma once
#include <cstdint>

#include "egov/design.hpp"
#include "egov/plan.hpp"
#include "egov/progress.hpp"

namespace egov {

struct Ensemble {
  using Counts = Eigen::Matrix<std::uint32_t, Eigen::Dynamic, Eigen::Dynamic>;
  Counts counts;  // rows x units: how often each rank was held
  double mean_shift = 0;       // mean over draws and rows of |rank - nominal rank|
  Counts pairs;                // rows x units: how often the row ranked above the unit-th row of its period, ties not counted; on request
  Matrix shift_by_level;       // factors x highest number of levels: the same within each level of a choice; NaN: none
  // kept on request, one column a draw
  Matrix points, scores;
  Eigen::MatrixXi ranks;
};

// Everything counted is a whole number, so any number of threads gives the same bits.
Ensemble uncertainty(const Plan& plan, const Design& design, bool keep, int threads, const Monitor& monitor = {}, bool pairs = false);

}  // namespace egov
