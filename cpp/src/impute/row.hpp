// Holes filled from the same unit's other indicators.
#pragma once
#include "egov/impute.hpp"

namespace egov {

// The share of its range (lowest to highest donor of the period) that the unit's other indicators reach, in the direction of
// each, brought back to this one's range. `up`: only indicators under the same ancestor so many levels up; 0: all.
std::vector<Fill> from_row(const Series& s, std::size_t up, double (*center)(std::vector<double>));

}  // namespace egov
