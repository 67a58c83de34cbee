#include <doctest/doctest.h>

#include <cmath>

#include "small_index.hpp"

using namespace egov;
using namespace small_index;

namespace {

const double na = missing_value;

// A root over two indicators; three units.
Framework two() {
  Framework f;
  f.nodes.resize(3);
  for (std::size_t i : {1, 2}) f.nodes[i].parent = 0, f.nodes[i].indicator = static_cast<Index>(i) - 1;
  return f;
}

Panel three_units(const Matrix& values, const Vector& times) { return {values, 3, times}; }

Recipe plainly(std::size_t count) {
  Recipe r;
  r.nodes.resize(count);
  return r;
}

Vector times(std::initializer_list<double> values) {
  Vector x(static_cast<Index>(values.size()));
  std::copy(values.begin(), values.end(), x.begin());
  return x;
}

Panel complete() {
  Matrix x(6, 2);
  x << 1, 10, 2, 30, 4, 20, 5, 10, 9, 10, 7, 40;
  return three_units(x, times({2020, 2021}));
}

template <class Raised>
Place place_of(const Panel& data, const Framework& tree, const Recipe& chosen, const std::vector<Index>& periods) {
  try {
    score(data, tree, chosen, periods);
  } catch (const Raised& error) {
    return error.place;
  }
  FAIL("not refused");
  return {};
}

}  // namespace

TEST_CASE("by hand: minmax, weights 3 to 1, ranks of each period") {
  Framework tree = two();
  tree.nodes[1].weight = 3;
  tree.nodes[2].direction = -1;
  Recipe chosen = plainly(3);
  for (std::size_t i : {1, 2}) chosen.nodes[i].normalize = named("minmax");
  const Scores s = score(complete(), tree, chosen, {0, 1});
  const double right[] = {0.25, 0.25, 0.875, 0.25, 1, 0.375};  // (3 x + y) / 4
  for (Index row = 0; row < 6; ++row) CHECK(s.values(row, 0) == doctest::Approx(right[row]).epsilon(1e-15));
  const double ranks[] = {2, 2, 1, 3, 1, 2};
  for (Index row = 0; row < 6; ++row) CHECK(s.ranks(row, 0) == ranks[row]);
  CHECK(s.weights == (Vector(3) << 1, 0.75, 0.25).finished());
  CHECK(s.trail.empty());
  CHECK(score(complete(), tree, chosen, {1}).values == s.values.bottomRows(3));
}

TEST_CASE("a lag takes the value of an earlier period; the trail stands at the scored one") {
  Framework tree = two();
  tree.nodes[1].lag = 1;
  Panel data = complete();
  data.values(1, 0) = na;
  Recipe chosen = plainly(3);
  chosen.nodes[1].impute = {named("mean")};
  const Scores s = score(data, tree, chosen, {1});
  CHECK(s.values(0, 1) == 1);
  CHECK(s.values(1, 1) == 2.5);
  CHECK(s.values(2, 0) == 22);
  REQUIRE(s.trail.size() == 1);
  CHECK(s.trail[0].row == 1);
  CHECK(s.trail[0].column == 1);
  CHECK(s.trail[0].first == 0);
  tree.nodes[1].lag = 2;
  CHECK(place_of<DataError>(data, tree, chosen, {1}).node == 1);
}

TEST_CASE("a published code takes the unit out of its period and is no donor") {
  Framework tree = two();
  tree.nodes[2].not_scored = 0;
  Panel data = complete();
  data.values(1, 1) = 0;
  data.values(2, 1) = na;
  Recipe chosen = plainly(3);
  chosen.nodes[2].impute = {named("mean")};
  const Scores s = score(data, tree, chosen, {0, 1});
  CHECK(s.excluded == std::vector<char>{0, 1, 0, 0, 0, 0});
  CHECK(s.values.row(1).array().isNaN().all());
  CHECK(s.ranks.row(1).array().isNaN().all());
  CHECK(s.values(2, 2) == 10);  // mean of what is left
  CHECK(s.values(4, 0) == 9.5);
  REQUIRE(s.trail.size() == 2);
  CHECK(s.trail[0].stage == "screen");
  CHECK(s.trail[0].row == 1);
  CHECK(s.trail[1].stage == "impute");
}

