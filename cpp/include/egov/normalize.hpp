// Bringing indicators to a common scale. NaN stays NaN; a higher result is always better.
#pragma once
#include <array>
#include <functional>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"
#include "egov/scope.hpp"

namespace egov {

// What a normalization found in the rows it was fitted on.
struct Fitted {
  std::array<double, 4> numbers = {};  // an extreme, a mean, ...: what the method's `map` expects
  Vector sorted = {};                  // the reference values themselves, ascending, for methods that need them all
  double low = missing_value, high = missing_value;  // range of the results on the reference, where they are rescaled
};

struct NormalizeMethod : Method {
  // What is taken from the reference rows (NaN among them). `direction` is -1 where less is better. Empty: nothing is.
  std::function<Fitted(ConstColumn reference, double direction, const Args&)> fit;
  // Maps rows in place: those of the reference, or others.
  std::function<void(Column, double direction, const Fitted&, const Args&)> map;
};

Rows<NormalizeMethod>& normalize_methods();

// A choice looked up and checked once, for many columns. Applies it, then maps the result to its rescale range (lowest and
// highest observed result) if one is set.
class Normalizer {
 public:
  explicit Normalizer(const Choice& choice);
  Fitted fit(ConstColumn reference, double direction) const;
  void map(Column values, double direction, const Fitted& fitted) const;
  // Fitted on the values themselves.
  void operator()(Column values, double direction) const;
  // Fitted on the reference rows. DataError where those hold no value, or a result overflows.
  void by(ConstColumn reference, Column values, double direction) const;
  // Each scope of a column of many periods.
  void operator()(Column values, double direction, const Axes& axes) const;
  // The same for computed values, more is better: those within tie_tolerance of each other count as equal.
  void of_aggregate(Column values) const;
  void of_aggregate(Column values, const Axes& axes) const;
  bool leaves_alone() const;  // nothing to do where more is better
  bool takes_reference() const;  // depends on rows beyond the one it maps
  bool names_unit() const;     // measures by a unit, so the rows must be those of all units in one period
  void require_one_row(const Over& over, Index periods) const;  // SpecError where such a unit has not one row to fit on
  const Over& over() const { return choice_.over; }

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

// A direction and a choice a column, each over the rows that its choice names.
void normalize(Table table, const Axes& axes, const Vector& directions, const std::vector<Choice>& choices);
// The scales of one table applied to another: fitted on the reference as a whole, or on its base period.
void normalize_by(Table table, const Matrix& reference, const Axes& reference_axes, const Vector& directions, const std::vector<Choice>& choices);
// Columns that move, brought to the range together, each stretch of `section` rows on its own.
void rescale_together(Table table, Index section, const std::vector<char>& moves, const Range& range);

}  // namespace egov
