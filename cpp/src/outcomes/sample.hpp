// The common rows of one pair as the question looks at them, for tests by rearrangement.
#pragma once
#include <vector>

#include "egov/outcomes.hpp"

namespace egov::detail {

// Rows of one cluster are one row where nothing says otherwise, or where the view is between clusters.
bool has_clusters(const Question& question);

struct Sample {
  Vector x, y;             // centered; of ranks: midranks; with controls: residuals of least squares on them
  Matrix controlled;       // an orthonormal basis of the centered controls; no columns without controls
  std::vector<int> units;  // of each row: its row in the tables, or its cluster
  bool usable = false;     // 4 rows, a degree of freedom and variation are left
};

// Pair (i, j) with rows in increasing order of x, unless there are controls.
Sample sample(const Matrix& x, Index i, const Matrix& y, Index j, const Question& question, bool ranks);

}  // namespace egov::detail
