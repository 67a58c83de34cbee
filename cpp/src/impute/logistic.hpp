// Logistic diffusion curves, one a unit, fitted by Ceres.
#pragma once
#include <vector>

#include "egov/impute.hpp"

namespace egov {

struct Curve {
  double level, rate, midpoint;  // level / (1 + exp(-rate (t - midpoint)))
  double at(double time) const;
};

// Least-squares curve through the points, its level at most `saturation` (NaN: any). `good` is false where the
// iteration did not converge or a parameter is not finite.
Curve fit_logistic(const std::vector<double>& times, const std::vector<double>& values, double saturation, bool& good);

// Fills the wanted holes of every unit with at least `least` distinct non-negative observations.
std::vector<Fill> logistic(const Series& series, double saturation, Index least);

}  // namespace egov
