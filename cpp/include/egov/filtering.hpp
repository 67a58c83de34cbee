// Monte Carlo filtering: whether inputs are distributed otherwise in the runs that pass than in the rest.
#pragma once
#include "egov/panel.hpp"
#include "egov/progress.hpp"

namespace egov {

// Outputs x inputs; NaN where all runs or none pass, and for a constant input.
struct Filtered {
  Matrix distance, distance_p;  // Kolmogorov and Smirnov; p asymptotic, with Stephens's (1970) correction of the size
  Matrix above, above_p;        // chance that the input is larger in a run that passes than in another, ties by half; p of Mann and
                                // Whitney (1947), two-sided, normal with corrections for ties and continuity
};
// x: runs x inputs, finite; passes: runs x outputs, not 0 where a run passes.
Filtered filter_runs(const Matrix& x, const Matrix& passes, int threads, const Monitor& monitor = {});

}  // namespace egov
