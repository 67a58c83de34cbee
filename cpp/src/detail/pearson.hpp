// The product-moment coefficient, to the last digits.
#pragma once
#include <vector>

#include "egov/panel.hpp"

namespace egov::detail {

// Pearson's r in twice the working precision: within 4 ulp whatever the offset and the scale of the columns, which are
// not constant. Leaves them scaled to at most 2 and centered. left: 1 - r^2 to almost all digits, 0 where it is rounding.
double pearson(Vector& x, Vector& y, double* left = nullptr);
// The same out of sums of squares and of products that are right to the last digit, over n rows.
double left_of(double xx, double yy, double xy, Index n);

// Scales by a power of two so that the largest size lies between 1/2 and 1: no square overflows or vanishes. The factor.
double scale(Vector& values);
// Takes their mean from the values, in twice the working precision.
void center(Vector& values);
// Takes the mean of its group from each value, in twice the working precision; 0 throughout a group of equal values.
void center_groups(Vector& values, const std::vector<int>& group, Index groups);
// The mean of each group less that of the first, rounded once: an offset of all values takes no digits.
Vector group_means(const Vector& values, const std::vector<int>& group, Index groups);

}  // namespace egov::detail
