// Intervals around a coefficient: of its resamples, of what it is without each cluster, or by a formula.
#pragma once
#include <vector>

#include "egov/outcomes.hpp"
#include "outcomes/pair.hpp"

namespace egov::detail {

// Quantile of unordered values by linear interpolation between order statistics (type 7); reorders them.
double quantile(std::vector<double>& values, double share);

// Pseudo-values of Fisher's z (Tukey 1958): G z - (G - 1) z without a cluster, for G clusters.
struct Jackknife {
  double mean = missing_value, error = missing_value;  // of the pseudo-values; NaN where a coefficient does not exist or is 1 or -1
  double estimate = missing_value;
  bool still = false;                                  // every coefficient equals the estimate
  Index freedom = 0;                                   // clusters less 1
  double p() const;                                    // two-sided, by Student's t
  void interval(double level, double& low, double& high) const;
};
Jackknife jackknife(double estimate, const std::vector<double>& left_out);

// The acceleration of BCa intervals, from the coefficients without each cluster (Efron 1987); 0 where these are equal.
double acceleration(const std::vector<double>& left_out);

// Sets low, high and left_out of the result by the chosen method; both ends stay NaN where it has none. After pair.estimate().
void add_interval(Pair& pair, Interval kind, const Question& question, std::uint64_t stream, Association& result);

}  // namespace egov::detail
