// Errors of measurement: what an observed value might have been.
#pragma once
#include "egov/panel.hpp"
#include "egov/random.hpp"

namespace egov {

struct Measurement {
  enum Law {
    normal,     // first: standard deviation; cut off at the bounds of the indicator where the value lies within them
    lognormal,  // first: standard deviation of the logarithm; the value is the median; 0 stays 0
    uniform     // first and second: the ends of the interval
  };
  Law law = normal;
  Matrix first = {}, second = {};  // as the panel's values; NaN (or a standard deviation of 0): known without error
  Vector lower = {}, upper = {};   // per indicator: bounds of a normal law; NaN none
  bool given() const { return first.size() > 0; }
};

// SpecError for shapes that do not fit the panel; DataError with the cell for a negative standard deviation, an interval
// without its value or with one end only, or a lognormal law around a value below 0.
void check(const Measurement& errors, const Panel& panel);

// One indicator as it might have been measured in a draw of seed 0: observed cells move, each by its unit's own random
// numbers; NaN stays NaN.
Vector measured(const Measurement& errors, const Panel& panel, Index indicator, std::uint32_t draw);

}  // namespace egov
