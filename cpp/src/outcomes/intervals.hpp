// Intervals around a coefficient: of its resamples, of what it is without each cluster, or by a formula.
#pragma once
#include <vector>

#include "egov/outcomes.hpp"
#include "outcomes/pair.hpp"

namespace egov::detail {

// Quantile of unordered values: the share (B + 1)-th in increasing order, between two by linear interpolation, at the ends the
// extremes (type 6 of Hyndman and Fan 1996; Davison and Hinkley 1997, section 2.3.2). Reorders them.
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

// The acceleration of BCa intervals out of what each cluster adds to the coefficient (Efron 1987): a sixth of the skewness of
// their sum; 0 where these are equal.
double acceleration(const std::vector<double>& influences);

// A method of interval, with what it was given.
struct Around {
  Interval interval;
  bool plain = false;  // Fisher: the variance of Pearson for Spearman too
};

// Sets the ends of all intervals of the result, and left_out; ends stay NaN where a method has none. After pair.estimate().
void add_intervals(Pair& pair, const std::vector<Around>& kinds, const Question& question, std::uint64_t stream, Association& result);

}  // namespace egov::detail
