// How alike two rows of a table with holes are.
#pragma once
#include <Eigen/Core>

#include "egov/panel.hpp"

namespace egov {

using RowTable = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Each column minus its mean, over its standard deviation (with n); one that is constant or empty is only centered.
RowTable on_own_scales(const Matrix& values);

// Euclidean distance over the columns both have, scaled up to all of them (Dixon 1979; scikit-learn's nan_euclidean);
// NaN where they share none.
double distance(const double* a, const double* b, Index columns);

}  // namespace egov
