#include <doctest/doctest.h>

#include <cmath>

#include "small_index.hpp"

using namespace egov;
using small_index::named;

namespace {

const double na = missing_value;

// Root over two pillars of two indicators; four units in one period.
Framework tree() {
  Framework f;
  f.nodes.resize(7);
  const Index parent[] = {-1, 0, 0, 1, 1, 2, 2};
  for (std::size_t i = 0; i < 7; ++i) f.nodes[i].parent = parent[i], f.nodes[i].indicator = static_cast<Index>(i) - 3;
  for (std::size_t i = 0; i < 3; ++i) f.nodes[i].indicator = -1;
  return f;
}

Panel holed() {
  Matrix x(4, 4);
  x << 1, 2, 3, 4,  //
      na, na, 3, 4,  //
      5, na, 0, 0,   //
      6, 7, 8, na;
  return {x, 4, Vector::Constant(1, 2020)};
}

Recipe screening(std::map<std::string, double> params) {
  Recipe r;
  r.nodes.resize(7);
  r.screen = named("availability", std::move(params));
  r.missing = Missing::drop_weight;
  return r;
}

std::vector<char> out(std::map<std::string, double> params) { return score(holed(), tree(), screening(std::move(params)), {0}).excluded; }

}  // namespace

TEST_CASE("units leave by the share observed, of values other than 0, and within pillars") {
  CHECK(out({{"units", 0.5}}) == std::vector<char>{0, 0, 0, 0});
  CHECK(out({{"units", 0.75}}) == std::vector<char>{0, by_screen, 0, 0});
  CHECK(out({}) == std::vector<char>{0, by_screen, 0, 0});  // two thirds
  CHECK(out({{"units", 0}, {"nonzero", 0.34}}) == std::vector<char>{0, 0, by_screen, 0});
  CHECK(out({{"units", 0}, {"nonzero", 1 / 3.0}}) == std::vector<char>{0, 0, 0, 0});
  CHECK(out({{"units", 0}, {"within", 0.5}}) == std::vector<char>{0, by_screen, 0, 0});
  CHECK(out({{"units", 0}, {"within", 1}}) == std::vector<char>{0, by_screen, by_screen, by_screen});
}

TEST_CASE("an indicator leaves before units are judged; its siblings take the weight, a pillar goes with the last of it") {
  Framework f = tree();
  f.nodes[3].weight = 3;
  const Scores one = score(holed(), f, screening({{"units", 0.5}, {"indicators", 0.75}}), {0});  // x1 has two of four
  CHECK(one.drops(0, 4));
  CHECK_FALSE(one.drops(0, 1));
  CHECK(one.values(0, 1) == 1);
  CHECK(one.values(0, 0) == (1 + 3.5) / 2);
  CHECK(one.excluded == std::vector<char>{0, 0, 0, 0});
  const Scores two = score(holed(), f, screening({{"units", 0.5}, {"indicators", 0.8}}), {0});  // all but x2 have three of four
  CHECK(two.drops(0, 1));
  CHECK(std::isnan(two.values(0, 1)));
  CHECK(two.values(0, 0) == 3);
  CHECK(two.values(3, 2) == 8);
  Recipe refusing = screening({{"units", 0.5}, {"indicators", 0.8}});
  refusing.missing = Missing::refuse;
  CHECK(score(holed(), f, refusing, {0}).values.col(0) == two.values.col(0));
  std::size_t lost = 0;
  for (const Change& change : two.trail) lost += change.stage == "screen" && std::isnan(change.after);
  CHECK(lost == two.trail.size());
  CHECK(lost == 3 + 2 + 3);  // cells of x0, x1 and x3
}

TEST_CASE("who is left out gives nothing to others, in any order of the steps") {
  Panel data = holed();
  data.values(1, 3) = 1000;
  Recipe r = screening({{"units", 0.75}});
  for (std::size_t i = 3; i < 7; ++i) r.nodes[i].impute = {named("mean")}, r.nodes[i].treat = {named("none")}, r.nodes[i].normalize = named("minmax");
  const Scores s = score(data, tree(), r, {0});
  CHECK(s.values(0, 6) == 1);  // the highest of what is left: 1000 is not seen
  CHECK(s.values(3, 6) == 0.5);
  r.order = {Step::screen, Step::normalize, Step::impute};
  CHECK(score(data, tree(), r, {0}).values(0, 6) == 1);
  r.order = {Step::impute, Step::screen, Step::normalize};  // imputed cells count as observed
  CHECK(score(data, tree(), r, {0}).excluded == std::vector<char>{0, 0, 0, 0});
}

TEST_CASE("a screening that leaves nobody or nothing is refused") {
  Panel data = holed();
  data.values.col(0).setConstant(na);
  try {
    score(data, tree(), screening({{"units", 1}}), {0});
    FAIL("not refused");
  } catch (const DataError& error) {
    CHECK(error.place.stage == "screen");
    CHECK(error.place.period == 0);
  }
  data.values(0, 2) = na;
  data.values(1, 3) = na;
  CHECK_THROWS_AS(score(data, tree(), screening({{"units", 0}, {"indicators", 1}}), {0}), DataError);
}

TEST_CASE("forced ones stay or leave whatever the shares") {
  const Panel data = holed();
  const std::vector<Index> pillar = {0, 0, 1, 1};
  const Screening s = screen({data.values, pillar, std::vector<char>(4, 0), {{0, 1, -1, 0}, {0, 1, 0, 0}}}, named("availability", {{"units", 1}, {"indicators", 0.8}}));
  CHECK(s.indicators[0].rule == 3);   // two of the three units that count: x0 is seen in units 0 and 3
  CHECK_FALSE(s.indicators[1].leaves());
  CHECK_FALSE(s.units[1].leaves());
  CHECK(s.units[2].rule == Verdict::by_name);
}

TEST_CASE("draws with screening are what score() gives") {
  using namespace small_index;
  for (const auto& order : std::vector<std::vector<Step>>{{Step::screen, Step::denominate, Step::impute, Step::treat, Step::normalize},
                                                          {Step::screen, Step::treat, Step::impute, Step::normalize}}) {
    Framework f = small_index::framework();
    f.nodes[x4].denominator = 4;
    Recipe chosen = recipe();
    chosen.order = order;
    chosen.screen = named("availability", {{"units", 0.6}, {"indicators", 0.8}});
    for (Handling& node : chosen.nodes) node.denominate = named("divide");
    const Panel data = panel(0.22);
    Alternatives others = alternatives();
    others.impute = {};
    const std::vector<Index> when = {1, 3, 4};
    const Plan plan(data, f, chosen, others, when);
    const Scores nominal = score(data, f, chosen, when);
    CHECK(std::count(nominal.excluded.begin(), nominal.excluded.end(), by_screen) > 0);
    CHECK(std::count(nominal.dropped.begin(), nominal.dropped.end(), 1) > 0);
    Plan::Desk desk(plan);
    for (std::uint64_t k = 0; k < 60; ++k) {
      const auto at = point(plan, k);
      plan.draw(at.data(), desk);
      const Scores slow = score(data, plan.framework_at(at.data()), plan.recipe_at(at.data()), when);
      for (Index row = 0; row < plan.rows(); ++row) {
        const Index from = plan.kept()[static_cast<std::size_t>(row)];
        CHECK(desk.scores()[row] == doctest::Approx(slow.values(from, 0)).epsilon(1e-12));
        CHECK(desk.ranks[static_cast<std::size_t>(row)] == static_cast<int>(slow.ranks(from, 0)));
      }
    }
  }
}
