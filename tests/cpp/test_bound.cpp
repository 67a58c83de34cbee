#include <doctest/doctest.h>

#include <cmath>

#include "egov/bound.hpp"
#include "small_index.hpp"

using namespace egov;
using small_index::named;

namespace {

const double na = missing_value;

// Root over one pillar (two indicators) and a third indicator; five units.
Framework tree() {
  Framework f;
  f.nodes.resize(5);
  const Index parent[] = {-1, 0, 1, 1, 0}, column[] = {-1, -1, 0, 1, 2};
  const double weight[] = {1, 2, 1, 3, 1};
  for (std::size_t i = 0; i < 5; ++i) f.nodes[i].parent = parent[i], f.nodes[i].indicator = column[i], f.nodes[i].weight = weight[i];
  f.nodes[3].direction = -1;
  return f;
}

Panel holed() {
  Matrix x(5, 3);
  x << 1, 5, na,  //
      2, na, 30,  //
      4, 3, 20,   //
      na, 1, 10,  //
      3, 2, 25;
  return {x, 5, Vector::Constant(1, 2020)};
}

Recipe with(const Choice& scale, const std::string& mean) {
  Recipe r;
  r.nodes.resize(5);
  for (Handling& node : r.nodes) node.aggregate = named(mean);
  for (std::size_t i : {2, 3, 4}) r.nodes[i].normalize = scale;
  r.missing = Missing::drop_weight;
  return r;
}

// Every corner of the missing cells: lowest and highest score of each unit, best and worst rank.
Bounds by_brute_force(const Recipe& recipe, const std::vector<double>& low, const std::vector<double>& high) {
  const Framework f = tree();
  const Scores nominal = score(holed(), f, recipe, {0});
  std::vector<std::pair<Index, Index>> holes;
  for (Index row = 0; row < 5; ++row)
    for (Index node : {2, 3, 4})
      if (std::isnan(nominal.values(row, node))) holes.emplace_back(row, node);
  REQUIRE(holes.size() == 3);
  Bounds b{Vector::Constant(5, infinite), Vector::Constant(5, -infinite), Vector::Constant(5, 99), Vector::Zero(5)};
  Recipe plain = recipe;
  for (std::size_t i : {2, 3, 4}) plain.nodes[i].normalize = {};
  plain.rescale = {};
  for (unsigned corner = 0; corner < 8; ++corner) {
    Scores s = nominal;
    for (std::size_t k = 0; k < 3; ++k) {
      const auto leaf = static_cast<std::size_t>(holes[k].second) - 2;
      s.values(holes[k].first, holes[k].second) = (corner >> k & 1) ? high[leaf] : low[leaf];
    }
    climb(s, {5, Vector::Constant(1, 2020)}, f, plain);
    b.low = b.low.cwiseMin(s.values.col(0));
    b.high = b.high.cwiseMax(s.values.col(0));
    b.best_rank = b.best_rank.cwiseMin(s.ranks.col(0));
    b.worst_rank = b.worst_rank.cwiseMax(s.ranks.col(0));
  }
  return b;
}

void agree(const Bounds& got, const Bounds& right) {
  for (Index u = 0; u < 5; ++u) {
    CHECK(got.low[u] == doctest::Approx(right.low[u]).epsilon(1e-14));
    CHECK(got.high[u] == doctest::Approx(right.high[u]).epsilon(1e-14));
    CHECK(got.best_rank[u] == right.best_rank[u]);
    CHECK(got.worst_rank[u] == right.worst_rank[u]);
  }
}

}  // namespace

TEST_CASE("bounds are the corners of the missing values") {
  for (const char* mean : {"arithmetic", "geometric", "harmonic", "minimum", "maximum", "median"}) {
    const Recipe r = with(named("minmax", {{"low", 1}, {"high", 100}}), mean);
    agree(bounds(holed(), tree(), r, {0}), by_brute_force(r, {1, 1, 1}, {100, 100, 100}));
    Recipe together = with(named("zscore"), mean);
    together.rescale = {1, 100};
    if (std::string(mean) == "arithmetic") CHECK_NOTHROW(bounds(holed(), tree(), together, {0}));
  }
}

TEST_CASE("without a declared range the observed values of the indicator are the ends") {
  const Recipe r = with(named("zscore"), "arithmetic");
  const Scores s = score(holed(), tree(), r, {0});
  std::vector<double> low, high;
  for (Index node : {2, 3, 4}) {
    Together seen;
    seen.see(s.values.col(node));
    low.push_back(seen.low), high.push_back(seen.high);
  }
  agree(bounds(holed(), tree(), r, {0}), by_brute_force(r, low, high));
}

TEST_CASE("no holes, no width: score and rank of score()") {
  Panel data = holed();
  data.values(0, 2) = 12, data.values(1, 1) = 4, data.values(3, 0) = 2.5;
  const Recipe r = with(named("minmax"), "arithmetic");
  const Scores s = score(data, tree(), r, {0});
  const Bounds b = bounds(data, tree(), r, {0});
  CHECK(b.low == s.values.col(0));
  CHECK(b.high == s.values.col(0));
  CHECK(b.best_rank == s.ranks.col(0));
  CHECK(b.worst_rank == s.ranks.col(0));
}

TEST_CASE("a unit without any value has no bounds and is in nobody's way") {
  Panel data = holed();
  data.values.row(2).setConstant(na);
  const Bounds b = bounds(data, tree(), with(named("minmax"), "arithmetic"), {0});
  CHECK(std::isnan(b.low[2]));
  CHECK(std::isnan(b.best_rank[2]));
  for (Index u : {0, 1, 3, 4}) CHECK(b.worst_rank[u] <= 4);
}

TEST_CASE("what depends on the other units has no bounds") {
  Recipe r = with(named("minmax"), "arithmetic");
  r.nodes[1].normalize = named("minmax");
  CHECK_THROWS_AS(bounds(holed(), tree(), r, {0}), SpecError);
  r.nodes[1].normalize = named("goalposts", {{"lower", 0}, {"upper", 1}});
  CHECK_NOTHROW(bounds(holed(), tree(), r, {0}));
  r.rescale = {1, 100};
  CHECK_THROWS_AS(bounds(holed(), tree(), r, {0}), SpecError);
  for (const char* mean : {"mpi", "ampi", "wroclaw", "copeland"}) CHECK_THROWS_AS(bounds(holed(), tree(), with(named("minmax"), mean), {0}), SpecError);
}
