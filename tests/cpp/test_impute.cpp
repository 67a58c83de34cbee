#include <doctest/doctest.h>

#include <cmath>

#include "egov/impute.hpp"
#include "egov/random.hpp"
#include "impute/curve.hpp"

using namespace egov;

namespace {

const double na = missing_value;

Choice named(const std::string& method, std::map<std::string, double> params = {}, std::vector<int> groups = {}) {
  Choice choice{method};
  choice.params = std::move(params);
  choice.groups = std::move(groups);
  return choice;
}

// Rows are units, columns periods; one indicator.
Panel series(const Matrix& units_by_periods, const Vector& times) {
  return {Eigen::Map<const Vector>(units_by_periods.data(), units_by_periods.size()), units_by_periods.rows(), times};
}

Matrix filled(const Matrix& before, const Vector& times, const std::vector<Choice>& chain, std::vector<Change>* trail = nullptr) {
  Panel panel = series(before, times);
  auto changes = impute(panel, {chain});
  if (trail) *trail = changes;
  return Eigen::Map<const Matrix>(panel.values.data(), before.rows(), before.cols());
}

void same(const Matrix& a, const Matrix& b) {
  REQUIRE(a.size() == b.size());
  for (Index i = 0; i < a.size(); ++i) {
    CHECK(std::isnan(a.data()[i]) == std::isnan(b.data()[i]));
    if (!std::isnan(b.data()[i])) CHECK(a.data()[i] == doctest::Approx(b.data()[i]).epsilon(1e-14));
  }
}

Matrix holed(Index units, Index periods, std::uint64_t seed) {
  Matrix x(units, periods);
  for (Index i = 0; i < x.size(); ++i)
    x.data()[i] = uniform(seed, 1, static_cast<std::uint64_t>(i)) < 0.35 ? na : 1 + uniform(seed, 2, static_cast<std::uint64_t>(i));
  return x;
}

Vector years(std::initializer_list<double> values) {
  Vector x(static_cast<Index>(values.size()));
  std::copy(values.begin(), values.end(), x.begin());
  return x;
}

}  // namespace

TEST_CASE("means and medians of the cross-section") {
  Matrix x(4, 2), mean(4, 2), median(4, 2);
  x << 1, na, 3, 10, na, 20, 8, na;
  mean << 1, 15, 3, 10, 4, 20, 8, 15;
  median << 1, 15, 3, 10, 3, 20, 8, 15;
  same(filled(x, years({1, 2}), {named("mean")}), mean);
  same(filled(x, years({1, 2}), {named("median")}), median);
  same(filled(x, years({1, 2}), {named("none")}), x);
}

TEST_CASE("group means; without a group or a donor a hole stays") {
  Matrix x(6, 2), right(6, 2);
  x << 1, 2, 5, na, na, 6, 9, na, na, na, na, 7;
  right << 1, 2, 5, 4, 3, 6, 9, na, 9, na, na, 7;
  same(filled(x, years({1, 2}), {named("group_mean", {}, {0, 0, 0, 1, 1, -1})}), right);
  CHECK_THROWS_AS(filled(x, years({1, 2}), {named("group_mean")}), SpecError);
  CHECK_THROWS_AS(filled(x, years({1, 2}), {named("group_mean", {}, {0, 1})}), SpecError);
}

TEST_CASE("along the series: carried forward and on lines, with unequal steps and limits") {
  const Vector t = years({2010, 2012, 2013, 2016, 2018, 2022});
  Matrix x(2, 6), locf(2, 6), short_locf(2, 6), linear(2, 6), short_linear(2, 6);
  x << na, 2, na, na, 5, na, 7, na, na, na, na, 1;
  locf << na, 2, 2, 2, 5, 5, 7, 7, 7, 7, 7, 1;
  short_locf << na, 2, 2, 2, 5, 5, 7, 7, 7, na, na, 1;
  linear << na, 2, 2.5, 4, 5, na, 7, 6, 5.5, 4, 3, 1;
  short_linear << na, 2, 2.5, 4, 5, na, 7, na, na, na, na, 1;
  same(filled(x, t, {named("locf")}), locf);
  same(filled(x, t, {named("locf", {{"max_gap", 4}})}), short_locf);
  same(filled(x, t, {named("linear")}), linear);
  Matrix nocb(2, 6), short_nocb(2, 6);
  nocb << 2, 2, 5, 5, 5, na, 7, 1, 1, 1, 1, 1;
  short_nocb << 2, 2, na, 5, 5, na, 7, na, na, na, 1, 1;
  same(filled(x, t, {named("nocb")}), nocb);
  same(filled(x, t, {named("nocb", {{"max_gap", 4}})}), short_nocb);
  same(filled(x, t, {named("linear", {{"max_gap", 6}})}), short_linear);
}

TEST_CASE("each method of a chain sees what the ones before it filled") {
  Matrix x(2, 3), right(2, 3);
  x << 2, na, 4, na, na, 10;
  right << 2, 3, 4, 2, 3, 10;  // the line gives 3; means are 2, and 3 of the filled one alone
  std::vector<Change> trail;
  same(filled(x, years({1, 2, 3}), {named("linear"), named("mean")}, &trail), right);
  REQUIRE(trail.size() == 3);
  CHECK(trail[0].method == "linear");
  CHECK(trail[0].row == 2);
  CHECK(trail[0].first == 0);
  CHECK(trail[0].last == 2);
  CHECK(trail[0].donors == 2);
  CHECK(trail[1].method == "mean");
  CHECK(trail[1].donors == 1);
  CHECK(trail[2].after == 3);
}

