// Taming outliers before normalization. NaN stays NaN.
#pragma once
#include <functional>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"
#include "egov/scope.hpp"

namespace egov {

struct TreatMethod : Method {
  std::function<void(Column, const Args&)> apply;  // one indicator over the rows in scope, in place
};

Rows<TreatMethod>& treat_methods();
void treat(Column values, const Choice& choice);
// Each scope of a column of many periods. SpecError for a base period: a treatment looks at the values it changes.
void treat(Column values, const Choice& choice, const Axes& axes);
// A choice a column.
void treat(Table table, const Axes& axes, const std::vector<Choice>& choices);

}  // namespace egov
