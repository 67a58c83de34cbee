// Weights from what experts say.
#pragma once
#include "egov/panel.hpp"

namespace egov {

// Priorities of the children; SpecError naming the most inconsistent triples where the consistency ratio is above `most`.
Vector consistent_priorities(const Matrix& matrices, Index children, bool geometric, double most);

// Mean over the experts (rows) of their points, each row brought to sum one. SpecError naming a row with negative or no points.
Vector budget_shares(const Matrix& points, Index children);

}  // namespace egov
