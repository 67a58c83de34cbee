// Sums of given outputs of runs of all combinations of discrete factors.
#include "detail/factorial.hpp"
#include "detail/threads.hpp"

namespace egov {

using namespace detail;

Index combined_runs(const Combined& factors, bool reversed) {
  const Factorial factorial(factors);
  return factorial.runs(reversed) * factorial.combinations();
}

std::vector<Sums> sum_combined(const double* y, Index outputs, const Combined& factors, bool reversed, bool pairs,
                               const std::vector<PointBlock>& blocks, const Vector& origin, int threads, const Monitor& monitor, double done) {
  const Factorial factorial(factors);
  const Index run = factorial.combinations() * outputs, each = factorial.runs(reversed) * run;
  const auto tasks = static_cast<Index>(blocks.size());
  const int workers = thread_count(threads, tasks);
  std::vector<FactorialAdder> adders(static_cast<std::size_t>(workers), FactorialAdder(factorial, reversed, pairs, origin));
  std::vector<Sums> sums(blocks.size(), adders.front().nothing());
  parallel(tasks, workers, [&](Index task, int worker) {
    const PointBlock& block = blocks[static_cast<std::size_t>(task)];
    for (Index i = block.first; i < block.last; ++i)
      adders[static_cast<std::size_t>(worker)].add([&](Index k) { return y + i * each + k * run; }, sums[static_cast<std::size_t>(task)]);
  }, monitor, 0, done);
  return sums;
}

}  // namespace egov
