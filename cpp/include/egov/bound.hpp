// Between which ends scores and ranks lie, whatever the missing values are.
#pragma once
#include <vector>

#include "egov/recipe.hpp"

namespace egov {

struct Bounds {
  Vector low, high;              // of the root; NaN where score() gives no score
  Vector best_rank, worst_rank;  // the unit at its high while all others are at their low, and the other way round
};

// Rows as those of score() with missing children dropped, which gives the scales and weights that are held fixed. Each leaf
// still missing takes the ends of what its normalization can give, or, where that is open, of what it gives to the observed
// values in the rows that share the scale. Exact, as every mean on the way rises with its children (Manski 2003). SpecError
// where one does not, or where an aggregate is brought to a scale that depends on the others.
Bounds bounds(const Panel& panel, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods);

}  // namespace egov
