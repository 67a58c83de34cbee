#include "egov/morris.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "detail/resamples.hpp"
#include "detail/threads.hpp"
#include "egov/method.hpp"
#include "egov/random.hpp"

namespace egov {

using namespace detail;

namespace {

constexpr Index walks_of_a_task = 256;

// Walk 0..count-1, many as one task.
void each_walk(Index count, const std::function<void(Index walk)>& work, const Monitor& monitor) {
  parallel((count + walks_of_a_task - 1) / walks_of_a_task, 1, [&](Index task, int) {
    for (Index walk = task * walks_of_a_task; walk < std::min(count, (task + 1) * walks_of_a_task); ++walk) work(walk);
  }, monitor);
}

}  // namespace

void sample_trajectories(const std::vector<Index>& factor, Index factors, Index count, Index levels, std::uint64_t seed, double* out,
                         const Monitor& monitor) {
  if (levels < 2 || levels % 2 != 0)
    throw SpecError(std::to_string(levels) + " levels: an even number would be right", {"morris", "", "levels"});
  const double grid = static_cast<double>(levels - 1);
  const auto half = static_cast<std::uint32_t>(levels / 2);
  std::vector<double> point(factor.size()), moved(factor.size());
  std::vector<Index> order(static_cast<std::size_t>(factors));
  each_walk(count, [&](Index walk) {
    Stream stream(seed, static_cast<std::uint32_t>(walk), 0, for_points);
    for (std::size_t k = 0; k < factor.size(); ++k) {
      const std::uint32_t low = stream.below(half);
      const bool up = stream.below(2) == 1;
      point[k] = static_cast<double>(up ? low : low + half) / grid;
      moved[k] = static_cast<double>(up ? low + half : low) / grid;
    }
    std::iota(order.begin(), order.end(), Index{0});
    for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[stream.below(static_cast<std::uint32_t>(k))]);
    out = std::copy(point.begin(), point.end(), out);
    for (Index moving : order) {
      for (std::size_t k = 0; k < factor.size(); ++k)
        if (factor[k] == moving) point[k] = moved[k];
      out = std::copy(point.begin(), point.end(), out);
    }
  }, monitor);
}

void sample_radial(const std::vector<Index>& factor, Index factors, const Design& design, double* out, const Monitor& monitor) {
  const std::size_t inputs = factor.size();
  std::vector<double> point(2 * inputs);
  each_walk(static_cast<Index>(design.length()), [&](Index walk) {
    design.point(static_cast<std::uint64_t>(walk), point.data());
    for (Index moving = -1; moving < factors; ++moving)
      for (std::size_t k = 0; k < inputs; ++k) *out++ = point[factor[k] == moving ? inputs + k : k];
  }, monitor);
}

namespace {

// Sums of the distances of all points of one walk from all of another, squared.
Matrix squared_distances(const double* points, Index inputs, Index runs, Index count, int threads, const Monitor& monitor) {
  using Points = Eigen::Map<const Matrix>;
  Matrix out = Matrix::Zero(count, count);
  parallel(count, threads, [&](Index one, int) {
    const Points from(points + one * runs * inputs, inputs, runs);
    for (Index other = 0; other < one; ++other) {
      const Points to(points + other * runs * inputs, inputs, runs);
      double sum = 0;
      for (Index k = 0; k < runs; ++k) sum += (to.colwise() - from.col(k)).colwise().norm().sum();
      out(other, one) = sum * sum;
    }
  }, monitor);
  return out.selfadjointView<Eigen::Upper>();
}

}  // namespace

