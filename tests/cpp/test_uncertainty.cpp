#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <set>
#include <utility>

#include "egov/uncertainty.hpp"
#include "small_index.hpp"

using namespace egov;
using namespace small_index;

namespace {

const std::vector<Index> scored = {1, 3};

Plan plan_of(const Alternatives& others) { return Plan(panel(), framework(), recipe(), others, scored); }

std::vector<Index> levels_of(const Plan& plan) {
  std::vector<Index> levels;
  for (const Factor& factor : plan.factors()) levels.push_back(factor.levels);
  return levels;
}

template <class A>
bool bits(const A& a, const A& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         (a.size() == 0 || std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(*a.data())) == 0);
}

bool same(const Ensemble& a, const Ensemble& b) {
  return a.draws == b.draws && bits(a.counts, b.counts) && bits(a.pairs, b.pairs) && bits(a.points, b.points) && bits(a.scores, b.scores) &&
         bits(a.ranks, b.ranks) && bits(a.shift_by_level, b.shift_by_level) && a.mean_shift == b.mean_shift;
}

// Asks once for a stop, as soon as it is called.
Monitor stop_once() {
  return [asked = false](double) mutable { return std::exchange(asked, true); };
}

}  // namespace

TEST_CASE("any block and any number of threads give the same bits, sampled or run through") {
  const Plan plan = plan_of(alternatives());
  const Design sampled(Points::sobol, static_cast<Index>(plan.factors().size()), 1500, 5), crossed(Points::sobol, levels_of(plan), 1500, 5);
  for (const Design& design : {sampled, crossed}) {
    const Ensemble whole = uncertainty(plan, design, true, 1, {}, {true, false, 0, 256});
    for (Index block : {1, 7, 100, 256, 1000})
      for (int threads : {1, 2, 8}) CHECK(same(uncertainty(plan, design, true, threads, {}, {true, false, 0, block}), whole));
    CHECK(same(uncertainty(plan, design, true, 2, {}, {true}), whole));
  }
}

TEST_CASE("the first draws of a design are a run of their own") {
  const Plan plan = plan_of(alternatives());
  const auto dimensions = static_cast<Index>(plan.factors().size());
  const Ensemble part = uncertainty(plan, Design(Points::sobol, dimensions, 1000, 5), true, 2, {}, {true, false, 300});
  CHECK(same(part, uncertainty(plan, Design(Points::sobol, dimensions, 300, 5), true, 2, {}, {true})));
}

TEST_CASE("a run that is stopped can leave the draws done") {
  const Plan plan = plan_of(alternatives());
  const auto dimensions = static_cast<Index>(plan.factors().size());
  const std::uint64_t n = std::uint64_t{1} << 24;
  const Design sampled(Points::sobol, dimensions, n, 5), crossed(Points::lhs, levels_of(plan), n, 5);
  for (const Design& design : {sampled, crossed})
    for (int threads : {1, 3}) {
      const Ensemble part = uncertainty(plan, design, false, threads, stop_once(), {true, true, 0, 50});
      CHECK(part.draws > 0);
      CHECK(part.draws < n);
      CHECK(part.draws % design.combinations() == 0);
      CHECK(same(part, uncertainty(plan, design, false, 1, {}, {true, false, part.draws})));
    }
  const Design some(Points::sobol, dimensions, 200000, 5);
  const Ensemble kept = uncertainty(plan, some, true, 2, stop_once(), {false, true, 0, 50});
  CHECK(kept.scores.cols() == static_cast<Index>(kept.draws));
  CHECK(same(kept, uncertainty(plan, some, true, 1, {}, {false, false, kept.draws})));
}

// Units 1 and 2 lack one indicator each, and an expert gives all the weight to it.
TEST_CASE("the first draw that fails is the one that is told, whatever the block") {
  Panel data{Matrix::Random(6, 2), 6, Vector::Constant(1, 2020)};
  data.values(1, 0) = data.values(2, 1) = missing_value;
  Framework tree;
  tree.nodes.resize(3);
  for (Index leaf : {1, 2}) tree.nodes[static_cast<std::size_t>(leaf)].parent = 0, tree.nodes[static_cast<std::size_t>(leaf)].indicator = leaf - 1;
  Recipe drops;
  drops.nodes.resize(3);
  for (Handling& node : drops.nodes) node.normalize = onto(named("minmax"));
  drops.missing.what = Missing::drop_weight;
  Alternatives others;
  others.aggregate = {std::vector<Choice>(3, named("arithmetic")), std::vector<Choice>(3, named("geometric"))};
  others.weights.experts = Matrix::Ones(3, 12);
  others.weights.experts(1, 3) = others.weights.experts(2, 7) = 0;
  const Plan plan(data, tree, drops, others, {0});
  std::set<long> told;
  for (std::uint64_t seed : {1u, 2u, 3u, 4u, 5u, 6u}) {
    const Design design(Points::montecarlo, static_cast<Index>(plan.factors().size()), 2000, seed);
    Plan::Desk desk(plan);
    Vector at(design.dimensions());
    long first = -1;
    for (std::uint64_t i = 0; first < 0; ++i) {
      design.point(i, at.data());
      try {
        plan.scores_at(at.data(), desk);
      } catch (const DataError& error) {
        first = error.place.unit;
      }
    }
    told.insert(first);
    for (Index block : {0, 1, 7, 256})
      for (int threads : {1, 3}) try {
          uncertainty(plan, design, false, threads, {}, {false, false, 0, block});
          FAIL("no error");
        } catch (const DataError& error) {
          CHECK(error.place.unit == first);
        }
  }
  CHECK(told == std::set<long>{1, 2});
}

