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
  // Instead of `combine`, where units are compared: all units of one period at once, weights summing to one. A unit that has
  // no child does not come; NaN among the children only where the method takes_holes.
  std::function<Vector(const Matrix& children, const Vector& w, const Args&)> together = nullptr;
};

Rows<AggregateMethod>& aggregate_methods();

enum class Missing {
  refuse,      // a missing child is a DataError
  drop_weight  // it is left out with its weight; a unit without any child stays missing
};

struct MissingRule {
  Missing what = Missing::refuse;
  double threshold = 0;  // of drop_weight: a unit stays missing where a smaller share of its children is there
  MissingRule(Missing rule = Missing::refuse, double least = 0) : what(rule), threshold(least) {}
};

// children: rows x children, in stretches of `section` rows (a period's units; 0: one stretch). Rows that are missing
// throughout give NaN under either rule.
Vector aggregate(const Matrix& children, const Vector& weights, const Choice& choice, const MissingRule& missing, Index section = 0);

}  // namespace egov
