// Chains that can be drawn from: what hangs on what.
#include <doctest/doctest.h>

#include <cmath>

#include "small_index.hpp"

using namespace egov;
using namespace small_index;

namespace {

// The cross-section's mean, drawn with a standard deviation of a tenth of it.
Filling wobbling(const Block& block) {
  Filling out;
  std::vector<std::uint32_t> keys;
  for (Index j = 0; j < block.values.cols(); ++j)
    for (Index t = 0; t < block.periods(); ++t) {
      double sum = 0, n = 0;
      for (Index u = 0; u < block.units; ++u)
        if (!std::isnan(block.values(block.row(t, u), j))) sum += block.values(block.row(t, u), j), ++n;
      for (Index u = 0; u < block.units && n > 0; ++u) {
        if (!std::isnan(block.values(block.row(t, u), j))) continue;
        Fill fill{block.row(t, u), sum / n, t, t, static_cast<Index>(n), 0.1 * sum / n};
        fill.column = j;
        out.fills.push_back(fill);
        keys.push_back(block.keys[static_cast<std::size_t>(u)]);
      }
    }
  out.draw = [fills = out.fills, keys](const Draw& draw, double* values) {
    for (std::size_t k = 0; k < fills.size(); ++k)
      values[k] = fills[k].value + fills[k].sd * draw.of(keys[k], static_cast<std::uint32_t>(fills[k].row * 100 + fills[k].column)).normal();
  };
  return out;
}

// The row stands in the table for the time of a test.
struct Wobble {
  Wobble() { add("impute", impute_methods(), ImputeMethod{{"wobble", "For tests.", "", {}, plain}, {}, wobbling}); }
  ~Wobble() { withdraw("impute", impute_methods(), "wobble"); }
};

Gaps two_columns() {
  Gaps gaps;
  gaps.values.resize(8, 2);
  gaps.values << 1, 5, 2, missing_value, 3, 7, missing_value, 9, 4, 1, missing_value, missing_value, 8, 2, 6, 3;
  gaps.units = 4;
  gaps.times.resize(2);
  gaps.times << 2000, 2001;
  return gaps;
}

}  // namespace

TEST_CASE("a fill that is no finite number leaves its hole open, with a note") {
  const auto wild = [](const Series& series, const Args&) {
    std::vector<Fill> fills;
    for (Index i = 0; i < series.values.size(); ++i)
      if (std::isnan(series.values.data()[i])) fills.push_back({i, fills.empty() ? infinite : 1.0});
    return Filling(fills);
  };
  add("impute", impute_methods(), ImputeMethod{{"wild", "For tests.", "", {}, plain}, wild, {}});
  Imputation made(two_columns(), {{named("wild")}, {}});
  withdraw("impute", impute_methods(), "wild");
  CHECK(made.trail().size() == 1);
  REQUIRE(made.notes().size() == 1);
  CHECK(made.notes()[0] == "1 hole left open, as wild found no finite number there");
  CHECK(made.take().col(0).array().isNaN().count() == 1);
}

TEST_CASE("a draw changes filled cells alone and hangs on seed and number") {
  const Wobble row;
  const Gaps gaps = two_columns();
  const Imputation made(gaps, {{named("wobble")}, {named("wobble")}});
  REQUIRE(made.stochastic());
  CHECK(made.trail().size() == 4);
  const Matrix one = made.draw(1, 0), same = made.draw(1, 0), other = made.draw(1, 1), seed = made.draw(2, 0);
  for (Index i = 0; i < one.size(); ++i) {
    const bool hole = std::isnan(gaps.values.data()[i]);
    CHECK(one.data()[i] == same.data()[i]);
    CHECK((one.data()[i] == other.data()[i]) == !hole);
    CHECK((one.data()[i] == seed.data()[i]) == !hole);
    if (!hole) CHECK(one.data()[i] == gaps.values.data()[i]);
  }
  for (std::size_t k = 0; k < 4; ++k) {
    const Change& change = made.trail()[k];
    CHECK(made.quantile(k, 0.5) == doctest::Approx(change.after));
    CHECK(made.quantile(k, 0.95) == doctest::Approx(change.after + 1.6448536269514722 * change.sd));
  }
}

TEST_CASE("a later method starts from what was drawn") {
  const Wobble row;
  Gaps gaps = two_columns();
  gaps.values(3, 1) = missing_value;
  // The second column is filled from the other one after that has been drawn.
  const Imputation made(gaps, {{named("wobble")}, {named("none"), named("row_mean", {{"up", 0}})}});
  const Matrix point = made.values(), drawn = made.draw(1, 0);
  CHECK(point(3, 0) != drawn(3, 0));
  CHECK(point(3, 1) != drawn(3, 1));
  CHECK(drawn(1, 1) == point(1, 1));  // there the first column was observed
}

TEST_CASE("the random numbers of a unit do not know of the others") {
  Gaps gaps = two_columns();
  gaps.keys = {11, 12, 13, 14};
  const Draw draw{1, 5, 0};
  const double alone = draw.of(13, 2).normal();
  CHECK(Draw{1, 5, 0}.of(13, 2).normal() == alone);
  CHECK(Draw{1, 5, 1}.of(13, 2).normal() != alone);
  CHECK(Draw{1, 5, 0}.of(13, 3).normal() != alone);
}

TEST_CASE("normal and gamma numbers have their moments") {
  Stream stream(3, 0, 7);
  const Index n = 200000;
  double sum = 0, square = 0, fourth = 0, gamma = 0, small = 0;
  for (Index k = 0; k < n; ++k) {
    const double x = stream.normal();
    sum += x, square += x * x, fourth += x * x * x * x;
    gamma += stream.gamma(2.5), small += stream.gamma(0.4);
  }
  const auto mean = [&](double total) { return total / static_cast<double>(n); };
  CHECK(std::abs(mean(sum)) < 0.01);
  CHECK(mean(square) == doctest::Approx(1).epsilon(0.02));
  CHECK(mean(fourth) == doctest::Approx(3).epsilon(0.04));
  CHECK(mean(gamma) == doctest::Approx(2.5).epsilon(0.01));
  CHECK(mean(small) == doctest::Approx(0.4).epsilon(0.02));
}

TEST_CASE("draws of a plan take imputations afresh, as score() does with that draw") {
  const Wobble row;
  const Panel data = panel();
  const std::vector<Index> scored = {1, 3, 4};
  Alternatives others = alternatives();
  others.impute = {chains({named("mean")}), chains({named("wobble")}), chains({named("linear"), named("wobble")})};
  const Plan plan(data, framework(), recipe(), others, scored);
  REQUIRE(plan.factors().back().name == "imputation");
  Plan::Desk desk(plan);
  for (std::uint64_t k = 0; k < 100; ++k) {
    const auto at = point(plan, k);
    plan.draw(at.data(), desk);
    const Scores slow = score(data, plan.framework_at(at.data()), plan.recipe_at(at.data()), scored);
    for (Index r = 0; r < plan.rows(); ++r) {
      const Index from = plan.kept()[static_cast<std::size_t>(r)];
      CHECK(desk.scores()[r] == doctest::Approx(slow.values(from, 0)).epsilon(1e-12));
      CHECK(desk.ranks[static_cast<std::size_t>(r)] == static_cast<int>(slow.ranks(from, 0)));
    }
  }
  others.posterior = false;
  CHECK(Plan(data, framework(), recipe(), others, scored).factors().back().name != "imputation");
}
