#include "egov/panel.hpp"

#include <cmath>
#include <string>

namespace egov {
namespace {

std::string count(Index n, const std::string& noun) { return std::to_string(n) + " " + noun + (n == 1 ? "" : "s"); }

void check_shape(const Panel& panel) {
  if (panel.units < 0)
    throw DataError("the panel has " + std::to_string(panel.units) + " units; a number of at least 0 would be right");
  Index wanted = panel.units * panel.periods();
  if (panel.values.rows() != wanted)
    throw DataError("the panel has " + count(panel.values.rows(), "row") + "; " + count(panel.units, "unit") + " in " +
                    count(panel.periods(), "period") + " make " + std::to_string(wanted));
}

Place at_period(Index period) {
  Place place;
  place.period = static_cast<long>(period);
  return place;
}

void check_times(const Vector& times) {
  for (Index t = 0; t < times.size(); ++t) {
    if (!std::isfinite(times[t]))
      throw DataError("the time of period " + std::to_string(t) + " is not finite; a number would be right",
                      at_period(t));
    if (t > 0 && !(times[t] > times[t - 1]))
      throw DataError("the time of period " + std::to_string(t) + " is " + std::to_string(times[t]) + " after " +
                          std::to_string(times[t - 1]) + "; times that increase would be right",
                      at_period(t));
  }
}

}  // namespace

void check(const Panel& panel) {
  check_shape(panel);
  check_times(panel.times);
  for (Index column = 0; column < panel.values.cols(); ++column)
    for (Index row = 0; row < panel.values.rows(); ++row) {
      double value = panel.values(row, column);
      if (!std::isinf(value)) continue;
      Place place = at_period(row / panel.units);
      place.unit = static_cast<long>(row % panel.units);
      place.indicator = static_cast<long>(column);
      throw DataError("the value of unit " + std::to_string(place.unit) + " in period " + std::to_string(place.period) +
                          " of indicator " + std::to_string(place.indicator) + " is " + (value > 0 ? "inf" : "-inf") +
                          "; a finite number or NaN (missing) would be right",
                      place);
    }
}

}  // namespace egov
