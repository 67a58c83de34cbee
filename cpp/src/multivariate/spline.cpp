// Cubic smoothing spline by banded equations (Reinsch 1967; Green and Silverman 1994, section 2.3.3), its penalty by
// restricted maximum likelihood (Wahba 1985, Annals of Statistics 13, 1378-1402).
#include <algorithm>
#include <cmath>
#include <numeric>

#include "multivariate/smooth.hpp"

namespace egov::detail {
namespace {

constexpr double nearest_knots = 1e-8;  // values of x closer than this share of their range are one knot
constexpr double stiffest = 9.21;       // log of the penalty per unit at which the spline is a straight line: 1e4
constexpr double softest = -23.03;      // 1e-10

// With knots t, weights w (units at a knot), means y: R and Q'W^-1 Q are bands of width 1 and 2, z = Q'y.
class Spline {
 public:
  Spline(const Vector& x, const Vector& y);
  Index inner() const { return static_cast<Index>(z_.size()); }
  double units() const { return units_; }
  // Twice the negative log of the restricted likelihood, without constants.
  double criterion(double penalty);
  double explained(double penalty);  // variance of the fit over that of y

 private:
  double solve(double penalty);  // gamma, and the log of the determinant

  double units_ = 0, within_ = 0, all_ = 0;
  std::vector<double> t_, w_, y_, h_, z_;
  std::vector<double> r0_, r1_, q0_, q1_, q2_;  // bands of R and of Q'W^-1 Q
  std::vector<double> d_, l1_, l2_, gamma_;
};

Spline::Spline(const Vector& x, const Vector& y) {
  std::vector<Index> order(static_cast<std::size_t>(x.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return x[a] < x[b] || (x[a] == x[b] && a < b); });
  const double low = x[order.front()], range = x[order.back()] - low;
  for (Index at : order) {
    const double t = (x[at] - low) / range;
    if (t_.empty() || t - t_.back() > nearest_knots) t_.push_back(t), w_.push_back(0), y_.push_back(0);
    w_.back() += 1;
    y_.back() += (y[at] - y_.back()) / w_.back();
  }
  units_ = static_cast<double>(x.size());
  all_ = y.squaredNorm();
  within_ = all_;
  for (std::size_t k = 0; k < t_.size(); ++k) within_ -= w_[k] * y_[k] * y_[k];
  within_ = t_.size() == static_cast<std::size_t>(x.size()) ? 0 : std::max(0.0, within_);
  for (std::size_t k = 0; k + 1 < t_.size(); ++k) h_.push_back(t_[k + 1] - t_[k]);
  const std::size_t inner = t_.size() - std::min<std::size_t>(2, t_.size());
  auto q = [&](std::size_t j, std::size_t row) {  // column j of Q has rows j, j + 1, j + 2
    return row == j ? 1 / h_[j] : row == j + 1 ? -1 / h_[j] - 1 / h_[j + 1] : row == j + 2 ? 1 / h_[j + 1] : 0.0;
  };
  auto product = [&](std::size_t j, std::size_t k) {
    double sum = 0;
    for (std::size_t row = k; row <= j + 2; ++row) sum += q(j, row) * q(k, row) / w_[row];
    return sum;
  };
  for (std::size_t j = 0; j < inner; ++j) {
    z_.push_back((y_[j + 2] - y_[j + 1]) / h_[j + 1] - (y_[j + 1] - y_[j]) / h_[j]);
    r0_.push_back((h_[j] + h_[j + 1]) / 3);
    r1_.push_back(j + 1 < inner ? h_[j + 1] / 6 : 0);
    q0_.push_back(product(j, j));
    q1_.push_back(j + 1 < inner ? product(j, j + 1) : 0);
    q2_.push_back(j + 2 < inner ? product(j, j + 2) : 0);
  }
  d_.resize(inner), l1_.resize(inner), l2_.resize(inner), gamma_.resize(inner);
}

// (R + penalty Q'W^-1 Q) gamma = z by LDL' of a band of width 2.
double Spline::solve(double penalty) {
  const std::size_t m = z_.size();
  double log_determinant = 0;
  for (std::size_t j = 0; j < m; ++j) {
    double d = r0_[j] + penalty * q0_[j], e = r1_[j] + penalty * q1_[j], value = z_[j];
    if (j > 0) {
      d -= l1_[j - 1] * l1_[j - 1] * d_[j - 1];
      e -= l1_[j - 1] * l2_[j - 1] * d_[j - 1];
      value -= l1_[j - 1] * gamma_[j - 1];
    }
    if (j > 1) {
      d -= l2_[j - 2] * l2_[j - 2] * d_[j - 2];
      value -= l2_[j - 2] * gamma_[j - 2];
    }
    d_[j] = d, l1_[j] = e / d, l2_[j] = penalty * q2_[j] / d, gamma_[j] = value;
    log_determinant += std::log(d);
  }
  for (std::size_t j = m; j-- > 0;) {
    gamma_[j] /= d_[j];
    if (j + 1 < m) gamma_[j] -= l1_[j] * gamma_[j + 1];
    if (j + 2 < m) gamma_[j] -= l2_[j] * gamma_[j + 2];
  }
  return log_determinant;
}

double Spline::criterion(double penalty) {
  const double log_determinant = solve(penalty);
  const double squares = penalty * std::inner_product(z_.begin(), z_.end(), gamma_.begin(), 0.0) + within_;
  return (units_ - 2) * std::log(std::max(squares, 1e-300)) + log_determinant - static_cast<double>(z_.size()) * std::log(penalty);
}

// f = y - penalty W^-1 Q gamma; y is centered, and so is f.
double Spline::explained(double penalty) {
  solve(penalty);
  std::vector<double> f = y_;
  for (std::size_t j = 0; j < z_.size(); ++j) {
    const double g = penalty * gamma_[j];
    f[j] -= g / h_[j] / w_[j];
    f[j + 1] += g * (1 / h_[j] + 1 / h_[j + 1]) / w_[j + 1];
    f[j + 2] -= g / h_[j + 1] / w_[j + 2];
  }
  double sum = 0;
  for (std::size_t k = 0; k < f.size(); ++k) sum += w_[k] * f[k] * f[k];
  return std::min(1.0, sum / all_);
}

}  // namespace

void spline(const Vector& x, const Vector& y, double r, Importance& to) {
  Spline fit(x, y);
  to.smoothing = infinite;
  to.ratio = r * r;
  if (fit.inner() == 0) return;
  const double units = std::log(fit.units());
  const double best = lowest([&](double log_penalty) { return fit.criterion(std::exp(log_penalty + units)); }, softest, stiffest, 50, 1e-9);
  if (best > stiffest - 1e-3) return;
  to.smoothing = std::exp(best + units);
  to.ratio = fit.explained(to.smoothing);
}

}  // namespace egov::detail
