// What is known of units beside the indicators.
#pragma once
#include <string>
#include <vector>

#include "egov/panel.hpp"
#include "impute/kriging/field.hpp"

namespace egov::kriging {

struct Auxiliary {
  Matrix levels;                  // units x auxiliaries: means over time, standardized; 0 where nothing is known
  std::vector<Matrix> completed;  // per auxiliary: periods x units, along lines in time with flat ends; standardized, 0 where unknown
  std::vector<std::vector<Index>> known;  // per auxiliary: units with a value
  std::vector<std::string> notes;         // which were left out, which are unknown for some units
};

// Each on its own scale or that of its logarithm, whichever is nearer to normal. Constant ones are left out.
Auxiliary see(const Matrix& rows, Index units, Index periods);

// Where an auxiliary is unknown, what it is in units alike, so that such a unit does not count as an average one.
void complete(Auxiliary& auxiliary, const Alike& alike);

// Weights of units (mean 1 over those that report) inverse to their propensity to report, which is logistic in the levels:
// `seen` is each unit's share of periods observed. No weight is beyond ten times another (Seaman and White 2013).
Vector inverse_propensity(const Vector& seen, const Matrix& levels);

}  // namespace egov::kriging
