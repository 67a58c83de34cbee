// Have chains of a sampler come to the same distribution, and how many independent draws are they worth?
// Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), Bayesian Analysis 16, 667-718.
#pragma once
#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

// Traces: a row a chain (one will do), a column an iteration; finite, else a DataError with chain and iteration as unit
// and period. Each chain counts as two, its halves (of an odd number of iterations the middle one is left out).

// Potential scale reduction: near 1 where chains agree, above 1.01 (ranked) or 1.1 (plain; Gelman and Rubin 1992) where they do
// not; infinite where chains stand still in different places. NaN where all values are the same.
// `ranked`: the larger one of that of normal scores of ranks, and of distances from the median. At least 4 iterations.
double rhat(const Matrix& traces, bool ranked);

// bulk: of normal scores of ranks; tail: the smaller one of the 5 and 95 % quantiles; mean: of the values themselves.
enum class Size { bulk, tail, mean };
// Effective sample size, by Geyer's (1992) initial monotone sequence; at most S log10 S of S values. At least 12 iterations. NaN
// where all values are the same.
double ess(const Matrix& traces, Size of);

}  // namespace egov
