// What went wrong in the chains, in words.
#pragma once
#include <string>
#include <vector>

#include "impute/chained/setup.hpp"

namespace egov::chained {

// Iterations from which on there is a split R-hat.
constexpr Index least_iterations = 4;

// Split R-hat above which chains do not agree: 1.1 (Gelman and Rubin 1992, Statistical Science 7, 457-472), or what one run in a
// thousand of independent normal values exceeds, which of few iterations is more: n (R^2 - 1) + 1 follows F there, with n iterations
// a half.
double agreement_limit(Index chains, Index iterations);

// Of one indicator, empty where its chains agree. Traces: a row a chain, a column an iteration.
std::string on_agreement(const std::string& name, const std::vector<const Matrix*>& traces);

// Of the last regressions of a column: linear functions among the predictors, and the column itself as one.
std::vector<std::string> on_collinearity(const Columns& columns, const Rules& rules, Index column, const Drawn& last);

}  // namespace egov::chained
