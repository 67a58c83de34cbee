// Filling holes: a chain of methods, each seeing what the ones before it filled. Observed cells are never written.
#pragma once
#include <functional>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

// One indicator as an imputation method sees it.
struct Series {
  ConstColumn values;              // units x periods, row = period * units + unit
  Index units;
  const Vector& times;
  const std::vector<int>& groups;  // group of each unit, -1 without; empty unless the method needs groups
  const std::vector<char>& wanted; // per period: is a value needed there? others may be left open
  const std::vector<char>& left_out;  // per row: the unit is not in the index in that period, so it is nobody's donor
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

// Runs the chain of one indicator in place; appends the cells it filled to `trail` with `column` as their column.
// Rows that are left out are donors to no other unit.
void impute(Column values, Index units, const Vector& times, const std::vector<Choice>& chain,
            const std::vector<char>& wanted, Index column, std::vector<Change>& trail, const std::vector<char>& left_out = {});

// A chain a column; wanted everywhere.
std::vector<Change> impute(Panel& panel, const std::vector<std::vector<Choice>>& chains);

}  // namespace egov
