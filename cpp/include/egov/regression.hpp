// Linear regression of outputs on inputs, or of their ranks, as a measure of importance.
// x: runs x inputs, y: runs x outputs, finite, no column constant, more runs than inputs + 1.
#pragma once
#include <array>
#include <cstdint>

#include "egov/panel.hpp"
#include "egov/progress.hpp"

namespace egov {

struct RegressionIndices {
  // Outputs x inputs: coefficients of standardized columns (SRC, of ranks SRRC), and correlations with what the other inputs do
  // not explain (PCC, of ranks PRCC). low, high: percentiles over resamples of the runs; NaN without.
  std::array<Matrix, 2> value, low, high;
  Vector r2, r2_low, r2_high;  // per output: share of the variance that the regression explains
  Vector inflation;            // per input: variance inflation factor
};
// DataError where inputs depend on one another linearly. Resamples are ranked anew.
RegressionIndices regress(const Matrix& x, const Matrix& y, bool ranks, Index resamples, double level, std::uint64_t seed, int threads,
                          const Monitor& monitor = {});

}  // namespace egov
