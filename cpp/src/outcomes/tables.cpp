#include "outcomes/tables.hpp"

#include <cmath>

#include "egov/error.hpp"

namespace egov::detail {
namespace {

constexpr Index most_rows = 2000000;  // sums of ranks of a resample stay whole numbers of 64 bits

}  // namespace

void check_finite(const std::string& stage, const Matrix& table, const std::string& name) {
  for (Index column = 0; column < table.cols(); ++column)
    for (Index row = 0; row < table.rows(); ++row) {
      if (!std::isinf(table(row, column))) continue;
      Place place{stage, "", name};
      place.unit = static_cast<long>(row);
      place.indicator = static_cast<long>(column);
      throw DataError("row " + std::to_string(row) + " of column " + std::to_string(column) + " of " + name +
                          " is infinite; a finite number or NaN (missing) would be right",
                      place);
    }
}

void check_tables(const std::string& stage, const Matrix& x, const Matrix& y) {
  if (x.rows() != y.rows())
    throw DataError("x has " + std::to_string(x.rows()) + " rows and y " + std::to_string(y.rows()) +
                        "; the same units in both would be right",
                    {stage, "", ""});
  if (x.rows() > most_rows)
    throw DataError(std::to_string(x.rows()) + " rows; at most " + std::to_string(most_rows) + " would be right",
                    {stage, "", ""});
  check_finite(stage, x, "x");
  check_finite(stage, y, "y");
}

}  // namespace egov::detail
