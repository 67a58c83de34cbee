#include "weight/loadings.hpp"

#include <Eigen/Eigenvalues>

#include <cmath>
#include <sstream>
#include <string>

#include "weight/complete.hpp"

namespace egov {
namespace {

constexpr double same = 1e-10;  // eigenvalues this close to each other (in shares of the first) span no single component

struct Components {
  Vector values;   // eigenvalues, the largest first
  Matrix vectors;  // eigenvectors as columns
};

Components components(const Matrix& complete) {
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(correlation(complete));
  return {solver.eigenvalues().reverse().cwiseMax(0), solver.eigenvectors().rowwise().reverse()};
}

// Are the first `count` components apart from the others?
bool apart(const Components& found, Index count) {
  return count >= found.values.size() || found.values[count - 1] - found.values[count] > same * found.values[0];
}

[[noreturn]] void refuse(const std::string& text, const std::string& method, Index child = -1) {
  throw DataError(text, {"weight", method, "", -1, -1, static_cast<long>(child)});
}

Index kept(const Components& found, const Keep& keep) {
  const Index most = found.values.size();
  if (!std::isnan(keep.count)) {
    if (keep.count > static_cast<double>(most))
      refuse(std::to_string(static_cast<long>(keep.count)) + " factors of " + std::to_string(most) + " children; ask for fewer", "factor_analysis");
    return static_cast<Index>(keep.count);
  }
  Index count = 0;
  if (!std::isnan(keep.share)) {
    double sum = 0;
    while (count < most && (count == 0 || sum < (keep.share - 1e-12) * static_cast<double>(most))) sum += found.values[count++];
    return count;
  }
  while (count < most && found.values[count] > keep.least + 1e-12) ++count;
  if (count > 0) return count;
  std::ostringstream text;
  text << "the largest eigenvalue is " << found.values[0] << ", none is above " << keep.least << "; lower 'least', or give 'factors' or 'share'";
  refuse(text.str(), "factor_analysis");
}

// Turns two columns so that the variance of their squares is largest; the angle.
double turn(Matrix& x, Index p, Index q) {
  const Eigen::ArrayXd a = x.col(p), b = x.col(q), u = a * a - b * b, v = 2 * a * b;
  const double n = static_cast<double>(x.rows()), su = u.sum(), sv = v.sum();
  const double sine = 2 * (u * v).sum() - 2 * su * sv / n, cosine = (u * u - v * v).sum() - (su * su - sv * sv) / n;
  const double size = (u * u + v * v).sum();
  if (!(std::hypot(sine, cosine) > 1e-14 * size)) return 0;  // every angle is as good
  const double angle = std::atan2(sine, cosine) / 4;
  x.col(p) = std::cos(angle) * a + std::sin(angle) * b;
  x.col(q) = std::cos(angle) * b - std::sin(angle) * a;
  return std::abs(angle);
}

}  // namespace

Vector first_loadings(const Matrix& complete, bool squares) {
  const Components found = components(complete);
  if (!apart(found, 1))
    refuse("the first component is not unique: the two largest eigenvalues of the correlation matrix are equal", "pca");
  Vector loadings = found.vectors.col(0);
  if (squares) return loadings.array().square();
  if (loadings.sum() < 0) loadings = -loadings;
  loadings = (loadings.array().abs() < 1e-12).select(0, loadings);
  Index worst;
  const double least = loadings.minCoeff(&worst);
  if (least >= 0) return loadings;
  const Index more = (loadings.array() < 0).count() - 1;
  std::ostringstream text;
  text << "this child has a loading of " << least << " on the first component, against the sign of the others";
  if (more) text << " (so have " << more << " more)";
  text << "; check its direction, or weigh by squared loadings (squares=true)";
  refuse(text.str(), "pca", worst);
}

void varimax(Matrix& loadings, bool kaiser) {
  Vector length = Vector::Ones(loadings.rows());
  if (kaiser) length = loadings.rowwise().norm().unaryExpr([](double h) { return h > 0 ? h : 1.0; });
  loadings = length.cwiseInverse().asDiagonal() * loadings;
  double widest = 1;
  for (int sweep = 0; sweep < 1000 && widest > 1e-13; ++sweep) {
    widest = 0;
    for (Index p = 0; p + 1 < loadings.cols(); ++p)
      for (Index q = p + 1; q < loadings.cols(); ++q) widest = std::max(widest, turn(loadings, p, q));
  }
  if (widest > 1e-8) throw FitError("the varimax rotation did not come to rest within 1000 sweeps", {"weight", "factor_analysis", ""});
  loadings = length.asDiagonal() * loadings;
}

Vector factor_weights(const Matrix& complete, const Keep& keep, bool kaiser) {
  if (!std::isnan(keep.count) && !std::isnan(keep.share))
    throw SpecError("give 'factors' or 'share', not both", {"weight", "factor_analysis", "share"});
  const Components found = components(complete);
  const Index count = kept(found, keep);
  if (!apart(found, count))
    refuse("the eigenvalues of factor " + std::to_string(count) + " and of the next one are equal; keep another number of factors", "factor_analysis");
  Matrix loadings = found.vectors.leftCols(count) * found.values.head(count).cwiseSqrt().asDiagonal();
  varimax(loadings, kaiser);
  const Matrix squares = loadings.array().square();
  const Eigen::RowVectorXd explained = squares.colwise().sum();
  Vector weights(squares.rows());
  for (Index k = 0; k < squares.rows(); ++k) {
    Index factor;
    squares.row(k).maxCoeff(&factor);
    weights[k] = explained[factor] > 0 ? squares(k, factor) / explained[factor] * (explained[factor] / explained.sum()) : 0;
  }
  return weights;
}

}  // namespace egov
