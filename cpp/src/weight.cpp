#include "egov/weight.hpp"

#include <cmath>

namespace egov {

Vector weigh(const Matrix& children, const Vector& given, const Choice& choice) {
  const WeightMethod& row = find("weight", weight_methods(), choice.method);
  const Vector weights = row.weigh(children, given, arguments("weight", row, choice));
  for (double w : weights)
    if (!std::isfinite(w) || w < 0) throw SpecError("a weight must be a number of at least 0", {"weight", choice.method, "weight"});
  const double sum = weights.sum();
  if (!(sum > 0)) throw SpecError("the weights of a node's children must not all be 0", {"weight", choice.method, "weight"});
  return weights / sum;
}

Rows<WeightMethod>& weight_methods() {
  static Rows<WeightMethod> table = {
      {{"given", "The weights of the framework, brought to sum one among siblings.", "", {}, plain},
       [](const Matrix&, const Vector& given, const Args&) { return given; }},
      {{"equal", "The same weight for every child of a node.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, step 6", {}, plain},
       [](const Matrix&, const Vector& given, const Args&) { return Vector(Vector::Ones(given.size())); }},
  };
  return table;
}

}  // namespace egov
