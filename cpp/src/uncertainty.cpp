#include "egov/uncertainty.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <numeric>

#include "detail/columns.hpp"
#include "detail/lanes.hpp"
#include "detail/threads.hpp"

namespace egov {
namespace {

constexpr Index leaf = 256;  // draws of one task, at most
constexpr std::chrono::milliseconds task_time{20};  // so long a task should last at most: stops are looked for between tasks
constexpr Index lanes = detail::LaneRanker::lanes;
constexpr Index most_uncounted = 65535;  // draws that a counter of 16 bits can take
using Counts = Ensemble::Counts;
using Clock = std::chrono::steady_clock;

// How often each row of a period held each rank, in small numbers that stay in the nearest caches.
class RankCounter {
 public:
  RankCounter(const int* nominal, Index n);
  detail::LaneRanker& ranker() { return ranker_; }
  void count(Index used);
  // Adds the distances of each lane counted last from the nominal ranks.
  void add_shifts(std::array<std::uint64_t, lanes>& shifts);
  // Adds up to the counts of the period's rows and starts from 0 again.
  void empty_into(Eigen::Block<Counts> counts);

 private:
  Index n_;
  std::vector<int> labels_;          // of each row: its place by nominal rank
  detail::LaneRanker ranker_;
  std::vector<std::uint16_t> held_;  // rank x (label, and one for lanes without an order)
  std::vector<int> nominal_;         // of each label, and one more that the place after the last is not away from
  bool ties_ = false;                // among the nominal ranks; where there are none they are the labels, counted from 1
};

// What one thread counts; whole numbers, so that the order of adding does not matter.
struct Tally {
  Plan::Desk desk;
  std::vector<RankCounter> counters;        // a period
  Index uncounted;                          // draws since the counters were last emptied
  std::vector<std::uint64_t> shift, draws;  // factor x level: sum of |rank - nominal|, draws
  std::uint64_t total = 0;
  Matrix points;                            // factors x draws of a task
  std::vector<Index> combination, order;    // of the draws of a task
  Counts pairs;                             // units of a period x rows: the transpose of what comes out
};

Index most_levels(const Plan& plan) {
  Index most = 1;
  for (const Factor& factor : plan.factors()) most = std::max(most, factor.levels);
  return most;
}

// Puts the draws of a task in the order of their combinations.
void set_order(const Plan& plan, Index draws, Tally& tally) {
  std::vector<Index>& first = tally.combination;
  std::fill(first.begin(), first.end(), 0);
  for (Index draw = 0; draw < draws; ++draw) ++first[static_cast<std::size_t>(plan.combination(tally.points.col(draw).data()))];
  std::exclusive_scan(first.begin(), first.end(), first.begin(), Index{0});
  for (Index draw = 0; draw < draws; ++draw)
    tally.order[static_cast<std::size_t>(first[static_cast<std::size_t>(plan.combination(tally.points.col(draw).data()))]++)] = draw;
}

// Numbers the rows by their nominal ranks, ties in the order of the rows.
std::vector<int> places(const int* nominal, Index n) {
  std::vector<int> order(static_cast<std::size_t>(n)), out(order.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return nominal[a] < nominal[b]; });
  for (std::size_t k = 0; k < order.size(); ++k) out[static_cast<std::size_t>(order[k])] = static_cast<int>(k);
  return out;
}

RankCounter::RankCounter(const int* nominal, Index n)
    : n_(n), labels_(places(nominal, n)), ranker_(n, labels_), held_(static_cast<std::size_t>(n * (n + 1))), nominal_(nominal, nominal + n) {
  std::sort(nominal_.begin(), nominal_.end());
  for (Index k = 0; k < n; ++k) ties_ = ties_ || nominal_[static_cast<std::size_t>(k)] != k + 1;
  nominal_.push_back(static_cast<int>(n) + 1);
}

void RankCounter::count(Index used) {
  ranker_.rank(used);
  const int* order = ranker_.order();
  std::uint16_t* held = held_.data();
  for (Index place = 0; place < n_; ++place, order += lanes, held += n_ + 1)
    for (Index lane = 0; lane < lanes; ++lane) ++held[order[lane]];
  for (Index lane = 0; lane < used; ++lane)
    if (ranker_.tied(lane))
      for (Index k = 0; k < n_; ++k)
        ++held_[static_cast<std::size_t>((ranker_.ranks(lane)[k] - 1) * (n_ + 1) + labels_[static_cast<std::size_t>(k)])];
}

constexpr Index wide = 2 * lanes;  // two places at a time
constexpr Index pass = 512;        // places whose distances are added in 32 bits

template <class Nominal>
inline __attribute__((always_inline)) void add_away(const int* order, const Nominal& nominal, int place, Index n, int* __restrict sums) {
  int at[wide];
  for (Index k = 0; k < wide; ++k) at[k] = place + static_cast<int>(k >= lanes);
  for (Index i = 0; i < n; ++i, order += wide)
    for (Index k = 0; k < wide; ++k) {
      const int away = at[k] - nominal(order[k]);
      sums[k] += away < 0 ? -away : away;
      at[k] += 2;
    }
}

// Adds |place - nominal rank| to sums of each lane, of 2 n places of which the first one is `place`. Without ties nominal is null.
EGOV_CLONES void add_distances(const int* order, const int* nominal, int place, Index n, int* __restrict sums) {
  if (nominal) add_away(order, [nominal](int label) { return nominal[label]; }, place, n, sums);
  else add_away(order, [](int label) { return label + 1; }, place, n, sums);
}

void RankCounter::add_shifts(std::array<std::uint64_t, lanes>& shifts) {
  std::array<std::int64_t, lanes> sums{};
  std::array<int, wide> part;
  for (Index place = 0; place < n_; place += pass) {
    part.fill(0);
    add_distances(ranker_.order() + place * lanes, ties_ ? nominal_.data() : nullptr, static_cast<int>(place) + 1, (std::min(pass, n_ - place) + 1) / 2, part.data());
    for (std::size_t k = 0; k < wide; ++k) sums[k % lanes] += part[k];
  }
  for (Index lane = 0; lane < lanes; ++lane) {
    if (ranker_.tied(lane)) {
      const int* ranks = ranker_.ranks(lane);
      sums[static_cast<std::size_t>(lane)] = 0;
      for (Index k = 0; k < n_; ++k) sums[static_cast<std::size_t>(lane)] += std::abs(ranks[k] - nominal_[static_cast<std::size_t>(labels_[static_cast<std::size_t>(k)])]);
    }
    shifts[static_cast<std::size_t>(lane)] += static_cast<std::uint64_t>(sums[static_cast<std::size_t>(lane)]);
  }
}

void RankCounter::empty_into(Eigen::Block<Counts> counts) {
  for (Index rank = 0; rank < n_; ++rank)
    for (Index row = 0; row < n_; ++row) counts(row, rank) += held_[static_cast<std::size_t>(rank * (n_ + 1) + labels_[static_cast<std::size_t>(row)])];
  std::fill(held_.begin(), held_.end(), std::uint16_t{0});
}

// Adds the shift of one draw to those of its levels.
void count_levels(const Plan& plan, const double* point, std::uint64_t shift, Index levels, Tally& tally) {
  tally.total += shift;
  for (std::size_t k = 0; k < plan.factors().size(); ++k) {
    if (plan.factors()[k].levels == 0) continue;
    const auto at = k * static_cast<std::size_t>(levels) + static_cast<std::size_t>(Plan::level(point[k], plan.factors()[k].levels));
    tally.shift[at] += shift;
    ++tally.draws[at];
  }
}

void keep_ranks(const Plan& plan, const Index* draws, Index used, Tally& tally, Ensemble& kept) {
  for (Index period = 0; period < plan.periods(); ++period)
    for (Index lane = 0; lane < used; ++lane) {
      const Index n = plan.start(period + 1) - plan.start(period);
      kept.ranks.col(draws[lane]).segment(plan.start(period), n) =
          Eigen::Map<const Eigen::VectorXi>(tally.counters[static_cast<std::size_t>(period)].ranker().ranks(lane), n);
    }
}

// Who ranks above whom in each lane.
void count_pairs(const Plan& plan, Index used, Tally& tally) {
  for (Index period = 0; period < plan.periods() && tally.pairs.size() > 0; ++period) {
    const Index first = plan.start(period), n = plan.start(period + 1) - first;
    for (Index lane = 0; lane < used; ++lane) {
      const int* ranks = tally.counters[static_cast<std::size_t>(period)].ranker().ranks(lane);
      for (Index row = 0; row < n; ++row) {
        std::uint32_t* below = tally.pairs.col(first + row).data();
        const int own = ranks[row];
        for (Index other = 0; other < n; ++other) below[other] += static_cast<std::uint32_t>(own < ranks[other]);
      }
    }
  }
}

// Runs the draws of a task from `first` on, so many, a lane each; kept: nothing if null.
void run(const Plan& plan, Index first, Index draws, Index levels, Tally& tally, Ensemble* kept) {
  tally.desk.takes_logs = !kept && plan.rank_digits() < 0;
  for (Index from = 0; from < draws; from += lanes) {
    const Index used = std::min(lanes, draws - from);
    std::array<Index, lanes> at;
    for (Index lane = 0; lane < used; ++lane) {
      const Index draw = tally.order[static_cast<std::size_t>(from + lane)];
      at[static_cast<std::size_t>(lane)] = first + draw;
      plan.scores_at(tally.points.col(draw).data(), tally.desk);
      if (kept) kept->scores.col(first + draw) = Eigen::Map<const Vector>(tally.desk.scores(), plan.rows());
      for (Index period = 0; period < plan.periods(); ++period)
        tally.counters[static_cast<std::size_t>(period)].ranker().put(lane, tally.desk.scores() + plan.start(period), plan.rank_digits(), tally.desk.logs);
    }
    std::array<std::uint64_t, lanes> shift{};
    for (RankCounter& counter : tally.counters) {
      counter.count(used);
      counter.add_shifts(shift);
    }
    for (Index lane = 0; lane < used; ++lane)
      count_levels(plan, tally.points.col(at[static_cast<std::size_t>(lane)] - first).data(), shift[static_cast<std::size_t>(lane)], levels, tally);
    if (kept) keep_ranks(plan, at.data(), used, tally, *kept);
    count_pairs(plan, used, tally);
  }
}

Tally tally_of(const Plan& plan, Index dimensions, std::size_t cells) {
  Tally tally{Plan::Desk(plan), {}, 0, std::vector<std::uint64_t>(cells), std::vector<std::uint64_t>(cells), 0,
              Matrix(dimensions, leaf), std::vector<Index>(static_cast<std::size_t>(plan.combinations())), std::vector<Index>(leaf), {}};
  for (Index period = 0; period < plan.periods(); ++period)
    tally.counters.emplace_back(plan.nominal_ranks().data() + plan.start(period), plan.start(period + 1) - plan.start(period));
  return tally;
}

void empty(const Plan& plan, Tally& tally, Counts& counts) {
  for (Index period = 0; period < plan.periods(); ++period) {
    const Index n = plan.start(period + 1) - plan.start(period);
    tally.counters[static_cast<std::size_t>(period)].empty_into(counts.block(plan.start(period), 0, n, n));
  }
  tally.uncounted = 0;
}

// What draws add up to.
struct Totals {
  Counts counts, pairs;                     // as in Ensemble
  std::vector<std::uint64_t> shift, draws;  // as in Tally
  std::uint64_t total = 0;
};

void add(const std::vector<std::uint64_t>& from, std::vector<std::uint64_t>& to) {
  std::transform(from.begin(), from.end(), to.begin(), to.begin(), std::plus<>());
}

void take_off(const Totals& some, Totals& all) {
  all.counts -= some.counts, all.pairs -= some.pairs, all.total -= some.total;
  std::transform(all.shift.begin(), all.shift.end(), some.shift.begin(), all.shift.begin(), std::minus<>());
  std::transform(all.draws.begin(), all.draws.end(), some.draws.begin(), all.draws.begin(), std::minus<>());
}

// How many draws take as long as a task may, by some that lie all over the run.
Index draws_of_a_task(const Plan& plan, const Design& design, std::uint64_t n) {
  constexpr Index tried = 32;
  constexpr double golden = 0.6180339887498949;
  Plan::Desk desk(plan);
  Vector point(design.dimensions());
  const auto start = Clock::now();
  Clock::duration took{0};
  Index made = 0;
  try {
    for (double at = 0; made < tried && took < task_time; at += golden, ++made) {
      design.point(static_cast<std::uint64_t>((at - std::floor(at)) * static_cast<double>(n)), point.data());
      plan.scores_at(point.data(), desk);
      took = Clock::now() - start;
    }
  } catch (const Error&) {  // the run meets it again, or an earlier one
    return leaf;
  }
  const double share = std::chrono::duration<double>(task_time) / std::max(std::chrono::duration<double>(took), std::chrono::duration<double>(1e-9));
  const Index fit = std::clamp<Index>(static_cast<Index>(share * static_cast<double>(made)), 1, leaf);
  return fit < lanes ? fit : fit / lanes * lanes;
}

class Run {
 public:
  Run(const Plan& plan, const Design& design, int threads, const Monitor& monitor, const RunOptions& options, Index block)
      : plan_(plan), design_(design), threads_(threads), monitor_(monitor), pairs_(options.pairs), block_(block), levels_(most_levels(plan)) {}
  struct Counted {
    std::uint64_t draws;
    bool stopped;
  };
  // Counts draws first..last, or as many of them until it is stopped; kept: nothing if null.
  Counted count(std::uint64_t first, std::uint64_t last, Totals& totals, Ensemble* kept) const;

