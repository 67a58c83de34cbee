#include "egov/framework.hpp"

#include <cmath>

namespace egov {

std::vector<std::vector<Index>> children(const Framework& framework) {
  const auto& nodes = framework.nodes;
  if (nodes.empty()) throw SpecError("the framework has no nodes", {"framework", "", ""});
  std::vector<std::vector<Index>> below(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Place place{"framework", "", "parent", -1, -1, -1, static_cast<long>(i)};
    const Index parent = nodes[i].parent;
    if (i == 0 ? parent != -1 : parent < 0 || parent >= static_cast<Index>(i))
      throw SpecError("a node's parent must stand before it, and only the first node has none", place);
    if (!std::isfinite(nodes[i].weight) || nodes[i].weight < 0)
      throw SpecError("a weight must be a number of at least 0", place);
    if (i == 0) continue;
    if (nodes[static_cast<std::size_t>(parent)].leaf()) throw SpecError("an indicator cannot have children", place);
    below[static_cast<std::size_t>(parent)].push_back(static_cast<Index>(i));
  }
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (!nodes[i].leaf() && below[i].empty())
      throw SpecError("a node that is no indicator needs children", {"framework", "", "", -1, -1, -1, static_cast<long>(i)});
  return below;
}

}  // namespace egov
