#include "egov/confidence.hpp"

#include <algorithm>
#include <cmath>

#include "detail/threads.hpp"
#include "egov/error.hpp"
#include "egov/rank.hpp"

namespace egov {
namespace {

constexpr Index stretch = 8;  // units of one task
constexpr double prepared = 0.2;  // share of the work before any test

// Scores of the draws around their means, and what is known of each difference.
struct Scene {
  Vector center;
  Matrix deviations;  // draws x units
  Matrix inverse_sd;  // units x units: of a difference; 0 where it does not vary
  Matrix t;           // units x units: studentized difference of the row and the column
};

Scene scene_of(const Matrix& draws, int threads, const Monitor& monitor) {
  const Index units = draws.rows(), n = draws.cols();
  Scene scene{draws.rowwise().mean(), {}, Matrix::Zero(units, units), Matrix::Zero(units, units)};
  scene.deviations = (draws.colwise() - scene.center).transpose();
  const double tie = tie_tolerance * std::max(1.0, scene.center.cwiseAbs().maxCoeff());
  detail::parallel(units, detail::thread_count(threads, units), [&](Index j, int) {
    for (Index k = 0; k < j; ++k) {
      const double sd = std::sqrt((scene.deviations.col(j) - scene.deviations.col(k)).squaredNorm() / static_cast<double>(n - 1));
      const double difference = scene.center[j] - scene.center[k];
      if (sd > tie) scene.inverse_sd(k, j) = scene.inverse_sd(j, k) = 1 / sd;
      if (sd > tie || std::abs(difference) > tie) scene.t(j, k) = sd > tie ? difference / sd : difference > 0 ? infinite : -infinite;
      scene.t(k, j) = -scene.t(j, k);
    }
  }, monitor, 0, prepared);
  return scene;
}

using Open = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>;  // units x units: is "row above column" still to be tested?

// For each of the draws, the largest studentized deviation over the open pairs of unit j and one before `until`.
void raise(const Scene& scene, const Open& open, Index j, Index until, Eigen::Ref<Vector> largest) {
  for (Index k = 0; k < until; ++k) {
    const double by = scene.inverse_sd(k, j);
    if (by == 0 || !(open(j, k) || open(k, j))) continue;
    const auto z = by * (scene.deviations.col(j) - scene.deviations.col(k)).array();
    if (open(j, k)) largest = largest.array().max(z);
    if (open(k, j)) largest = largest.array().max(-z);
  }
}

// The order statistic that a further draw stays below with probability `level` at least.
double critical(Vector largest, double level) {
  const auto at = static_cast<Index>(std::ceil(level * static_cast<double>(largest.size() + 1) - 1e-9)) - 1;
  std::nth_element(largest.begin(), largest.begin() + at, largest.end());
  return largest[at];
}

// Closes the pairs whose order is established; were there any?
bool reject(const Scene& scene, double value, Open& open) {
  const Open found = open && scene.t.array() > value;
  open = open && !found;
  return found.any();
}

// The pairs of a family that a stepwise test leaves open: tested again as long as any was closed.
template <class Largest>
void step_down(const Scene& scene, double level, Open& open, const Largest& largest) {
  while (reject(scene, critical(largest(open), level), open)) {}
}

// How often it tests is not known before: each time half of what is left is told as done.
void all_at_once(const Scene& scene, double level, int threads, const Monitor& monitor, Eigen::MatrixXi& above) {
  const Index units = above.rows(), n = scene.deviations.rows(), parts = (units + stretch - 1) / stretch;
  Open open = Open::Constant(units, units, true);
  double done = prepared;
  step_down(scene, level, open, [&](const Open& still) {
    const double before = done;
    done += (1 - done) / 2;
    Matrix largest = Matrix::Zero(n, parts);
    detail::parallel(parts, detail::thread_count(threads, parts), [&](Index part, int) {
      for (Index j = part; j < units; j += parts) raise(scene, still, j, j, largest.col(part));
    }, monitor, before, done);
    return Vector(largest.rowwise().maxCoeff());
  });
  above = (!open).cast<int>() - (!open).transpose().cast<int>();
}

void each_alone(const Scene& scene, double level, int threads, const Monitor& monitor, Eigen::MatrixXi& above) {
  const Index units = above.rows();
  detail::parallel(units, detail::thread_count(threads, units), [&](Index j, int) {
    Open open = Open::Constant(units, units, false);
    open.row(j).setConstant(true);
    open.col(j).setConstant(true);
    step_down(scene, level, open, [&](const Open& still) {
      Vector largest = Vector::Zero(scene.deviations.rows());
      raise(scene, still, j, units, largest);
      return largest;
    });
    above.row(j) = (!open.row(j)).cast<int>() - (!open.col(j)).transpose().cast<int>();
  }, monitor, prepared, 1);
}

}  // namespace

RankSets rank_confidence(const Matrix& draws, double level, bool simultaneous, int threads, const Monitor& monitor) {
  const Index units = draws.rows(), n = draws.cols();
  if (n < 2 || std::ceil(level * static_cast<double>(n + 1) - 1e-9) > static_cast<double>(n))
    throw DataError("so few draws say nothing of this level; give at least " + std::to_string(static_cast<long>(std::ceil(level / (1 - level) - 1e-9))), {"uncertainty", "rank_confidence", "draws"});
  const Scene scene = scene_of(draws, threads, monitor);
  RankSets out{Eigen::VectorXi(units), Eigen::VectorXi(units), Eigen::MatrixXi::Zero(units, units)};
  (simultaneous ? all_at_once : each_alone)(scene, level, threads, monitor, out.above);
  for (Index j = 0; j < units; ++j) {
    out.low[j] = 1 + static_cast<int>((out.above.row(j).array() < 0).count());
    out.high[j] = static_cast<int>(units - (out.above.row(j).array() > 0).count());
  }
  return out;
}

}  // namespace egov
