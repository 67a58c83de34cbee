// The whole model of a block of indicators, fitted: what each hole is, how sure, and joint draws.
#pragma once
#include <string>
#include <vector>

#include "egov/impute.hpp"
#include "impute/kriging/coupling.hpp"
#include "impute/kriging/lens.hpp"

namespace egov::kriging {

// The holes of one series: mean and standard deviation of each on the modelled scale, and how it moves in draws.
struct Holes {
  Index column, unit;
  std::vector<Index> open;     // periods
  Vector center, sd;
  Piece piece;                 // of the coupled model, in units of the scale
  Vector stretch;              // from its deviations to those of `sd`
  bool observed;               // has the series observations?
};

struct Model {
  std::vector<Lens> lenses;          // per column
  std::vector<Holes> holes;          // by unit, then column
  std::vector<Known> known;          // per unit with holes: its coefficients in the coupled model; empty elsewhere
  std::vector<Index> note;           // per column: its note, or -1
  std::vector<std::string> remarks;  // on the auxiliaries
};

// Auxiliaries: rows as in the block, a column each; none if empty.
// Of several lenses of a column the one under which its data are likeliest is taken.
// `by_propensity`: units learn with weights inverse to their propensity to report each indicator, by the auxiliaries.
Model fit(const Block& block, const Matrix& auxiliaries, const std::vector<std::vector<Lens>>& lenses, bool by_propensity);

// Degrees of freedom of the scale of a series without observations.
constexpr double unseen_df = 12;

}  // namespace egov::kriging
