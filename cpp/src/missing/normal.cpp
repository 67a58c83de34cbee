#include "missing/normal.hpp"

#include <Eigen/Dense>
#include <cmath>

namespace egov {
namespace detail {

Matrix block(const Matrix& of, const std::vector<Index>& rows, const std::vector<Index>& columns) { return of(rows, columns); }

Vector part(const Vector& of, const std::vector<Index>& rows) { return of(rows); }

bool factor(const Matrix& covariance, const std::vector<Index>& columns, Eigen::LLT<Matrix>& into, Index& culprit) {
  const Matrix own = block(covariance, columns, columns);
  into.compute(own);
  const auto determined = [&](double left, Index k) { return !(left > singular * own(k, k)); };
  if (into.info() == Eigen::Success) {
    for (Index k = 0; k < own.rows(); ++k)
      if (determined(into.matrixLLT()(k, k) * into.matrixLLT()(k, k), k)) return culprit = columns[static_cast<std::size_t>(k)], false;
    return true;
  }
  for (Index k = 0; k < own.rows(); ++k) {  // which column it was
    double left = own(k, k);
    if (k > 0) left -= own.col(k).head(k).dot(own.topLeftCorner(k, k).ldlt().solve(own.col(k).head(k)));
    culprit = columns[static_cast<std::size_t>(k)];
    if (determined(left, k)) break;
  }
  return false;
}

void refuse_singular(const std::string& what, Index culprit) {
  Place place{"missing", what, ""};
  place.indicator = static_cast<long>(culprit);
  throw FitError("the covariance is singular: others determine this column, or there are too few rows for so many columns; leave it "
                 "out, or give a prior (in rows, e.g. a hundredth of them)",
                 place);
}

Eigen::LLT<Matrix> factored(const Matrix& covariance, const std::vector<Index>& columns, const std::string& what) {
  Eigen::LLT<Matrix> out;
  Index culprit = 0;
  if (!factor(covariance, columns, out, culprit)) refuse_singular(what, culprit);
  return out;
}

double log_determinant(const Eigen::LLT<Matrix>& of) { return 2 * of.matrixLLT().diagonal().array().log().sum(); }

}  // namespace detail

namespace {

// A root of a covariance that may be singular.
Matrix root_of(const Matrix& covariance) {
  if (covariance.rows() == 0) return covariance;
  const Eigen::LDLT<Matrix> solved(covariance);
  const Vector scale = solved.vectorD().cwiseMax(0).cwiseSqrt();
  const Matrix lower = Matrix(solved.matrixL()) * scale.asDiagonal();
  return solved.transpositionsP().transpose() * lower;
}

}  // namespace

Conditional conditional(const Gaussian& gaussian, const std::vector<Index>& observed) {
  Conditional out;
  out.observed = observed;
  std::size_t at = 0;
  for (Index column = 0; column < gaussian.mean.size(); ++column)
    if (at < observed.size() && observed[at] == column) ++at;
    else out.missing.push_back(column);
  if (at != observed.size())
    throw SpecError("columns " + std::to_string(at) + " and after are not increasing columns of the distribution",
                    {"missing", "conditional", "observed"});
  const Matrix& covariance = gaussian.covariance;
  const Matrix across = detail::block(covariance, observed, out.missing);
  out.covariance = detail::block(covariance, out.missing, out.missing);
  out.slopes = Matrix::Zero(across.cols(), across.rows());
  if (!observed.empty() && !out.missing.empty()) {
    const auto solved = detail::factored(covariance, observed, "conditional");
    const Matrix half = solved.matrixL().solve(across);
    out.covariance -= half.transpose() * half;
    out.slopes = solved.matrixU().solve(half).transpose();
  }
  out.root = root_of(out.covariance);
  return out;
}

Vector expected(const Gaussian& gaussian, const Conditional& given, const Vector& row) {
  const Vector apart = detail::part(row, given.observed) - detail::part(gaussian.mean, given.observed);
  return detail::part(gaussian.mean, given.missing) + given.slopes * apart;
}

}  // namespace egov
