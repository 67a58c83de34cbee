// Small statistics over the observed (non-NaN) values of a column.
#pragma once
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov::detail {

std::vector<double> observed(ConstColumn values);         // in order, without NaN
double mean(const std::vector<double>& x);                // NaN if empty
double to_size_one(const std::vector<double>& x);         // power of two that brings the largest magnitude near 1
double median(std::vector<double> x);                     // NaN if empty; mean of the middle two
double quantile(const std::vector<double>& sorted, double share, int type = 7);  // Hyndman and Fan 1996, types 4 to 9; NaN if empty
double deviation(const std::vector<double>& x);           // standard deviation with n - 1, two passes; NaN below 2 values
struct Shape {
  double skewness, kurtosis;
};
Shape shape(const std::vector<double>& x);                // both at the price of one
double skewness(const std::vector<double>& x);            // bias-corrected G1; NaN below 3 values or without variation
double kurtosis(const std::vector<double>& x);            // bias-corrected excess G2; NaN below 4 values or without variation
std::vector<double> average_ranks(const std::vector<double>& x);  // ascending midranks, 1-based
bool varies(ConstColumn values);                          // at least two distinct observed values
// DataError unless the column varies or is missing throughout; `what` names the method.
void require_variation(ConstColumn values, const std::string& stage, const std::string& method);

}  // namespace egov::detail
