#include "egov/sensitivity.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>

#include "detail/threads.hpp"
#include "sensitivity/blocks.hpp"
#include "sensitivity/evaluator.hpp"

namespace egov {

using namespace detail;

namespace {

constexpr Index leaf = 256;   // runs of one task
constexpr double floor_of_outputs = 1;  // ranks and shares are of that size, though their mean may be near 0

Index rows_of(const Plan& plan, Output what) {
  return what == Output::shift || what == Output::above || what == Output::distance ? 1 : plan.rows();
}

Index base_points(const std::vector<Design>& designs) {
  Index points = 0;
  for (const Design& design : designs) points += static_cast<Index>(design.length());
  return points;
}

std::vector<PointBlock> blocks_of(const std::vector<Design>& designs) {
  return egov::blocks_of(base_points(designs), static_cast<Index>(designs.size()));
}

}  // namespace

Index outputs_of(const Plan& plan, const std::vector<Asked>& asked) {
  Index outputs = 0;
  for (const Asked& one : asked) outputs += rows_of(plan, one.what);
  return outputs;
}

Vector nominal_outputs(const Plan& plan, const std::vector<Asked>& asked) {
  Vector out(outputs_of(plan, asked));
  Reader reader(plan, asked);
  std::vector<int> ranks = plan.nominal_ranks();
  reader(plan.nominal_scores().data(), ranks.data(), out.data());
  return out;
}

void evaluate(const Plan& plan, const std::vector<Asked>& asked, const double* points, Index runs, double* out, int threads,
              const Monitor& monitor) {
  const auto d = static_cast<Index>(plan.factors().size());
  const Index tasks = (runs + leaf - 1) / leaf, outputs = outputs_of(plan, asked);
  const int workers = thread_count(threads, tasks);
  std::vector<Evaluator> evaluators;
  for (int worker = 0; worker < workers; ++worker) evaluators.emplace_back(plan, asked);
  parallel(tasks, workers, [&](Index task, int worker) {
    const Index first = task * leaf;
    evaluators[static_cast<std::size_t>(worker)](points + first * d, std::min(leaf, runs - first), out + first * outputs);
  }, monitor);
}

Index discrete_combinations(const Plan& plan) {
  Index found = 1;
  for (const Factor& factor : plan.factors()) {
    if (factor.levels == 0) continue;
    if (found > most_combinations / factor.levels)
      throw SpecError("more than " + std::to_string(most_combinations) + " combinations of choices: too many to run each of them at every point; sample them",
                      {"sensitivity", "", "discrete"});
    found *= factor.levels;
  }
  return found;
}

namespace detail {

bool pairs_asked(const Inference& inference) { return !inference.by.second.empty(); }

SobolIndices indices_of(std::vector<Sums> sums, const Vector& origin, const Inference& inference) {
  if (inference.dummy) std::transform(sums.begin(), sums.end(), sums.begin(), with_dummy);
  return over_scrambles(sums, origin, inference.by, inference.level, floor_of_outputs);
}

int block_threads(const std::vector<Design>& designs, int threads) {
  return thread_count(threads, static_cast<Index>(blocks_of(designs).size()));
}

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds between_calls{50};

// A monitor that is asked within tasks too, and whose no reaches every thread between two batches of points.
class Watch {
 public:
  Watch(const Monitor& monitor, Index points, double share) : monitor_(monitor), points_(static_cast<double>(points)), share_(share) {}
  bool ask() {
    asked_ = Clock::now();
    if (!stop_ && monitor_ && !monitor_(share_ * static_cast<double>(done_) / points_)) stop_ = true;
    return !stop_;
  }
  // From the calling thread, worker 0, it asks; whether the work goes on.
  bool after(Index points, int worker) {
    done_ += points;
    if (worker == 0 && Clock::now() - asked_ >= between_calls) ask();
    return !stop_;
  }
  bool stopped() const { return stop_; }

 private:
  const Monitor& monitor_;
  double points_, share_;
  std::atomic<Index> done_{0};
  std::atomic<bool> stop_{false};
  Clock::time_point asked_ = Clock::now();
};

// How many scrambles have all their blocks done, from the first one on.
Index whole_scrambles(const std::vector<PointBlock>& blocks, const std::vector<char>& done) {
  for (std::size_t k = 0; k < blocks.size(); ++k)
    if (!done[k]) return blocks[k].scramble;
  return blocks.back().scramble + 1;
}

}  // namespace

SobolIndices over_blocks(const std::vector<Design>& designs, const Crossing& crossing, const Vector& origin, const Inference& inference,
                         Index batch, int threads, const Monitor& monitor, const std::vector<AddPoints>& add) {
  std::vector<PointBlock> blocks = blocks_of(designs);
  std::vector<Index> begins = {0};
  for (const Design& design : designs) begins.push_back(begins.back() + static_cast<Index>(design.length()));
  std::vector<Sums> sums(blocks.size(), Sums(origin.size(), crossing, pairs_asked(inference)));
  std::vector<char> done(blocks.size(), 0);
  const double share = inference.resamples > 0 ? 0.8 : 1;
  Watch watch(monitor, begins.back(), share);
  parallel_until(static_cast<Index>(blocks.size()), static_cast<int>(add.size()), [&](Index task, int worker) {
    const auto at = static_cast<std::size_t>(task);
    const PointBlock& block = blocks[at];
    const auto r = static_cast<std::size_t>(block.scramble);
    Index first = block.first;
    while (first < block.last && !watch.stopped()) {
      const Index count = std::min(batch, block.last - first);
      add[static_cast<std::size_t>(worker)](designs[r], first - begins[r], count, sums[at]);
      first += count;
      watch.after(count, worker);
    }
    done[at] = first >= block.last;
  }, [&](double) { return watch.ask(); });
  const Index scrambles = whole_scrambles(blocks, done);
  if (scrambles < static_cast<Index>(designs.size())) {
    if (!inference.partial || scrambles == 0) throw Interrupted("stopped on request");
    while (blocks.back().scramble >= scrambles) blocks.pop_back(), sums.pop_back();
  }
  if (inference.dummy) std::transform(sums.begin(), sums.end(), sums.begin(), with_dummy);
  SobolIndices out = inference.resamples > 0
      ? over_resamples(sums, origin, inference.by, inference.level, inference.resamples, inference.seed, threads, monitor, share, floor_of_outputs)
      : over_scrambles(by_scramble(sums, blocks), origin, inference.by, inference.level, floor_of_outputs);
  out.scrambles = scrambles;
  return out;
}

}  // namespace detail

}  // namespace egov
