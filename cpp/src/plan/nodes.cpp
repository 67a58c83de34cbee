// Scores of any node in a draw, not of the root alone.
#include "egov/plan.hpp"

namespace egov {

void Plan::nodes_at(const double* point, Index period, const std::vector<std::vector<Index>>& nodes, Desk& desk, double* out) const {
  scores_at(point, desk);
  const auto which = editions_.empty() ? std::size_t{0} : static_cast<std::size_t>(level(point[0], editions()));
  const Plan& plan = editions_.empty() ? *this : *editions_[which];
  const Desk& own = editions_.empty() ? desk : desk.editions[which];
  const std::vector<Index>& asked = nodes.at(which);
  Vector column;
  for (std::size_t k = 0; k < asked.size(); ++k) {
    plan.copy_node(asked[k], period, own, column);
    for (Index row = 0; row < column.size(); ++row) out[static_cast<std::size_t>(row) * asked.size() + k] = column[row];
  }
}

// An inner node that its parent takes through the same link stands there linked.
void Plan::copy_node(Index node, Index period, const Desk& desk, Vector& out) const {
  const Index first = start(period), n = start(period + 1) - first;
  out = Vector::Constant(n, missing_value);
  if (node < 0) return;
  const auto at = static_cast<std::size_t>(node);
  const Block& cached = block_at(desk.levels);
  const Block& block = cached.posterior ? desk.drawn : cached;
  if (framework_.nodes.at(at).leaf()) {
    out = block.plain.col(node).segment(first, n);
    return;
  }
  out = desk.inner.col(node).segment(first, n);
  const Mean& mean = means_[desk.levels[aggregate_part]][at];
  if (mean.linked && !block.holes && block.carried[desk.at] && stays_linked(at, desk) && mean.link.inverse) mean.link.inverse(out);
}

}  // namespace egov
