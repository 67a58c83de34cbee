// Weights from principal components of the correlation matrix.
#pragma once
#include "egov/panel.hpp"

namespace egov {

// Loadings on the first component (sum of squares 1), their sum above 0, or their squares. DataError naming the child
// whose loading is negative, or where the first two eigenvalues are equal.
Vector first_loadings(const Matrix& complete, bool squares);

// How many components become factors: `count` of them, or as many as explain `share` of the variance, or (both NaN)
// those with an eigenvalue above `least`.
struct Keep {
  double count, share, least;
};

// Highest squared loading of each child on the rotated factors; see the row of `factor_analysis`.
Vector factor_weights(const Matrix& complete, const Keep& keep, bool kaiser);

// Varimax rotation (Kaiser 1958) of loadings, children x factors, in place, by planar rotations; with `kaiser` rows are brought to
// length one meanwhile. FitError if that does not come to rest.
void varimax(Matrix& loadings, bool kaiser);

}  // namespace egov