TEST_CASE("without a whole point of a crossed design there is nothing to leave") {
  Alternatives others = alternatives();
  others.weights.experts = Matrix::Ones(nodes, 100000);
  const Plan plan = plan_of(others);
  const Design design(Points::sobol, levels_of(plan), std::uint64_t{1} << 22, 5);
  CHECK(design.combinations() == 3600000);
  CHECK_THROWS_AS(uncertainty(plan, design, false, 2, stop_once(), {false, true, 0, 50}), Interrupted);
}

TEST_CASE("any number of threads gives the same bits") {
  const Plan plan = plan_of(alternatives());
  for (std::uint64_t n : {1u, 255u, 257u, 1500u}) {
    const Design design(Points::sobol, static_cast<Index>(plan.factors().size()), n, 5);
    const Ensemble one = uncertainty(plan, design, true, 1);
    for (int threads : {2, 3, 8}) {
      const Ensemble many = uncertainty(plan, design, true, threads);
      CHECK(bits(one.counts, many.counts));
      CHECK(bits(one.points, many.points));
      CHECK(bits(one.scores, many.scores));
      CHECK(bits(one.ranks, many.ranks));
      CHECK(bits(one.shift_by_level, many.shift_by_level));
      CHECK(one.mean_shift == many.mean_shift);
    }
  }
}

TEST_CASE("what is counted is what the kept draws say") {
  const Plan plan = plan_of(alternatives());
  const Design design(Points::montecarlo, static_cast<Index>(plan.factors().size()), 400, 9);
  const Ensemble e = uncertainty(plan, design, true, 2);
  Matrix counts = Matrix::Zero(plan.rows(), units), shift = Matrix::Zero(4, 3), draws = shift;
  double total = 0;
  for (Index k = 0; k < 400; ++k) {
    double moved = 0;
    for (Index row = 0; row < plan.rows(); ++row) {
      counts(row, e.ranks(row, k) - 1) += 1;
      moved += std::abs(e.ranks(row, k) - plan.nominal_ranks()[static_cast<std::size_t>(row)]);
    }
    total += moved;
    for (Index f = 0; f < 4; ++f) {
      const Index level = Plan::level(e.points(f, k), plan.factors()[static_cast<std::size_t>(f)].levels);
      shift(f, level) += moved;
      draws(f, level) += static_cast<double>(plan.rows());
    }
  }
  CHECK(e.counts.cast<double>() == counts);
  CHECK(e.mean_shift == doctest::Approx(total / (400.0 * static_cast<double>(plan.rows()))).epsilon(1e-14));
  for (Index f = 0; f < 4; ++f)
    for (Index level = 0; level < 3; ++level) {
      if (level < plan.factors()[static_cast<std::size_t>(f)].levels)
        CHECK(e.shift_by_level(f, level) == doctest::Approx(shift(f, level) / draws(f, level)).epsilon(1e-14));
      else
        CHECK(std::isnan(e.shift_by_level(f, level)));
    }
  for (std::size_t f = 4; f < plan.factors().size(); ++f) CHECK(e.shift_by_level.row(static_cast<Index>(f)).array().isNaN().all());
}

TEST_CASE("each kept draw is the draw at its point of the design") {
  const Plan plan = plan_of(alternatives());
  const Design design(Points::sobol, static_cast<Index>(plan.factors().size()), 300, 2);
  const Ensemble e = uncertainty(plan, design, true, 3);
  Plan::Desk desk(plan);
  std::vector<double> at(plan.factors().size());
  for (std::uint64_t k : {0u, 1u, 255u, 256u, 299u}) {
    design.point(k, at.data());
    plan.draw(at.data(), desk);
    for (Index row = 0; row < plan.rows(); ++row) {
      CHECK(e.scores(row, static_cast<Index>(k)) == desk.scores()[row]);
      CHECK(e.ranks(row, static_cast<Index>(k)) == desk.ranks[static_cast<std::size_t>(row)]);
    }
  }
}

