// The rows of the table of imputation methods, from the files that hold their functions.
#pragma once
#include <vector>

#include "egov/impute.hpp"

namespace egov {

std::vector<ImputeMethod> section_rows();  // from the other units of the same period
std::vector<ImputeMethod> row_rows();      // from the unit's other indicators
std::vector<ImputeMethod> series_rows();   // from the unit's own series
std::vector<ImputeMethod> damped_rows();   // the unit's own damped trend
std::vector<ImputeMethod> neighbor_rows(); // from the units most alike
std::vector<ImputeMethod> deck_rows();     // from one other unit
std::vector<ImputeMethod> source_rows();   // from other sources and references
std::vector<ImputeMethod> regression_rows();
std::vector<ImputeMethod> curve_rows();    // diffusion curves
std::vector<ImputeMethod> kriging_rows();  // a Gaussian process of all indicators
std::vector<ImputeMethod> chained_rows();  // regressions of each indicator on the others, in turn
std::vector<ImputeMethod> em_rows();       // a multivariate normal
std::vector<ImputeMethod> bootstrap_em_rows();  // the same, with the uncertainty of its fit
std::vector<ImputeMethod> svd_rows();      // a matrix of low rank

// Longest gap bridged, for methods that look along a series.
Param max_gap_param();
// Indicators that help and are not filled themselves.
Param auxiliaries_param();

}  // namespace egov
