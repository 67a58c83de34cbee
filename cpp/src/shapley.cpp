#include "egov/shapley.hpp"

#include <algorithm>
#include <boost/math/special_functions/legendre.hpp>
#include <cmath>

#include "detail/student.hpp"
#include "detail/threads.hpp"

// With p = alpha / sum alpha, scores centered to sum p c = 0 and q = p c, the conditional expectation of a Dirichlet vector gives
//   val(u) (sum alpha + 1) = sum_{j in u} p_j c_j^2 + k(not u),   k(v) = (sum_{j in v} q_j)^2 / sum_{j in v} p_j,
// and so Shapley_i (sum alpha + 1) = p_i c_i^2 - Shapley_i(k). A Shapley value is the mean of k(v + i) - k(v) over sets v that
// hold each other player with probability x, x uniform (Owen 1972, Management Science 18, 64-79), and 1 / P is the integral of
// exp(-t P): under both integrals the players are independent, and no set need be enumerated.

namespace egov {
namespace {

struct Node {
  double at, weight;
};

// Gauss-Legendre on (0, 1), exact for polynomials below degree 2 n.
std::vector<Node> unit_nodes(Index n) {
  std::vector<Node> out;
  for (double z : boost::math::legendre_p_zeros<double>(static_cast<int>(n))) {
    const double slope = boost::math::legendre_p_prime(static_cast<int>(n), z), weight = 1 / ((1 - z * z) * slope * slope);
    out.push_back({(1 + z) / 2, weight});
    if (z > 0) out.push_back({(1 - z) / 2, weight});
  }
  return out;
}

// Trapezoids in log t: for exp(-t P) with smallest <= P <= 1 the relative error is |Gamma(1 + 2 pi i / step)|, below 1e-15.
std::vector<Node> decay_nodes(double smallest) {
  constexpr double step = 0.25, first = -39;  // exp(-39) = 1e-17
  const double last = std::log(45 / smallest);
  std::vector<Node> out;
  for (Index k = 0; first + step * static_cast<double>(k) <= last; ++k) {
    const double t = std::exp(first + step * static_cast<double>(k));
    out.push_back({t, step * t});
  }
  return out;
}

// What one pair of nodes says of each weight: chance to be in v under the tilt exp(-t P(v)), and factors of the integrand.
struct Tilt {
  Vector chance, spread, gone, added;
  explicit Tilt(Index d) : chance(d), spread(d), gone(d), added(d) {}

  void set(const Vector& p, const Node& x, const Node& t) {
    double product = x.weight * t.weight;
    for (Index i = 0; i < p.size(); ++i) {
      const double in = x.at * std::exp(-t.at * p[i]), sum = 1 - x.at + in;
      chance[i] = in / sum, spread[i] = chance[i] * (1 - x.at) / sum;
      gone[i] = sum;
      product *= sum;
    }
    for (Index i = 0; i < p.size(); ++i) {
      const double others = product / gone[i];
      gone[i] = others * std::expm1(-t.at * p[i]), added[i] = others + gone[i];
    }
  }

  // Adds the mean of k(v + i) - k(v) for one unit.
  void add(const double* q, double* value) const {
    const Index d = chance.size();
    double sum = 0, variance = 0;
    for (Index i = 0; i < d; ++i) sum += q[i] * chance[i], variance += q[i] * q[i] * spread[i];
    for (Index i = 0; i < d; ++i) {
      const double rest = sum - q[i] * chance[i], square = rest * rest + variance - q[i] * q[i] * spread[i];
      value[i] += gone[i] * square + added[i] * (2 * rest + q[i]) * q[i];
    }
  }
};

// The Shapley values of k, a column a unit.
Matrix shapley_of_complements(const Vector& p, const Matrix& q) {
  Matrix out = Matrix::Zero(q.rows(), q.cols());
  Tilt tilt(p.size());
  const auto shares = unit_nodes(p.size() / 2 + 1), decays = decay_nodes(p.minCoeff());
  for (const Node& x : shares)
    for (const Node& t : decays) {
      tilt.set(p, x, t);
      for (Index unit = 0; unit < q.cols(); ++unit) tilt.add(q.col(unit).data(), out.col(unit).data());
    }
  return out;
}

struct Centered {
  Vector score;
  double scale;  // 0: constant
};

// Less their mean, in units of the largest distance from it, so that no square over- or underflows.
Centered centered(const Vector& score, const Vector& p) {
  const double size = score.cwiseAbs().maxCoeff();
  if (size == 0) return {Vector::Zero(score.size()), 0};
  Vector out = score / size;
  out.array() -= p.dot(out);
  const double distance = out.cwiseAbs().maxCoeff();
  if (distance <= tie_tolerance) return {Vector::Zero(score.size()), 0};
  return {out / distance, distance * size};
}

void check(const Matrix& scores, const Vector& alpha) {
  if (scores.cols() != alpha.size() || alpha.size() < 1) throw SpecError("one parameter for each column of the scores", {"shapley", "", "alpha"});
  for (Index i = 0; i < alpha.size(); ++i)
    if (!(alpha[i] > 0) || !std::isfinite(alpha.sum()) || alpha[i] < 1e-12 * alpha.sum())
      throw SpecError("must be finite and at least 1e-12 of their sum", {"shapley", "", "alpha", -1, -1, static_cast<long>(i)});
  for (Index i = 0; i < scores.cols(); ++i)
    for (Index unit = 0; unit < scores.rows(); ++unit)
      if (!std::isfinite(scores(unit, i)))
        throw DataError("is no number", {"shapley", "", "", static_cast<long>(unit), -1, static_cast<long>(i)});
}

}  // namespace

WeightShapley weight_shapley(const Matrix& scores, const Vector& alpha, int threads) {
  check(scores, alpha);
  const Index units = scores.rows(), d = scores.cols();
  const double total = alpha.sum();
  const Vector p = alpha / total;
  WeightShapley out = {Matrix::Zero(units, d), Matrix::Zero(units, d), Vector::Zero(units), std::vector<bool>(static_cast<std::size_t>(units))};
  Matrix c(d, units), q(d, units);
  Vector scale(units);
  for (Index unit = 0; unit < units; ++unit) {
    const Centered from = centered(scores.row(unit), p);
    c.col(unit) = from.score, q.col(unit) = from.score.cwiseProduct(p), scale[unit] = from.scale;
    out.constant[static_cast<std::size_t>(unit)] = from.scale == 0;
  }
  constexpr Index leaf = 32;  // units of one task
  detail::parallel((units + leaf - 1) / leaf, threads, [&](Index task, int) {
    const Index first = task * leaf, count = std::min(leaf, units - first);
    const Matrix complements = shapley_of_complements(p, q.middleCols(first, count));
    for (Index unit = first; unit < first + count; ++unit) {
      const double in_scores = scale[unit] * scale[unit] / (total + 1);
      const Vector own = c.col(unit).cwiseProduct(q.col(unit));
      out.part.row(unit) = in_scores * (own - complements.col(unit - first));
      out.variance[unit] = in_scores * own.sum();
      if (d > 1) out.first.row(unit) = in_scores * (own.array() / (1 - p.array()));
    }
  });
  return out;
}

double reach_of_interval(double level, double freedom) {
  if (!(level > 0) || !(level < 1) || !(freedom > 0)) throw SpecError("a level in (0, 1) and freedom above 0", {"shapley", "", "level"});
  return detail::student_quantile((1 + level) / 2, freedom);
}

}  // namespace egov
