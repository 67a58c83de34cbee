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
  // Traits that the arguments add to those of the row. SpecError where they do not fit so many children.
  std::function<unsigned(const Args&, Index children)> depends = nullptr;
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
// Traits of a method with these arguments at a node of so many children. SpecError where they do not fit it.
unsigned traits_at(const AggregateMethod& row, const Args& args, Index children);

Vector aggregate(const Matrix& children, const Vector& weights, const Choice& choice, const MissingRule& missing, Index section = 0);

// Outranking matrix, units x units: the weight of the children in which the unit of the row is ahead of the unit of the
// column, and half the weight of those in which they tie (within tie_tolerance of the largest size of the child), of all
// children that both have. NaN where they have none in common; 0 on the diagonal, NaN there for a unit without a child.
Matrix outranking(const Matrix& children, const Vector& weights);

}  // namespace egov
