// Summary of columns, principal components and importance; reliability and adequacy stand in multivariate/.
#include "egov/multivariate.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "detail/pearson.hpp"
#include "detail/statistics.hpp"
#include "detail/threads.hpp"
#include "multivariate/smooth.hpp"
#include "multivariate/table.hpp"

namespace egov {
namespace {

// Type 7 of sorted values.
double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1), below_it = std::floor(at);
  const auto low = static_cast<std::size_t>(below_it);
  if (low + 1 >= sorted.size() || at == below_it) return sorted[low];
  return (1 - (at - below_it)) * sorted[low] + (at - below_it) * sorted[low + 1];
}

ColumnSummary summary(ConstColumn column) {
  ColumnSummary out;
  std::vector<double> x = detail::observed(column);
  out.n = static_cast<Index>(x.size());
  out.missing = column.size() - out.n;
  if (x.empty()) return out;
  out.mean = detail::mean(x);
  out.deviation = detail::deviation(x);
  const auto [skewness, kurtosis] = detail::shape(x);
  out.skewness = skewness, out.kurtosis = kurtosis;
  out.median = detail::median(x);
  std::sort(x.begin(), x.end());
  out.min = x.front(), out.max = x.back();
  out.lower_quartile = quantile(x, 0.25), out.upper_quartile = quantile(x, 0.75);
  for (auto from = x.begin(), to = from; from != x.end(); from = to) {
    to = std::upper_bound(from, x.end(), *from);
    ++out.distinct;
    if (*from == 0) out.zeros = to - from;
    if (*from < 0) out.negative += to - from;
    if (to - from > out.same) out.same = to - from, out.most_common = *from;
  }
  return out;
}

// Turns a component so that its largest absolute weight (the first of equals) is positive.
void turn(Eigen::Ref<Vector> direction) {
  const double largest = direction.cwiseAbs().maxCoeff() * (1 - 1e-9);
  for (double weight : direction) {
    if (std::abs(weight) < largest) continue;
    if (weight < 0) direction = -direction;
    return;
  }
}

// The rows that both have; a reason where they do not allow a number.
Importance common(ConstColumn x, const Vector& y, Vector& some_x, Vector& some_y) {
  Importance out;
  std::vector<double> a, b;
  for (Index row = 0; row < y.size(); ++row)
    if (!std::isnan(x[row]) && !std::isnan(y[row])) a.push_back(x[row]), b.push_back(y[row]);
  out.n = static_cast<Index>(a.size());
  some_x = Eigen::Map<const Vector>(a.data(), out.n);
  some_y = Eigen::Map<const Vector>(b.data(), out.n);
  if (out.n < 4) out.reason = "too few units";
  else if (!detail::varies(some_x)) out.reason = "indicator constant";
  else if (!detail::varies(some_y)) out.reason = "node constant";
  return out;
}

}  // namespace

std::vector<ColumnSummary> summarize(const Matrix& table) {
  detail::check_finite(table, "summary");
  std::vector<ColumnSummary> out;
  for (Index column = 0; column < table.cols(); ++column) out.push_back(summary(table.col(column)));
  return out;
}

Components components(const Matrix& table, bool correlations) {
  detail::check_finite(table, "pca");
  Components out;
  Matrix z = detail::complete(table, out.rows);
  if (z.rows() < 2 || z.cols() < 1)
    throw DataError(std::to_string(z.rows()) + " units without a missing value; at least 2 would be right: impute, or leave indicators out",
                    {"multivariate", "pca", ""});
  detail::standardize(z, correlations, "pca");
  const Matrix spread = z.transpose() * z / static_cast<double>(z.rows() - 1);
  if (!spread.allFinite())
    throw DataError("values too large for a covariance; correlations = true would be right", {"multivariate", "pca", ""});
  const Eigen::SelfAdjointEigenSolver<Matrix> solved(spread);
  out.eigenvalues = solved.eigenvalues().reverse().cwiseMax(0.0);
  out.rotation = solved.eigenvectors().rowwise().reverse();
  for (Index k = 0; k < out.rotation.cols(); ++k) turn(out.rotation.col(k));
  out.loadings = out.rotation * out.eigenvalues.cwiseSqrt().asDiagonal();
  out.scores = Matrix::Constant(table.rows(), z.cols(), missing_value);
  const Matrix scores = z * out.rotation;
  for (std::size_t k = 0; k < out.rows.size(); ++k) out.scores.row(out.rows[k]) = scores.row(static_cast<Index>(k));
  return out;
}

std::vector<Importance> importance(const Matrix& x, const Vector& y, Smoother smoother, int threads, const Monitor& monitor) {
  if (x.rows() != y.size())
    throw DataError("x has " + std::to_string(x.rows()) + " rows and y " + std::to_string(y.size()) + "; the same units in both would be right",
                    {"multivariate", "importance", ""});
  detail::check_finite(x, "importance");
  detail::check_finite(y, "importance");
  std::vector<Importance> out(static_cast<std::size_t>(x.cols()));
  detail::parallel(x.cols(), threads, [&](Index column, int) {
    Importance& found = out[static_cast<std::size_t>(column)];
    Vector a, b;
    found = common(x.col(column), y, a, b);
    if (!found.reason.empty()) return;
    const double r = detail::pearson(a, b);  // leaves both scaled and centered
    if (smoother == Smoother::linear) found.ratio = r * r;
    else if (smoother == Smoother::spline) detail::spline(a, b, r, found);
    else detail::gaussian_process(a, b, found);
  }, monitor);
  return out;
}

}  // namespace egov
