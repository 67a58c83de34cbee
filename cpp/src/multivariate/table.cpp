#include "multivariate/table.hpp"

#include <cmath>

#include "detail/statistics.hpp"

namespace egov::detail {

void check_finite(const Matrix& table, const std::string& what) {
  for (Index column = 0; column < table.cols(); ++column)
    for (Index row = 0; row < table.rows(); ++row) {
      if (!std::isinf(table(row, column))) continue;
      Place place{"multivariate", what, ""};
      place.unit = static_cast<long>(row);
      place.indicator = static_cast<long>(column);
      throw DataError("an infinite value; a finite number or NaN (missing) would be right", place);
    }
}

Matrix complete(const Matrix& table, std::vector<Index>& rows) {
  rows.clear();
  for (Index row = 0; row < table.rows(); ++row)
    if (!table.row(row).array().isNaN().any()) rows.push_back(row);
  Matrix out(static_cast<Index>(rows.size()), table.cols());
  for (std::size_t k = 0; k < rows.size(); ++k) out.row(static_cast<Index>(k)) = table.row(rows[k]);
  return out;
}

void standardize(Matrix& table, bool scaled, const std::string& what) {
  for (Index column = 0; column < table.cols(); ++column) {
    std::vector<double> x(table.col(column).begin(), table.col(column).end());
    const double size = scaled ? to_size_one(x) : 1;
    for (double& value : x) value *= size;
    const double center = mean(x), spread = scaled && varies(table.col(column)) ? deviation(x) : 1;
    if (scaled && !varies(table.col(column))) {
      Place place{"multivariate", what, ""};
      place.indicator = static_cast<long>(column);
      throw DataError("has no variation among the " + std::to_string(table.rows()) +
                          " units without a missing value; leave it out",
                      place);
    }
    for (Index row = 0; row < table.rows(); ++row) table(row, column) = (x[static_cast<std::size_t>(row)] - center) / spread;
  }
}

Matrix correlations(const Matrix& table, const std::string& what, Index& n) {
  check_finite(table, what);
  std::vector<Index> rows;
  Matrix z = complete(table, rows);
  n = z.rows();
  if (n < 3)
    throw DataError(std::to_string(n) + " units without a missing value; at least 3 would be right: impute, or leave indicators out",
                    {"multivariate", what, ""});
  standardize(z, true, what);
  Matrix r = z.transpose() * z / static_cast<double>(n - 1);
  r.diagonal().setOnes();
  return r;
}

}  // namespace egov::detail
