#include <doctest/doctest.h>

#include <cmath>

#include "small_index.hpp"

using namespace egov;
using namespace small_index;

namespace {

// Checks `draws` random points against score(); how many of the levels of the discrete factors were met.
std::size_t hold(const Panel& data, const Recipe& chosen, const Alternatives& others, std::uint64_t draws,
                 const Framework& tree = framework()) {
  const Plan plan(data, tree, chosen, others, three_years);
  std::vector<std::size_t> seen;
  for (std::uint64_t k = 0; k < draws; ++k) {
    const auto at = point(plan, k);
    const double far = distance(plan, data, at, three_years);
    CHECK(far >= 0);
    CHECK(far <= 1e-12);
    std::size_t combination = 0;
    for (std::size_t i = 0; i < plan.factors().size(); ++i)
      if (plan.factors()[i].levels) combination = combination * 10 + static_cast<std::size_t>(Plan::level(at[i], plan.factors()[i].levels));
    if (std::find(seen.begin(), seen.end(), combination) == seen.end()) seen.push_back(combination);
  }
  return seen.size();
}

bool refused(const Panel& data, const Recipe& chosen, const Alternatives& others, const Framework& tree = framework()) {
  try {
    Plan(data, tree, chosen, others, three_years);
  } catch (const SpecError&) {
    return true;
  }
  return false;
}

}  // namespace

TEST_CASE("every draw is what score() gives") {
  CHECK(hold(panel(), recipe(), alternatives(), 300) == 3 * 2 * 3 * 2);
}

TEST_CASE("a list with one alternative replaces the recipe's own choice and is no factor") {
  Alternatives others;
  others.impute = {chains({named("mean")})};
  others.aggregate = {std::vector<Choice>(nodes, named("geometric"))};
  others.weights.noise.assign(nodes, 0);
  others.weights.noise[x0] = others.weights.noise[x1] = 1;
  const Plan plan(panel(), framework(), recipe(), others, three_years);
  REQUIRE(plan.factors().size() == 2);
  CHECK(plan.factors()[0].node == static_cast<Index>(x0));
  hold(panel(), recipe(), others, 30);
}

TEST_CASE("geometric means of geometric means, with and without a scale between them") {
  Alternatives others = alternatives();
  others.normalize = {scales(onto(named("minmax")), named("none")), scales(onto(named("zscore"), 5, 6), named("none")),
                      scales(onto(named("minmax")), onto(named("rank")))};
  others.aggregate = {std::vector<Choice>(nodes, named("geometric")), std::vector<Choice>(nodes, named("geometric")),
                      std::vector<Choice>(nodes, named("geometric"))};
  others.aggregate[1][root] = named("arithmetic");
  others.aggregate[2][deep] = named("arithmetic");
  CHECK(hold(panel(), recipe(), others, 500) == 3 * 2 * 3 * 3);
}

TEST_CASE("siblings brought to a range together, with and without computed ones among them") {
  for (const auto& inner : {named("zscore"), named("none"), onto(named("minmax"), 2, 9)}) {
    Alternatives others = alternatives();
    others.normalize = {scales(named("minmax"), inner), scales(named("zscore"), inner), scales(named("rank"), inner)};
    others.normalize[2][x1] = onto(named("none"), 3, 4);
    others.rescale = {{1, 100}, {0.5, 2}, {1, 100}};
    Recipe chosen = recipe();
    chosen.rescale = {1, 100};
    CHECK(hold(panel(), chosen, others, 250) == 3 * 2 * 3 * 2);
    others.rescale = {};
    hold(panel(), chosen, others, 30);
    others.rescale = {{1, 100}, {}, {1, 100}};
    others.aggregate = {};
    hold(panel(), chosen, others, 60);
    for (Handling& node : chosen.nodes) node.impute = {named("linear")};
    chosen.missing = Missing::drop_weight;
    others.impute = {};
    hold(panel(0.1), chosen, others, 60);
  }
}

