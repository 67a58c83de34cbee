// The laws that uncertain fills follow.
#pragma once

namespace egov {

// A normal law cut off at bounds, between which its center lies; NaN: no bound.
struct Bounded {
  double center, sd, low, high;
  double value(double p) const;  // the quantile
  double spread() const;         // standard deviation
};

}  // namespace egov