TEST_CASE("nothing is kept unless asked for, and the counts are the same") {
  const Plan plan = plan_of(alternatives());
  const Design design(Points::sobol, static_cast<Index>(plan.factors().size()), 300, 2);
  const Ensemble kept = uncertainty(plan, design, true, 2), light = uncertainty(plan, design, false, 2);
  CHECK(light.points.size() == 0);
  CHECK(light.ranks.size() == 0);
  CHECK(bits(kept.counts, light.counts));
}

TEST_CASE("ranks of rounded scores, which tie often, are counted as drawn one by one") {
  for (int digits : {0, 1, 3}) {
    Recipe rounding = recipe();
    rounding.rank_digits = digits;
    const Plan plan(panel(), framework(), rounding, alternatives(), scored);
    const Design design(Points::sobol, static_cast<Index>(plan.factors().size()), 333, 2);
    const Ensemble e = uncertainty(plan, design, true, 2);
    Plan::Desk desk(plan);
    Matrix counts = Matrix::Zero(plan.rows(), plan.units());
    double moved = 0;
    for (Index k = 0; k < 333; ++k) {
      plan.draw(e.points.col(k).data(), desk);
      for (Index row = 0; row < plan.rows(); ++row) {
        const int rank = desk.ranks[static_cast<std::size_t>(row)];
        CHECK(e.ranks(row, k) == rank);
        counts(row, rank - 1) += 1;
        moved += std::abs(rank - plan.nominal_ranks()[static_cast<std::size_t>(row)]);
      }
    }
    CHECK(e.counts.cast<double>() == counts);
    CHECK(e.mean_shift == doctest::Approx(moved / (333.0 * static_cast<double>(plan.rows()))).epsilon(1e-14));
  }
}

TEST_CASE("more draws than a small counter holds") {
  Alternatives others;
  others.weights.noise = alternatives().weights.noise;
  const Plan plan = plan_of(others);
  const Design design(Points::sobol, static_cast<Index>(plan.factors().size()), 150000, 2);
  const Ensemble one = uncertainty(plan, design, false, 1), three = uncertainty(plan, design, false, 3);
  CHECK(bits(one.counts, three.counts));
  for (Index row = 0; row < plan.rows(); ++row) CHECK(one.counts.row(row).cast<double>().sum() == 150000);
  double moved = 0;
  for (Index row = 0; row < plan.rows(); ++row)
    for (Index place = 0; place < plan.units(); ++place)
      moved += one.counts(row, place) * std::abs(static_cast<double>(place) + 1 - plan.nominal_ranks()[static_cast<std::size_t>(row)]);
  CHECK(one.mean_shift == doctest::Approx(moved / (150000.0 * static_cast<double>(plan.rows()))).epsilon(1e-13));
}

TEST_CASE("more draws than the counts can hold are refused") {
  const Plan plan = plan_of(alternatives());
  CHECK_THROWS_AS(uncertainty(plan, Design(Points::sobol, static_cast<Index>(plan.factors().size()), std::uint64_t{1} << 32, 2), false, 1), SpecError);
}

TEST_CASE("choices that change nothing leave every rank at the nominal one") {
  Alternatives others;
  others.treat = {chains({named("none")}), chains({named("none")})};
  const Plan plan = plan_of(others);
  const Ensemble e = uncertainty(plan, Design(Points::sobol, 1, 64, 1), false, 2);
  CHECK(e.mean_shift == 0);
  for (Index row = 0; row < plan.rows(); ++row) CHECK(e.counts(row, plan.nominal_ranks()[static_cast<std::size_t>(row)] - 1) == 64);
}

TEST_CASE("a balanced design meets each combination equally often") {
  Alternatives others;
  others.treat = alternatives().treat;
  others.aggregate = alternatives().aggregate;
  const Plan plan = plan_of(others);
  const Ensemble e = uncertainty(plan, Design(Points::sobol, 2, 64, 4), true, 1);
  int met[2][2] = {};
  for (Index k = 0; k < 64; ++k) ++met[Plan::level(e.points(0, k), 2)][Plan::level(e.points(1, k), 2)];
  for (auto& row : met)
    for (int count : row) CHECK(count == 16);
}

TEST_CASE("a monitor can stop the draws, and sees the end") {
  const Plan plan = plan_of(alternatives());
  const Design design(Points::sobol, static_cast<Index>(plan.factors().size()), 20000, 2);
  CHECK_THROWS_AS(uncertainty(plan, design, false, 2, [](double) { return false; }), Interrupted);
  double last = 0;
  uncertainty(plan, Design(Points::sobol, static_cast<Index>(plan.factors().size()), 300, 2), false, 2, [&](double done) { return last = done, true; });
  CHECK(last == 1);
}
