#include "impute/joint/soft.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace egov::joint {
namespace {

// Singular values of a matrix less lambda, those below it 0: by the eigenvectors of the smaller of its two squares.
// What that loses of small singular values, below 1e-8 of the largest, lies under any lambda of a path.
Matrix shrunk(const Matrix& a, double lambda) {
  const bool tall = a.rows() >= a.cols();
  const Matrix square = tall ? Matrix(a.transpose() * a) : Matrix(a * a.transpose());
  const Eigen::SelfAdjointEigenSolver<Matrix> solved(square);
  const Vector& values = solved.eigenvalues();
  Index none = 0;  // eigenvalues rise
  while (none < values.size() && !(values[none] > lambda * lambda)) ++none;
  const Index kept = values.size() - none;
  if (kept == 0) return Matrix::Zero(a.rows(), a.cols());
  const Vector share = 1 - lambda / values.tail(kept).array().sqrt();
  const Matrix basis = solved.eigenvectors().rightCols(kept);
  const Matrix weighted = basis * share.asDiagonal();
  if (tall) return (a * weighted) * basis.transpose();
  return weighted * (basis.transpose() * a);
}

}  // namespace

Completed soft_impute(const Matrix& x, double lambda, Matrix start, const SoftOptions& options) {
  const Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic> missing = x.array().isNaN();
  Completed out{std::move(start), false};
  Matrix before = out.cells;  // for steps with momentum (Beck and Teboulle 2009), begun anew where one leads uphill
  double momentum = 1;
  for (Index step = 0; step < options.steps && !out.converged; ++step) {
    const double next = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
    const Matrix ahead = out.cells + (momentum - 1) / next * (out.cells - before);
    Matrix made = shrunk(missing.select(ahead, x), lambda);
    const Matrix moved = made - out.cells;
    const bool uphill = (ahead - made).cwiseProduct(moved).sum() > 0;
    momentum = uphill ? 1 : next;
    before = uphill ? made : std::move(out.cells);
    out.converged = moved.norm() <= options.tolerance * std::max(made.norm(), 1e-300);
    out.cells = std::move(made);
  }
  return out;
}

double largest_lambda(const Matrix& x) {
  const Matrix filled = x.array().isNaN().select(0, x);
  const Matrix square = x.rows() >= x.cols() ? Matrix(filled.transpose() * filled) : Matrix(filled * filled.transpose());
  return std::sqrt(std::max(Eigen::SelfAdjointEigenSolver<Matrix>(square, Eigen::EigenvaluesOnly).eigenvalues().maxCoeff(), 0.0));
}

std::vector<double> lambda_path(double largest, Index count, double least) {
  std::vector<double> out;
  for (Index k = 0; k < count; ++k) out.push_back(largest * std::pow(least, static_cast<double>(k + 1) / static_cast<double>(count)));
  return out;
}

Completed soft_impute(const Matrix& x, const std::vector<double>& path, const SoftOptions& options) {
  Completed out{Matrix::Zero(x.rows(), x.cols()), true};
  const SoftOptions rough{std::max(options.tolerance, 1e-3), options.steps};
  for (std::size_t k = 0; k < path.size(); ++k) out = soft_impute(x, path[k], std::move(out.cells), k + 1 < path.size() ? rough : options);
  return out;
}

}  // namespace egov::joint
