// Dividing an indicator by the size of its unit, so that large and small units compare. NaN stays NaN.
#pragma once
#include <functional>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

struct DenominateMethod : Method {
  // One cell and its denominator, which is above 0. Empty: every cell stays.
  std::function<double(double value, double denominator, const Args&)> divide = nullptr;
};

Rows<DenominateMethod>& denominate_methods();

// In place, row by row: rows = period * units + unit. NaN where the value or its denominator is missing. DataError with
// unit and period where a value meets a denominator of 0 or below, or the quotient is no finite number.
void denominate(Column values, ConstColumn denominators, Index units, const Choice& choice);
// A column of denominators and a choice a column.
void denominate(Table table, const Matrix& denominators, Index units, const std::vector<Choice>& choices);

}  // namespace egov
