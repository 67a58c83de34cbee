// The rows a weighting method can use, and its children on one scale.
#pragma once
#include <string>

#include "egov/panel.hpp"

namespace egov {

// Rows without NaN. DataError with fewer than 3 of them, or naming the first child that is the same in all of them.
Matrix complete_rows(const Matrix& children, const std::string& method);

struct Standard {
  Matrix z;      // columns with mean 0 and length 1: z' z is the correlation matrix
  Vector scale;  // smallest standard deviation divided by that of each column, in (0, 1]
};

Standard standardized(const Matrix& complete);
Matrix correlation(const Matrix& complete);  // ones on the diagonal

}  // namespace egov