TEST_CASE("a panel that is given away has the same scores, with codes for units that are not scored and without") {
  for (const double code : {na, 4.0}) {
    Framework tree = two();
    tree.nodes[1].not_scored = code;
    Recipe chosen = plainly(3);
    for (std::size_t i : {1, 2}) chosen.nodes[i].normalize = named("minmax");
    const Scores kept = score(complete(), tree, chosen, {0, 1});
    const Panel lasting = complete();
    const Scores other = score(lasting, tree, chosen, {0, 1});
    REQUIRE(kept.values.size() == other.values.size());
    for (Index i = 0; i < kept.values.size(); ++i) {
      const double a = kept.values.data()[i], b = other.values.data()[i];
      CHECK((a == b || (std::isnan(a) && std::isnan(b))));
    }
    CHECK(lasting.values.size() == complete().values.size());
    CHECK(kept.excluded == other.excluded);
  }
}

TEST_CASE("an inner node's normalization runs over the units scored in that period") {
  Framework tree = two();
  tree.nodes[2].not_scored = 0;
  Panel data = complete();
  data.values(2, 1) = 0;
  Recipe chosen = plainly(3);
  chosen.nodes[0].normalize = named("minmax");
  const Scores s = score(data, tree, chosen, {0, 1});
  CHECK(s.values(0, 0) == 0);
  CHECK(s.values(1, 0) == 1);
  CHECK(std::isnan(s.values(2, 0)));
  CHECK(s.values(5, 0) == 1);
}

TEST_CASE("cells that stay empty are all named, unless they drop out with their weight") {
  Panel data = complete();
  data.values(0, 0) = data.values(0, 1) = data.values(4, 1) = na;
  Recipe chosen = plainly(3);
  try {
    score(data, two(), chosen, {0, 1});
    FAIL("not refused");
  } catch (const MissingError& error) {
    CHECK(error.cells == std::vector<std::pair<Index, Index>>{{0, 1}, {0, 2}, {4, 2}});
  }
  chosen.missing = Missing::drop_weight;
  const Scores s = score(data, two(), chosen, {0, 1});
  CHECK(std::isnan(s.values(0, 0)));
  CHECK(std::isnan(s.ranks(0, 0)));
  CHECK(s.values(4, 0) == 9);
  CHECK(s.values(5, 0) == 23.5);
}

TEST_CASE("steps run in the order that is given") {
  Panel data = three_units((Matrix(3, 2) << 1, 1, na, 2, 500, 3).finished(), times({0}));
  Recipe chosen = plainly(3);
  chosen.nodes[1].impute = {named("mean")};
  chosen.nodes[1].treat = {named("cap", {{"cap", 100}})};
  CHECK(score(data, two(), chosen, {0}).values(1, 1) == 100);  // 250.5, capped
  chosen.order = {Step::screen, Step::treat, Step::impute, Step::normalize};
  const Scores s = score(data, two(), chosen, {0});
  CHECK(s.values(1, 1) == 50.5);
  REQUIRE(s.trail.size() == 2);
  CHECK(s.trail[0].stage == "treat");
  CHECK(s.trail[0].before == 500);
  CHECK(s.trail[0].after == 100);
  chosen.order = {Step::screen, Step::normalize};
  chosen.missing = Missing::drop_weight;
  CHECK(std::isnan(score(data, two(), chosen, {0}).values(1, 1)));
  CHECK(score(data, two(), chosen, {0}).values(2, 1) == 500);
}

