// Borgonovo's (2007) delta: half the expected area between the density of an output and its density where an input is held.
// x: runs x inputs, y: runs x outputs, finite.
#pragma once
#include <cstdint>

#include "egov/panel.hpp"
#include "egov/progress.hpp"

namespace egov {

// Outputs x inputs; NaN for a constant input. plain: as estimated. reduced: twice that less the mean of resamples (Plischke et
// al. 2013, European Journal of Operational Research 226, 536-550). low, high: percentiles of twice that less each resample.
struct DeltaIndices {
  Matrix plain, reduced, low, high;
};
// Densities are those of the normal scores of an output, as delta is the same for any rising function of it: in each class and
// over all runs smoothed with `bandwidth` times Silverman's width, by a threefold extended box filter (Gwosdek et al. 2011).
// reduced = plain, low and high NaN without resamples.
DeltaIndices delta(const Matrix& x, const Matrix& y, Index classes, double bandwidth, Index resamples, double level,
                   std::uint64_t seed, int threads, const Monitor& monitor = {});

}  // namespace egov
