// Bringing indicators to a common scale. NaN stays NaN; a higher result is always better.
#pragma once
#include <functional>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

struct NormalizeMethod : Method {
  // In place, one indicator over the rows in scope. `direction` is -1 where less is better.
  std::function<void(Column, double direction, const Args&)> apply;
};

const std::vector<NormalizeMethod>& normalize_methods();

// A choice looked up and checked once, for many columns. Applies it, then maps the result to its rescale range (lowest and highest observed result) if one is set.
class Normalizer {
 public:
  explicit Normalizer(const Choice& choice);
  void operator()(Column values, double direction) const;
  // The same for computed values, more is better: those within tie_tolerance of each other count as equal.
  void of_aggregate(Column values) const;
  bool leaves_alone() const;  // nothing to do where more is better

 private:
  Choice choice_;
  const NormalizeMethod* row_;
  Args args_;
};

void normalize(Column values, double direction, const Choice& choice);
// What is brought to it together: the lowest value of any column becomes low, the highest of any high.
struct Range {
  double low = missing_value, high = missing_value;  // NaN: leave the values as they are
  bool given() const { return low == low; }
};
void check(const Range& range, const std::string& method);  // SpecError unless low is below high

// One affine map for several columns, so that a scale they share stays shared. See all, then map each.
struct Together {
  double low = infinite, high = -infinite;
  void see(ConstColumn values);
  void map(Column values, double to_low, double to_high) const;
  void require_variation(long period) const;  // DataError where all values seen are the same
};

// A direction and a choice a column, each stretch of `section` rows on its own.
void normalize(Table table, Index section, const Vector& directions, const std::vector<Choice>& choices);
// Columns that move, brought to the range together, each stretch of `section` rows on its own.
void rescale_together(Table table, Index section, const std::vector<char>& moves, const Range& range);

}  // namespace egov