TEST_CASE("the trail is the list of filled cells, and observed cells are never touched") {
  const std::vector<std::vector<Choice>> chains = {
      {named("mean")}, {named("median")}, {named("locf")}, {named("linear")}, {named("logistic", {{"least", 4}})},
      {named("linear"), named("locf", {{"max_gap", 1}}), named("group_mean", {}, {0, 1, 0, 1, 0, 1, 2, 2, 2}), named("mean")}};
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (const auto& chain : chains) {
      const Matrix x = holed(9, 8, seed);
      std::vector<Change> trail;
      const Matrix y = filled(x, Vector::LinSpaced(8, 2000, 2007), chain, &trail);
      Index changed = 0;
      for (Index i = 0; i < x.size(); ++i) {
        if (!std::isnan(x.data()[i])) CHECK(y.data()[i] == x.data()[i]);
        changed += std::isnan(x.data()[i]) && !std::isnan(y.data()[i]);
      }
      CHECK(static_cast<Index>(trail.size()) == changed);
      for (const Change& change : trail) {
        CHECK(std::isnan(x.data()[change.row]));
        CHECK(std::isnan(change.before));
        CHECK(change.after == y.data()[change.row]);
        CHECK(change.stage == "impute");
        CHECK(change.donors > 0);
        CHECK(change.first <= change.last);
      }
    }
}

TEST_CASE("periods that nobody wants stay out of the trail and of cross-sections") {
  Matrix x(2, 3);
  x << 1, 5, 3, na, na, na;
  Gaps gaps{Eigen::Map<const Vector>(x.data(), 6), 2, years({1, 2, 3}), {{0, 1, 0}}};
  const Imputation made(gaps, {{named("mean")}});
  REQUIRE(made.trail().size() == 1);
  CHECK(made.trail()[0].row == 3);
  CHECK(std::isnan(made.values()(1, 0)));
  CHECK(made.values()(3, 0) == 5);
}

TEST_CASE("a logistic curve is recovered from points on it, growing and falling") {
  for (double level : {1e-3, 1.0, 80.0, 4e7})
    for (double rate : {0.15, 0.6, -0.4})
      for (double midpoint : {2008.0, 2013.5}) {
        const Curve truth{level, rate, midpoint};
        std::vector<double> times, values;
        for (int year : {2000, 2001, 2004, 2005, 2008, 2009, 2012, 2015, 2018, 2020}) times.push_back(year), values.push_back(truth.at(year));
        bool good = false;
        const Curve curve = fit_logistic(times, values, missing_value, good);
        CHECK(good);
        CHECK(curve.level == doctest::Approx(level).epsilon(1e-6));
        CHECK(curve.rate == doctest::Approx(rate).epsilon(1e-6));
        CHECK(curve.midpoint == doctest::Approx(midpoint).epsilon(1e-7));
        const Curve bounded = fit_logistic(times, values, level, good);
        CHECK(good);
        CHECK(bounded.level <= level * (1 + 1e-12));
        CHECK(bounded.at(2025) == doctest::Approx(truth.at(2025)).epsilon(1e-5));
      }
}

TEST_CASE("a logistic fit is the least-squares optimum, with the level at its limit too") {
  const Curve truth{111, 0.3, 2011};
  std::vector<double> times, values;
  for (int k = 0; k < 20; ++k) times.push_back(2000 + k), values.push_back(truth.at(times.back()) + std::sin(7.0 * k));
  auto misfit = [&](const Curve& c) {
    double sum = 0;
    for (std::size_t i = 0; i < times.size(); ++i) sum += std::pow(c.at(times[i]) - values[i], 2);
    return sum;
  };
  for (double limit : {missing_value, 105.0, 100.0, 90.0}) {
    bool good = false;
    const Curve best = fit_logistic(times, values, limit, good);
    CHECK(good);
    if (!std::isnan(limit)) CHECK(best.level == doctest::Approx(limit).epsilon(1e-12));
    for (double step : {1e-3, 1e-4, 1e-5})
      for (int sign : {-1, 1}) {  // no neighbour is better
        if (sign < 0 || std::isnan(limit)) CHECK(misfit({best.level * (1 + sign * step), best.rate, best.midpoint}) >= misfit(best));
        CHECK(misfit({best.level, best.rate * (1 + sign * step), best.midpoint}) >= misfit(best));
        CHECK(misfit({best.level, best.rate, best.midpoint + sign * step}) >= misfit(best));
      }
  }
}

TEST_CASE("logistic leaves units with few, negative or constant values alone") {
  Matrix x(4, 6);
  x << 1, 2, na, 4, na, na, -1, 2, 3, 4, 5, na, 2, 2, 2, 2, 2, na, 1, 2, 4, 6, 7, na;
  const Matrix y = filled(x, Vector::LinSpaced(6, 0, 5), {named("logistic")});
  for (Index unit : {0, 1, 2}) CHECK(std::isnan(y(unit, 5)));
  CHECK(y(3, 5) > 7);
  CHECK(y(3, 5) < 9);
}

TEST_CASE("an error names the method and the indicator") {
  Panel panel{Matrix::Constant(4, 2, na), 2, years({1, 2})};
  try {
    impute(panel, {{named("mean")}, {named("locf", {{"max_gap", -1}})}});
    FAIL("not refused");
  } catch (const SpecError& error) {
    CHECK(error.place.method == "locf");
    CHECK(error.place.param == "max_gap");
    CHECK(error.place.indicator == 1);
  }
}
