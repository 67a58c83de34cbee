#include "egov/pool.hpp"

#include <Eigen/Dense>
#include <cmath>

#include "detail/student.hpp"

namespace egov {
namespace {

[[noreturn]] void refuse(const std::string& text, Index imputation = -1, Index estimate = -1) {
  Place place{"pool", "", ""};
  place.unit = static_cast<long>(imputation);
  place.indicator = static_cast<long>(estimate);
  throw DataError(text, place);
}

void check_count(Index estimates, Index variances) {
  if (estimates != variances)
    refuse(std::to_string(estimates) + " imputations have estimates and " + std::to_string(variances) + " variances; the same would be right");
  if (estimates < 2) refuse(std::to_string(estimates) + " imputation; at least 2 would be right: one cannot say how they differ");
}

void check(const Matrix& estimates, const Matrix& variances) {
  check_count(estimates.rows(), variances.rows());
  if (estimates.cols() != variances.cols())
    refuse(std::to_string(estimates.cols()) + " estimates and " + std::to_string(variances.cols()) + " variances; one each would be right");
  for (Index j = 0; j < estimates.cols(); ++j)
    for (Index i = 0; i < estimates.rows(); ++i) {
      if (!std::isfinite(estimates(i, j))) refuse("an estimate that is missing or infinite; a number would be right", i, j);
      if (!(variances(i, j) > 0 && variances(i, j) < infinite))
        refuse("the variance is " + std::to_string(variances(i, j)) + "; a number above 0 (a squared standard error) would be right", i, j);
    }
}

void check(double complete_freedom, double level) {
  if (!(complete_freedom > 0))
    throw SpecError("complete_freedom is " + std::to_string(complete_freedom) + "; a number above 0 would be right", {"pool", "", "n"});
  if (!(level > 0 && level < 1))
    throw SpecError("level is " + std::to_string(level) + "; a number between 0 and 1 would be right", {"pool", "", "level"});
}

double observed_freedom(double complete, double lambda) { return (complete + 1) / (complete + 3) * complete * (1 - lambda); }

double freedom(Index m, double lambda, double complete) {
  const double old = lambda > 0 ? static_cast<double>(m - 1) / (lambda * lambda) : infinite;
  if (std::isinf(complete)) return old;
  const double seen = observed_freedom(complete, lambda);
  return std::isinf(old) ? seen : old * seen / (old + seen);
}

Vector variances_of(const Matrix& rows) {
  const Matrix away = rows.rowwise() - rows.colwise().mean();
  return away.colwise().squaredNorm() / static_cast<double>(rows.rows() - 1);
}

// Li, Raghunathan and Rubin: t = k (m - 1), r the increase in variance.
double large_sample(double k, double t, double r) {
  if (!(r > 0)) return infinite;
  const double turn = 1 + 1 / r;
  return t > 4 ? 4 + (t - 4) * std::pow(1 + (1 - 2 / t) / r, 2) : t * (1 + 1 / k) * turn * turn / 2;
}

// Reiter's equation (2) in full; NaN where it is not defined.
double small_sample(double t, double r, double whole) {
  const double a = r * t / (t - 2), one = 1 + a, first = 1 / (t - 4);
  const double near = whole - 2 * one, far = whole - 4 * one;
  if (!(t > 4 && far > 0)) return missing_value;
  const double square = a * a;
  const double z = 1 / far + first * (square * near / (one * one * far) + 8 * square * near / (one * far * far) + 4 * square / (one * far) +
                                      4 * square / (far * near) + 16 * square * near / (far * far * far) + 8 * square / (far * far));
  return 4 + 1 / z;
}

void denominate(WaldTest& test, Index m, double complete) {
  const double k = test.freedom, t = k * static_cast<double>(m - 1);
  test.denominator = large_sample(k, t, test.riv);
  test.rule = "Li, Raghunathan and Rubin";
  if (std::isinf(complete)) return;
  const double whole = observed_freedom(complete, 0), reiter = small_sample(t, test.riv, whole);
  test.rule = std::isnan(reiter) ? "Li, Raghunathan and Rubin, at most that of the complete data" : "Reiter";
  test.denominator = std::isnan(reiter) ? std::min(test.denominator, whole) : reiter;
}

}  // namespace

Pooled pool(const Matrix& estimates, const Matrix& variances, double complete_freedom, double level) {
  check(estimates, variances);
  check(complete_freedom, level);
  const Index m = estimates.rows(), k = estimates.cols();
  const double more = 1 + 1 / static_cast<double>(m);
  Pooled out;
  out.estimate = estimates.colwise().mean();
  out.within = variances.colwise().mean();
  out.between = variances_of(estimates);
  out.total = out.within + more * out.between;
  out.riv = more * out.between.cwiseQuotient(out.within);
  out.lambda = more * out.between.cwiseQuotient(out.total);
  out.error = out.total.cwiseSqrt();
  out.t = out.estimate.cwiseQuotient(out.error);
  out.freedom = out.fmi = out.p = out.low = out.high = Vector(k);
  for (Index j = 0; j < k; ++j) {
    const double df = out.freedom[j] = freedom(m, out.lambda[j], complete_freedom);
    out.fmi[j] = (out.riv[j] + 2 / (df + 3)) / (out.riv[j] + 1);
    out.p[j] = detail::student_p(out.t[j], df);
    const double half = detail::student_quantile((1 + level) / 2, df) * out.error[j];
    out.low[j] = out.estimate[j] - half;
    out.high[j] = out.estimate[j] + half;
  }
  return out;
}

WaldTest wald(const Matrix& estimates, const std::vector<Matrix>& covariances, const Vector& at, double complete_freedom) {
  const Index m = estimates.rows(), k = estimates.cols();
  check_count(m, static_cast<Index>(covariances.size()));
  check(complete_freedom, 0.5);
  if (k == 0 || at.size() != k) refuse(std::to_string(k) + " estimates against " + std::to_string(at.size()) + " values; one each would be right");
  Matrix within = Matrix::Zero(k, k), variances(m, k);
  for (Index i = 0; i < m; ++i) {
    const Matrix& one = covariances[static_cast<std::size_t>(i)];
    if (one.rows() != k || one.cols() != k) refuse("a covariance matrix of " + std::to_string(one.rows()) + " rows for " + std::to_string(k) + " estimates", i);
    if (!((one - one.transpose()).cwiseAbs().maxCoeff() <= 1e-8 * one.cwiseAbs().maxCoeff())) refuse("a covariance matrix that is not symmetric, or holds a NaN", i);
    variances.row(i) = one.diagonal();
    within += one / static_cast<double>(m);
  }
  check(estimates, variances);
  const Vector scale = within.diagonal().cwiseSqrt().cwiseInverse();
  const Eigen::LLT<Matrix> solved(scale.asDiagonal() * within * scale.asDiagonal());
  if (solved.info() != Eigen::Success || !(solved.matrixLLT().diagonal().array().square().minCoeff() > 1e-13))
    throw FitError("the mean covariance matrix of the estimates is singular; test fewer of them, none of which others determine", {"pool", "wald", ""});
  const Matrix away = (estimates.rowwise() - estimates.colwise().mean()) * scale.asDiagonal();
  const Vector half = solved.matrixL().solve(scale.cwiseProduct(Vector(estimates.colwise().mean()) - at));
  WaldTest out;
  out.freedom = static_cast<double>(k);
  const Matrix spread = solved.matrixL().solve(away.transpose());
  out.riv = (1 + 1 / static_cast<double>(m)) * spread.squaredNorm() / static_cast<double>(m - 1) / out.freedom;
  out.f = half.squaredNorm() / (1 + out.riv) / out.freedom;
  denominate(out, m, complete_freedom);
  out.p = detail::upper_f(out.f, out.freedom, out.denominator);
  return out;
}

}  // namespace egov
