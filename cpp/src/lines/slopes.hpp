// Derivatives of a model that comes without them.
#pragma once
#include "egov/lines.hpp"

namespace egov::detail {

// Central differences at steps h, h/2, h/4, ... extrapolated to 0 (Ridders 1982, Advances in Engineering Software 4, 75-76), each
// row of the model with the estimate of least error. size: what counts as large for a coefficient that is 0.
Matrix differences(const Model& model, const Vector& coef, const Vector& size);

}  // namespace egov::detail
