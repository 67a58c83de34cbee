// What is missing from a table, and the normal distribution of its rows with the holes left open: patterns, EM, Little.
// Tables have one row a unit (or unit and period) and one column a variable; NaN is missing, an infinite value a DataError.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

// Rows with the same columns observed.
struct Pattern {
  std::vector<Index> observed, missing;  // columns, increasing
  std::vector<Index> rows;               // increasing
};
// All of a table, a row with nothing among them; those with the earlier columns observed come first.
std::vector<Pattern> patterns(const Matrix& table);

struct Gaussian;

struct EmOptions {
  double prior = 0;          // so many rows of uncorrelated columns, with the observed variances, are added to the
                             // covariance; 0: maximum likelihood. Above 0 a singular covariance cannot come out.
  double tolerance = 1e-10;  // largest change in one step, means in standard deviations and covariances in correlations
  Index steps = 20000;       // at most
  bool accelerate = true;    // false: the plain, slow one
  const Gaussian* start = nullptr;  // where to start, of as many columns; none: observed means and variances
};

// A multivariate normal distribution, in the units of the table.
struct Gaussian {
  Vector mean;
  Matrix covariance;               // symmetric; of maximum likelihood: sums over n, not n - 1
  double loglik = missing_value;   // of the observed cells, without the prior
  Index rows = 0;                  // with at least one observed cell; the others say nothing
  Index steps = 0;                 // of EM
  bool converged = false;          // else `change` was still above the tolerance after all steps
  double change = missing_value;   // largest change in the last step, as in EmOptions
  std::vector<std::pair<Index, Index>> apart;  // columns never observed together: their partial correlation is not
                                               // in the data, and stays what it is by way of the others
};

// Fits it by EM over patterns (Dempster, Laird, Rubin 1977, Journal of the Royal Statistical Society B 39, 1-38; Schafer 1997,
// Analysis of Incomplete Multivariate Data, 5.3), from uncorrelated columns. Anderson's acceleration where it raises the
// likelihood, as in Henderson and Varadhan (2019), Journal of Computational and Graphical Statistics 28, 834-846: so the
// likelihood never falls, but for rounding.
// DataError: no row or column, an infinite value, a column with nothing observed, one value or one constant.
// FitError: without a prior, a covariance that is singular (to 1e-10 of the variance of the column named): a column that
// others determine, or too few rows.
Gaussian em(const Matrix& table, const EmOptions& options = {});

// What is missing from a row given what is observed of it: normal with mean `expected` and this covariance.
struct Conditional {
  std::vector<Index> observed, missing;
  Matrix slopes;      // missing x observed: regression on the observed columns
  Matrix covariance;  // missing x missing, of what the regression leaves
  Matrix root;        // missing x missing: root * root' is the covariance, also of a singular one
};
// The columns of `observed` increase; the others are missing. FitError where their covariance is singular.
Conditional conditional(const Gaussian& gaussian, const std::vector<Index>& observed);
// Mean of the missing columns of a row (one value a column of the Gaussian, NaN where missing).
Vector expected(const Gaussian& gaussian, const Conditional& given, const Vector& row);

// Log density of the observed cells of a table.
double loglik(const Gaussian& gaussian, const Matrix& table);

// Little (1988), Journal of the American Statistical Association 83, 1198-1202: are the means of all patterns those of one
// distribution, as they are where values are missing completely at random? Its mean and covariance come from `gaussian`.
struct LittleTest {
  double statistic = missing_value;  // sum over patterns of n (mean - mu)' covariance^-1 (mean - mu), observed columns
  Index freedom = 0;                 // observed columns, summed over patterns, less all columns
  double p = missing_value;          // chi-square above the statistic; NaN where freedom is 0: one pattern only
  std::vector<Pattern> patterns;     // those with something observed
  std::vector<double> each;          // what each adds to the statistic
};
LittleTest little(const Matrix& table, const Gaussian& gaussian);

}  // namespace egov
