// Bootstrap resamples as numbers of times, and percentiles over them.
#pragma once
#include "egov/panel.hpp"
#include "egov/progress.hpp"

namespace egov::detail {

// How often a resample holds each of the things resampled.
Vector times_drawn(Index things, std::uint64_t seed, Index resample);
// The same for all of them at once: how often each resample holds each of the things resampled: resamples x things.
// begun: the share of the whole call done before.
Matrix multiplicities(Index resamples, Index things, std::uint64_t seed, int threads = 1, const Monitor& monitor = {}, double begun = 0);

// How many outputs are worked on at a time, where each needs so many numbers.
Index outputs_together(Index outputs, Index each);

// The quantile of type 7 (Hyndman and Fan 1996), in place; NaN where a value is NaN.
double percentile(Eigen::Ref<Vector> values, double share);

// The quantile of Student's t that leaves (1 - level) / 2 above it.
double t_quantile(double level, Index freedom);

}  // namespace egov::detail
