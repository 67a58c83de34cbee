#include "lines/covariance.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

namespace egov::detail {
namespace {

constexpr double full = 1e-12;  // a leverage, or a cluster's, that is 1 but for rounding

// sum += by * a_i b_j + by * b_i a_j, or once where a is b
void add_outer(Wide& sum, const Factor& f, Index a, Index b, Double by) {
  for (Index i = 0; i < sum.rows(); ++i)
    for (Index j = 0; j < sum.cols(); ++j) {
      Double term = product(f.q(a, i), f.q(b, j));
      if (a != b) add(term, product(f.q(b, i), f.q(a, j)));
      add(sum(i, j), product(by, term));
    }
}

// Powers of 1 - leverage that squared residuals are divided by (Cribari-Neto 2004; Cribari-Neto and da Silva 2011; Cribari-Neto,
// Souza and Vasconcellos 2007); n / p is one over the mean leverage.
double power(Errors kind, double relative, double most) {
  switch (kind) {
    case Errors::hc2: return 1;
    case Errors::hc3: return 2;
    case Errors::hc4: return std::min(4.0, relative);
    case Errors::hc4m: return std::min(1.0, relative) + std::min(1.5, relative);
    case Errors::hc5: return std::min(relative, std::max(4.0, 0.7 * most)) / 2;
    default: return 0;
  }
}

Wide by_row(const Factor& f, const Projection& y, Errors kind, Line& line) {
  const Index n = f.rows(), p = f.cols();
  const double per = static_cast<double>(n) / static_cast<double>(p), most = line.leverage.maxCoeff() * per;
  const double factor = kind == Errors::hc1 ? static_cast<double>(n) / line.freedom : 1;
  Wide out(p, p);
  for (Index i = 0; i < n; ++i) {
    const double h = line.leverage[i], exponent = power(kind, h * per, most);
    if (exponent > 0 && !(1 - h > full)) return line.reason = NoLine::full_leverage, out;
    const Double rest = y.rest[static_cast<std::size_t>(i)];
    add_outer(out, f, i, i, product(product(rest, rest), {factor * std::pow(1 - h, -exponent), 0}));
  }
  return out;
}

// Newey and West (1987, Econometrica 55, 703-708): Bartlett weights, no prewhitening, no small-sample factor.
Wide by_lag(const Factor& f, const Projection& y, Index lag) {
  Wide out(f.cols(), f.cols());
  for (Index k = 0; k <= std::min(lag, f.rows() - 1); ++k) {
    const Double weight = over({static_cast<double>(lag + 1 - k), 0}, static_cast<double>(lag + 1));
    for (Index i = k; i < f.rows(); ++i)
      add_outer(out, f, i, i - k, product(weight, product(y.rest[static_cast<std::size_t>(i)], y.rest[static_cast<std::size_t>(i - k)])));
  }
  return out;
}

// The share of the identity that a cluster holds, S = Q_g'Q_g, and (I - S)^power. Since f(QQ')Q = Q f(Q'Q), it does for a score
// Q_g'e what (I - H_gg)^power does for the residuals e. Directions that a cluster holds wholly are left out (Moore-Penrose).
struct Cluster {
  Matrix share, adjusted;
  std::vector<Double> score;
};

Matrix power_of_rest(const Matrix& share, double power) {
  const Eigen::SelfAdjointEigenSolver<Matrix> found(Matrix::Identity(share.rows(), share.cols()) - share);
  const Vector scale = found.eigenvalues().unaryExpr([&](double value) { return value > full ? std::pow(value, power) : 0.0; });
  return found.eigenvectors() * scale.asDiagonal() * found.eigenvectors().transpose();
}

std::vector<Cluster> clusters(const Factor& f, const Projection& y, const std::vector<int>& groups, double power) {
  const Index p = f.cols();
  const std::size_t count = static_cast<std::size_t>(*std::max_element(groups.begin(), groups.end()) + 1);
  std::vector<Cluster> out(count, {Matrix::Zero(p, p), {}, std::vector<Double>(static_cast<std::size_t>(p))});
  for (Index i = 0; i < f.rows(); ++i) {
    Cluster& at = out[static_cast<std::size_t>(groups[static_cast<std::size_t>(i)])];
    for (Index k = 0; k < p; ++k) {
      add(at.score[static_cast<std::size_t>(k)], product(f.q(i, k), y.rest[static_cast<std::size_t>(i)]));
      for (Index j = 0; j < p; ++j) at.share(j, k) += f.q(i, j).high * f.q(i, k).high;
    }
  }
  for (Cluster& at : out) at.adjusted = power < 0 ? power_of_rest(at.share, power) : Matrix::Identity(p, p);
  return out;
}

// Degrees of freedom of Bell and McCaffrey (2002) and Pustejovsky and Tipton (2018), working model: independent errors of one
// variance. P_gh = [g = h] b_g'b_g - (Q_g'b_g)'(Q_h'b_h), b_g the adjusted rows of cluster g along the coefficient. NaN where each cluster
// fits its part exactly, so that nothing is known.
double satterthwaite(const std::vector<Cluster>& all, const Vector& direction) {
  const Index count = static_cast<Index>(all.size());
  Matrix held(direction.size(), count);
  Vector own(count);
  for (Index g = 0; g < count; ++g) {
    const Cluster& at = all[static_cast<std::size_t>(g)];
    const Vector turned = at.adjusted * direction;
    held.col(g) = at.share * turned;
    own[g] = turned.dot(held.col(g));
  }
  Matrix products = -held.transpose() * held;
  products.diagonal() += own;
  return products.trace() > full ? std::pow(products.trace(), 2) / products.squaredNorm() : missing_value;
}

Wide by_cluster(const Factor& f, const Projection& y, const ErrorsChoice& errors, Line& line) {
  const Index p = f.cols();
  const double power = errors.kind == Errors::cr2 ? -0.5 : errors.kind == Errors::cr3 ? -1 : 0;
  const auto all = clusters(f, y, errors.groups, power);
  const double count = static_cast<double>(all.size()), n = static_cast<double>(f.rows());
  line.clusters = static_cast<Index>(all.size());
  Wide out(p, p);
  if (all.size() < 2) return line.reason = NoLine::too_few_clusters, out;
  double factor = errors.kind == Errors::cr1 || errors.kind == Errors::cr1s ? count / (count - 1) : 1;
  if (errors.kind == Errors::cr1s) factor *= (n - 1) / line.freedom;
  std::vector<Double> score(static_cast<std::size_t>(p));
  for (const Cluster& at : all) {
    for (Index k = 0; k < p; ++k) {
      Double sum;
      for (Index j = 0; j < p; ++j) add(sum, product({at.adjusted(k, j), 0}, at.score[static_cast<std::size_t>(j)]));
      score[static_cast<std::size_t>(k)] = sum;
    }
    for (Index j = 0; j < p; ++j)
      for (Index k = 0; k < p; ++k)
        add(out(j, k), product({factor, 0}, product(score[static_cast<std::size_t>(j)], score[static_cast<std::size_t>(k)])));
  }
  line.df.setConstant(p, count - 1);
  const Matrix inverse = f.inverse.rounded();
  for (Index k = 0; k < p; ++k) {
    const double found = satterthwaite(all, inverse.row(k).normalized());
    if (power < 0 || std::isnan(found)) line.df[k] = found;
  }
  return out;
}

}  // namespace

Wide meat(const Factor& f, const Projection& y, const ErrorsChoice& errors, Line& line) {
  line.df.setConstant(f.cols(), line.freedom);
  line.leverage.resize(f.rows());
  for (Index i = 0; i < f.rows(); ++i) line.leverage[i] = f.leverage(i);
  if (errors.kind == Errors::newey_west) return by_lag(f, y, errors.lag);
  if (clustered(errors.kind)) return by_cluster(f, y, errors, line);
  if (errors.kind != Errors::classical) return by_row(f, y, errors.kind, line);
  Wide out(f.cols(), f.cols());
  const Double variance = over(dot(y.rest.data(), y.rest.data(), f.rows()), line.freedom);
  for (Index k = 0; k < f.cols(); ++k) out(k, k) = variance;
  return out;
}

}  // namespace egov::detail
