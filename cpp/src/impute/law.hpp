// Quantiles of the laws that uncertain fills follow.
#pragma once

namespace egov {

double normal_quantile(double p);
double student_quantile(double df, double p);  // of Student's t; df above 0

}  // namespace egov
