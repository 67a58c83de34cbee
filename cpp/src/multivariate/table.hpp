// The part of a table that has no holes, and its correlation matrix.
#pragma once
#include <string>

#include "egov/multivariate.hpp"

namespace egov::detail {

void check_finite(const Matrix& table, const std::string& what);
Matrix complete(const Matrix& table, std::vector<Index>& rows);  // rows without NaN, and which they are
// Centers the columns; `scaled`: to variance one (n - 1) too, with a DataError for a constant column.
void standardize(Matrix& table, bool scaled, const std::string& what);
// Correlation matrix of the rows without NaN, their number in n. DataError below 3 of them or for a constant column.
Matrix correlations(const Matrix& table, const std::string& what, Index& n);

}  // namespace egov::detail
