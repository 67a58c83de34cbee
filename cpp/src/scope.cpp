#include "egov/scope.hpp"

#include <algorithm>
#include <cmath>

namespace egov {

Index position(const Vector& times, double time) {
  for (Index t = 0; t < times.size(); ++t)
    if (std::abs(times[t] - time) < 1e-9) return t;
  return -1;
}

Index base_period(const Axes& axes, const Over& over, const std::string& stage, const std::string& method) {
  const Index at = position(axes.times, over.base_time);
  if (at < 0) throw SpecError("the data do not hold the base period", {stage, method, "over"});
  return at;
}

std::vector<std::vector<Index>> grouped_rows(ConstColumn column, const Axes& axes, const Over& over, const std::string& stage,
                                             const std::string& method) {
  if (static_cast<Index>(over.groups.size()) != axes.units) throw SpecError("needs the group of every unit", {stage, method, "over"});
  const int groups = over.groups.empty() ? 0 : 1 + *std::max_element(over.groups.begin(), over.groups.end());
  const Index periods = axes.units ? column.size() / axes.units : 0;
  std::vector<std::vector<Index>> rows(static_cast<std::size_t>(groups * periods));
  for (Index row = 0; row < column.size(); ++row) {
    const int group = over.groups[static_cast<std::size_t>(row % axes.units)];
    if (group < 0 && !std::isnan(column[row]))
      throw DataError("the unit has no group; give it one, or look over another set of rows",
                      {stage, method, "over", static_cast<long>(row % axes.units), static_cast<long>(row / axes.units)});
    if (group >= 0) rows[static_cast<std::size_t>(row / axes.units * groups + group)].push_back(row);
  }
  return rows;
}

}  // namespace egov
