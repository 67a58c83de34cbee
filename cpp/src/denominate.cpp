#include "egov/denominate.hpp"

#include <cmath>
#include <sstream>

namespace egov {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& method, Index row, Index units) {
  throw DataError(what, {"denominate", method, "", static_cast<long>(row % units), static_cast<long>(row / units)});
}

std::string not_positive(double denominator) {
  std::ostringstream text;
  text << "the denominator is " << denominator << ", and what is divided needs one above 0; correct it, or leave the unit out";
  return text.str();
}

}  // namespace

void denominate(Column values, ConstColumn denominators, Index units, const Choice& choice) {
  const DenominateMethod& row = find("denominate", denominate_methods(), choice.method);
  const Args args = arguments("denominate", row, choice);
  if (!row.divide) return;
  if (denominators.size() != values.size()) throw SpecError("needs a denominator for every value", {"denominate", row.name, ""});
  for (Index i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    if (denominators[i] <= 0) refuse(not_positive(denominators[i]), row.name, i, units);
    values[i] = row.divide(values[i], denominators[i], args);
    if (std::isinf(values[i])) refuse("the quotient is beyond the largest number; choose another factor", row.name, i, units);
  }
}

void denominate(Table table, const Matrix& denominators, Index units, const std::vector<Choice>& choices) {
  for (Index j = 0; j < table.cols(); ++j) try {
      denominate(table.col(j), denominators.col(j), units, choices[static_cast<std::size_t>(j)]);
    } catch (Error& error) {
      error.place.indicator = static_cast<long>(j);
      throw;
    }
}

Rows<DenominateMethod>& denominate_methods() {
  static Rows<DenominateMethod> table = {
      {{"none", "Leaves every value as it is.", "", {}, keeps_range}},
      {{"divide",
        "Divides by the denominator, which is divided by the factor first: x / (denominator / factor).",
        "Becker et al. 2022, COINr, Journal of Open Source Software 7(78)",
        {{"factor", Kind::indicator, 1.0, 1e-300, infinite,
          "Units of the denominator that one unit of the result is for, e.g. 1000 for a number per thousand."}}},
       [](double x, double denominator, const Args& a) { return x / (denominator / a[0]); }},
  };
  return table;
}

}  // namespace egov
