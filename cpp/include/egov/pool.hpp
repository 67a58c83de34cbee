// One answer from the analyses of several imputations, by Rubin's (1987) rules, and how much of its variance is due to
// what was missing.
#pragma once
#include <string>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

// An entry an estimate, over m imputations; B between, U within.
struct Pooled {
  Vector estimate;               // mean over imputations
  Vector within, between, total; // variances: mean U; B with m - 1; U + (1 + 1/m) B
  Vector freedom;                // Barnard and Rubin (1999), Biometrika 86, 948-955; infinite where nothing varies
  Vector riv;                    // relative increase in variance, (1 + 1/m) B / U
  Vector lambda;                 // share of the total variance that is due to missing values, (1 + 1/m) B / total
  Vector fmi;                    // fraction of missing information, (riv + 2 / (freedom + 3)) / (riv + 1)
  Vector error, t, p, low, high; // root of total; estimate / error, two-sided p, interval at the level
};
// Both tables: a row an imputation (two or more), a column an estimate; variances above 0.
// complete_freedom: degrees of freedom of the analysis had nothing been missing (rows less parameters); infinite where not known.
// DataError for other numbers, with the imputation as `unit` and the estimate as `indicator`.
Pooled pool(const Matrix& estimates, const Matrix& variances, double complete_freedom, double level);

// Are several estimates together what `at` says? Li, Raghunathan and Rubin (1991), Journal of the American Statistical
// Association 86, 1065-1073 (statistic D1). Denominator: theirs if complete_freedom is infinite, else that of Reiter (2007),
// Biometrika 94, 502-508; where that is not defined, the smaller one of theirs and (c + 1) / (c + 3) c.
struct WaldTest {
  double f = missing_value, freedom = 0, denominator = missing_value, p = missing_value;
  double riv = missing_value;  // mean relative increase in variance
  std::string rule;            // which denominator
};
// A covariance matrix an imputation. FitError where their mean is singular.
WaldTest wald(const Matrix& estimates, const std::vector<Matrix>& covariances, const Vector& at, double complete_freedom);

}  // namespace egov
