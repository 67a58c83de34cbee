#include <doctest/doctest.h>

#include <cmath>

#include "egov/removal.hpp"
#include "small_index.hpp"

using namespace egov;

namespace {

bool same(const Vector& a, const Vector& b) {
  for (Index i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && !(std::isnan(a[i]) && std::isnan(b[i]))) return false;
  return a.size() == b.size();
}

// A framework and a recipe without one leaf that has siblings, written down anew.
void drop(Framework& framework, Recipe& recipe, std::size_t gone) {
  framework.nodes.erase(framework.nodes.begin() + static_cast<std::ptrdiff_t>(gone));
  recipe.nodes.erase(recipe.nodes.begin() + static_cast<std::ptrdiff_t>(gone));
  for (Node& node : framework.nodes)
    if (node.parent > static_cast<Index>(gone)) --node.parent;
}

}  // namespace

TEST_CASE("an index without a leaf is the index scored without it") {
  const Panel panel = small_index::panel();
  const Framework framework = small_index::framework();
  const Recipe recipe = small_index::recipe();
  const std::vector<Index> leaves = {small_index::x0, small_index::x1, small_index::x3, small_index::x5};
  const Removal found = remove_each(panel, framework, recipe, 3, leaves, 2);
  const Scores whole = score(panel, framework, recipe, {3});
  CHECK(same(found.scores.col(0), whole.values.col(0)));
  CHECK(same(found.ranks.col(0), whole.ranks.col(0)));
  for (std::size_t k = 0; k < leaves.size(); ++k) {
    Framework fewer = framework;
    Recipe less = recipe;
    drop(fewer, less, static_cast<std::size_t>(leaves[k]));
    const Scores rest = score(panel, fewer, less, {3});
    CHECK(found.reasons[k].empty());
    CHECK(same(found.scores.col(static_cast<Index>(k) + 1), rest.values.col(0)));
    CHECK(same(found.ranks.col(static_cast<Index>(k) + 1), rest.ranks.col(0)));
    CHECK(!same(found.scores.col(static_cast<Index>(k) + 1), whole.values.col(0)));
  }
}

TEST_CASE("the root cannot be removed, and an inner node goes with all below it") {
  const Panel panel = small_index::panel();
  const Framework framework = small_index::framework();
  const Recipe recipe = small_index::recipe();
  CHECK_THROWS_AS(remove_each(panel, framework, recipe, 3, {0}, 1), SpecError);
  const Removal found = remove_each(panel, framework, recipe, 3, {small_index::deep}, 1);
  CHECK(found.reasons[0].empty());
  CHECK(std::isnan(found.scores(5, 1)));  // not scored by the survey itself, with or without
  CHECK(remove_each(panel, framework, recipe, 3, {}, 1).scores.cols() == 1);
}
