// Means of the children in the order of their size.
#pragma once
#include "egov/aggregate.hpp"

namespace egov::aggregates {

// The value at which half of the weight is reached; halfway to the next where it is reached exactly. With equal weights
// the plain median.
double median(const Vector& x, const Vector& w);

// Ordered weighted average: order weights for the best child first, here as the increments of a function on 0..1 that
// runs linearly through the running sums of `order`, or is r^alpha where there is none. The steps are the children's own
// weights (Torra 1997, WOWA), so that equal ones give Yager's OWA. order: any number of weights of at least 0, sum one.
double owa(const Vector& x, const Vector& w, const Vector& order, double alpha);

}  // namespace egov::aggregates