TEST_CASE("missing children drop out with their weight in draws as in score()") {
  Recipe chosen = recipe();
  chosen.missing = Missing::drop_weight;
  for (Handling& node : chosen.nodes) node.impute = {named("none")};
  Alternatives others = alternatives();
  others.impute = {chains({named("none")}), chains({named("locf", {{"max_gap", 1}})})};
  Panel data = panel(0.35);
  for (Index u = 0; u < units; ++u)  // every unit keeps something in every year
    for (Index t = 0; t < years; ++t)
      if (!(data.values(data.row(t, u), 4) > 0)) data.values(data.row(t, u), 4) = 1.0 + 0.1 * static_cast<double>(u) + 0.01 * static_cast<double>(t);
  CHECK(hold(data, chosen, others, 200) == 2 * 2 * 3 * 2);
}

TEST_CASE("other orders of the steps") {
  for (const auto& order : std::vector<std::vector<Step>>{{Step::screen, Step::treat, Step::impute, Step::normalize},
                                                          {Step::screen, Step::treat, Step::normalize, Step::impute},
                                                          {Step::impute, Step::screen, Step::treat, Step::normalize}}) {
    Recipe chosen = recipe();
    chosen.order = order;
    hold(panel(), chosen, alternatives(), 60);
  }
}

TEST_CASE("rounding before ranking, and weights that start from equal ones") {
  Recipe chosen = recipe();
  chosen.rank_digits = 0;
  for (Handling& node : chosen.nodes) node.weight = named("equal");
  hold(panel(), chosen, alternatives(), 60);
}

TEST_CASE("factors stand in the order of the stages, then weights in the order of the nodes") {
  const Plan plan(panel(), framework(), recipe(), alternatives(), three_years);
  const auto& factors = plan.factors();
  REQUIRE(factors.size() == 4 + nodes - 2);
  const char* const names[] = {"impute", "treat", "normalize", "aggregate"};
  const Index levels[] = {3, 2, 3, 2};
  for (std::size_t k = 0; k < 4; ++k) {
    CHECK(factors[k].name == names[k]);
    CHECK(factors[k].levels == levels[k]);
    CHECK(factors[k].node == -1);
  }
  for (std::size_t k = 4; k < factors.size(); ++k) {
    CHECK(factors[k].name == "weight");
    CHECK(factors[k].levels == 0);
    CHECK(factors[k].node > factors[k - 1].node);
  }
}

TEST_CASE("levels take equal shares of the unit interval, ends included") {
  CHECK(Plan::level(0.0, 3) == 0);
  CHECK(Plan::level(0.3333, 3) == 0);
  CHECK(Plan::level(0.3334, 3) == 1);
  CHECK(Plan::level(0.6667, 3) == 2);
  CHECK(Plan::level(1.0, 3) == 2);
}

TEST_CASE("excluded units and the nominal result") {
  const Panel data = panel();
  const Plan plan(data, framework(), recipe(), alternatives(), three_years);
  const Scores nominal = score(data, framework(), recipe(), three_years);
  CHECK(plan.rows() == units * 3 - 1);  // unit 5 is not three_years in the second of the three_years years
  CHECK(plan.periods() == 3);
  CHECK(plan.start(2) - plan.start(1) == units - 1);
  for (Index row = 0; row < plan.rows(); ++row) {
    const Index from = plan.kept()[static_cast<std::size_t>(row)];
    CHECK(from != units + 5);
    CHECK(plan.nominal_scores()[row] == nominal.values(from, 0));
    CHECK(plan.nominal_ranks()[static_cast<std::size_t>(row)] == static_cast<int>(nominal.ranks(from, 0)));
  }
}

TEST_CASE("weights are the shares times 1 + noise (2u - 1), brought to sum one") {
  Alternatives others;
  others.weights.noise.assign(nodes, 0);
  others.weights.noise[x1] = 0.5;
  const Plan plan(panel(), framework(), recipe(), others, three_years);
  const double at = 0.9;
  const Framework drawn = plan.framework_at(&at);
  CHECK(drawn.nodes[x0].weight == doctest::Approx(1 / 6.2).epsilon(1e-15));
  CHECK(drawn.nodes[x1].weight == doctest::Approx(3 * 1.4 / 6.2).epsilon(1e-15));
}

