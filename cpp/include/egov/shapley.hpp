// Shapley effects of weights: how much of the variance of a score comes from each weight, where weights sum to one.
#pragma once
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

// For each unit (row) and weight (column), in the units of a variance.
struct WeightShapley {
  Matrix part;    // Shapley value of each weight; a row sums to the variance of the score
  Matrix first;   // Var E[score | the weight alone]
  Vector variance;
  std::vector<bool> constant;  // per unit: its children's scores are all the same up to rounding, so no weight matters
};

// Of the score sum_j w_j c_j, w of a Dirichlet distribution with parameters alpha, for every row c of `scores`. The game is
// val(u) = Var E[score | w_u] (Owen 2014, SIAM/ASA Journal on Uncertainty Quantification 2, 245-251). Exact up to rounding
// for any number of weights. Total indices are 0: all weights but one determine the last.
WeightShapley weight_shapley(const Matrix& scores, const Vector& alpha, int threads = 1);

// How many standard errors an interval of Student's t reaches to each side; of the normal distribution for infinite freedom.
double reach_of_interval(double level, double freedom);

}  // namespace egov
