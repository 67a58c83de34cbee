// One indicator before it is modelled: its extent, its bounds and the scale they ask for; what is filled without a model.
#pragma once
#include <algorithm>
#include <cmath>
#include <string>

#include "egov/impute.hpp"
#include "impute/kriging/lens.hpp"

namespace egov::column {

// Of the numbers that are there; sd with divisor count.
struct Extent {
  double low = infinite, high = -infinite, mean = 0, sd = 0;
  Index count = 0;
  double largest() const { return std::max(std::abs(low), std::abs(high)); }
};

template <class Values>
Extent extent(const Values& x) {
  Extent e;
  for (double v : x)
    if (!std::isnan(v)) e.low = std::min(e.low, v), e.high = std::max(e.high, v), e.mean += v, ++e.count;
  const double n = static_cast<double>(std::max<Index>(e.count, 1));
  e.mean /= n;
  for (double v : x)
    if (!std::isnan(v)) e.sd += (v - e.mean) * (v - e.mean) / n;
  e.sd = std::sqrt(e.sd);
  return e;
}

enum Link { open, identity, logit, root };  // in the order of the option's names; open: by the bounds

// Infinite where there is none.
struct Bounds {
  double lower = -infinite, upper = infinite;
  bool widened = false;  // values outside those given
  bool above() const { return !std::isinf(lower); }
  bool both() const { return above() && !std::isinf(upper); }
};

constexpr const char* widened_note = "values outside the given bounds: the bounds were widened to what was observed";

// Open ones are NaN; an open lower one is 0 if so asked, where nothing observed is below.
Bounds bounds_of(double lower, double upper, const Extent& e, bool zero_below);

// SpecError, with method and column, where the bounds do not allow the link.
void require_bounds(Link link, const Bounds& bounds, const std::string& method, Index column);

// The scale of a link that the bounds allow; open: between two bounds the logit, above one the square root.
kriging::Lens lens_of(Link link, const Bounds& bounds, double sd);

// Position of a text among the notes; it is added where it is not there yet.
Index note(Filling& filling, const std::string& text);

// Fills the holes of an indicator that are wanted, and no further than that from an observation of the unit, with the one
// value it has; with a note.
void fill_constant(const Block& block, Index column, double value, Index donors, double max_gap, Filling& out);

// How far a period is from the nearest observation of its series; infinite without any.
double distance(const Eigen::Ref<const Vector>& values, const Vector& times, Index units, Index row);

}  // namespace egov::column
