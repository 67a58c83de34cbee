#include <doctest/doctest.h>

#include <limits>

#include "egov/method.hpp"

using namespace egov;

namespace {

Method clamp() {
  Method row;
  row.name = "clamp";
  row.params = {{"lower", Kind::real, 0.0, -10, 10, ""},
                {"count", Kind::integer, missing_value, 1, infinite, ""},
                {"strict", Kind::flag, 0, 0, 1, ""},
                {"side", Kind::option, 1, 0, 1, "", {"low", "high", "both"}},
                {"cap", Kind::indicator, missing_value, -infinite, infinite, "", {}, true}};
  return row;
}

Choice chosen(std::map<std::string, double> params) {
  Choice choice{"clamp"};
  choice.params = std::move(params);
  return choice;
}

std::string message(const Method& row, const Choice& choice) {
  try {
    arguments("treat", row, choice);
  } catch (const SpecError& error) {
    return error.what();
  }
  return "";
}

bool refused(const std::string& param, double value) {
  auto found = faults(clamp(), {{"count", 3}, {param, value}});
  return found.size() == 1 && found[0].param == param;
}

}  // namespace

TEST_CASE("arguments come in the order of the row, with defaults filled in") {
  Args args = arguments("treat", clamp(), chosen({{"side", 2}, {"count", 4}}));
  REQUIRE(args.numbers.size() == 5);
  CHECK(args[0] == 0);
  CHECK(args[1] == 4);
  CHECK(args[2] == 0);
  CHECK(args[3] == 2);
  CHECK(args[4] != args[4]);
}

TEST_CASE("every kind of parameter keeps its own limits") {
  CHECK(faults(clamp(), {{"count", 1}, {"lower", 10}, {"strict", 1}, {"side", 0}, {"cap", 1e300}}).empty());
  CHECK(faults(clamp(), {{"count", 1}, {"cap", missing_value}}).empty());
  CHECK(refused("lower", 10.5));
  CHECK(refused("lower", -11));
  CHECK(refused("lower", missing_value));
  CHECK(refused("lower", infinite));
  CHECK(refused("strict", 0.5));
  CHECK(refused("side", 3));
  CHECK(refused("side", -1));
  CHECK(refused("side", 0.5));
  CHECK(refused("cap", -infinite));
  CHECK(faults(clamp(), {{"count", 2.5}}).size() == 1);
  CHECK(faults(clamp(), {{"count", 0}}).size() == 1);
}

TEST_CASE("a fault says what came and what would be right") {
  auto found = faults(clamp(), {{"lower", 12.5}});
  REQUIRE(found.size() == 2);
  CHECK(found[0].param == "lower");
  CHECK(found[0].came == "12.5");
  CHECK(found[0].right == "a number from -10 to 10");
  CHECK(found[1].param == "count");
  CHECK(found[1].came == "nothing");
  CHECK(found[1].right == "a whole number of at least 1");
  CHECK(faults(clamp(), {{"count", 1}, {"side", 7}})[0].right == "the position of one of: 0 low, 1 high, 2 both");
  CHECK(faults(clamp(), {{"count", 1}, {"cap", infinite}})[0].right == "a number, or NaN for none");
}

TEST_CASE("a parameter that does not exist names the nearest one") {
  auto found = faults(clamp(), {{"count", 1}, {"lowre", 0.1}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].param == "lowre");
  CHECK(found[0].came == "0.1, but 'clamp' has no such parameter");
  CHECK(found[0].right == "'lower'");
  CHECK(faults(clamp(), {{"count", 1}, {"zzzzzz", 0}})[0].right == "one of: lower, count, strict, side, cap");
  Method bare;
  bare.name = "none";
  CHECK(faults(bare, {{"x", 1}})[0].right == "no parameter");
}

TEST_CASE("arguments list all faults at once and place the first") {
  CHECK(message(clamp(), chosen({{"lower", 11}, {"cout", 3}})) ==
        "treat 'clamp': 'lower' got 11, expected a number from -10 to 10; 'count' got nothing, expected a whole number "
        "of at least 1; 'cout' got 3, but 'clamp' has no such parameter, expected 'count'");
  try {
    arguments("treat", clamp(), chosen({}));
    FAIL("no error");
  } catch (const SpecError& error) {
    CHECK(error.place.stage == "treat");
    CHECK(error.place.method == "clamp");
    CHECK(error.place.param == "count");
  }
}

TEST_CASE("groups and rescale ranges are checked with the parameters") {
  Method row;
  row.name = "group_mean";
  row.params = {{"by", Kind::groups, missing_value, -infinite, infinite, ""}};
  row.traits = needs_groups;
  Choice choice{"group_mean"};
  CHECK(message(row, choice) == "treat 'group_mean': 'by' got no grouping, expected a group for each unit");
  choice.groups = {0, 1, -1};
  CHECK(message(row, choice).empty());
  choice.rescale_low = 1;
  CHECK(message(row, choice) ==
        "treat 'group_mean': 'rescale' got 1 to NaN, expected two numbers, the lower one first");
  choice.rescale_high = 1;
  CHECK_FALSE(message(row, choice).empty());
  choice.rescale_high = 100;
  CHECK(message(row, choice).empty());
}

TEST_CASE("the nearest name is one that could have been meant") {
  const std::vector<std::string> known = {"none", "minmax", "zscore", "goalposts", "percentile_rank", "bh", "by"};
  CHECK(nearest("zscore", known) == "zscore");
  CHECK(nearest("z-score", known) == "zscore");
  CHECK(nearest("ZScore", known) == "zscore");
  CHECK(nearest("zsocre", known) == "zscore");
  CHECK(nearest("goalpost", known) == "goalposts");
  CHECK(nearest("percentile", known) == "percentile_rank");
  CHECK(nearest("bg", known) == "bh");
  CHECK(nearest("entropy", known).empty());
  CHECK(nearest("", known).empty());
  CHECK(nearest("x", {}).empty());
}

TEST_CASE("an unknown name lists the known ones, the nearest first") {
  CHECK(unknown("zscor", {"none", "minmax", "zscore"}) ==
        "'zscor' is not known; did you mean 'zscore'? Choose one of: zscore, none, minmax");
  CHECK(unknown("entropy", {"none", "minmax"}) == "'entropy' is not known; choose one of: none, minmax");
  CHECK(unknown("a", {}) == "'a' is not known; there is nothing to choose from");
}

TEST_CASE("find gives the row or says what it looked for") {
  Rows<Method> table = {clamp()};
  CHECK(find("treat", table, "clamp").params.size() == 5);
  try {
    find("treat", table, "clam");
    FAIL("no error");
  } catch (const SpecError& error) {
    CHECK(error.place.stage == "treat");
    CHECK(error.place.method == "clam");
    CHECK(std::string(error.what()).find("'clamp'") != std::string::npos);
  }
}
