#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include "egov/random.hpp"
#include "egov/sobol.hpp"

using namespace egov;

namespace {

constexpr Index outputs = 3, factors = 4, points = 40;

Crossing crossing(bool reversed, bool third) {
  Crossing of;
  of.factors = factors, of.reversed = reversed, of.third = third;
  return of;
}

// Outputs of all runs, run by run.
std::vector<double> some_outputs(const Crossing& of) {
  std::vector<double> y(static_cast<std::size_t>(points * of.runs() * outputs));
  for (std::size_t k = 0; k < y.size(); ++k) y[k] = uniform(3, 1, k) + static_cast<double>(k % outputs);
  return y;
}

Vector origin() { return Vector::Constant(outputs, 1.5); }

}  // namespace

TEST_CASE("blocks cover each scramble in order and share its points evenly") {
  for (Index scrambles : {1, 3, 8})
    for (Index n : {8, 40, 1000, 4099}) {
      Index next = 0, last_scramble = 0;
      const auto blocks = blocks_of(n, scrambles);
      CHECK(blocks.size() <= 256);
      for (const PointBlock& block : blocks) {
        CHECK(block.first == next);
        CHECK(block.last > block.first);
        CHECK((block.scramble == last_scramble || block.scramble == last_scramble + 1));
        next = block.last, last_scramble = block.scramble;
      }
      CHECK(next == n);
      CHECK(last_scramble == scrambles - 1);
    }
}

TEST_CASE("points added one by one make the same bits as a table cut into blocks, for any number of threads") {
  const Crossing of = crossing(true, true);
  const auto y = some_outputs(of);
  const auto blocks = blocks_of(points, 4);
  const auto sums = sum_blocks(y.data(), outputs, of, true, blocks, origin(), 1);
  for (int threads : {2, 8}) {
    const auto again = sum_blocks(y.data(), outputs, of, true, blocks, origin(), threads);
    for (std::size_t k = 0; k < sums.size(); ++k) CHECK(again[k].values() == sums[k].values());
  }
  Adder adder(of, true, origin());
  for (std::size_t k = 0; k < blocks.size(); ++k) {
    Sums sum(outputs, of, true);
    for (Index i = blocks[k].first; i < blocks[k].last; ++i) {
      const double* row = y.data() + i * of.runs() * outputs;
      Runs runs;
      auto at = [&](Index run) { return row + run * outputs; };
      runs.a = at(0), runs.b = at(2 * factors + 1);
      for (Index f = 0; f < factors; ++f)
        runs.ab.push_back(at(1 + f)), runs.ba.push_back(at(1 + factors + f)), runs.ac.push_back(at(2 * factors + 2 + f));
      adder.add(runs, sum);
    }
    CHECK(sum.values() == sums[k].values());
  }
}

TEST_CASE("a run left out is one without a difference") {
  const Crossing of = crossing(true, false);
  std::vector<double> a = {1, 2, 4}, b = {3, 1, 1}, other = {2, 2, 2};
  Runs runs, spared;
  runs.a = spared.a = a.data(), runs.b = spared.b = b.data();
  runs.ab = {a.data(), other.data(), a.data(), a.data()}, spared.ab = {nullptr, other.data(), nullptr, nullptr};
  runs.ba = {b.data(), b.data(), other.data(), other.data()}, spared.ba = {nullptr, nullptr, other.data(), other.data()};
  Adder adder(of, true, origin());
  Sums first(outputs, of, true), second(first);
  for (int k = 0; k < 3; ++k) adder.add(runs, first), adder.add(spared, second);
  CHECK(first.values() == second.values());
}

