#include <doctest/doctest.h>

#include <cmath>

#include "egov/normalize.hpp"
#include "egov/random.hpp"

using namespace egov;

namespace {

const double na = missing_value;

Vector column(std::initializer_list<double> values) {
  Vector x(static_cast<Index>(values.size()));
  std::copy(values.begin(), values.end(), x.begin());
  return x;
}

Choice named(const std::string& method, std::map<std::string, double> params = {}, double low = na, double high = na) {
  Choice choice{method};
  choice.params = std::move(params);
  choice.rescale_low = low;
  choice.rescale_high = high;
  return choice;
}

Vector normalized(Vector x, const Choice& choice, double direction = 1) {
  normalize(Column(x), direction, choice);
  return x;
}

void same(const Vector& a, const Vector& b, double tolerance = 1e-15) {
  REQUIRE(a.size() == b.size());
  for (Index i = 0; i < a.size(); ++i) {
    CHECK(std::isnan(a[i]) == std::isnan(b[i]));
    if (!std::isnan(b[i])) CHECK(std::abs(a[i] - b[i]) <= tolerance * std::max(1.0, std::abs(b[i])));
  }
}

const Vector data = column({2, na, 4, 4, 4, 5, 5, 7, 9});

}  // namespace

TEST_CASE("known values") {
  same(normalized(data, named("none"), -1), -data);
  same(normalized(column({2, 4, na, 10}), named("minmax")), column({0, 0.25, na, 1}));
  same(normalized(column({2, 4, na, 10}), named("minmax", {{"low", 1}, {"high", 100}}), -1), column({100, 75.25, na, 1}));
  const double k = std::sqrt(7 / 32.0);  // mean 5, sum of squares 32
  same(normalized(data, named("zscore")), k * column({-3, na, -1, -1, -1, 0, 0, 2, 4}));
  same(normalized(data, named("zscore", {{"mean", 10}, {"sd", 2}}), -1), column({10, na, 10, 10, 10, 10, 10, 10, 10}) - 2 * k * column({-3, na, -1, -1, -1, 0, 0, 2, 4}));
  same(normalized(column({52.5, 20, 90, 10, na}), named("goalposts", {{"lower", 20}, {"upper", 85}})), column({0.5, 0, 1, 0, na}));
  same(normalized(column({50, -10}), named("goalposts", {{"lower", 0}, {"upper", 40}, {"truncate", 0}}), -1), column({-0.25, 1.25}));
}

TEST_CASE("ranks by each rule for ties") {
  const Vector x = column({10, 30, 20, 20, na, 40});
  same(normalized(x, named("rank")), column({1, 4, 2.5, 2.5, na, 5}));
  same(normalized(x, named("rank", {{"ties", 1}})), column({1, 4, 2, 2, na, 5}));
  same(normalized(x, named("rank", {{"ties", 2}})), column({1, 4, 3, 3, na, 5}));
  same(normalized(x, named("rank", {{"ties", 3}})), column({1, 3, 2, 2, na, 4}));
  same(normalized(x, named("rank"), -1), column({5, 2, 3.5, 3.5, na, 1}));
}

TEST_CASE("distances, shares and classes") {
  const Vector x = column({6, 2, 4, na, 12});
  same(normalized(x, named("distance_to_reference", {{"unit", 0}})), column({1, 0, 0.5, na, 2.5}));
  same(normalized(x, named("distance_to_reference", {{"unit", 0}, {"cap", 1}}), -1), column({1, 1, 1, na, 0}));
  same(normalized(x, named("distance_to_target", {{"target", 7}})), column({0.8, 0, 0.4, na, 2}));
  same(normalized(x, named("distance_to_max"), -1), column({0.6, 1, 0.8, na, 0}));
  same(normalized(x, named("fraction_of_max"), -1), column({1 / 3.0, 1, 0.5, na, 1 / 6.0}));
  same(normalized(x, named("categories", {{"count", 2}})), column({2, 1, 1, na, 2}));
  same(normalized(x, named("percentile_rank")), column({2 / 3.0, 0, 1 / 3.0, na, 1}));
  same(normalized(x, named("above_below_mean")), column({0, -1, -1, na, 1}));
  same(normalized(column({1, 2, 3, 4, 100}), named("robust", {{"normal", 0}})), column({-2, -1, 0, 1, 97}));
  same(normalized(column({-1, 1}), named("zscore", {{"ddof", 0}})), column({-1, 1}));
}

TEST_CASE("a unit to measure by stands in one row") {
  const Choice chosen = named("distance_to_reference", {{"unit", 1}});
  Vector x = column({1, 2, 3, 10, 30, 50});
  Choice whole = chosen;
  whole.over.what = Over::panel;
  const Normalizer scale(chosen), over_all(whole);
  const Axes two{3, Vector::LinSpaced(2, 0, 1)};
  CHECK_THROWS_AS(over_all(Column(x), 1, two), SpecError);
  scale(Column(x), 1, two);
  same(x, column({0, 1, 2, 0, 1, 2}));
  Vector holed = column({1, na, 3});
  try {
    scale(Column(holed), 1);
    FAIL("not refused");
  } catch (const DataError& error) {
    CHECK(error.place.unit == 1);
  }
}

