#include "egov/sensitivity.hpp"

#include <algorithm>

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

SobolIndices over_blocks(const std::vector<Design>& designs, const Crossing& crossing, const Vector& origin, const Inference& inference,
                         Index batch, int threads, const Monitor& monitor, const std::vector<AddPoints>& add) {
  const std::vector<PointBlock> blocks = blocks_of(designs);
  std::vector<Index> begins = {0};
  for (const Design& design : designs) begins.push_back(begins.back() + static_cast<Index>(design.length()));
  std::vector<Sums> sums(blocks.size(), Sums(origin.size(), crossing, pairs_asked(inference)));
  const double share = inference.resamples > 0 ? 0.8 : 1;
  parallel(static_cast<Index>(blocks.size()), static_cast<int>(add.size()), [&](Index task, int worker) {
    const PointBlock& block = blocks[static_cast<std::size_t>(task)];
    const auto r = static_cast<std::size_t>(block.scramble);
    for (Index first = block.first; first < block.last; first += batch)
      add[static_cast<std::size_t>(worker)](designs[r], first - begins[r], std::min(batch, block.last - first), sums[static_cast<std::size_t>(task)]);
  }, monitor, 0, share);
  if (inference.dummy) std::transform(sums.begin(), sums.end(), sums.begin(), with_dummy);
  if (inference.resamples > 0)
    return over_resamples(sums, origin, inference.by, inference.level, inference.resamples, inference.seed, threads, monitor, share, floor_of_outputs);
  return over_scrambles(by_scramble(sums, blocks), origin, inference.by, inference.level, floor_of_outputs);
}

}  // namespace detail

}  // namespace egov
