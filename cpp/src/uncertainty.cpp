#include "egov/uncertainty.hpp"

#include <cstdlib>

#include "detail/threads.hpp"

namespace egov {
namespace {

constexpr Index leaf = 256;  // draws of one task

// What one thread counts; whole numbers, so that the order of adding does not matter.
struct Tally {
  Plan::Desk desk;
  Eigen::Matrix<std::uint32_t, Eigen::Dynamic, Eigen::Dynamic> counts;
  std::vector<std::uint64_t> shift, draws;  // factor x level: sum of |rank - nominal|, draws
  std::uint64_t total = 0;
  std::vector<double> point;
};

Index most_levels(const Plan& plan) {
  Index most = 1;
  for (const Factor& factor : plan.factors()) most = std::max(most, factor.levels);
  return most;
}

void count(const Plan& plan, Index levels, Tally& tally) {
  std::uint64_t shift = 0;
  for (Index row = 0; row < plan.rows(); ++row) {
    const int rank = tally.desk.ranks[static_cast<std::size_t>(row)];
    ++tally.counts(row, rank - 1);
    shift += static_cast<std::uint64_t>(std::abs(rank - plan.nominal_ranks()[static_cast<std::size_t>(row)]));
  }
  tally.total += shift;
  for (std::size_t k = 0; k < plan.factors().size(); ++k) {
    if (plan.factors()[k].levels == 0) continue;
    const auto at = k * static_cast<std::size_t>(levels) + static_cast<std::size_t>(Plan::level(tally.point[k], plan.factors()[k].levels));
    tally.shift[at] += shift;
    ++tally.draws[at];
  }
}

void keep_draw(Index draw, const Tally& tally, Index rows, Ensemble& kept) {
  for (std::size_t k = 0; k < tally.point.size(); ++k) kept.points(static_cast<Index>(k), draw) = tally.point[k];
  for (Index row = 0; row < rows; ++row) {
    kept.scores(row, draw) = tally.desk.scores()[row];
    kept.ranks(row, draw) = tally.desk.ranks[static_cast<std::size_t>(row)];
  }
}

void add_up(const Plan& plan, Index levels, std::uint64_t n, const std::vector<Tally>& tallies, Ensemble& out) {
  std::uint64_t total = 0;
  out.shift_by_level = Matrix::Constant(static_cast<Index>(plan.factors().size()), levels, missing_value);
  for (const Tally& tally : tallies) out.counts += tally.counts, total += tally.total;
  const double rows = static_cast<double>(plan.rows());
  out.mean_shift = static_cast<double>(total) / (static_cast<double>(n) * rows);
  for (std::size_t at = 0; at < tallies[0].shift.size(); ++at) {
    std::uint64_t shift = 0, draws = 0;
    for (const Tally& tally : tallies) shift += tally.shift[at], draws += tally.draws[at];
    if (draws) out.shift_by_level(static_cast<Index>(at) / levels, static_cast<Index>(at) % levels) = static_cast<double>(shift) / (static_cast<double>(draws) * rows);
  }
}

}  // namespace

Ensemble uncertainty(const Plan& plan, const Design& design, bool keep, int threads, const Monitor& monitor) {
  const auto n = static_cast<Index>(design.length());
  const Index levels = most_levels(plan);
  const auto cells = plan.factors().size() * static_cast<std::size_t>(levels);
  Ensemble out;
  out.counts.setZero(plan.rows(), plan.units());
  if (keep) {
    out.points.resize(design.dimensions(), n);
    out.scores.resize(plan.rows(), n);
    out.ranks.resize(plan.rows(), n);
  }
  const int workers = detail::thread_count(threads, (n + leaf - 1) / leaf);
  std::vector<Tally> tallies;
  for (int worker = 0; worker < workers; ++worker)
    tallies.push_back({Plan::Desk(plan), out.counts, std::vector<std::uint64_t>(cells), std::vector<std::uint64_t>(cells), 0,
                       std::vector<double>(static_cast<std::size_t>(design.dimensions()))});
  detail::parallel((n + leaf - 1) / leaf, workers, [&](Index task, int worker) {
    Tally& tally = tallies[static_cast<std::size_t>(worker)];
    for (Index draw = task * leaf; draw < std::min(n, (task + 1) * leaf); ++draw) {
      design.point(static_cast<std::uint64_t>(draw), tally.point.data());
      plan.draw(tally.point.data(), tally.desk);
      count(plan, levels, tally);
      if (keep) keep_draw(draw, tally, plan.rows(), out);
    }
  }, monitor);
  add_up(plan, levels, design.length(), tallies, out);
  return out;
}

}  // namespace egov
