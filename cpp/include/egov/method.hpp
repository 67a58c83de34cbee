// A method of a stage as a row of a table: what it is called, what it takes, what it needs and gives.
// Every stage keeps one such table at the foot of its source file; everything else is read off the row.
#pragma once
#include <Eigen/Core>
#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "egov/error.hpp"

namespace egov {

constexpr double missing_value = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

// Scores this close to each other (relative to the largest of them, at least 1) tie, so that float noise breaks no tie.
constexpr double tie_tolerance = 1e-12;

enum class Kind {
  real,       // any number within the bounds
  integer,    // a whole number within the bounds
  flag,       // 0 or 1
  option,     // one of the named options, passed as its position
  indicator,  // a number per indicator: given once for all, or taken from the framework's column of that name
  groups,     // name of a grouping of the units; the kernel receives the groups themselves
  unit,       // name of a unit; the kernel receives its position
  table,      // rows of numbers, all of one length
  indicators  // names of indicators of the panel; the kernel receives their values as a table, NaN missing, a row each as in the panel
};

struct Param {
  std::string name;
  Kind kind = Kind::real;
  double fallback = missing_value;  // the default; NaN: none, the caller must give it (or leave it open if optional)
  double lower = -infinite, upper = infinite;
  std::string sentence;
  std::vector<std::string> options = {};
  bool optional = false;  // NaN is a meaningful value: "no such limit"
};

// What a method needs of its input and gives as output, as bits.
enum Trait : unsigned {
  plain = 0,
  needs_positive = 1u << 0,   // every input above zero
  needs_variation = 1u << 1,  // at least two distinct observed values
  needs_groups = 1u << 2,     // a grouping of the units
  needs_periods = 1u << 3,    // uses the order of periods, so it does nothing within one period
  gives_signed = 1u << 4,     // output may be zero or negative whatever the input
  gives_unit = 1u << 5,       // output lies between 0 and 1
  gives_range = 1u << 8,      // output lies between the parameters low and high
  keeps_range = 1u << 6,      // output lies within the range of the observed input
  by_order = 1u << 9,         // output depends on the order of the values alone, so a tie broken by float noise shows
  needs_others = 1u << 10,    // what a unit gets depends on the other units
  takes_holes = 1u << 11,     // knows what to do with a missing child; others leave it out with its weight
  needs_indicators = 1u << 12, // looks at the other indicators too
  changes_unit = 1u << 13,    // output is in another unit than the input
  needs_nonnegative = 1u << 14,  // no input below zero
  keeps_sign = 1u << 15,       // output is above zero where every input is, and at least zero where no input is below
  rises = 1u << 20            // output never falls where an input rises; so of every mean with a link
};

struct Method {
  std::string name, sentence, citation;
  std::vector<Param> params;
  unsigned traits = plain;
  std::vector<std::pair<std::string, std::string>> ordered = {};  // parameters of which the first must lie below the second
  bool withdrawn = false;  // stays for those who use it already, and is found no more
};

using Tables = std::map<std::string, Eigen::MatrixXd>;

// Arguments of a method: one number a parameter, in the order of the row, and those that are tables by name.
struct Args {
  std::vector<double> numbers = {};
  Tables tables = {};
  double operator[](std::size_t at) const { return numbers[at]; }
  bool has(const std::string& name) const { return tables.count(name) > 0; }
  const Eigen::MatrixXd& table(const std::string& name) const { return tables.at(name); }
};

// The rows that a treatment or normalization looks at together.
struct Over {
  enum What { period, panel, base, group };  // each period; all rows; one period, applied to all; each group in each period
  What what = period;
  double base_time = missing_value;  // of the base period
  std::vector<int> groups = {};  // group of each unit, -1 for none
};

// A method by name with the parameters that differ from their defaults.
struct Choice {
  std::string method = "none";
  std::map<std::string, double> params = {};
  double rescale_low = missing_value, rescale_high = missing_value;  // range to map the result to; NaN: leave it
  std::vector<int> groups = {};  // group of each unit (-1: none), where the method needs groups
  Tables tables = {};            // parameters that are tables
  Over over = {};                // which rows are looked at together
  bool rescaled() const { return rescale_low == rescale_low; }
};

// One thing wrong with a Choice: which parameter (empty: the method itself), what came, what would be right.
struct Fault {
  std::string param, came, right;
};

// All faults of given parameters against a row; empty when it can be used.
std::vector<Fault> faults(const Method& row, const std::map<std::string, double>& params, const Tables& tables = {});
// The row's arguments in order, defaults filled in. SpecError naming stage, method and parameter if there is a fault.
Args arguments(const std::string& stage, const Method& row, const Choice& choice);
// The known name nearest to the one given (edit distance); empty where none is near.
std::string nearest(const std::string& name, const std::vector<std::string>& known);
// What to say of a name that is not in the table: lists the names, the nearest first.
std::string unknown(const std::string& name, const std::vector<std::string>& known);

// The table of a stage. Rows may be added at its end and withdrawn; none is moved or removed, so a reference to one stays good.
template <class Row>
using Rows = std::deque<Row>;

// Adds a row. SpecError where the name is taken.
template <class Row>
void add(const std::string& stage, Rows<Row>& table, Row row) {
  if (std::any_of(table.begin(), table.end(), [&](const Row& known) { return known.name == row.name && !known.withdrawn; }))
    throw SpecError("there is such a method already; choose another name", {stage, row.name, ""});
  table.push_back(std::move(row));
}

template <class Row>
const Row& find(const std::string& stage, const Rows<Row>& table, const std::string& name) {
  auto at = std::find_if(table.begin(), table.end(), [&](const Row& row) { return row.name == name && !row.withdrawn; });
  if (at != table.end()) return *at;
  std::vector<std::string> names;
  for (const Row& row : table)
    if (!row.withdrawn) names.push_back(row.name);
  throw SpecError(unknown(name, names), {stage, name, ""});
}

template <class Row>
void withdraw(const std::string& stage, Rows<Row>& table, const std::string& name) {
  find(stage, table, name);
  for (Row& row : table) row.withdrawn = row.withdrawn || row.name == name;
}

}  // namespace egov
