// Weights from how much the children spread. Each takes complete rows of varying children and gives numbers of at
// least 0 that are not all 0, to be brought to sum one.
#pragma once
#include "egov/panel.hpp"

namespace egov {

Vector standard_deviations(const Matrix& x);
// Standard deviation over mean; DataError naming a child whose mean is not positive.
Vector variation(const Matrix& x);
// 1 - H / ln(rows), H the Shannon entropy of each child's shares of its sum (0 ln 0 = 0); DataError for negative values.
Vector entropy(const Matrix& x);
// Standard deviation times the sum of 1 - r over the other children; DataError where all r are 1.
Vector critic(const Matrix& x);

}  // namespace egov
