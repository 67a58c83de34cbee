#include "impute/kriging/series.hpp"

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <map>

namespace egov::kriging {

Clock::Clock(const Vector& times) : periods(times.size()), distance(periods, periods), basis(periods, periods > 1 ? 2 : 1) {
  std::vector<double> steps;
  for (Index t = 1; t < periods; ++t) steps.push_back(times[t] - times[t - 1]);
  std::sort(steps.begin(), steps.end());
  const std::size_t half = steps.size() / 2;
  const double step = steps.empty() ? 1 : steps.size() % 2 ? steps[half] : (steps[half - 1] + steps[half]) / 2;
  for (Index t = 0; t < periods; ++t)
    for (Index u = 0; u < periods; ++u) distance(t, u) = std::abs(times[t] - times[u]) / step;
  basis.col(0).setOnes();
  for (Index t = 0; t < periods && periods > 1; ++t) basis(t, 1) = 2 * (times[t] - times[0]) / (times[periods - 1] - times[0]) - 1;
}

std::vector<Pattern> patterns(const Matrix& z) {
  std::map<std::vector<Index>, std::vector<Index>> found;
  for (Index u = 0; u < z.cols(); ++u) {
    std::vector<Index> seen;
    for (Index t = 0; t < z.rows(); ++t)
      if (!std::isnan(z(t, u))) seen.push_back(t);
    found[seen].push_back(u);
  }
  std::vector<Pattern> out;
  for (auto& [seen, units] : found) out.push_back({seen, units});
  return out;
}

Vector Kernel::start(Index basis) {
  Vector logs(3 + basis);
  const double values[] = {0.4, 6, 0.003, 0.4, 0.3};
  for (Index k = 0; k < logs.size(); ++k) logs[k] = std::log(values[k]);
  return logs;
}

Matrix Kernel::local(const Clock& clock) const {
  const double variance = std::exp(logs[0]), range = std::exp(logs[1]), noise = std::exp(logs[2]);
  const Eigen::ArrayXXd q = std::sqrt(3.0) / range * clock.distance.array(), slow = clock.distance.array() / (2.5 * range);
  Matrix out = variance / 2 * ((1 + q) * (-q).exp() + (-slow).exp());
  out.diagonal().array() += noise;
  return out;
}

Solved solve(const Matrix& local, const Matrix& basis, const std::vector<Index>& seen) {
  const auto n = static_cast<Index>(seen.size());
  const Eigen::LLT<Matrix> root(local(seen, seen));
  Solved out;
  out.inverse = root.solve(Matrix::Identity(n, n));
  const Matrix own = basis(seen, Eigen::all);
  out.through = out.inverse * own;
  out.inner = own.transpose() * out.through;
  for (Index k = 0; k < n; ++k) out.log_det += 2 * std::log(root.matrixLLT()(k, k));
  return out;
}

Matrix middle(const Solved& solved, const Vector& variances, double ratio) {
  const Vector root = variances.cwiseSqrt();
  Matrix inner = root.asDiagonal() * solved.inner * root.asDiagonal();
  inner.diagonal().array() += ratio;
  return root.asDiagonal() * inner.llt().solve(Matrix(root.asDiagonal()));
}

double log_likelihood(const Kernel& kernel, const Matrix& residuals, const std::vector<Pattern>& patterns, const Clock& clock,
                      const Spread& spread, Vector* gradient) {
  const Matrix local = kernel.local(clock);
  const Vector variances = kernel.coefficients();
  const Index n_basis = clock.basis.cols();
  double sum = 0;
  Vector by_coefficient = Vector::Zero(n_basis);
  Matrix by_local = Matrix::Zero(clock.periods, clock.periods);
  for (const Pattern& pattern : patterns) {
    if (pattern.seen.empty()) continue;
    const Solved solved = solve(local, clock.basis, pattern.seen);
    const Matrix r = residuals(pattern.seen, pattern.units), v = solved.inverse * r, y = solved.through.transpose() * r;
    const auto seen = static_cast<double>(pattern.seen.size());
    Matrix a = v, middles = Matrix::Zero(n_basis, n_basis);
    for (std::size_t k = 0; k < pattern.units.size(); ++k) {
      const auto at = static_cast<Index>(k);
      const double h = spread.coefficients[pattern.units[k]], g = spread.local[pattern.units[k]];
      const Matrix m = middle(solved, variances, g / h);
      a.col(at) = (v.col(at) - solved.through * (m * y.col(at))) / g;
      const Matrix ratio = Matrix::Identity(n_basis, n_basis) + h / g * variances.cwiseSqrt().asDiagonal() * solved.inner * variances.cwiseSqrt().asDiagonal();
      sum -= 0.5 * (seen * std::log(g) + solved.log_det + std::log(ratio.determinant()) + r.col(at).dot(a.col(at)));
      if (!gradient) continue;
      const Vector through = (y.col(at) - solved.inner * (m * y.col(at))) / g;  // B' a
      const Matrix known = (solved.inner - solved.inner * m * solved.inner) / g;
      by_coefficient.array() += h * (through.array().square() - known.diagonal().array());
      middles += m;
    }
    if (!gradient) continue;
    Vector g(static_cast<Index>(pattern.units.size()));
    for (Index k = 0; k < g.size(); ++k) g[k] = spread.local[pattern.units[static_cast<std::size_t>(k)]];
    const Matrix part = a * g.asDiagonal() * a.transpose() - static_cast<double>(pattern.units.size()) * solved.inverse +
                        solved.through * middles * solved.through.transpose();
    for (std::size_t s = 0; s < pattern.seen.size(); ++s)
      for (std::size_t t = 0; t < pattern.seen.size(); ++t)
        by_local(pattern.seen[s], pattern.seen[t]) += part(static_cast<Index>(s), static_cast<Index>(t));
  }
  if (!gradient) return sum;
  const double variance = std::exp(kernel.logs[0]), range = std::exp(kernel.logs[1]);
  const Eigen::ArrayXXd q = std::sqrt(3.0) / range * clock.distance.array(), slow = clock.distance.array() / (2.5 * range);
  const Eigen::ArrayXXd near = (-q).exp(), far = (-slow).exp();
  gradient->resize(kernel.logs.size());
  (*gradient)[0] = 0.25 * variance * (by_local.array() * ((1 + q) * near + far)).sum();
  (*gradient)[1] = 0.25 * variance * (by_local.array() * (q.square() * near + slow * far)).sum();
  (*gradient)[2] = 0.5 * std::exp(kernel.logs[2]) * by_local.trace();
  gradient->tail(n_basis) = 0.5 * variances.cwiseProduct(by_coefficient);
  return sum;
}

namespace {

// exp(x g) such that w_i is exp(x_i g) chi-squared with dof_i over dof_i, by Fisher scoring; a ridge on all but the constant.
Vector log_linear(const Vector& w, const Vector& dof, const Matrix& features, const std::vector<Index>& used) {
  const Matrix x = features(used, Eigen::all);
  Vector g = Vector::Zero(x.cols());
  g[0] = std::log(std::max(w.dot(dof) / dof.sum(), 1e-12));
  Matrix ridge = 2 * Matrix::Identity(x.cols(), x.cols());
  ridge(0, 0) = 1e-9;
  for (int sweep = 0; sweep < 8; ++sweep) {
    const Eigen::ArrayXd mu = (x * g).array().exp();
    const Vector slope = x.transpose() * (dof.array() / 2 * (w.array() / mu - 1)).matrix() - ridge * g;
    const Matrix information = x.transpose() * (dof / 2).asDiagonal() * x + ridge;
    g += information.llt().solve(slope).cwiseMax(-1).cwiseMin(1);
  }
  return (features * g).cwiseMax(-3).cwiseMin(3).array().exp();
}

}  // namespace

Spread spreads(const Kernel& kernel, const Matrix& residuals, const std::vector<Pattern>& patterns, const Clock& clock,
               const Matrix& along, double weight) {
  const Index units = residuals.cols(), n_basis = clock.basis.cols();
  const Matrix local = kernel.local(clock);
  const Vector variances = kernel.coefficients();
  Spread out = Spread::equal(units);
  std::vector<Solved> solved;
  std::vector<Index> used;
  for (const Pattern& pattern : patterns) {
    solved.push_back(pattern.seen.empty() ? Solved() : solve(local, clock.basis, pattern.seen));
    if (!pattern.seen.empty()) used.insert(used.end(), pattern.units.begin(), pattern.units.end());
  }
  std::sort(used.begin(), used.end());
  if (used.empty()) return out;
  for (int sweep = 0; sweep < 4; ++sweep) {
    Vector by_coefficient = Vector::Zero(units), by_local = Vector::Zero(units), seen = Vector::Zero(units);
    for (std::size_t p = 0; p < patterns.size(); ++p) {
      const Pattern& pattern = patterns[p];
      if (pattern.seen.empty()) continue;
      const auto n = static_cast<double>(pattern.seen.size());
      const Matrix basis = clock.basis(pattern.seen, Eigen::all);
      for (Index unit : pattern.units) {
        const double h = out.coefficients[unit], g = out.local[unit];
        const Vector r = residuals(pattern.seen, unit);
        const Vector y = solved[p].through.transpose() * r;
        const Matrix m = middle(solved[p], variances, g / h);
        const Vector a = (solved[p].inverse * r - solved[p].through * (m * y)) / g, through = basis.transpose() * a;
        const Matrix known = (solved[p].inner - solved[p].inner * m * solved[p].inner) / g;
        const double explained = variances.dot(through.cwiseAbs2()), traced = variances.dot(known.diagonal());
        by_coefficient[unit] = std::max(h * h * explained + h * static_cast<double>(n_basis) - h * h * traced, 1e-12) / static_cast<double>(n_basis);
        by_local[unit] = std::max(g * a.dot(r - basis * (m * y)) + g * (m * solved[p].inner).trace(), 1e-12);
        seen[unit] = n;
      }
    }
    const Vector dof = seen(used).cwiseMin(weight), count = seen(used);
    out.coefficients = log_linear(by_coefficient(used), Vector::Constant(static_cast<Index>(used.size()), static_cast<double>(n_basis)), along, used);
    const Vector prior = log_linear(by_local(used).cwiseQuotient(count), dof, along, used);
    out.local = (weight * prior + by_local).array() / (weight + seen.array());
  }
  return out;
}

Matrix mean(const Matrix& z, const std::vector<Pattern>& patterns, const Clock& clock, const Matrix& local, const Vector& variances,
            const Spread& spread, const Matrix& features, double step, double step_b) {
  const Index T = clock.periods, f = features.cols() + 1;
  Matrix x(z.cols(), f);
  x << Vector::Ones(z.cols()), features;
  Matrix normal = Matrix::Zero(T * f, T * f);
  Vector right = Vector::Zero(T * f);
  for (Index a = 0; a < f; ++a)
    for (Index t = 0; t < T; ++t) {
      const double walk = 1 / (a == 0 ? step : step_b);
      normal(a * T + t, a * T + t) += a == 0 ? 1e-6 : 0.5 / static_cast<double>(T);
      if (t == 0) continue;
      normal(a * T + t, a * T + t) += walk, normal(a * T + t - 1, a * T + t - 1) += walk;
      normal(a * T + t, a * T + t - 1) -= walk, normal(a * T + t - 1, a * T + t) -= walk;
    }
  for (const Pattern& pattern : patterns) {
    if (pattern.seen.empty()) continue;
    const Solved solved = solve(local, clock.basis, pattern.seen);
    const auto n = static_cast<Index>(pattern.seen.size());
    Matrix weighted = Matrix::Zero(n, f), counts = Matrix::Zero(f, f);
    std::vector<Matrix> middles(static_cast<std::size_t>(f * f), Matrix::Zero(clock.basis.cols(), clock.basis.cols()));
    for (Index unit : pattern.units) {
      const double g = spread.local[unit];
      const Matrix m = middle(solved, variances, g / spread.coefficients[unit]);
      const Vector own = z(pattern.seen, unit), a = (solved.inverse * own - solved.through * (m * (solved.through.transpose() * own))) / g;
      for (Index p = 0; p < f; ++p) {
        weighted.col(p) += x(unit, p) * a;
        for (Index q = 0; q <= p; ++q) {
          counts(p, q) += x(unit, p) * x(unit, q) / g;
          middles[static_cast<std::size_t>(p * f + q)] += x(unit, p) * x(unit, q) / g * m;
        }
      }
    }
    for (Index p = 0; p < f; ++p)
      for (Index q = 0; q <= p; ++q) {
        const Matrix part = counts(p, q) * solved.inverse - solved.through * middles[static_cast<std::size_t>(p * f + q)] * solved.through.transpose();
        for (Index s = 0; s < n; ++s)
          for (Index t = 0; t < n; ++t)
            normal(p * T + pattern.seen[static_cast<std::size_t>(s)], q * T + pattern.seen[static_cast<std::size_t>(t)]) += part(s, t);
      }
    for (Index p = 0; p < f; ++p)
      for (Index s = 0; s < n; ++s) right[p * T + pattern.seen[static_cast<std::size_t>(s)]] += weighted(s, p);
  }
  const Vector b = normal.selfadjointView<Eigen::Lower>().ldlt().solve(right);
  Matrix out(T, z.cols());
  for (Index unit = 0; unit < z.cols(); ++unit) {
    out.col(unit) = b.head(T);
    for (Index p = 1; p < f; ++p) out.col(unit) += x(unit, p) * b.segment(p * T, T);
  }
  return out;
}

}  // namespace egov::kriging
