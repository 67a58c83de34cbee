#include "egov/treat.hpp"

#include <algorithm>
#include <cmath>

#include "detail/statistics.hpp"

namespace egov {
namespace {

void cap(Column x, double highest, double lowest) {
  for (double& v : x) {
    if (v > highest) v = highest;  // a missing limit (NaN) compares false and so changes nothing
    if (v < lowest) v = lowest;
  }
}

bool passes(const std::vector<double>& x, double skew, double kurt) {
  const double g1 = detail::skewness(x), g2 = detail::kurtosis(x);
  return std::isnan(g1) || std::abs(g1) < skew || (!std::isnan(g2) && g2 < kurt);
}

// Brings every value equal to the extreme one to its nearest distinct neighbor; the number of values it moved.
Index pull_in(Column x, bool top) {
  double extreme = missing_value, next = missing_value;
  for (double v : x)
    if (!std::isnan(v) && !(top ? v <= extreme : v >= extreme)) extreme = v;
  for (double v : x)
    if (!std::isnan(v) && v != extreme && !(top ? v <= next : v >= next)) next = v;
  if (std::isnan(next)) return 0;
  Index moved = 0;
  for (double& v : x)
    if (v == extreme) v = next, ++moved;
  return moved;
}

// Each pass moves the values moved before along with the newly extreme ones, so the latest counts of both ends add up.
void winsorize(Column x, double skew, double kurt, double most) {
  Index high = 0, low = 0;
  for (auto seen = detail::observed(x); !passes(seen, skew, kurt) && static_cast<double>(high + low) < most;
       seen = detail::observed(x)) {
    const bool top = detail::skewness(seen) >= 0;
    const Index moved = pull_in(x, top);
    if (moved == 0) return;
    (top ? high : low) = moved;
  }
}

}  // namespace

void treat(Column values, const Choice& choice) {
  const TreatMethod& row = find("treat", treat_methods(), choice.method);
  row.apply(values, arguments("treat", row, choice));
}

void treat(Column values, const Choice& choice, const Axes& axes) {
  if (choice.over.what == Over::base)
    throw SpecError("a treatment looks at the values it changes: each period, the whole panel, or groups", {"treat", choice.method, "over"});
  const TreatMethod& row = find("treat", treat_methods(), choice.method);
  const Args args = arguments("treat", row, choice);
  each_scope(values, axes, choice.over, "treat", choice.method, [&](ConstColumn, Column rows) { row.apply(rows, args); });
}

void treat(Table table, const Axes& axes, const std::vector<Choice>& choices) {
  for (Index j = 0; j < table.cols(); ++j) try {
      treat(table.col(j), choices[static_cast<std::size_t>(j)], axes);
    } catch (Error& error) {
      error.place.indicator = static_cast<long>(j);
      throw;
    }
}

Rows<TreatMethod>& treat_methods() {
  static Rows<TreatMethod> table = {
      {{"none", "Leaves every value as it is.", "", {}, keeps_range}, [](Column, const Args&) {}},
      {{"cap",
        "Sets values above the cap to it, and values below the floor to that.",
        "United Nations E-Government Survey 2020, annex: components capped at 120",
        {{"cap", Kind::indicator, missing_value, -infinite, infinite, "Highest value allowed, in the indicator's unit.", {}, true},
         {"floor", Kind::indicator, missing_value, -infinite, infinite, "Lowest value allowed, in the indicator's unit.", {}, true}}},
       [](Column x, const Args& a) {
         if (a[1] > a[0]) throw SpecError("floor must not be above cap", {"treat", "cap", "floor"});
         cap(x, a[0], a[1]);
       }},
      {{"winsorize",
        "Brings the most extreme values to the next one until skewness or kurtosis passes.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, step 3; rule as in COINr 1.1.14",
        {{"skew", Kind::real, 2.0, 0.0, infinite, "Passes when the absolute skewness G1 is below this."},
         {"kurt", Kind::real, 3.5, -infinite, infinite, "Or when the excess kurtosis G2 is below this."},
         {"most", Kind::integer, 5.0, 0.0, infinite, "Stops once so many values of a column have been moved."}},
        keeps_range},
       [](Column x, const Args& a) { winsorize(x, a[0], a[1], a[2]); }},
  };
  return table;
}

}  // namespace egov
