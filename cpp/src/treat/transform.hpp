// Transformations of one column in place: monotone increasing, NaN stays, errors say what the column would need.
// In the formulas lo and hi are the lowest and highest observed value and R = hi - lo.
#pragma once
#include <string>

#include "egov/treat.hpp"

namespace egov::transform {

void plain_log(Column x, const std::string& method);      // ln x; DataError at 0 or below
void log_ct(Column x, const std::string& method);         // ln(x - lo + 0.01 R)
void log_ct_plus(Column x, const std::string& method);    // the same where G1 > 0, else -ln(hi - x + 0.01 R)
void log_ct_orig(Column x);                               // ln(x - lo + 1)
void log_gii(Column x, const std::string& method);        // ln((hi - 1)(x - lo)/R + 1); DataError where hi <= 1

// Both return the power (lambda) used: the given one, or for NaN the one of the largest normal likelihood.
// u = x, or with `shift` x - lo + 1: ln u at power 0, else (u^power - 1)/power. Box and Cox 1964, JRSS B 26(2).
double boxcox(Column x, double power, bool shift, const std::string& method);
// Box-Cox of x + 1 with `power` at 0 and above, of 1 - x with 2 - power, negated, below. Yeo and Johnson 2000, Biometrika 87(4).
double yeojohnson(Column x, double power, const std::string& method);

}  // namespace egov::transform
