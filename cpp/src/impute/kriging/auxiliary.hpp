// What is known of units beside the indicators.
#pragma once
#include <vector>

#include "egov/panel.hpp"

namespace egov::kriging {

struct Auxiliary {
  Matrix levels;                  // units x auxiliaries: means over time, standardized; 0 where nothing is known
  std::vector<Matrix> completed;  // per auxiliary: periods x units, along lines in time with flat ends; standardized, 0 where unknown
};

// Each on its own scale or that of its logarithm, whichever is nearer to normal. Constant ones are left out.
Auxiliary see(const Matrix& rows, Index units, Index periods);

}  // namespace egov::kriging
