// Periods that are carried as reference only: what fails there is no fault of the scored ones, unless an aggregate's scale needs it.
#include <doctest/doctest.h>

#include <cmath>

#include "egov/bound.hpp"
#include "egov/removal.hpp"
#include "small_index.hpp"

using namespace egov;
using small_index::named;

namespace {

enum : std::size_t { root, pillar, a, b, c };

// Root over one pillar (a, b) and c; 4 units, 3 periods. All values are above 0 in 2021 and 2022, not in 2020.
Framework tree() {
  Framework f;
  f.nodes.resize(5);
  const Index parent[] = {-1, 0, 1, 1, 0}, column[] = {-1, -1, 0, 1, 2};
  for (std::size_t i = 0; i < 5; ++i) f.nodes[i].parent = parent[i], f.nodes[i].indicator = column[i];
  return f;
}

Panel panel() {
  Panel p{Matrix(12, 3), 4, Vector::LinSpaced(3, 2020, 2022)};
  for (Index row = 0; row < 12; ++row)
    for (Index j = 0; j < 3; ++j) p.values(row, j) = uniform(3, 1, static_cast<std::uint64_t>(12 * j + row)) + 0.1;
  p.values(1, 0) = -0.5, p.values(2, 1) = 0, p.values(3, 2) = -2;
  return p;
}

Over over(Over::What what, double base = 2020) {
  Over o;
  o.what = what;
  o.base_time = base;
  return o;
}

Recipe with(const std::string& mean, const Over& reference) {
  Recipe r;
  r.nodes.resize(5);
  for (Handling& node : r.nodes) node.aggregate = named(mean);
  for (std::size_t i : {a, b, c}) {
    r.nodes[i].normalize = named("scaled", {{"a", 0}, {"b", 1}});
    r.nodes[i].normalize.over = reference;
  }
  return r;
}

template <class Raised>
Raised refused(const Recipe& recipe, const std::vector<Index>& periods, const Panel& data = panel()) {
  try {
    score(data, tree(), recipe, periods);
  } catch (const Raised& error) {
    return error;
  }
  FAIL("not refused");
  return Raised("");
}

}  // namespace

TEST_CASE("a mean that is impossible in a reference period refuses nothing") {
  for (const Over& reference : {over(Over::base), over(Over::panel)})
    for (const char* mean : {"geometric", "harmonic", "mpi"}) {
      const Recipe recipe = with(mean, reference);
      const Matrix plain = score(panel(), tree(), with(mean, {}), {1, 2}).values;
      CHECK(score(panel(), tree(), recipe, {1, 2}).values == plain);  // this scale takes nothing from its reference
      CHECK(remove_each(panel(), tree(), recipe, 2, {a}, 1).scores.col(0) == plain.col(0).tail(4));
      const Plan plan(panel(), tree(), recipe, {}, {2});
      CHECK(plan.nominal_scores() == plain.col(0).tail(4));
      CHECK(refused<DataError>(recipe, {1, 0}).place.period == 0);
    }
}

TEST_CASE("only faults of the periods asked for are counted") {
  Recipe recipe = with("geometric", over(Over::base));
  recipe.nodes[a].normalize.params["a"] = 0.9;
  Recipe within = recipe;
  for (Handling& node : within.nodes) node.normalize.over = {};
  CHECK(std::string(refused<DataError>(recipe, {1}).what()) == refused<DataError>(within, {1}).what());
}

TEST_CASE("an aggregate is computed in a reference period where its scale, or one above it, is taken from it") {
  Recipe recipe = with("arithmetic", {});
  recipe.nodes[root].normalize = named("minmax");
  recipe.nodes[root].normalize.over = over(Over::base);
  const Scores all = score(panel(), tree(), recipe, {2, 0});
  CHECK(score(panel(), tree(), recipe, {2}).values == all.values.topRows(4));
  recipe.nodes[pillar].aggregate = named("geometric");
  const DataError error = refused<DataError>(recipe, {2});
  CHECK(error.place.node == static_cast<long>(a));
  CHECK(error.place.unit == 1);
  CHECK(error.place.period == 0);
  CHECK(std::string(error.what()).find("not asked for") != std::string::npos);
  recipe.nodes[pillar].aggregate = named("arithmetic");
  recipe.nodes[root].normalize = {};
  recipe.nodes[root].aggregate = named("geometric");
  recipe.nodes[pillar].normalize = named("minmax", {{"low", 1}, {"high", 2}});  // the root beside it is not needed in 2020
  recipe.nodes[pillar].normalize.over = over(Over::base);
  const Scores scaled = score(panel(), tree(), recipe, {2});
  const Vector means = (panel().values.col(0) + panel().values.col(1)) / 2;
  const double low = means.head(4).minCoeff(), high = means.head(4).maxCoeff();
  for (Index u = 0; u < 4; ++u) {
    const double part = 1 + (means[8 + u] - low) / (high - low);
    CHECK(scaled.values(u, 1) == doctest::Approx(part).epsilon(1e-13));
    CHECK(scaled.values(u, 0) == doctest::Approx(std::sqrt(part * panel().values(8 + u, 2))).epsilon(1e-13));
  }
}

TEST_CASE("a common range needs nothing of a reference period") {
  Panel data = panel();
  data.values.topRows(4).setConstant(1);
  Recipe recipe = with("geometric", over(Over::panel));
  recipe.rescale = {1, 10};
  const Scores found = score(data, tree(), recipe, {2});
  Recipe within = with("geometric", {});
  within.rescale = {1, 10};
  CHECK(found.values == score(data, tree(), within, {2}).values);
  CHECK_THROWS_AS(score(data, tree(), recipe, {0}), DataError);
}

TEST_CASE("bounds have the weights of the score and nothing to refuse in a reference period") {
  Panel data = panel();
  data.values(2, 1) = 0.2, data.values(9, 1) = missing_value;
  Recipe recipe = with("geometric", over(Over::panel));
  recipe.missing = Missing::drop_weight;
  for (Handling& node : recipe.nodes) node.weight = named("standard_deviation");
  const Scores nominal = score(data, tree(), recipe, {2});
  const Bounds found = bounds(data, tree(), recipe, {2});
  for (Index u : {0, 2, 3}) {
    CHECK(found.low[u] == nominal.values(u, 0));
    CHECK(found.high[u] == nominal.values(u, 0));
  }
}

TEST_CASE("an error of an aggregate's scale by groups names the period") {
  Recipe recipe = with("arithmetic", {});
  recipe.nodes[pillar].normalize = named("zscore");
  recipe.nodes[pillar].normalize.over.what = Over::group;
  recipe.nodes[pillar].normalize.over.groups = {0, 0, 1, -1};
  recipe.missing = Missing::drop_weight;
  Panel data = panel();
  data.values(7, 0) = data.values(7, 1) = missing_value;  // the unit without a group has no pillar in 2021
  const DataError error = refused<DataError>(recipe, {1, 2}, data);
  CHECK(error.place.unit == 3);
  CHECK(error.place.period == 2);
  CHECK(error.place.node == static_cast<long>(pillar));
}
