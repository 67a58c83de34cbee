// PAWN (Pianosi and Wagener 2018, Environmental Modelling & Software 108, 197-207): how far the distribution of an output
// moves where an input is held within a slice. x: runs x inputs, y: runs x outputs, finite.
#pragma once
#include <array>
#include <cstdint>

#include "egov/panel.hpp"
#include "egov/progress.hpp"

namespace egov {

struct PawnIndices {
  // Over slices of the Kolmogorov-Smirnov distance: outputs x inputs; NaN for a constant input.
  Matrix minimum, median, mean, maximum, deviation;
  // Of the dummies of each input, in this order: median, mean, maximum over slices. level: the share of dummies below the threshold.
  std::array<Matrix, 3> dummy, threshold;
  std::array<Matrix, 3> low, high;  // percentiles over resamples of the runs, shifted so that their mean is the estimate; NaN without
};
// slices: of as many runs each, see equal_classes. A dummy is an input without influence: the slices of an input, dealt to the runs at random.
PawnIndices pawn(const Matrix& x, const Matrix& y, Index slices, Index dummies, Index resamples, double level, std::uint64_t seed,
                 int threads, const Monitor& monitor = {});

}  // namespace egov
