// How the columns of a table look and hang together: summary, components, reliability, adequacy, importance.
// Tables have one row a unit and one column an indicator; NaN is missing, an infinite value a DataError.
#pragma once
#include <string>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"
#include "egov/progress.hpp"

namespace egov {

// One column, over its observed values. Statistics that need more values, or variation, are NaN.
struct ColumnSummary {
  Index n = 0, missing = 0, zeros = 0, negative = 0;
  Index distinct = 0;                                        // different observed values
  Index same = 0;                                            // how often the most common value stands
  double most_common = missing_value;                        // the lowest of them where several are as common
  double min = missing_value, max = missing_value, mean = missing_value, median = missing_value;
  double lower_quartile = missing_value, upper_quartile = missing_value;  // type 7 of Hyndman and Fan (1996)
  double deviation = missing_value;                          // with n - 1
  double skewness = missing_value, kurtosis = missing_value; // bias-corrected G1 and excess G2 (Joanes and Gill 1998)
};
std::vector<ColumnSummary> summarize(const Matrix& table);

// Principal components of the rows without NaN, by the eigenvectors of their correlation (or covariance) matrix.
// Each component points to where the indicator with the largest absolute loading (the first of equals) is positive.
struct Components {
  std::vector<Index> rows;  // without NaN: those that were used
  Vector eigenvalues;       // decreasing, at least 0
  Matrix rotation;          // column k: unit vector of component k
  Matrix loadings;          // rotation times the root of the eigenvalue
  Matrix scores;            // all rows x components; NaN in rows that were not used
};
// `correlations`: columns are brought to variance one first; a constant one is then a DataError.
Components components(const Matrix& table, bool correlations);

// Cronbach's alpha (1951), Psychometrika 16, 297-334: from covariances as they are, and of the standardized columns.
struct Alpha {
  Index least = 0, most = 0;                            // rows behind a covariance
  double raw = missing_value, standardized = missing_value;
  Vector raw_without, standardized_without;             // with one column left out
};
// `pairwise`: every covariance from the rows that have both, otherwise all from the rows without NaN.
Alpha alpha(const Matrix& table, bool pairwise);

// One common factor of the correlation matrix of the rows without NaN, by least squares of its off-diagonal part
// (minres; Harman and Jones 1966, Psychometrika 31, 351-368), and McDonald's (1999) omega total of the standardized
// columns: (sum of loadings)^2 / ((sum of loadings)^2 + sum of uniquenesses).
struct OneFactor {
  Index n = 0;
  Vector loadings, uniquenesses;  // a uniqueness below 0 (Heywood case): one factor does not fit
  double omega = missing_value;   // NaN in a Heywood case
};
// DataError below 3 columns or for a constant one; FitError where the least squares do not settle.
OneFactor one_factor(const Matrix& table);

// Whether a correlation matrix is worth factoring. Where columns depend on one another linearly, those have an infinite
// inflation, and kmo and Bartlett's statistic are NaN.
struct Adequacy {
  Index n = 0;                   // rows without NaN
  double kmo = missing_value;    // Kaiser (1974), Psychometrika 39, 31-36
  Vector kmo_each;
  double chi2 = missing_value, freedom = missing_value, p = missing_value;  // Bartlett (1951), Biometrika 38, 337-344
  Vector inflation;              // variance inflation factor of each column
};
Adequacy adequacy(const Matrix& table);

enum class Smoother { linear, spline, gaussian_process };

// Share of the variance of y that the expectation of y given x explains: the correlation ratio Var(E(y|x)) / Var(y).
struct Importance {
  Index n = 0;
  double ratio = missing_value;   // 0 to 1
  // spline: penalty on the squared second derivative for x brought to 0..1 (infinite: a straight line);
  // gaussian_process: length of the kernel, x brought to 0..1
  double smoothing = missing_value;
  double noise = missing_value;   // gaussian_process: variance of the noise against that of the process
  std::string reason;             // why there is no number
};
// Each column of x against y over the rows that have both; Paruolo, Saisana, Saltelli (2013), Journal of the Royal
// Statistical Society A 176, 609-634. linear: r^2. spline: cubic smoothing spline, its penalty by restricted maximum
// likelihood. gaussian_process: constant mean, squared-exponential kernel, noise; all by maximum likelihood.
std::vector<Importance> importance(const Matrix& x, const Vector& y, Smoother smoother, int threads, const Monitor& monitor = {});

}  // namespace egov
