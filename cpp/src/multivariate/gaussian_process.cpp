// Gaussian process with squared-exponential kernel (Rasmussen and Williams 2006, sections 2.2 and 5.4.1). One reduction to
// tridiagonal form for each length, after which every ratio of noise costs no more than a pass over the units.
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "multivariate/smooth.hpp"

namespace egov::detail {
namespace {

constexpr double longest = 2.9957;   // log of 20 times the range of x
constexpr double shortest = -3.912;  // log of a fiftieth of it
constexpr double noisiest = 13.8155;  // log of the variance of the noise against that of the process: 1e6
constexpr double clearest = -13.8155;

// The kernel at one length, as T = Q'KQ of three diagonals, and Q'y.
class Process {
 public:
  Process(const Vector& x, const Vector& y, double length);
  // Twice the negative log likelihood without constants, with the variance of the process at its best.
  double criterion(double noise);
  double explained(double noise);  // variance of the fit over that of y

 private:
  double solve(double noise);

  Eigen::Tridiagonalization<Matrix> form_;
  Vector diagonal_, beside_, z_, pivot_, solved_;
};

Matrix kernel(const Vector& x, double length) {
  Matrix k(x.size(), x.size());
  for (Index j = 0; j < x.size(); ++j)
    for (Index i = 0; i < x.size(); ++i) k(i, j) = std::exp(-0.5 * (x[i] - x[j]) * (x[i] - x[j]) / (length * length));
  return k;
}

Process::Process(const Vector& x, const Vector& y, double length)
    : form_(kernel(x, length)), diagonal_(form_.diagonal()), beside_(form_.subDiagonal()), z_(form_.matrixQ().adjoint() * y) {
  pivot_.resize(z_.size());
  solved_.resize(z_.size());
}

// (T + noise) solved = z; the log of the determinant.
double Process::solve(double noise) {
  const Index n = z_.size();
  double log_determinant = 0;
  for (Index k = 0; k < n; ++k) {
    pivot_[k] = diagonal_[k] + noise;
    solved_[k] = z_[k];
    if (k > 0) {
      const double factor = beside_[k - 1] / pivot_[k - 1];
      pivot_[k] -= factor * beside_[k - 1];
      solved_[k] -= factor * solved_[k - 1];
    }
    log_determinant += std::log(pivot_[k]);
  }
  for (Index k = n - 1; k >= 0; --k) {
    if (k + 1 < n) solved_[k] -= beside_[k] * solved_[k + 1];
    solved_[k] /= pivot_[k];
  }
  return log_determinant;
}

double Process::criterion(double noise) {
  const double log_determinant = solve(noise), n = static_cast<double>(z_.size());
  return n * std::log(std::max(z_.dot(solved_), 1e-300)) + log_determinant;
}

double Process::explained(double noise) {
  solve(noise);
  const Vector fit = form_.matrixQ() * Vector(z_ - noise * solved_);
  return std::min(1.0, (fit.array() - fit.mean()).square().sum() / z_.squaredNorm());
}

double best_noise(Process& process) {
  return lowest([&](double log_noise) { return process.criterion(std::exp(log_noise)); }, clearest, noisiest, 28, 1e-8);
}

}  // namespace

void gaussian_process(const Vector& x, const Vector& y, Importance& to) {
  const Vector scaled = x / (x.maxCoeff() - x.minCoeff());
  auto at_length = [&](double log_length) {
    Process process(scaled, y, std::exp(log_length));
    return process.criterion(std::exp(best_noise(process)));
  };
  to.smoothing = std::exp(lowest(at_length, shortest, longest, 20, 1e-6));
  Process process(scaled, y, to.smoothing);
  to.noise = std::exp(best_noise(process));
  to.ratio = process.explained(to.noise);
}

}  // namespace egov::detail
