// Taming outliers before normalization. NaN stays NaN.
#pragma once
#include <functional>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

struct TreatMethod : Method {
  std::function<void(Column, const Args&)> apply;  // one indicator over the rows in scope, in place
};

const std::vector<TreatMethod>& treat_methods();
void treat(Column values, const Choice& choice);
// A choice a column, each stretch of `section` rows on its own.
void treat(Table table, Index section, const std::vector<Choice>& choices);

}  // namespace egov