TEST_CASE("what cannot be computed is refused before any draw") {
  Alternatives others;
  others.aggregate = {std::vector<Choice>(nodes, named("arithmetic")), std::vector<Choice>(nodes, named("geometric"))};
  Recipe chosen = recipe();
  CHECK_FALSE(refused(panel(), chosen, others));
  others.normalize = {scales(onto(named("minmax")), onto(named("minmax"))), scales(named("zscore"), onto(named("minmax")))};
  CHECK(refused(panel(), chosen, others));
  others.normalize[1] = scales(onto(named("zscore")), named("zscore"));  // of an aggregate
  CHECK(refused(panel(), chosen, others));
  others.normalize[1] = scales(onto(named("zscore")), named("minmax"));  // gives 0
  CHECK(refused(panel(), chosen, others));
  others.normalize[1] = scales(onto(named("zscore")), named("minmax", {{"low", 0.001}}));
  CHECK_FALSE(refused(panel(), chosen, others));
}

TEST_CASE("noise beyond 0 to 1 and other ranks than competition are refused") {
  Alternatives others;
  others.weights.noise.assign(nodes, 0);
  for (double noise : {-0.1, 1.1, missing_value}) {
    others.weights.noise[x0] = noise;
    CHECK(refused(panel(), recipe(), others));
  }
  Recipe chosen = recipe();
  chosen.rank.method = "dense";
  CHECK(refused(panel(), chosen, {}));
}

TEST_CASE("a hole that one alternative leaves open is named before any draw") {
  Alternatives others;
  others.impute = {chains({named("mean")}), chains({named("locf")})};
  CHECK_THROWS_AS(Plan(panel(0.5), framework(), recipe(), others, three_years), MissingError);
}

// A unit without any value: one alternative fills it, the other leaves it without a score.
TEST_CASE("alternatives that disagree on who is three_years are refused, or give what score() gives") {
  Panel data = panel();
  for (Index t = 0; t < years; ++t) data.values.row(data.row(t, 4)).setConstant(missing_value);
  for (bool nominal_scores_it : {true, false}) {
    Recipe chosen = recipe();
    chosen.missing = Missing::drop_weight;
    for (Handling& node : chosen.nodes) node.impute = {named(nominal_scores_it ? "mean" : "locf")};
    Alternatives others;
    others.impute = {chains({named("mean")}), chains({named("locf")})};
    try {
      const Plan plan(data, framework(), chosen, others, three_years);
      for (double at : {0.25, 0.75}) CHECK(distance(plan, data, {at}, three_years) >= 0);
    } catch (const Error&) {
      CHECK(true);
    }
  }
}

TEST_CASE("alternatives of a step that the recipe does not run are refused, or do nothing") {
  Recipe chosen = recipe();
  chosen.order = {Step::screen, Step::impute, Step::normalize};
  Alternatives others;
  others.treat = {chains({named("none")}), chains({named("winsorize")})};
  try {
    const Plan plan(panel(), framework(), chosen, others, three_years);
    for (double at : {0.25, 0.75}) CHECK(distance(plan, panel(), {at}, three_years) == 0);
  } catch (const SpecError&) {
    CHECK(true);
  }
}

TEST_CASE("every aggregation gives in draws what it gives in score(), also as one of several and at some nodes only") {
  std::size_t tried = 0;
  for (const AggregateMethod& row : aggregate_methods()) {
    Choice choice = named(row.name);
    if (row.name == "power") choice.params = {{"p", -2.5}};
    if (row.name == "owa") choice.params = {{"orness", 0.3}};
    Alternatives others = alternatives();
    others.treat = {}, others.impute = {};
    others.aggregate = {std::vector<Choice>(nodes, choice), std::vector<Choice>(nodes, named("arithmetic"))};
    others.aggregate[1][access] = others.aggregate[1][root] = choice;
    const bool positive = row.traits & keeps_range;
    if (!positive)  // what lies outside the range of its children meets no mean that needs positive ones
      for (auto& level : others.aggregate) level[services] = named("arithmetic");
    others.normalize[1][access] = onto(named("zscore"), 2, 30);
    CHECK(hold(panel(), recipe(), others, 120) == 3 * 2);
    ++tried;
  }
  CHECK(tried >= 12);
}

