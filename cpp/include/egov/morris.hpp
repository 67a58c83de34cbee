// Elementary effects (Morris 1991): what an output changes when one factor moves, over the step.
#pragma once
#include <cstdint>
#include <vector>

#include "egov/design.hpp"
#include "egov/progress.hpp"

namespace egov {

// Runs come in walks of factors + 1. trajectory: each run differs from the one before it in one factor (Morris 1991);
// radial: each differs from the first of its walk in one factor (Campolongo et al. 2011).
enum class Walk { trajectory, radial };

// Points of the unit cube of all runs, run by run, into out: count (factors + 1) x inputs. factor: which an input belongs to.
// Trajectories move on a grid of `levels` values, an even number, by levels / (2 (levels - 1)), each input up or down.
void sample_trajectories(const std::vector<Index>& factor, Index factors, Index count, Index levels, std::uint64_t seed, double* out,
                         const Monitor& monitor = {});
// Which walks, of `count` of so many runs each, lie far apart: 2 to count of them, ascending. The largest sum of squared distances
// between two (Campolongo et al. 2007, Environmental Modelling & Software 22, 1509-1518), built up one by one (Ruano et al. 2012,
// ibid. 37, 103-109), then members exchanged for others as long as that gains; not always the largest of all.
std::vector<Index> farthest_walks(const double* points, Index inputs, Index runs, Index count, Index chosen, int threads,
                                  const Monitor& monitor = {});
// The first half of the coordinates of each point of the design is where a walk begins, the second where factors move to.
void sample_radial(const std::vector<Index>& factor, Index factors, const Design& design, double* out, const Monitor& monitor = {});

// Which factor the runs 2, 3, ... of each walk move, and by how much; walk by walk.
struct Moves {
  Walk walk = Walk::trajectory;
  Index factors = 0;
  std::vector<Index> factor;
  std::vector<double> step;  // with the sign of the move; NaN where the factor stayed, as a choice may
  Index count() const { return static_cast<Index>(factor.size()) / factors; }
};

// Outputs x factors. low and high are of mu_star: t over the walks, or with resamples percentiles of walks drawn again.
// Both NaN with one walk, as sigma is. A walk in which a factor stayed has no effect of it, but counts for the total order.
struct Effects {
  Matrix mu, mu_star, sigma, low, high;
  Matrix total;  // Jansen's total order from radial walks: half the mean squared change over the variance over walks; else NaN
};
// y: outputs of all runs, run by run.
Effects elementary_effects(const double* y, Index outputs, const Moves& moves, double level, Index resamples, std::uint64_t seed,
                           int threads, const Monitor& monitor = {});

}  // namespace egov
