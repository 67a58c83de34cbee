// Weights of the children of one node, brought to sum one.
#pragma once
#include <functional>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

struct WeightMethod : Method {
  // children: rows x children, normalized, may hold NaN; given: the framework's weights
  std::function<Vector(const Matrix& children, const Vector& given, const Args&)> weigh;
};

Rows<WeightMethod>& weight_methods();
// SpecError where a weight is negative or not finite, or all are zero. DataError where the children do not allow the
// method: fewer than 3 rows without a hole, a constant child, a loading of the wrong sign...
Vector weigh(const Matrix& children, const Vector& given, const Choice& choice);

// Weights of nodes against an index that is a weighted sum of them, in groups of siblings with fixed shares.
struct Aim {
  Matrix values;               // rows x nodes; rows with NaN are left out
  std::vector<Index> group;    // per node: its group, 0..shares.size()-1
  Vector shares;               // per group: what it weighs in the index, above 0
  Vector rest = {};            // what else is in the index, per row, added as it is; empty: nothing
  Vector targets = {};         // per node, at least 0: its share of the sum of correlations with the index (balance)
  bool infomax = false;        // maximize the sum of correlations instead
  bool squared = false;        // balance: the targets are shares of the sum of squared correlations
  bool negative = false;       // allow negative weights
};

struct Optimum {
  Vector weights;       // per node, sum one within a group
  Vector correlations;  // Pearson's, of each node with the index
  Vector importance;    // their shares, or those of their squares
  double objective;     // balance: ln of the mean squared distance to the targets; infomax: minus the sum of correlations
};

// The optimum over all weights, not a local one: with y the weights divided by the sum of correlations, the distance to
// the targets is a convex quadratic and the constraints on the weights are linear (an active-set method solves that).
// With `squared` it is the distance of shares of correlations to shares of the targets' roots that is least.
// After Becker, Paruolo, Saisana, Saltelli 2017, Handbook of Uncertainty Quantification, ch. 23. DataError without a solution.
Optimum optimize_weights(const Aim& aim);

// What pairwise comparisons come to.
struct Judgments {
  Vector weights;                       // priorities, sum one
  double index, ratio;                  // Saaty's consistency index and ratio; 0 below 3 items
  std::vector<double> expert_ratios;    // consistency ratio of each matrix
  struct Triple {
    Index i, j, k;
    double product;                     // a_ij a_jk / a_ik, 1 if consistent
  };
  std::vector<Triple> triples;          // i < j < k, the farthest from 1 first
};

// Priorities from one matrix of pairwise comparisons, or several stacked one below the other, aggregated by the
// geometric mean of the judgments (Aczel and Saaty 1983). Principal eigenvector (Saaty 1980) or, with `geometric`, the
// geometric mean of rows (Crawford and Williams 1985). SpecError where a matrix is not positive and reciprocal (to five
// percent, as roundings to two decimals are: of each pair the judgment of at least 1 counts) or there are more than 15 items.
Judgments judge(const Matrix& matrices, bool geometric);

}  // namespace egov