std::vector<Index> farthest_walks(const double* points, Index inputs, Index runs, Index count, Index chosen, int threads, const Monitor& monitor) {
  const Matrix apart = squared_distances(points, inputs, runs, count, threads, monitor);
  Index first = 0, second = 0;
  apart.maxCoeff(&first, &second);
  std::vector<Index> out = {first, second};
  Vector from_chosen = apart.col(first) + apart.col(second);  // of each walk, the sum over those that are chosen
  std::vector<bool> in(static_cast<std::size_t>(count));
  in[static_cast<std::size_t>(first)] = in[static_cast<std::size_t>(second)] = true;
  auto best = [&](const Vector& gain) {
    Index found = -1;
    for (Index k = 0; k < count; ++k)
      if (!in[static_cast<std::size_t>(k)] && (found < 0 || gain[k] > gain[found])) found = k;
    return found;
  };
  for (Index k = 2; k < chosen; ++k) {
    out.push_back(best(from_chosen));
    in[static_cast<std::size_t>(out.back())] = true;
    from_chosen += apart.col(out.back());
  }
  for (bool moved = chosen < count; moved;) {
    moved = false;
    for (Index& member : out) {
      const Vector gain = from_chosen - apart.col(member);
      const Index instead = best(gain);
      if (gain[instead] <= gain[member] * (1 + 1e-12)) continue;
      from_chosen += apart.col(instead) - apart.col(member);
      in[static_cast<std::size_t>(member)] = false, in[static_cast<std::size_t>(instead)] = true;
      member = instead, moved = true;
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

namespace {

using Outputs = Eigen::Map<const Eigen::RowVectorXd>;

// The runs of each walk in which one factor moves: the first, the last, and the step between them.
struct Steps {
  std::vector<Index> from, to;
  std::vector<double> step;
};

std::vector<Steps> by_factor(const Moves& moves) {
  std::vector<Steps> found(static_cast<std::size_t>(moves.factors));
  for (Index at = 0; at < static_cast<Index>(moves.factor.size()); ++at) {
    const Index walk = at / moves.factors, start = walk * (moves.factors + 1), run = start + at % moves.factors + 1;
    Steps& of = found[static_cast<std::size_t>(moves.factor[static_cast<std::size_t>(at)])];
    of.from.push_back(moves.walk == Walk::radial ? start : run - 1);
    of.to.push_back(run);
    of.step.push_back(moves.step[static_cast<std::size_t>(at)]);
  }
  return found;
}

// Variance of the outputs over the walks: of the first runs and of those in which each factor has moved, on average.
Vector variance_over_walks(const std::vector<Steps>& steps, const double* y, Index outputs) {
  const auto count = static_cast<Index>(steps.front().to.size());
  auto variance = [&](const std::vector<Index>& runs) -> Vector {
    Matrix table(outputs, count);
    for (Index walk = 0; walk < count; ++walk) table.col(walk) = Outputs(y + runs[static_cast<std::size_t>(walk)] * outputs, outputs).transpose();
    table.colwise() -= table.rowwise().mean().eval();
    return table.rowwise().squaredNorm() / static_cast<double>(count - 1);
  };
  Vector sum = variance(steps.front().from);
  for (const Steps& of : steps) sum += variance(of.to);
  return sum / static_cast<double>(steps.size() + 1);
}

// Effects of one factor, a row for each walk in which it moved x outputs, and the mean squared change over all walks.
Matrix effects_of(const Steps& of, const double* y, Index outputs, Vector& squared) {
  Matrix effects(static_cast<Index>(of.step.size()), outputs);
  squared = Vector::Zero(outputs);
  Index moved = 0;
  for (std::size_t at = 0; at < of.step.size(); ++at) {
    auto effect = effects.row(moved);
    effect = Outputs(y + of.to[at] * outputs, outputs) - Outputs(y + of.from[at] * outputs, outputs);
    squared += effect.cwiseAbs2().transpose() / static_cast<double>(of.step.size());
    effect /= of.step[at];
    if (!std::isnan(of.step[at])) ++moved;
  }
  return effects.topRows(moved);
}

}  // namespace

Effects elementary_effects(const double* y, Index outputs, const Moves& moves, double level, Index resamples, std::uint64_t seed,
                           int threads, const Monitor& monitor) {
  const Index count = moves.count();
  Effects out;
  for (Matrix* part : {&out.mu, &out.mu_star, &out.sigma, &out.low, &out.high, &out.total})
    *part = Matrix::Constant(outputs, moves.factors, missing_value);
  const std::vector<Steps> steps = by_factor(moves);
  const bool several = count > 1;
  const Vector variance = several && moves.walk == Walk::radial ? variance_over_walks(steps, y, outputs) : Vector();
  const Matrix times = several && resamples > 0 ? multiplicities(resamples, count, seed) : Matrix();
  parallel(moves.factors, threads, [&](Index factor, int) {
    Vector squared;
    Matrix effects = effects_of(steps[static_cast<std::size_t>(factor)], y, outputs, squared);
    const double n = static_cast<double>(effects.rows());
    if (variance.size() > 0)
      out.total.col(factor) = (variance.array() > 0).select(squared.array() / (2 * variance.array()), missing_value);
    if (effects.rows() == 0) return;
    out.mu.col(factor) = effects.colwise().mean().transpose();
    if (effects.rows() > 1)
      out.sigma.col(factor) = ((effects.rowwise() - out.mu.col(factor).transpose()).colwise().norm() / std::sqrt(n - 1)).transpose();
    effects = effects.cwiseAbs();
    const Vector mean = effects.colwise().mean();
    out.mu_star.col(factor) = mean;
    if (effects.rows() < 2) return;
    if (resamples > 0) {
      Matrix again = (effects.rows() == count ? times : multiplicities(resamples, effects.rows(), seed)) * effects / n;
      for (Index k = 0; k < outputs; ++k) {
        out.low(k, factor) = percentile(again.col(k), (1 - level) / 2);
        out.high(k, factor) = percentile(again.col(k), (1 + level) / 2);
      }
    } else {
      const double reach = t_quantile(level, effects.rows() - 1) / std::sqrt(n * (n - 1));
      const Vector half = reach * (effects.rowwise() - mean.transpose()).colwise().norm();
      out.low.col(factor) = mean - half, out.high.col(factor) = mean + half;
    }
  }, monitor);
  return out;
}

}  // namespace egov