 private:
  std::vector<Tally> tallies(int workers) const;
  void make(Index first, Index draws, Tally& tally, Ensemble* kept) const;
  void add_up(std::vector<Tally>& tallies, Totals& totals) const;

  const Plan& plan_;
  const Design& design_;
  const int threads_;
  const Monitor& monitor_;
  const bool pairs_;
  const Index block_, levels_;
};

std::vector<Tally> Run::tallies(int workers) const {
  std::vector<Tally> out;
  const auto cells = plan_.factors().size() * static_cast<std::size_t>(levels_);
  for (int worker = 0; worker < workers; ++worker) {
    out.push_back(tally_of(plan_, design_.dimensions(), cells));
    if (pairs_) out.back().pairs.setZero(plan_.units(), plan_.rows());
  }
  return out;
}

// The draws of a task. What fails is the first draw that does, whatever the order in which they are made.
void Run::make(Index first, Index draws, Tally& tally, Ensemble* kept) const {
  design_.points(static_cast<std::uint64_t>(first), draws, tally.points.data());
  if (kept) kept->points.middleCols(first, draws) = tally.points.leftCols(draws);
  set_order(plan_, draws, tally);
  try {
    run(plan_, first, draws, levels_, tally, kept);
  } catch (const Error&) {
    for (Index draw = 0; draw < draws; ++draw) plan_.scores_at(tally.points.col(draw).data(), tally.desk);
    throw;
  }
  tally.uncounted += draws;
}

void Run::add_up(std::vector<Tally>& tallies, Totals& totals) const {
  for (Tally& tally : tallies) {
    empty(plan_, tally, totals.counts);
    if (pairs_) totals.pairs += tally.pairs.transpose();
    totals.total += tally.total;
    add(tally.shift, totals.shift);
    add(tally.draws, totals.draws);
  }
}

Run::Counted Run::count(std::uint64_t first, std::uint64_t last, Totals& totals, Ensemble* kept) const {
  const auto from = static_cast<Index>(first), n = static_cast<Index>(last - first), tasks = (n + block_ - 1) / block_;
  const int workers = detail::thread_count(threads_, tasks);
  std::vector<Tally> parts = tallies(workers);
  std::mutex adding;
  totals.counts.setZero(plan_.rows(), plan_.units());
  if (pairs_) totals.pairs.setZero(plan_.rows(), plan_.units());
  totals.shift.assign(parts[0].shift.size(), 0), totals.draws = totals.shift;
  const detail::Progressed done = detail::parallel_until(tasks, workers, [&](Index task, int worker) {
    Tally& tally = parts[static_cast<std::size_t>(worker)];
    make(from + task * block_, std::min(block_, n - task * block_), tally, kept);
    if (tally.uncounted + leaf <= most_uncounted) return;
    const std::lock_guard<std::mutex> hold(adding);
    empty(plan_, tally, totals.counts);
  }, monitor_);
  add_up(parts, totals);
  return {static_cast<std::uint64_t>(std::min(n, done.tasks * block_)), done.stopped};
}

void write(const Plan& plan, const Totals& totals, Ensemble& out) {
  const Index levels = most_levels(plan);
  const double rows = static_cast<double>(plan.rows());
  out.counts = totals.counts, out.pairs = totals.pairs;
  out.mean_shift = static_cast<double>(totals.total) / (static_cast<double>(out.draws) * rows);
  out.shift_by_level = Matrix::Constant(static_cast<Index>(plan.factors().size()), levels, missing_value);
  for (std::size_t at = 0; at < totals.shift.size(); ++at)
    if (totals.draws[at])
      out.shift_by_level(static_cast<Index>(at) / levels, static_cast<Index>(at) % levels) =
          static_cast<double>(totals.shift[at]) / (static_cast<double>(totals.draws[at]) * rows);
}

void make_room(Index dimensions, Index rows, Index n, Ensemble& out) {
  out.points.conservativeResize(dimensions, n);
  out.scores.conservativeResize(rows, n);
  out.ranks.conservativeResize(rows, n);
}

}  // namespace

