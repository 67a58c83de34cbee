#include <doctest/doctest.h>

#include "egov/framework.hpp"

using namespace egov;

namespace {

Framework tree(std::initializer_list<std::pair<Index, Index>> parent_and_indicator) {
  Framework framework;
  for (const auto& [parent, indicator] : parent_and_indicator) {
    Node node;
    node.parent = parent;
    node.indicator = indicator;
    framework.nodes.push_back(node);
  }
  return framework;
}

long fault_at(const Framework& framework) {
  try {
    children(framework);
  } catch (const SpecError& error) {
    CHECK(error.place.stage == "framework");
    return error.place.node;
  }
  return -2;
}

}  // namespace

TEST_CASE("children of each node, in order") {
  const auto below = children(tree({{-1, -1}, {0, -1}, {0, 0}, {1, 1}, {1, 2}}));
  REQUIRE(below.size() == 5);
  CHECK(below[0] == std::vector<Index>{1, 2});
  CHECK(below[1] == std::vector<Index>{3, 4});
  CHECK(below[2].empty());
}

TEST_CASE("what is no tree is refused at its node") {
  CHECK(fault_at({}) == -1);
  CHECK(fault_at(tree({{-1, -1}, {0, 0}})) == -2);
  CHECK(fault_at(tree({{0, -1}, {0, 0}})) == 0);             // no root
  CHECK(fault_at(tree({{-1, -1}, {0, 0}, {-1, 1}})) == 2);   // two roots
  CHECK(fault_at(tree({{-1, -1}, {2, 0}, {0, -1}})) == 1);   // parent after child
  CHECK(fault_at(tree({{-1, -1}, {1, 0}})) == 1);            // its own parent
  CHECK(fault_at(tree({{-1, -1}, {7, 0}})) == 1);            // no such parent
  CHECK(fault_at(tree({{-1, -1}, {0, 0}, {1, 1}})) == 2);    // below an indicator
  CHECK(fault_at(tree({{-1, -1}, {0, 0}, {0, -1}})) == 2);   // neither indicator nor children
  CHECK(fault_at(tree({{-1, -1}})) == 0);
}

TEST_CASE("weights must be numbers of at least 0") {
  for (double bad : {-1.0, missing_value, infinite}) {
    Framework framework = tree({{-1, -1}, {0, 0}, {0, 1}});
    framework.nodes[2].weight = bad;
    CHECK(fault_at(framework) == 2);
  }
}
