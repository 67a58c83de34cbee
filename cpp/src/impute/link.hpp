// Scales on which a series is close to a line and on which its bounds are infinitely far away.
#pragma once
#include <vector>

#include "egov/impute.hpp"

namespace egov {

// y is the indicator, z what it is on the scale. Beyond what the bounds allow, and within the rounding of z, from() gives
// the bound.
class BoundScale {
 public:
  enum Kind { identity, open, logit, root, logarithm };  // open: by the bounds; the order of the option's names

  // `observed` are the values of the whole indicator. Open bounds are NaN; root and logarithm start at `lower`, or 0.
  //   logit      ln((s + e) / (1 - s + e)), s = (y - lower) / (upper - lower), e = 0.0005
  //   root       sqrt(y - lower)
  //   logarithm  ln(y - lower + e), e = half the smallest positive y - lower where one is 0, else 0
  //   open       logit between two bounds, root above one, identity without
  // SpecError where logit lacks a bound.
  BoundScale(Kind kind, double lower, double upper, const std::vector<double>& observed);
  static BoundScale none(const std::vector<double>& observed) { return {identity, missing_value, missing_value, observed}; }

  Kind kind() const { return kind_; }
  bool takes(double y) const;   // within the bounds
  double to(double y) const;    // NaN stays
  double from(double z) const;
  double slope(double z) const; // of from()
  // Standard deviation of from(z + sd x), x standard normal, by quadrature.
  double spread(double z, double sd) const;

 private:
  Kind kind_;
  double unit_, low_, high_, offset_ = 0;  // times `unit_`, a power of two, values are near 1; so are the bounds here
};

// Parameters "link", "lower" and "upper"; the link's default is one of the names of BoundScale::Kind.
Param link_param(BoundScale::Kind fallback);
Param lower_param();
Param upper_param();

}  // namespace egov
