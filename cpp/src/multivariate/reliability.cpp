// Cronbach's alpha and McDonald's omega: do the columns measure one thing?
#include <algorithm>
#include <cmath>

#include "detail/statistics.hpp"
#include "multivariate/table.hpp"

namespace egov {
namespace {

// Covariance (n - 1) of the rows that both have, in two passes; NaN below two of them.
double covariance(ConstColumn x, ConstColumn y, Index& n) {
  double mean_x = 0, mean_y = 0, sum = 0;
  n = 0;
  for (Index row = 0; row < x.size(); ++row) {
    if (std::isnan(x[row]) || std::isnan(y[row])) continue;
    mean_x += x[row], mean_y += y[row], ++n;
  }
  if (n < 2) return missing_value;
  mean_x /= static_cast<double>(n), mean_y /= static_cast<double>(n);
  for (Index row = 0; row < x.size(); ++row)
    if (!std::isnan(x[row]) && !std::isnan(y[row])) sum += (x[row] - mean_x) * (y[row] - mean_y);
  return sum / static_cast<double>(n - 1);
}

// k / (k - 1) (1 - trace / sum) of the matrix without one column (-1: of all).
double of_matrix(const Matrix& c, Index without) {
  double sum = 0, trace = 0, k = static_cast<double>(c.rows()) - (without >= 0);
  for (Index j = 0; j < c.cols(); ++j)
    for (Index i = 0; i < c.rows(); ++i) {
      if (i == without || j == without) continue;
      sum += c(i, j);
      if (i == j) trace += c(i, j);
    }
  return k < 2 || sum == 0 ? missing_value : k / (k - 1) * (1 - trace / sum);
}

Matrix scaled_to_one(const Matrix& covariances) {
  const Vector deviations = covariances.diagonal().cwiseSqrt();  // a constant column gives NaN throughout
  return covariances.array() / (deviations * deviations.transpose()).array();
}

}  // namespace

Alpha alpha(const Matrix& table, bool pairwise) {
  detail::check_finite(table, "alpha");
  if (table.cols() < 2)
    throw DataError(std::to_string(table.cols()) + " indicator; at least 2 would be right", {"multivariate", "alpha", ""});
  std::vector<Index> rows;
  Matrix used = pairwise ? table : detail::complete(table, rows);
  used *= detail::to_size_one(detail::observed(used.reshaped()));
  Matrix c(used.cols(), used.cols());
  Alpha out;
  out.least = used.rows();
  for (Index j = 0; j < c.cols(); ++j)
    for (Index i = 0; i <= j; ++i) {
      Index n = 0;
      c(i, j) = c(j, i) = covariance(used.col(i), used.col(j), n);
      out.least = std::min(out.least, n), out.most = std::max(out.most, n);
    }
  const Matrix r = scaled_to_one(c);
  out.raw = of_matrix(c, -1);
  out.standardized = of_matrix(r, -1);
  out.raw_without.resize(c.cols());
  out.standardized_without.resize(c.cols());
  for (Index j = 0; j < c.cols(); ++j) out.raw_without[j] = of_matrix(c, j), out.standardized_without[j] = of_matrix(r, j);
  return out;
}

// Each loading in turn takes its least-squares value given the others (Comrey 1962): the misfit never grows.
OneFactor one_factor(const Matrix& table) {
  constexpr int sweeps = 100000;
  constexpr double settled = 1e-13;
  if (table.cols() < 3)
    throw DataError(std::to_string(table.cols()) + " indicators; at least 3 would be right", {"multivariate", "omega", ""});
  OneFactor out;
  const Matrix r = detail::correlations(table, "omega", out.n);
  const Index p = r.rows();
  Vector& l = out.loadings;
  l = (r.rowwise().sum() / std::sqrt(std::max(r.sum(), 1e-3))).cwiseMax(-1.0).cwiseMin(1.0);  // centroid
  double moved = 1;
  for (int sweep = 0; sweep < sweeps && moved > settled; ++sweep) {
    moved = 0;
    for (Index i = 0; i < p; ++i) {
      const double squares = l.squaredNorm() - l[i] * l[i];
      const double to = squares > 0 ? (r.col(i).dot(l) - l[i]) / squares : 0;
      moved = std::max(moved, std::abs(to - l[i]));
      l[i] = to;
    }
  }
  if (moved > 1e-9)
    throw FitError("one factor did not settle: the indicators hardly hang together, see kmo", {"multivariate", "omega", ""});
  if (l.sum() < 0) l = -l;
  out.uniquenesses = 1 - l.array().square();
  if (out.uniquenesses.minCoeff() < 0) return out;
  const double common = l.sum() * l.sum();
  out.omega = common / (common + out.uniquenesses.sum());
  return out;
}

}  // namespace egov
