// What every question asks of the two tables of numbers.
#pragma once
#include <string>

#include "egov/panel.hpp"

namespace egov::detail {

// DataError, of that stage, where a number of the table is infinite.
void check_finite(const std::string& stage, const Matrix& table, const std::string& name);
// DataError where x and y have other rows, too many of them, or infinite numbers.
void check_tables(const std::string& stage, const Matrix& x, const Matrix& y);

}  // namespace egov::detail
