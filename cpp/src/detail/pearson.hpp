// The product-moment coefficient, to the last digits.
#pragma once
#include "egov/panel.hpp"

namespace egov::detail {

// Pearson's r in twice the working precision: within 4 ulp whatever the offset and the scale of the columns, which are
// not constant. Leaves them scaled to at most 2 and centered.
double pearson(Vector& x, Vector& y);

}  // namespace egov::detail
