// The scale on which an indicator is modelled, from which every value comes back within its bounds.
#pragma once
#include <string>
#include <vector>

#include "egov/panel.hpp"

namespace egov::kriging {

// A share is seen by its logit, a rate above a bound by a power, anything else as it is. Offsets keep the bounds
// themselves finite; they are left out on the way back, so that no mass of a distribution piles up at a bound.
struct Lens {
  enum What { plain, share, rate } what = plain;
  double lower = 0, upper = 0, offset = 0, power = 1;
  double to(double y) const;
  double from(double z) const;              // strictly increasing; within the bounds
  double slope(double y) const;             // of to()
  double mean(double z, double sd) const;   // of from() over a normal distribution
  double spread(double z, double sd) const; // its standard deviation
};

}  // namespace egov::kriging
