// Taming outliers before normalization. NaN stays NaN.
#pragma once
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"
#include "egov/scope.hpp"

namespace egov {

// What a method did to a column.
struct Treated {
  Index high = 0, low = 0;       // values brought down, values brought up, where the unit stayed
  std::string transform = "";    // the transformation the column went through
  double power = missing_value;  // its power, where it has one
};

// Work on one indicator over the rows in scope, in place. Of work that returns nothing the values it changed are counted.
class TreatWork {
 public:
  template <class Work>
  TreatWork(Work work) {  // NOLINT: a row of the table holds the work itself
    if constexpr (std::is_void_v<std::invoke_result_t<Work, Column, const Args&>>)
      run_ = [work](Column x, const Args& args) {
        const Vector before = x;
        work(x, args);
        return Treated{(x.array() < before.array()).count(), (x.array() > before.array()).count()};
      };
    else
      run_ = work;
  }
  Treated operator()(Column x, const Args& args) const { return run_(x, args); }

 private:
  std::function<Treated(Column, const Args&)> run_;
};

struct TreatMethod : Method {
  TreatWork apply;
};

// Skewness G1 and excess kurtosis G2 of the observed values (NaN where too few, or all the same), and whether one of
// them is below the method's limits (2 and 3.5 where it has none) or there is no skewness.
struct Shape {
  double skew = missing_value, kurt = missing_value;
  bool passes = true;
};

// A column before and after a method, and what the method did.
struct Treatment {
  Shape before, after;
  Treated done;
};

Rows<TreatMethod>& treat_methods();
void treat(Column values, const Choice& choice);
// Each scope of a column of many periods. SpecError for a base period: a treatment looks at the values it changes.
void treat(Column values, const Choice& choice, const Axes& axes);
// A choice a column.
void treat(Table table, const Axes& axes, const std::vector<Choice>& choices);
// The same with an account of it: column by column, within one scope by scope. The table comes out treated.
std::vector<Treatment> treatments(Table table, const Axes& axes, const std::vector<Choice>& choices);

}  // namespace egov
