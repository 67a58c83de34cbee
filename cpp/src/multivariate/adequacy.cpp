// Kaiser-Meyer-Olkin, Bartlett's sphericity and variance inflation, from one eigen-decomposition.
#include <Eigen/Eigenvalues>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "multivariate/table.hpp"

namespace egov {
namespace {

constexpr double dependent = 1e-12;  // an eigenvalue at or below this times the number of columns is none

void measure_sampling(const Matrix& r, const Matrix& inverse, Adequacy& to) {
  const Vector scale = inverse.diagonal().cwiseSqrt().cwiseInverse();
  Matrix squares = r.cwiseAbs2(), partial = (scale.asDiagonal() * inverse * scale.asDiagonal()).cwiseAbs2();
  squares.diagonal().setZero();
  partial.diagonal().setZero();
  to.kmo = squares.sum() / (squares.sum() + partial.sum());
  to.kmo_each = squares.colwise().sum().array() / (squares.colwise().sum() + partial.colwise().sum()).array();
}

void test_sphericity(const Vector& eigenvalues, Adequacy& to) {
  const double p = static_cast<double>(eigenvalues.size()), n = static_cast<double>(to.n);
  to.chi2 = -(n - 1 - (2 * p + 5) / 6) * eigenvalues.array().log().sum();
  to.freedom = p * (p - 1) / 2;
  to.p = to.chi2 > 0 ? boost::math::gamma_q(to.freedom / 2, to.chi2 / 2) : 1;
}

}  // namespace

Adequacy adequacy(const Matrix& table) {
  Adequacy out;
  if (table.cols() < 2)
    throw DataError(std::to_string(table.cols()) + " indicator; at least 2 would be right", {"multivariate", "adequacy", ""});
  const Matrix r = detail::correlations(table, "adequacy", out.n);
  const Eigen::SelfAdjointEigenSolver<Matrix> solved(r);
  const Vector& values = solved.eigenvalues();
  const Matrix weights = solved.eigenvectors().cwiseAbs2();
  out.inflation = Vector::Zero(r.rows());
  out.kmo_each = Vector::Constant(r.rows(), missing_value);
  bool whole = true;
  for (Index k = 0; k < values.size(); ++k) {
    if (values[k] > dependent * static_cast<double>(values.size())) {
      out.inflation += weights.col(k) / values[k];
      continue;
    }
    whole = false;
    for (Index j = 0; j < r.rows(); ++j)
      if (weights(j, k) > 1e-16) out.inflation[j] = infinite;
  }
  if (!whole) return out;
  measure_sampling(r, solved.eigenvectors() * values.cwiseInverse().asDiagonal() * solved.eigenvectors().transpose(), out);
  test_sphericity(values, out);
  return out;
}

}  // namespace egov
