#include <algorithm>

#include "detail/threads.hpp"
#include "egov/uncertainty.hpp"

namespace egov {

void node_draws(const Plan& plan, const Design& design, std::uint64_t first, Index count, Index period,
                const std::vector<std::vector<Index>>& nodes, double* out, int threads, const Monitor& monitor) {
  constexpr Index leaf = 64;  // draws of a task
  const Index tasks = (count + leaf - 1) / leaf, rows = plan.start(period + 1) - plan.start(period);
  const Index size = rows * static_cast<Index>(nodes.at(0).size());
  const int workers = detail::thread_count(threads, tasks);
  std::vector<Plan::Desk> desks(static_cast<std::size_t>(workers), Plan::Desk(plan));
  detail::parallel(tasks, workers, [&](Index task, int worker) {
    Vector point(design.dimensions());
    for (Index draw = task * leaf; draw < std::min(count, (task + 1) * leaf); ++draw) {
      design.point(first + static_cast<std::uint64_t>(draw), point.data());
      plan.nodes_at(point.data(), period, nodes, desks[static_cast<std::size_t>(worker)], out + draw * size);
    }
  }, monitor);
}

}  // namespace egov