TEST_CASE("a dummy is the last factor and has no influence") {
  const Crossing of = crossing(true, false);
  const auto y = some_outputs(of);
  const auto plain = sum_blocks(y.data(), outputs, of, true, blocks_of(points, 1), origin(), 1);
  std::vector<Sums> more;
  for (const Sums& sums : plain) more.push_back(with_dummy(sums));
  const Estimators by = {"saltelli", "jansen", "saltelli"};
  const auto without = over_resamples(plain, origin(), by, 0.9, 50, 1, 1), with = over_resamples(more, origin(), by, 0.9, 50, 1, 1);
  CHECK(with.value[0].leftCols(factors) == without.value[0]);
  CHECK(with.high[1].leftCols(factors) == without.high[1]);
  CHECK(with.value[0].col(factors).isZero(0));
  CHECK(with.value[1].col(factors).isZero(0));
  CHECK(with.value[2](0, 1) == without.value[2](0, 1));
  CHECK(with.value[2](0, 2 * (factors + 1) + 3) == without.value[2](0, 2 * factors + 3));
}

TEST_CASE("estimators that need runs which are not there are refused") {
  const Crossing of = crossing(false, false);
  const std::vector<Sums> sums(2, Sums(1, of, false));
  CHECK_THROWS_AS(over_scrambles(sums, Vector::Zero(1), {"azzini_rosati", "jansen", ""}, 0.9), SpecError);
  CHECK_THROWS_AS(over_scrambles(sums, Vector::Zero(1), {"owen", "jansen", ""}, 0.9), SpecError);
  CHECK_THROWS_AS(over_scrambles(sums, Vector::Zero(1), {"saltelli", "jansen", "saltelli"}, 0.9), SpecError);
  CHECK_THROWS_AS(over_scrambles(sums, Vector::Zero(1), {"saltelly", "jansen", ""}, 0.9), SpecError);
}

TEST_CASE("a Latin hypercube has one point in each stratum") {
  for (std::uint64_t n : {1, 2, 3, 7, 64, 1000, 4097}) {
    const Matrix x = sample(Design(Points::lhs, 6, n, 5));
    for (Index k = 0; k < x.cols(); ++k) {
      std::set<Index> strata;
      for (double u : x.col(k)) strata.insert(static_cast<Index>(u * static_cast<double>(n)));
      CHECK(strata.size() == n);
      CHECK(*strata.rbegin() == static_cast<Index>(n) - 1);
    }
  }
  double far = 0;
  Design(Points::lhs, 1, std::uint64_t{1} << 32, 5).point(0xffffffffu, &far);
  CHECK((far > 0 && far < 1));
}

// Over seeds, each of the 24 orders of four strata equally often: chi-squared with 23 degrees of freedom, 0.999 quantile 49.7.
TEST_CASE("the order of strata is a random one") {
  constexpr int seeds = 12000;
  std::vector<int> counts(256, 0);
  for (int seed = 0; seed < seeds; ++seed) {
    const Matrix x = sample(Design(Points::lhs, 1, 4, static_cast<std::uint64_t>(seed)));
    int order = 0;
    for (Index i = 0; i < 4; ++i) order = 4 * order + static_cast<int>(4 * x(i, 0));
    ++counts[static_cast<std::size_t>(order)];
  }
  double statistic = 0;
  int kinds = 0;
  for (int count : counts)
    if (count > 0) ++kinds, statistic += std::pow(count - seeds / 24.0, 2) / (seeds / 24.0);
  CHECK(kinds == 24);
  CHECK(statistic < 49.7);
}

TEST_CASE("a linear scramble keeps the net and moves every point") {
  const Matrix plain = sample(Design(Points::plain_sobol, 5, 64, 1)), x = sample(Design(Points::linear_sobol, 5, 64, 1)),
               other = sample(Design(Points::linear_sobol, 5, 64, 2));
  for (Index k = 0; k < 5; ++k) {
    std::set<Index> strata;
    for (double u : x.col(k)) strata.insert(static_cast<Index>(u * 64));
    CHECK(strata.size() == 64);
  }
  std::set<Index> squares;  // the first two dimensions are a (0, 6, 2)-net
  for (Index i = 0; i < 64; ++i) squares.insert(8 * static_cast<Index>(8 * x(i, 0)) + static_cast<Index>(8 * x(i, 1)));
  CHECK(squares.size() == 64);
  CHECK((x - plain).cwiseAbs().minCoeff() > 0);
  CHECK((x - other).cwiseAbs().minCoeff() > 0);
}