TEST_CASE("no reference and no room are errors") {
  Vector x = column({1, 2});
  CHECK_THROWS_AS(Normalizer(named("minmax")).by(column({na, na}), Column(x), 1), DataError);
  CHECK_THROWS_AS(Normalizer(named("minmax")).by(column({0, 5e-324}), Column(x), 1), DataError);
}

TEST_CASE("the ends of a range are met exactly, whatever the rounding in between") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Vector x(30);
    for (Index i = 0; i < 30; ++i) x[i] = std::exp(40 * uniform(seed, 1, static_cast<std::uint64_t>(i)) - 20);
    for (const Vector& y : {normalized(x, named("minmax", {{"low", 0.1}, {"high", 0.7}})), normalized(x, named("zscore", {}, 0.1, 0.7))}) {
      CHECK(y.minCoeff() == 0.1);
      CHECK(y.maxCoeff() == 0.7);
    }
  }
}

TEST_CASE("a scale from the data needs two values; none at all stay none") {
  for (const char* method : {"minmax", "zscore"}) {
    CHECK_THROWS_AS(normalized(column({3, 3, na}), named(method)), DataError);
    CHECK_THROWS_AS(normalized(column({3}), named(method)), DataError);
    CHECK(normalized(column({na, na}), named(method)).array().isNaN().all());
  }
  CHECK_THROWS_AS(normalized(column({3, 3}), named("none", {}, 1, 100)), DataError);
  same(normalized(column({3, 3}), named("rank")), column({1.5, 1.5}));
}

TEST_CASE("posts and ranges the wrong way round are refused") {
  CHECK_THROWS_AS(normalized(data, named("minmax", {{"low", 1}, {"high", 1}})), SpecError);
  CHECK_THROWS_AS(normalized(data, named("goalposts", {{"lower", 1}})), SpecError);
  CHECK_THROWS_AS(normalized(data, named("goalposts", {{"lower", 1}, {"upper", 0}})), SpecError);
  CHECK_THROWS_AS(normalized(data, named("none", {}, 5, 5)), SpecError);
  CHECK_THROWS_AS(normalized(data, named("none", {}, 5, na)), SpecError);
  CHECK_THROWS_AS(normalized(data, named("none", {}, 0, infinite)), SpecError);
}

TEST_CASE("float noise in computed values breaks no tie of their ranks, in data it does") {
  Vector noisy = column({0.3, 0.1 + 0.2, 0.3 - 1e-16, 0.7, 0.5, 0.5 + 1e-13});
  Vector as_data = noisy;
  const Normalizer scale(named("rank"));
  scale.of_aggregate(Column(noisy));
  same(noisy, column({2, 2, 2, 6, 4.5, 4.5}));
  scale(Column(as_data), 1);
  CHECK(as_data[1] > as_data[0]);
  CHECK(as_data[5] > as_data[4]);
}

TEST_CASE("only none without a range leaves values alone") {
  CHECK(Normalizer(named("none")).leaves_alone());
  CHECK_FALSE(Normalizer(named("none", {}, 1, 2)).leaves_alone());
  CHECK_FALSE(Normalizer(named("rank")).leaves_alone());
}

TEST_CASE("a table takes a direction and a choice a column, stretch by stretch") {
  Matrix table(4, 2);
  table << 1, 1, 3, 2, 10, 8, 20, 4;
  normalize(Table(table), Axes{2, Vector::LinSpaced(table.rows() / 2, 0, 1)}, (Vector(2) << 1, -1).finished(), {named("minmax"), named("minmax")});
  same(table.col(0), column({0, 1, 0, 1}));
  same(table.col(1), column({1, 0, 0, 1}));
  try {
    normalize(Table(table), Axes{2, Vector::LinSpaced(table.rows() / 2, 0, 1)}, Vector::Ones(2), {named("none"), named("minmx")});
    FAIL("not refused");
  } catch (const SpecError& error) {
    CHECK(error.place.indicator == 1);
  }
}

TEST_CASE("columns brought to a range together keep their differences") {
  Matrix table(4, 3);
  table << 0, 2, 50, 1, -2, 60, 3, 5, 70, 4, na, 80;
  rescale_together(Table(table), 2, {1, 1, 0}, {1, 101});
  // first stretch: -2..2, second: 3..5
  same(table.col(0), column({51, 76, 1, 51}));
  same(table.col(1), column({101, 1, 101, na}));
  same(table.col(2), column({50, 60, 70, 80}));
  Matrix flat = Matrix::Ones(2, 2);
  CHECK_THROWS_AS(rescale_together(Table(flat), 2, {1, 1}, {1, 100}), DataError);
  CHECK_THROWS_AS(rescale_together(Table(flat), 2, {1, 1}, {1, 1}), SpecError);
  CHECK_THROWS_AS(rescale_together(Table(flat), 2, {1, 1}, {0, infinite}), SpecError);
  rescale_together(Table(flat), 2, {1, 1}, {});
  rescale_together(Table(flat), 2, {0, 0}, {1, 100});
  CHECK((flat.array() == 1).all());
}
