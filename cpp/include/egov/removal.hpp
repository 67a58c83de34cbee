// What each element of an index carries: the index again without it.
#pragma once
#include <string>
#include <vector>

#include "egov/progress.hpp"
#include "egov/recipe.hpp"

namespace egov {

struct Removal {
  Matrix scores;                     // units x (1 + nodes): the root as it is, then without each node; NaN as there
  Matrix ranks;                      // the same
  std::vector<std::string> reasons;  // per node: why the index cannot be had without it; empty otherwise
};

// Scores one period (a position in panel.times) again without each of the nodes: the node and all below it leave the
// tree, its siblings share its weight, and a parent left without children leaves too. Imputation, treatment and
// normalization of the indicators that stay are done once, as with all of them. SpecError for the root.
Removal remove_each(const Panel& panel, const Framework& framework, const Recipe& recipe, Index period,
                    const std::vector<Index>& nodes, int threads, const Monitor& monitor = {});

}  // namespace egov
