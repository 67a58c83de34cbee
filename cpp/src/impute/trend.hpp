// Holt's local trend with damping, on observations at whole numbers of steps.
#pragma once
#include <vector>

#include "egov/impute.hpp"

namespace egov {

// Shares between 0 and 1: of a surprise that the level takes, of a change of level that the slope takes, and of the slope
// that is left after a step (Holt 1957; Gardner and McKenzie 1985). NaN: to be chosen.
struct Holt {
  double alpha, beta, phi;
};

struct Path {
  std::vector<int> at;    // steps, increasing
  std::vector<double> z;  // as many
};

struct Local {
  double level, slope;
};

// phi + phi^2 + ... + phi^h: how far a slope of 1 reaches in h steps.
double reach(double phi, int h);
// Level and slope after each observation of a path; after the first the slope is 0. Over several steps at once the shares
// are those of as many single ones (Wright 1986).
// All of them, by observation.
std::vector<Local> locals(const Path& path, const Holt& holt);
// Variance of the h-step forecast error over that of one step (Hyndman et al. 2008, table 6.1).
double growth(const Holt& holt, int h);
// The shares that are NaN chosen off a grid so that forecasts over 1 to `horizon` steps miss least, all paths together.
Holt chosen(const std::vector<Path>& paths, Holt holt, int horizon);

}  // namespace egov
