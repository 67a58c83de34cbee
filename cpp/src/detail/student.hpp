// Tails of Student's t and of F; infinite degrees of freedom give the normal and the chi-square.
#pragma once

namespace egov::detail {

double student_p(double t, double freedom);  // two-sided; NaN of NaN
double student_quantile(double p, double freedom);
double upper_f(double f, double freedom, double denominator);

}  // namespace egov::detail
