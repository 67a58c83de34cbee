// The rows that a treatment or a normalization looks at together.
#pragma once
#include <string>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

// What the rows of a table are: period * units + unit, and when each period was.
struct Axes {
  Index units = 0;
  Vector times;
};

// Position of a time among the periods; -1 if there is none such.
Index position(const Vector& times, double time);
// Position of the base period; SpecError naming stage and method where the rows hold none such.
Index base_period(const Axes& axes, const Over& over, const std::string& stage, const std::string& method);
// Rows of each group within each period. DataError where a unit with a value has no group.
std::vector<std::vector<Index>> grouped_rows(ConstColumn column, const Axes& axes, const Over& over, const std::string& stage,
                                             const std::string& method);

// Runs work(reference, rows) over the parts of a column, `rows` to be written in place. The reference is the same memory as
// the rows, unless it is a base period's, so take from it what is needed before writing.
template <class Work>
void each_scope(Column column, const Axes& axes, const Over& over, const std::string& stage, const std::string& method, const Work& work) {
  if (over.what == Over::panel) return work(column, column);
  if (over.what == Over::base) {
    const Vector reference = column.segment(base_period(axes, over, stage, method) * axes.units, axes.units);
    return work(reference, column);
  }
  if (over.what == Over::group) {
    for (const auto& rows : grouped_rows(column, axes, over, stage, method)) try {
        Vector part = column(rows);
        work(part, Column(part));
        column(rows) = part;
      } catch (Error& error) {  // the first unit of the group says which group
        if (!rows.empty()) error.place.unit = static_cast<long>(rows.front() % axes.units), error.place.period = static_cast<long>(rows.front() / axes.units);
        throw;
      }
    return;
  }
  for (Index first = 0; first < column.size(); first += axes.units) try {
      auto rows = column.segment(first, axes.units);
      work(rows, rows);
    } catch (Error& error) {
      error.place.period = static_cast<long>(first / axes.units);
      throw;
    }
}

}  // namespace egov
