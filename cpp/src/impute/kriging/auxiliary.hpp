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

// Weights of units (mean 1 over those that report) inverse to their propensity to report, which is logistic in the levels:
// `seen` is each unit's share of periods observed. No weight is beyond ten times another (Seaman and White 2013).
Vector inverse_propensity(const Vector& seen, const Matrix& levels);

}  // namespace egov::kriging
