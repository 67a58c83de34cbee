#include "impute/kriging/auxiliary.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace egov::kriging {
namespace {

struct Moments {
  double mean = 0, sd = 0, count = 0;
};

Moments moments(const Eigen::Ref<const Vector>& x) {
  Moments m;
  for (double v : x)
    if (!std::isnan(v)) m.mean += v, ++m.count;
  if (m.count == 0) return m;
  m.mean /= m.count;
  for (double v : x)
    if (!std::isnan(v)) m.sd += (v - m.mean) * (v - m.mean);
  m.sd = std::sqrt(m.sd / m.count);
  return m;
}

void standardize(Eigen::Ref<Vector> x) {
  const Moments m = moments(x);
  for (double& v : x) v = std::isnan(v) || !(m.sd > 0) ? 0 : (v - m.mean) / m.sd;
}

// Is the logarithm nearer to normal? By the likelihood of each with its Jacobian.
bool better_as_log(const Vector& x) {
  double sum = 0, lowest = 1;
  Vector logs = x;
  for (double& v : logs) {
    if (std::isnan(v)) continue;
    lowest = std::min(lowest, v);
    if (lowest <= 0) return false;
    v = std::log(v), sum += v;
  }
  const Moments plain = moments(x), log = moments(logs);
  return log.sd > 0 && plain.count * std::log(log.sd) + sum < plain.count * std::log(plain.sd);
}

// Along lines between what is known, level beyond it; NaN where nothing is.
void fill_in(Eigen::Ref<Vector> x) {
  Index last = -1;
  for (Index t = 0; t < x.size(); ++t) {
    if (std::isnan(x[t])) continue;
    for (Index s = last + 1; s < t; ++s)
      x[s] = last < 0 ? x[t] : x[last] + (x[t] - x[last]) * static_cast<double>(s - last) / static_cast<double>(t - last);
    last = t;
  }
  for (Index s = last + 1; last >= 0 && s < x.size(); ++s) x[s] = x[last];
}

// In units of a power of two: the size of the numbers must not matter.
Vector in_size(const Vector& x) {
  double largest = 0;
  for (double v : x) largest = std::abs(v) > largest ? std::abs(v) : largest;
  return largest > 0 ? Vector(x / std::exp2(std::floor(std::log2(largest)))) : x;
}

}  // namespace

Vector inverse_propensity(const Vector& seen, const Matrix& levels) {
  Matrix x(levels.rows(), levels.cols() + 1);
  x << Vector::Ones(levels.rows()), levels;
  Vector b = Vector::Zero(x.cols());
  const auto propensity = [&] { return (1 / (1 + (-(x * b).array()).exp())).max(1e-6).min(1 - 1e-6).matrix().eval(); };
  for (int step = 0; step < 25; ++step) {  // iteratively reweighted least squares, with a weak ridge against separation
    const Vector p = propensity();
    Matrix information = x.transpose() * (p.array() * (1 - p.array())).matrix().asDiagonal() * x;
    information.diagonal().array() += 1e-2;
    b += information.llt().solve(x.transpose() * (seen - p) - 1e-2 * b);
  }
  const Vector p = propensity();
  Vector w = p.cwiseMax(p.maxCoeff() / 10).cwiseInverse();
  double sum = 0, count = 0;
  for (Index u = 0; u < w.size(); ++u)
    if (seen[u] > 0) sum += w[u], ++count;
  return w * (count / sum);
}

Auxiliary see(const Matrix& rows, Index units, Index periods) {
  Auxiliary out{Matrix(units, 0), {}, {}, {}};
  for (Index a = 0; a < rows.cols(); ++a) {
    const std::string name = "auxiliary " + std::to_string(a + 1);
    Vector column = in_size(rows.col(a));
    if (!(moments(column).sd > 0)) {
      out.notes.push_back(name + (column.array().isNaN().all() ? " has no value" : " is constant") + " and helps nothing");
      continue;
    }
    if (better_as_log(column)) column = column.array().log();
    std::vector<Index> known;
    Matrix series(periods, units);
    Vector levels(units);
    for (Index u = 0; u < units; ++u) {
      for (Index t = 0; t < periods; ++t) series(t, u) = column[t * units + u];
      const Moments own = moments(series.col(u));
      if (own.count > 0) known.push_back(u);
      levels[u] = own.count > 0 ? own.mean : std::numeric_limits<double>::quiet_NaN();
      Vector line = series.col(u);
      fill_in(line);
      series.col(u) = line;
    }
    standardize(levels);
    for (Index t = 0; t < periods; ++t) {
      Vector across = series.row(t);
      standardize(across);
      series.row(t) = across;
    }
    out.levels.conservativeResize(Eigen::NoChange, out.levels.cols() + 1);
    out.levels.rightCols(1) = levels;
    out.completed.push_back(std::move(series));
    if (const auto none = units - static_cast<Index>(known.size()); none > 0)
      out.notes.push_back(name + " has no value for " + std::to_string(none) + (none == 1 ? " unit" : " units") + ": taken to be as in units alike");
    out.known.push_back(std::move(known));
  }
  return out;
}

void complete(Auxiliary& auxiliary, const Alike& alike) {
  for (std::size_t a = 0; a < auxiliary.known.size(); ++a) {
    const auto& known = auxiliary.known[a];
    const Index units = auxiliary.levels.rows(), periods = auxiliary.completed[a].rows();
    if (static_cast<Index>(known.size()) == units) continue;
    Matrix all(periods + 1, units);
    all << auxiliary.completed[a], auxiliary.levels.col(static_cast<Index>(a)).transpose();
    const Matrix said = field(all, known, alike, Vector::Ones(units));
    for (Index u = 0; u < units; ++u) {
      if (std::binary_search(known.begin(), known.end(), u)) continue;
      auxiliary.completed[a].col(u) = said.col(u).head(periods);
      auxiliary.levels(u, static_cast<Index>(a)) = said(periods, u);
    }
  }
}

}  // namespace egov::kriging
