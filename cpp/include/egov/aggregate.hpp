// One number out of several: the children of a node into the node.
#pragma once
#include <functional>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

// A mean of the form inverse(sum w link(x)): what can be prepared once is link(x), which makes draws cheap.
struct Link {
  std::function<void(Column)> forward, inverse;  // in place, elementwise; empty: the identity
};

struct AggregateMethod : Method {
  // x: children of one unit, w: their weights (sum one), NaN-free.
  std::function<double(const Vector& x, const Vector& w, const Args&)> combine;
  // The same as a link, where the method has that form; `combine` stays its plain twin.
  std::function<Link(const Args&)> link = nullptr;
};

const std::vector<AggregateMethod>& aggregate_methods();

enum class Missing {
  refuse,      // a missing child is a DataError
  drop_weight  // it is left out with its weight; a unit without any child stays missing
};

// children: rows x children. Rows that are missing throughout give NaN under either rule.
Vector aggregate(const Matrix& children, const Vector& weights, const Choice& choice, Missing missing);

}  // namespace egov
