// Aggregations that compare the units of a period with one another.
#pragma once
#include "egov/aggregate.hpp"

namespace egov::aggregates {

// One less the distance from the ideal unit, which has the best value of every child, divided by the mean of these
// distances and two of their standard deviations (n - 1). 1: the ideal; below 0 where a unit is far behind the others.
Vector wroclaw(const Matrix& children, const Vector& weights);

// Number of units that a unit outranks, less the number that outrank it.
Vector copeland(const Matrix& children, const Vector& weights);

}  // namespace egov::aggregates
