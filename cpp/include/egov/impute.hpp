// Filling holes: a chain of methods, each seeing what the ones before it filled. Observed cells are never written.
#pragma once
#include <functional>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

// The other indicators, for methods that look across them: all as they stood before the method ran.
struct Across {
  Matrix values;                          // rows as in Series, a column an indicator; NaN throughout for what is none
  Vector directions;                      // per column: -1 where less is better
  std::vector<std::vector<Index>> above;  // per column: its ancestors in the tree, the parent first; empty without a tree
};

// One indicator as an imputation method sees it.
struct Series {
  ConstColumn values;              // units x periods, row = period * units + unit
  Index units;
  const Vector& times;
  const std::vector<int>& groups;  // group of each unit, -1 without; empty unless the method needs groups
  const std::vector<char>& wanted; // per period: is a value needed there? others may be left open
  const std::vector<char>& left_out;  // per row: the unit is not in the index in that period, so it is nobody's donor
  const Across* across = nullptr;  // only where the method needs_indicators
  Index column = 0;                // of this indicator in across
  Index periods() const { return times.size(); }
  bool donor(Index period, Index unit) const {
    return left_out.empty() || !left_out[static_cast<std::size_t>(period * units + unit)];
  }
  double at(Index period, Index unit) const { return values[period * units + unit]; }
};

// A value for a hole, and where it came from: the first and last period of its donors, and how many they were.
struct Fill {
  Index row;
  double value;
  Index first = -1, last = -1, donors = 0;
};

struct ImputeMethod : Method {
  std::function<std::vector<Fill>(const Series&, const Args&)> fill;
};

Rows<ImputeMethod>& impute_methods();

// Runs one method on one indicator in place; appends the cells it filled to `trail` with `column` as their column.
// Rows that are left out are donors to no other unit.
void impute(Column values, Index units, const Vector& times, const Choice& choice, const std::vector<char>& wanted, Index column,
            std::vector<Change>& trail, const std::vector<char>& left_out = {}, const Across* across = nullptr);

// Is there a method at this place of one of the chains that looks across the indicators?
bool looks_across(const std::vector<std::vector<Choice>>& chains, std::size_t place);

// A chain a column; wanted everywhere. The first methods of all chains run, then the second ones, and so on, so that a
// method that looks across the indicators sees all of them equally far. `across` says their directions and ancestors.
std::vector<Change> impute(Panel& panel, const std::vector<std::vector<Choice>>& chains, const Across& across = {});

}  // namespace egov
