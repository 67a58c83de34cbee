// Weights of the children of one node, brought to sum one.
#pragma once
#include <functional>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

struct WeightMethod : Method {
  // children: rows x children, normalized; given: the framework's weights
  std::function<Vector(const Matrix& children, const Vector& given, const Args&)> weigh;
};

Rows<WeightMethod>& weight_methods();
// SpecError where a weight is negative or not finite, or all are zero.
Vector weigh(const Matrix& children, const Vector& given, const Choice& choice);

}  // namespace egov
