// The scale on which an indicator is modelled, from which every value comes back within its bounds.
#pragma once
#include <limits>
#include <string>
#include <vector>

#include "egov/panel.hpp"

namespace egov::kriging {

// A distribution about 0 by nodes: Student's t, by default the normal.
struct Nodes {
  explicit Nodes(double df = std::numeric_limits<double>::infinity());
  std::vector<double> at, share;  // shares sum to one
  static const Nodes& normal();
};

// A logit between two bounds, or a power of the distance to the lower one (of the value itself without). Offsets keep the
// bounds themselves finite. On the way back a value that would lie beyond a bound comes to lie between it and what is an
// offset away, smoothly, so that no mass of a distribution piles up there.
struct Lens {
  enum What { power, logit } what = power;
  double exponent = 1;
  double lower = -std::numeric_limits<double>::infinity(), upper = -lower;
  double offset = 0;  // of the indicator's unit; 0 without a bound
  // Small against the way between the bounds, and against the standard deviation of what is observed: values may all lie
  // near a bound.
  static double offset_of(double lower, double upper, double sd);
  double to(double y) const;
  double from(double z) const;              // strictly increasing; within the bounds
  double limit(double z, bool low) const;   // from() as a limit of an interval: what is within the offset of the bound is the bound
  double slope(double y) const;             // of to()
  double mean(double z, double sd, const Nodes& law = Nodes::normal()) const;   // of from() over z + sd times the law
  double spread(double z, double sd, const Nodes& law = Nodes::normal()) const; // its standard deviation
};

}  // namespace egov::kriging
