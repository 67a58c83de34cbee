// Which choice moves the result: variance-based indices from a Sobol' design over a plan.
#pragma once
#include "egov/uncertainty.hpp"

namespace egov {

enum class Output {
  shift,  // one number a run: mean over rows of |rank - nominal rank|
  rank,   // the rank of every row
  score   // the score of every row
};

struct Indices {
  Matrix first, total;        // outputs x factors; NaN where the output is constant
  Matrix first_half, total_half;  // half-width of the t interval over the replicates; NaN with fewer than two
  Vector mean, variance;      // per output
  std::uint64_t runs = 0;
};

// Designs that share n base points as evenly as can be, in 2 d dimensions, each scrambled on its own.
std::vector<Design> replicates(const Plan& plan, std::uint64_t n, Index replicates, std::uint64_t seed);

// For base points A and B (first and second half of the coordinates) and A with coordinate i of B:
// first order by Saltelli et al. (2010), outputs centered; total order by Jansen (1999). The estimate is the mean of
// the replicates, its half-width that of a t interval at `level` over them.
Indices sensitivity(const Plan& plan, const std::vector<Design>& designs, Output output, double level, int threads,
                    const Monitor& monitor = {});

}  // namespace egov