TEST_CASE("methods that compare units and holes") {
  Recipe chosen = recipe();
  chosen.missing = Missing::drop_weight;
  for (Handling& node : chosen.nodes) node.impute = {named("none")}, node.aggregate = named("copeland");
  Alternatives others;
  others.weights.noise.assign(nodes, 0.5);
  others.weights.noise[root] = 0;
  Panel data = panel(0.1);
  hold(data, chosen, others, 60);
  others.aggregate = {std::vector<Choice>(nodes, named("copeland")), std::vector<Choice>(nodes, named("wroclaw"))};
  CHECK_THROWS_AS(Plan(data, framework(), chosen, others, three_years), DataError);  // before any draw
}

TEST_CASE("a unit without a score that has children of a node which compares units is refused") {
  Recipe chosen = recipe();
  chosen.missing = MissingRule(Missing::drop_weight, 0.8);
  for (Handling& node : chosen.nodes) node.impute = {named("none")};
  Alternatives others;
  others.aggregate = {std::vector<Choice>(nodes, named("arithmetic"))};
  CHECK(Plan(panel(0.1), framework(), chosen, others, three_years).rows() < 3 * units);
  others.aggregate[0][access] = named("copeland");
  CHECK_THROWS_AS(Plan(panel(0.1), framework(), chosen, others, three_years), DataError);
}

TEST_CASE("powers beyond the range of numbers take the way of score()") {
  Alternatives others;
  others.aggregate = {std::vector<Choice>(nodes, named("power", {{"p", 400}})), std::vector<Choice>(nodes, named("power", {{"p", -300}})),
                      std::vector<Choice>(nodes, named("power", {{"p", 2}}))};
  others.weights.noise.assign(nodes, 0.5);
  others.weights.noise[root] = 0;
  CHECK(hold(panel(), recipe(), others, 60) == 3);
}

TEST_CASE("what a power of the children needs is known before any draw") {
  Alternatives others;
  const auto power = [](double p) { return std::vector<Choice>(nodes, named("power", {{"p", p}})); };
  for (const auto& [low, p, ok] : {std::tuple{0.0, 2.0, true}, {0.0, -2.0, false}, {-1.0, 2.0, false}, {1.0, -2.0, true}}) {
    others.normalize = {scales(named("minmax", {{"low", low}, {"high", 5}}), named("minmax", {{"low", low}, {"high", 5}}))};
    others.aggregate = {std::vector<Choice>(nodes, named("arithmetic")), power(p)};
    CHECK(refused(panel(), recipe(), others) != ok);
  }
  others.aggregate = {power(0)};
  CHECK(refused(panel(), recipe(), others));
}

TEST_CASE("a threshold of children, in draws as in score()") {
  Recipe chosen = recipe();
  chosen.missing = MissingRule(Missing::drop_weight, 0.6);
  for (Handling& node : chosen.nodes) node.impute = {named("none")};
  for (std::size_t i : {access, deep}) chosen.nodes[i].normalize = named("none");  // no scale of units that get no score
  Alternatives others = alternatives();
  others.impute = {};
  others.normalize = {scales(named("minmax", {{"low", 1}, {"high", 2}}), named("none")), scales(named("zscore", {{"mean", 50}}), named("none"))};
  others.aggregate = {std::vector<Choice>(nodes, named("arithmetic")), std::vector<Choice>(nodes, named("geometric"))};
  for (auto& at : others.normalize)
    for (std::size_t i : {x0, x1, x2, x3, x4, x5, policy}) at[i] = onto(at[i]);
  const Panel data = panel(0.3);
  const Scores nominal = score(data, framework(), chosen, three_years);
  CHECK(nominal.values.col(0).array().isNaN().count() > 1);  // more than the one unit that is not three_years
  CHECK(hold(data, chosen, others, 100) == 2 * 2 * 2);
}
