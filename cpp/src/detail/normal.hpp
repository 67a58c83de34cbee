// The normal distribution.
#pragma once

namespace egov::detail {

double normal_share(double x);     // below x
double normal_quantile(double p);  // below which that share lies

}  // namespace egov::detail
