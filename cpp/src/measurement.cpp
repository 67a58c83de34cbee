#include "egov/measurement.hpp"

#include <cmath>

#include "egov/error.hpp"
#include "egov/method.hpp"

namespace egov {
namespace {

bool is_exact(const Measurement& errors, Index row, Index indicator) {
  const double first = errors.first(row, indicator);
  return std::isnan(first) || (errors.law != Measurement::uniform && first == 0);
}

// What is wrong with the error of a cell; empty: nothing.
std::string fault(const Measurement& errors, double value, Index row, Index indicator) {
  const double first = errors.first(row, indicator);
  if (errors.law == Measurement::uniform) {
    const double second = errors.second(row, indicator);
    if (std::isnan(first) != std::isnan(second)) return "an interval with one end only; give both, or neither";
    return first > value || second < value ? "an interval that does not hold its value" : "";
  }
  if (std::isnan(first)) return "";
  if (!(first >= 0 && first < infinite)) return "a standard deviation below 0, or infinite";
  return errors.law == Measurement::lognormal && first > 0 && value < 0 ? "an error in proportion to a value below 0" : "";
}

// A normal number around the value; within the bounds where the value is. Between bounds nearer than the spread, uniform
// numbers are thinned out, so that few tries are needed in any case.
double moved(double value, double sd, double lower, double upper, Stream& stream) {
  if (value < lower || value > upper || lower == upper) return value + sd * stream.normal();
  const bool narrow = upper - lower < sd;
  for (;;) {
    const double out = narrow ? lower + (upper - lower) * stream.uniform() : value + sd * stream.normal();
    const double z = (out - value) / sd;
    if (out < lower || out > upper || (narrow && stream.uniform() > std::exp(-0.5 * z * z))) continue;
    return out;
  }
}

}  // namespace

void check(const Measurement& errors, const Panel& panel) {
  const auto fits = [&](const Matrix& m) { return m.rows() == panel.values.rows() && m.cols() == panel.values.cols(); };
  const Index bounds = panel.values.cols();
  if (!fits(errors.first) || (errors.law == Measurement::uniform && !fits(errors.second)) || errors.lower.size() != bounds || errors.upper.size() != bounds)
    throw SpecError("errors must have a cell for each of the panel's", {"uncertainty", "measurement", "values"});
  for (Index j = 0; j < panel.values.cols(); ++j)
    for (Index row = 0; row < panel.values.rows(); ++row) {
      if (std::isnan(panel.values(row, j))) continue;
      const std::string what = fault(errors, panel.values(row, j), row, j);
      if (!what.empty())
        throw DataError(what, {"uncertainty", "measurement", "values", static_cast<long>(row % panel.units), static_cast<long>(row / panel.units), static_cast<long>(j)});
    }
}

Vector measured(const Measurement& errors, const Panel& panel, Index indicator, std::uint32_t draw) {
  Vector out = panel.values.col(indicator);
  for (Index u = 0; u < panel.units; ++u) {
    const std::uint32_t key = panel.keys.empty() ? static_cast<std::uint32_t>(u) : panel.keys[static_cast<std::size_t>(u)];
    Stream stream(0, draw, key, for_measurement, static_cast<std::uint32_t>(indicator));
    for (Index t = 0; t < panel.periods(); ++t) {
      const Index row = panel.row(t, u);
      if (std::isnan(out[row]) || is_exact(errors, row, indicator)) continue;
      const double first = errors.first(row, indicator);
      if (errors.law == Measurement::normal) out[row] = moved(out[row], first, errors.lower[indicator], errors.upper[indicator], stream);
      else if (errors.law == Measurement::lognormal) out[row] *= std::exp(first * stream.normal());
      else out[row] = first + (errors.second(row, indicator) - first) * stream.uniform();
    }
  }
  return out;
}

}  // namespace egov
