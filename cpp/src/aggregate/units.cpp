#include "aggregate/units.hpp"

#include <cmath>

namespace egov {
namespace aggregates {

Vector wroclaw(const Matrix& children, const Vector& weights) {
  const Index n = children.rows();
  const Vector best = children.colwise().maxCoeff(), worst = children.colwise().minCoeff();
  const double size = (best / 2 - worst / 2).maxCoeff();  // squares of larger numbers would overflow, of smaller ones vanish
  if (!(size > 0)) return Vector::Ones(n);
  Vector far = Vector::Zero(n);
  for (Index j = 0; j < children.cols(); ++j)
    far.array() += weights[j] * (((best[j] / 2 - children.col(j).array() / 2) / size).square());
  far = far.array().sqrt();
  const double mean = far.mean();
  if (!(mean > 0)) return Vector::Ones(n);  // children that differ have no weight
  const double sd = std::sqrt((far.array() - mean).square().sum() / static_cast<double>(n - 1));
  return 1 - far.array() / (mean + 2 * sd);
}

Vector copeland(const Matrix& children, const Vector& weights) {
  const Matrix ahead = outranking(children, weights);
  Vector out = Vector::Zero(children.rows());
  for (Index b = 0; b < ahead.cols(); ++b)
    for (Index a = 0; a < ahead.rows(); ++a)
      if (a != b) out[a] += (ahead(a, b) > 0.5 + tie_tolerance) - (ahead(a, b) < 0.5 - tie_tolerance);
  return out;
}

}  // namespace aggregates

namespace {

// Weights of the children in which a pair of units differs, ties, and of all that both have.
struct Duel {
  double ahead = 0, behind = 0, tied = 0, all = 0;
  Duel(const Matrix& by_unit, Index a, Index b, const Vector& weights, const Vector& slack) {
    const double* x = by_unit.col(a).data();
    const double* y = by_unit.col(b).data();
    for (Index j = 0; j < weights.size(); ++j) {
      const double difference = x[j] / 2 - y[j] / 2;
      ahead += difference > slack[j] ? weights[j] : 0;
      behind += difference < -slack[j] ? weights[j] : 0;
      tied += std::abs(difference) <= slack[j] ? weights[j] : 0;
    }
    all = ahead + behind + tied;
  }
};

}  // namespace

Matrix outranking(const Matrix& children, const Vector& weights) {
  const Index n = children.rows();
  const Matrix by_unit = children.transpose();
  Vector slack = Vector::Zero(children.cols());
  for (Index j = 0; j < children.cols(); ++j)
    for (double x : children.col(j)) slack[j] = std::max(slack[j], std::isnan(x) ? 0 : std::abs(x) * (tie_tolerance / 2));
  Matrix out(n, n);
  for (Index a = 0; a < n; ++a) {
    out(a, a) = by_unit.col(a).array().isNaN().all() ? missing_value : 0;
    for (Index b = a + 1; b < n; ++b) {
      const Duel duel(by_unit, a, b, weights, slack);
      out(a, b) = duel.all > 0 ? (duel.ahead + duel.tied / 2) / duel.all : missing_value;
      out(b, a) = duel.all > 0 ? (duel.behind + duel.tied / 2) / duel.all : missing_value;
    }
  }
  return out;
}

}  // namespace egov
