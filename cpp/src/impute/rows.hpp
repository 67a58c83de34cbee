// The rows of the table of imputation methods, from the files that hold their functions.
#pragma once
#include <vector>

#include "egov/impute.hpp"

namespace egov {

std::vector<ImputeMethod> section_rows();  // from the other units of the same period
std::vector<ImputeMethod> row_rows();      // from the unit's other indicators
std::vector<ImputeMethod> series_rows();   // from the unit's own series
std::vector<ImputeMethod> curve_rows();    // diffusion curves
std::vector<ImputeMethod> kriging_rows();  // a Gaussian process of all indicators

// Longest gap bridged, for methods that look along a series.
Param max_gap_param();

}  // namespace egov
