// Which ranks the data cannot rule out, where scores carry sampling or imputation error.
#pragma once
#include "egov/panel.hpp"
#include "egov/progress.hpp"

namespace egov {

struct RankSets {
  Eigen::VectorXi low, high;   // per unit: the best and the worst rank in its set; 1 is the highest score
  Eigen::MatrixXi above;       // units x units, from the set of the row's unit: 1 where it is established to score above
                               // the column's, -1 where below, 0 where the data do not tell
};

// Confidence sets for ranks after Mogstad, Romano, Shaikh and Wilhelm (2024, Review of Economic Studies 91(1), 476-518), with
// the stepwise improvement of Romano and Wolf (2005): one-sided tests of all ordered pairs by the largest studentized
// difference, whose law is that of the draws around their mean.
// `draws`: units x draws, each column the scores of one draw of the errors. `simultaneous`: the sets cover all true ranks
// at once with probability `level`; else each covers its own. Differences that do not vary are known exactly.
// DataError with fewer draws than the quantile needs: level (draws + 1) <= draws.
RankSets rank_confidence(const Matrix& draws, double level, bool simultaneous, int threads, const Monitor& monitor = {});

}  // namespace egov