Ensemble uncertainty(const Plan& plan, const Design& design, bool keep, int threads, const Monitor& monitor, const RunOptions& options) {
  const std::uint64_t n = options.draws ? std::min(options.draws, design.length()) : design.length();
  if (n > most_draws) throw SpecError("a run of " + std::to_string(n) + " draws: at most " + std::to_string(most_draws) + " can be counted", {"uncertainty", "", "n"});
  const Index block = options.block > 0 ? std::min(options.block, leaf) : draws_of_a_task(plan, design, n);
  const Run run(plan, design, threads, monitor, options, block);
  Ensemble out;
  Totals totals;
  if (keep) make_room(design.dimensions(), plan.rows(), static_cast<Index>(n), out);
  const auto [done, stopped] = run.count(0, n, totals, keep ? &out : nullptr);
  out.draws = done == n ? n : done / design.combinations() * design.combinations();
  if (stopped && (!options.partial || out.draws == 0)) throw Interrupted("stopped on request");
  if (out.draws < done) {
    Totals begun;  // of the point whose combinations were not all made
    if (run.count(out.draws, done, begun, nullptr).stopped) throw Interrupted("stopped on request");
    take_off(begun, totals);
  }
  if (keep && done < n) make_room(design.dimensions(), plan.rows(), static_cast<Index>(out.draws), out);
  write(plan, totals, out);
  return out;
}

}  // namespace egov
