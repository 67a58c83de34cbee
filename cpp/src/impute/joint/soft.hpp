// Low-rank completion of a matrix with holes by soft-thresholded singular values.
#pragma once
#include <vector>

#include "egov/panel.hpp"

namespace egov::joint {

struct SoftOptions {
  double tolerance = 1e-5;  // Frobenius norm of the last change over that of the matrix
  Index steps = 500;        // at each lambda, at most
};

struct Completed {
  Matrix cells;          // of all rows and columns, observed ones included: the low-rank matrix itself
  bool converged = true;
};

// The matrix Z that minimizes 1/2 the sum over observed cells of (x - z)^2 plus lambda times the sum of the singular values of Z,
// from a start. NaN in x is missing. Mazumder, Hastie and Tibshirani 2010, Journal of Machine Learning Research 11, 2287-2322.
Completed soft_impute(const Matrix& x, double lambda, Matrix start, const SoftOptions& options);

// The largest singular value of x with 0 for holes: from here on Z is 0.
double largest_lambda(const Matrix& x);

// Falling geometrically from the largest lambda to a share of it.
std::vector<double> lambda_path(double largest, Index count, double least);

// The same, warm-started along a path; the last one is the answer, those before it only lead there.
Completed soft_impute(const Matrix& x, const std::vector<double>& path, const SoftOptions& options);

}  // namespace egov::joint
