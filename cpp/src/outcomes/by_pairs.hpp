// Distance correlation from all pairs of rows, with sums in wider precision: O(n^2), and right to the last digit or two.
#pragma once
#include "egov/panel.hpp"

namespace egov::detail {

constexpr Index most_rows_by_pairs = 2048;

// Of columns that vary, of moderate size.
double distance_by_pairs(const Vector& x, const Vector& y);

}  // namespace egov::detail
