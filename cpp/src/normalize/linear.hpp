// Scales that take an extreme, a center or a spread from the reference rows. All maps keep NaN.
#pragma once
#include <string>

#include "egov/normalize.hpp"

namespace egov::linear {

// Where v lies on the way from one point to another: 0 and 1 exactly at the points. Neither distance may overflow it.
double share(double v, double from, double to);

// Lowest and highest value in the direction: numbers[0] and [1]; low above high where nothing is observed. DataError
// without variation.
Fitted extremes(ConstColumn x, double direction, const std::string& method);
void between(Column x, double direction, const Fitted& f, double low, double high);

// Center, spread and the power of two that both were taken at.
Fitted moments(ConstColumn x, const std::string& method, bool of_population);  // mean, standard deviation with n or n - 1
Fitted median_spread(ConstColumn x, bool as_normal);  // median, median absolute deviation; DataError if that is 0
void centered(Column x, double direction, const Fitted& f, double center, double spread);
void logistic(Column x, double direction, const Fitted& f, double steepness);
// 1 above center + threshold |center|, -1 below center - threshold |center|, 0 between.
Fitted mean_of(ConstColumn x);
void around_mean(Column x, double direction, const Fitted& f, double threshold);

// Lowest value and that of a unit or the target, in the direction: numbers[0] and [1].
Fitted to_unit(ConstColumn x, double direction, double unit);
Fitted to_target(ConstColumn x, double direction, double target);
void distance(Column x, double direction, const Fitted& f, bool cap);

// DataError unless all values are above 0. Best value: numbers[0].
Fitted best(ConstColumn x, double direction);
void fraction(Column x, double direction, const Fitted& f);

void goalposts(Column x, double direction, const Args& a);  // lower, upper, truncate, low, high

}  // namespace egov::linear
