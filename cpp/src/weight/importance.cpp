// Weights by importance as a convex quadratic program, solved by a primal active-set method.
#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <string>

#include "detail/statistics.hpp"
#include "egov/weight.hpp"
#include "weight/complete.hpp"

namespace egov {
namespace {

// min |M y - b| subject to E y = const (kept from the start) and, if bounded, y >= 0.
struct Program {
  Matrix m;
  Vector b;
  Matrix e;
  bool bounded;
};

// The columns of a matrix at some positions.
Matrix at(const Matrix& m, const std::vector<Index>& free) {
  Matrix out(m.rows(), static_cast<Index>(free.size()));
  for (std::size_t k = 0; k < free.size(); ++k) out.col(static_cast<Index>(k)) = m.col(free[k]);
  return out;
}

// The step of the free variables to their optimum with the others held; the shortest if there are many.
Vector step(const Program& program, const Vector& y, const std::vector<Index>& free) {
  const Matrix e = at(program.e, free);
  const Index n = e.cols(), fixed = e.rows();
  if (n <= fixed) return Vector::Zero(n);
  const Eigen::HouseholderQR<Matrix> split(e.transpose());
  const Matrix null = Matrix(split.householderQ() * Matrix::Identity(n, n)).rightCols(n - fixed);
  const Matrix reduced = at(program.m, free) * null;
  Eigen::CompleteOrthogonalDecomposition<Matrix> solver;
  solver.setThreshold(1e-12);
  solver.compute(reduced);
  return null * solver.solve(program.b - program.m * y);
}

// The held variable whose bound should be left; -1 if none.
Index to_release(const Program& program, const Vector& y, const std::vector<Index>& free) {
  const Vector rest = program.m * y - program.b;
  if (rest.norm() < 1e-13) return -1;
  const Vector slope = program.m.transpose() * rest;
  Vector of_free(static_cast<Index>(free.size()));
  for (std::size_t k = 0; k < free.size(); ++k) of_free[static_cast<Index>(k)] = slope[free[k]];
  const Vector price = Matrix(at(program.e, free).transpose()).colPivHouseholderQr().solve(of_free);
  const Vector reduced = slope - program.e.transpose() * price;
  Index best = -1;
  double least = -1e-10 * rest.norm();
  for (Index k = 0; k < y.size(); ++k)
    if (std::find(free.begin(), free.end(), k) == free.end() && reduced[k] < least) best = k, least = reduced[k];
  return best;
}

// Moves along a step as far as the bounds allow; variables that reach theirs are held. Was it the whole step?
bool advance(Vector& y, const Vector& by, std::vector<Index>& free, bool bounded) {
  double part = 1;
  std::size_t first = free.size();
  for (std::size_t k = 0; bounded && k < free.size(); ++k) {
    const double to_bound = -y[free[k]] / by[static_cast<Index>(k)];
    if (by[static_cast<Index>(k)] < 0 && to_bound < part) part = to_bound, first = k;
  }
  for (std::size_t k = 0; k < free.size(); ++k) y[free[k]] += part * by[static_cast<Index>(k)];
  if (first == free.size()) return true;
  y[free[first]] = 0;
  free.erase(free.begin() + static_cast<std::ptrdiff_t>(first));
  return false;
}

// Brings y, feasible with every component above 0, to the optimum.
void minimize(const Program& program, Vector& y) {
  std::vector<Index> free;
  for (Index k = 0; k < y.size(); ++k) free.push_back(k);
  const Index most = 100 + 50 * y.size();
  for (Index round = 0; round < most; ++round) {
    if (!advance(y, step(program, y, free), free, program.bounded)) continue;
    if (!program.bounded) return;
    const Index next = to_release(program, y, free);
    if (next < 0) return;
    free.insert(std::lower_bound(free.begin(), free.end(), next), next);
  }
  throw FitError("the search for weights did not end within " + std::to_string(most) + " steps", {"weight", "importance", ""});
}

[[noreturn]] void refuse(const std::string& text, const std::string& param) { throw SpecError(text, {"weight", "importance", param}); }

Vector checked_targets(const Aim& aim) {
  const Vector& t = aim.targets;
  if (t.size() != aim.values.cols()) refuse("one target for each of the nodes is needed", "targets");
  if (!(t.array() >= 0).all() || !t.allFinite() || !(t.maxCoeff() > 0)) refuse("targets must be numbers of at least 0, not all 0", "targets");
  Vector shares = t / t.maxCoeff();
  if (aim.squared) shares = shares.cwiseSqrt();
  return shares / shares.sum();
}

// Nodes and what else is in the index side by side on one scale. The variables of the program are
// y = weight in the index * standard deviation / sum of correlations, up to a factor.
struct Setting {
  Standard standard;          // z: rows x (nodes, then the rest of the index if there is one)
  std::vector<Index> group;   // the rest is a group of its own
  Vector shares;
  Index nodes;
  Matrix r;                   // correlations of the nodes with all columns: nodes x columns
};

Setting setting(const Aim& aim) {
  const bool more = aim.rest.size() > 0 && detail::varies(aim.rest);
  Matrix table(aim.values.rows(), aim.values.cols() + (more ? 1 : 0));
  table.leftCols(aim.values.cols()) = aim.values;
  if (more) table.rightCols(1) = aim.rest;
  Setting out{standardized(complete_rows(table, "importance")), aim.group, aim.shares, aim.values.cols(), {}};
  if (more) {
    out.group.push_back(aim.shares.size());
    out.shares.conservativeResize(aim.shares.size() + 1);
    out.shares[aim.shares.size()] = 1;
  }
  if (!(out.shares.array() > 0).all() || !out.shares.allFinite()) refuse("a group of nodes without a weight in the index has no importance", "nodes");
  out.r = out.standard.z.leftCols(out.nodes).transpose() * out.standard.z;
  out.r.diagonal().setOnes();
  return out;
}

// Weights of the groups in the index are proportional to their shares; the correlations sum to one.
Matrix constraints(const Setting& s) {
  const Index groups = s.shares.size();
  Matrix e = Matrix::Zero(groups, s.r.cols());
  for (Index k = 0; k < s.r.cols(); ++k) {
    const Index g = s.group[static_cast<std::size_t>(k)];
    const double part = s.standard.scale[k] / s.shares[g];
    if (g > 0) e(g - 1, k) += part;
    else e.col(k).head(groups - 1).array() -= part;
  }
  e.row(groups - 1) = s.r.colwise().sum();
  for (Index g = 0; g + 1 < groups; ++g) e.row(g) /= e.row(g).norm();
  return e;
}

// Equal weights within groups, moved toward the nodes that go best with the others where the sum of correlations is not above 0.
Vector start(const Setting& s) {
  const Index n = s.r.cols();
  const Vector scale = s.shares.size() == 1 ? Vector(Vector::Ones(n)) : s.standard.scale;  // within one group any start will do
  const Vector gain = s.r.colwise().sum().transpose().array() / scale.array();  // of a unit of weight
  Vector count = Vector::Zero(s.shares.size()), y(n), corner = Vector::Zero(n);
  std::vector<Index> best(static_cast<std::size_t>(s.shares.size()), -1);
  for (Index k = 0; k < n; ++k) {
    Index& leader = best[static_cast<std::size_t>(s.group[static_cast<std::size_t>(k)])];
    count[s.group[static_cast<std::size_t>(k)]] += 1;
    if (leader < 0 || gain[k] > gain[leader]) leader = k;
  }
  for (Index k = 0; k < n; ++k) {
    const Index g = s.group[static_cast<std::size_t>(k)];
    y[k] = s.shares[g] / count[g] / scale[k];
    if (best[static_cast<std::size_t>(g)] == k) corner[k] = s.shares[g] / scale[k];
  }
  if (!(scale.minCoeff() > 1e-100)) refuse("the standard deviations of the nodes lie more than 100 powers of ten apart; normalize them", "nodes");
  const Eigen::RowVectorXd sum = s.r.colwise().sum();
  for (int half = 0; half < 30; ++half, y = 0.5 * (y + corner)) {
    const double reached = sum.dot(y);
    if (reached > 1e-9 * y.sum()) return y / reached;
  }
  throw DataError("no weights make the correlations of the children with the aggregate sum to more than 0; check the directions of the children",
                  {"weight", "importance", ""});
}

Optimum outcome(const Aim& aim, const Setting& s, const Vector& y) {
  Optimum out{Vector(s.nodes), Vector(s.nodes), Vector(s.nodes), 0};
  Vector sums = Vector::Zero(s.shares.size());
  const Vector plain = y.cwiseProduct(s.standard.scale);
  for (Index k = 0; k < s.nodes; ++k) sums[s.group[static_cast<std::size_t>(k)]] += plain[k];
  for (Index k = 0; k < s.nodes; ++k) out.weights[k] = plain[k] / sums[s.group[static_cast<std::size_t>(k)]];
  out.correlations = s.r * y / (s.standard.z * y).norm() * (sums[0] < 0 ? -1 : 1);
  out.importance = aim.squared ? Vector(out.correlations.array().square()) : out.correlations;
  out.importance /= out.importance.sum();
  if (!out.weights.allFinite() || !out.correlations.allFinite() || (aim.negative && sums.minCoeff() <= 0 && sums.maxCoeff() > 0))
    throw FitError("the search for weights gave no index", {"weight", "importance", ""});
  if (aim.infomax) out.objective = -out.correlations.sum();
  else out.objective = std::log((out.importance - aim.targets / aim.targets.sum()).squaredNorm() / static_cast<double>(s.nodes));
  return out;
}

}  // namespace

Optimum optimize_weights(const Aim& aim) {
  if (static_cast<Index>(aim.group.size()) != aim.values.cols()) refuse("a group for each of the nodes is needed", "nodes");
  const Setting s = setting(aim);
  const Vector targets = aim.infomax ? Vector() : checked_targets(aim);
  Vector y = start(s);
  Program program{s.r, targets, constraints(s), !aim.negative};
  if (aim.infomax) {
    // The sum of correlations is held at one, so that it is the variance of the index that is least.
    const Eigen::HouseholderQR<Matrix> qr(s.standard.z);
    const Index rank = std::min(s.standard.z.rows(), s.standard.z.cols());
    program.m = qr.matrixQR().topRows(rank).triangularView<Eigen::Upper>();
    program.b = Vector::Zero(rank);
  }
  minimize(program, y);
  return outcome(aim, s, y);
}

}  // namespace egov
