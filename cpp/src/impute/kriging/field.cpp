#include "impute/kriging/field.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace egov::kriging {

Alike Alike::of(const Matrix& completed) {
  Matrix standard = completed.colwise() - completed.rowwise().mean();
  const double units = static_cast<double>(completed.cols());
  for (Index t = 0; t < standard.rows(); ++t) {
    const double sd = std::sqrt(standard.row(t).squaredNorm() / units);
    standard.row(t) /= sd > 0 ? sd : 1;
  }
  return {standard.transpose() * standard, static_cast<double>(standard.rows())};
}

void Alike::add(const Alike& other) {
  if (products.size() == 0) products = Matrix::Zero(other.products.rows(), other.products.cols());
  products += other.products;
  columns += other.columns;
}

namespace {

using Place = std::array<int, 3>;  // in the lists of ranges, linear and curved variances

constexpr std::array<double, 5> ranges = {0.35, 0.5, 0.7, 1, 1.5};
constexpr std::array<double, 4> linear = {0, 0.5, 2, 8}, curved = {0.25, 1, 4, 16};

// Covariances of all units without the noise, for each range asked for the curved part once.
class Kernels {
 public:
  explicit Kernels(const Alike& alike) : products_(alike.products / alike.columns) {}
  Matrix at(const Place& place) {
    Matrix& bell = bells_[place[0]];
    if (bell.size() == 0) {
      const Vector own = products_.diagonal();
      const double by = -0.5 / (ranges[static_cast<std::size_t>(place[0])] * ranges[static_cast<std::size_t>(place[0])]);
      bell = (-2 * products_).colwise() + own;
      bell = bell.rowwise() + own.transpose();
      bell = (by * bell.array()).exp();
    }
    return curved[static_cast<std::size_t>(place[2])] * bell + linear[static_cast<std::size_t>(place[1])] * products_;
  }

 private:
  Matrix products_;
  std::map<int, Matrix> bells_;
};

// Log-likelihood of the known series, their common variance profiled out.
double likelihood(const Matrix& covariance, const Matrix& series) {
  const Eigen::LLT<Matrix> root(covariance);
  const Matrix white = root.matrixL().solve(series);
  double log_det = 0;
  for (Index k = 0; k < covariance.rows(); ++k) log_det += std::log(root.matrixLLT()(k, k));
  const double n = static_cast<double>(series.rows());
  return -log_det - 0.5 * n * std::log(std::max(white.squaredNorm() / static_cast<double>(series.size()), 1e-300));
}

// Up the grid, one coordinate after the other, from the middle.
Place best_place(Kernels& kernels, const std::vector<Index>& known, const Matrix& series, const Vector& noise) {
  Place at = {2, 1, 1};
  const auto value = [&](const Place& place) {
    Matrix covariance = kernels.at(place)(known, known);
    covariance.diagonal() += noise;
    return likelihood(covariance, series);
  };
  std::map<Place, double> seen;
  const auto look = [&](const Place& place) { return seen.count(place) ? seen[place] : seen[place] = value(place); };
  const std::array<int, 3> sizes = {5, 4, 4};
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t k = 0; k < 3; ++k)
      for (int step : {-1, 1}) {
        Place next = at;
        next[k] += step;
        while (next[k] >= 0 && next[k] < sizes[k] && look(next) > look(at)) at = next, next[k] += step, moved = true;
      }
  }
  return at;
}

}  // namespace

Matrix field(const Matrix& series, const std::vector<Index>& known, const Alike& alike, const Vector& weights) {
  Kernels kernels(alike);
  const Matrix own = series(Eigen::all, known).transpose();  // known x periods
  const Vector noise = weights(known).cwiseInverse();
  const Matrix covariance = kernels.at(best_place(kernels, known, own, noise));
  Matrix among = covariance(known, known);
  among.diagonal() += noise;
  const Eigen::LLT<Matrix> root(among);
  const Matrix inverse = root.solve(Matrix::Identity(among.rows(), among.cols())), pull = inverse * own;
  Matrix out = (covariance(Eigen::all, known) * pull).transpose();
  for (std::size_t k = 0; k < known.size(); ++k) {
    const auto at = static_cast<Index>(k);
    out.col(known[k]) = (own.row(at) - pull.row(at) / inverse(at, at)).transpose();
  }
  return out;
}

}  // namespace egov::kriging
