#include "egov/missing.hpp"

#include <Eigen/Dense>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <map>

#include "missing/normal.hpp"

namespace egov {

std::vector<Pattern> patterns(const Matrix& table) {
  std::map<std::vector<bool>, std::vector<Index>> found;  // by what is missing
  std::vector<bool> missing(static_cast<std::size_t>(table.cols()));
  for (Index row = 0; row < table.rows(); ++row) {
    for (Index column = 0; column < table.cols(); ++column) missing[static_cast<std::size_t>(column)] = std::isnan(table(row, column));
    found[missing].push_back(row);
  }
  std::vector<Pattern> out;
  for (auto& [holes, rows] : found) {
    Pattern one;
    for (Index column = 0; column < table.cols(); ++column)
      (holes[static_cast<std::size_t>(column)] ? one.missing : one.observed).push_back(column);
    one.rows = std::move(rows);
    out.push_back(std::move(one));
  }
  return out;
}

namespace {

void check(const Gaussian& gaussian, const Matrix& table, const std::string& what) {
  if (table.cols() != gaussian.mean.size())
    throw DataError("a table of " + std::to_string(table.cols()) + " columns for a distribution of " + std::to_string(gaussian.mean.size()),
                    {"missing", what, ""});
}

// Rows of a pattern, as deviations from the mean of the distribution.
Matrix away(const Gaussian& gaussian, const Matrix& table, const Pattern& pattern) {
  const Matrix cells = table(pattern.rows, pattern.observed);
  return cells.rowwise() - detail::part(gaussian.mean, pattern.observed).transpose();
}

}  // namespace

double loglik(const Gaussian& gaussian, const Matrix& table) {
  check(gaussian, table, "loglik");
  double doubled = 0;
  for (const Pattern& pattern : patterns(table)) {
    if (pattern.observed.empty()) continue;
    const auto solved = detail::factored(gaussian.covariance, pattern.observed, "loglik");
    const double n = static_cast<double>(pattern.rows.size()), columns = static_cast<double>(pattern.observed.size());
    const Matrix half = solved.matrixL().solve(away(gaussian, table, pattern).transpose());
    doubled += n * (columns * detail::log_two_pi + detail::log_determinant(solved)) + half.squaredNorm();
  }
  return -doubled / 2;
}

LittleTest little(const Matrix& table, const Gaussian& gaussian) {
  check(gaussian, table, "little");
  LittleTest out;
  out.statistic = 0;
  out.freedom = -table.cols();
  for (Pattern& pattern : patterns(table)) {
    if (pattern.observed.empty()) continue;
    const auto solved = detail::factored(gaussian.covariance, pattern.observed, "little");
    const Vector mean = away(gaussian, table, pattern).colwise().mean();
    const Vector half = solved.matrixL().solve(mean);
    out.each.push_back(static_cast<double>(pattern.rows.size()) * half.squaredNorm());
    out.statistic += out.each.back();
    out.freedom += static_cast<Index>(pattern.observed.size());
    out.patterns.push_back(std::move(pattern));
  }
  if (out.freedom > 0) out.p = boost::math::gamma_q(static_cast<double>(out.freedom) / 2, out.statistic / 2);
  return out;
}

}  // namespace egov