TEST_CASE("siblings are brought to the recipe's range together, at every level") {
  const Panel data = panel(0);
  Recipe chosen = recipe();
  for (Handling& node : chosen.nodes) node.normalize = named("zscore");
  chosen.nodes[root].normalize = chosen.nodes[services].normalize = named("none");
  const Scores before = score(data, framework(), chosen, {3});
  chosen.rescale = {1, 100};
  const Scores after = score(data, framework(), chosen, {3});
  for (const auto& siblings : std::vector<std::vector<std::size_t>>{{x0, x1, x2}, {x4, x5}}) {
    double low = infinite, high = -infinite;
    for (std::size_t node : siblings)
      for (Index u = 0; u < units; ++u) {
        if (u == 5) continue;
        low = std::min(low, after.values(u, static_cast<Index>(node)));
        high = std::max(high, after.values(u, static_cast<Index>(node)));
      }
    CHECK(low == 1);
    CHECK(high == 100);
    // one affine map for all of them: ratios of differences stay, across siblings too
    auto at = [&](const Scores& s, std::size_t node, Index u) { return s.values(u, static_cast<Index>(node)); };
    const double stretch = (at(after, siblings[0], 1) - at(after, siblings[0], 0)) / (at(before, siblings[0], 1) - at(before, siblings[0], 0));
    for (std::size_t node : siblings)
      CHECK(at(after, node, 7) - at(after, siblings[0], 0) == doctest::Approx(stretch * (at(before, node, 7) - at(before, siblings[0], 0))).epsilon(1e-9));
  }
}

TEST_CASE("errors stand at their node, unit and period of the panel") {
  Panel data = complete();
  Recipe chosen = plainly(3);
  chosen.nodes[0].aggregate = named("geometric");
  data.values(4, 1) = -1;
  const Place bad = place_of<DataError>(data, two(), chosen, {1});
  CHECK(bad.node == 2);
  CHECK(bad.unit == 1);
  CHECK(bad.period == 1);
  chosen = plainly(3);
  chosen.nodes[2].normalize = named("minmax");
  data = complete();
  for (Index row : {3, 4, 5}) data.values(row, 1) = 8;
  const Place constant = place_of<DataError>(data, two(), chosen, {1});
  CHECK(constant.node == 2);
  CHECK(constant.period == 1);
  data.values(4, 0) = infinite;
  CHECK(place_of<DataError>(data, two(), plainly(3), {0}).unit == 1);
  CHECK(place_of<SpecError>(complete(), two(), plainly(2), {0}).stage == "recipe");
  Framework stray = two();
  stray.nodes[2].indicator = 7;
  CHECK(place_of<SpecError>(complete(), stray, plainly(3), {0}).node == 2);
}

TEST_CASE("the trail holds every change, and observed cells change by treatment only") {
  const Panel data = panel();
  const Framework tree = framework();
  Recipe chosen = recipe();
  for (Handling& node : chosen.nodes) {
    node.normalize = named("none");
    node.treat = {named("winsorize", {{"skew", 0.2}, {"kurt", -2}}), named("cap", {{"cap", 4}})};
  }
  const std::vector<Index> scored = {1, 3, 4};
  const Scores s = score(data, tree, chosen, scored);
  Matrix replay = Matrix::Constant(s.values.rows(), s.values.cols(), na);
  for (std::size_t i = 0; i < nodes; ++i)
    for (std::size_t k = 0; k < scored.size() && tree.nodes[i].leaf(); ++k)
      for (Index u = 0; u < units; ++u) {
        const Index from = scored[k] - static_cast<Index>(tree.nodes[i].lag), row = static_cast<Index>(k) * units + u;
        replay(row, static_cast<Index>(i)) = data.values(data.row(from, u), tree.nodes[i].indicator);
      }
  std::size_t treated = 0;
  for (const Change& change : s.trail) {
    double& cell = replay(change.row, change.column);
    CHECK((cell == change.before || (std::isnan(cell) && std::isnan(change.before))));
    if (change.stage == "impute") CHECK(std::isnan(change.before));
    treated += change.stage == "treat";
    cell = change.after;
  }
  CHECK(treated > 20);
  for (std::size_t i = 0; i < nodes; ++i)
    for (Index row = 0; row < s.values.rows() && tree.nodes[i].leaf(); ++row) {
      if (s.excluded[static_cast<std::size_t>(row)]) continue;
      const double sign = tree.nodes[i].direction;
      CHECK(sign * replay(row, static_cast<Index>(i)) == s.values(row, static_cast<Index>(i)));
    }
}
