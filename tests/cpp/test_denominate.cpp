#include <doctest/doctest.h>

#include <cmath>

#include "small_index.hpp"

using namespace egov;
using small_index::named;

namespace {

const double na = missing_value;

// Two indicators and a denominator; three units, two periods.
Panel seats() {
  Matrix x(6, 3);
  x << 10, 1, 2, 20, 2, 5, na, 3, 4, 30, 4, 3, 40, 5, na, 50, 6, 10;
  return {x, 3, (Vector(2) << 2020, 2021).finished()};
}

Framework tree() {
  Framework f;
  f.nodes.resize(3);
  for (std::size_t i : {1, 2}) f.nodes[i].parent = 0, f.nodes[i].indicator = static_cast<Index>(i) - 1;
  f.nodes[1].denominator = 2;
  return f;
}

Recipe dividing() {
  Recipe r;
  r.nodes.resize(3);
  r.nodes[1].denominate = named("divide", {{"factor", 10}});
  r.missing = Missing::drop_weight;
  return r;
}

}  // namespace

TEST_CASE("a value is divided by the denominator of its own period, after the lag") {
  Framework f = tree();
  const Scores plain = score(seats(), f, dividing(), {0, 1});
  const double right[] = {10 / (2 / 10.0), 20 / (5 / 10.0), na, 30 / (3 / 10.0), na, 50 / (10 / 10.0)};
  for (Index row = 0; row < 6; ++row) CHECK((plain.values(row, 1) == right[row] || (std::isnan(right[row]) && std::isnan(plain.values(row, 1)))));
  CHECK(plain.trail.size() == 4);  // three divided (50 by 1 stays), one lost for want of a denominator
  f.nodes[1].lag = 1;
  const Scores lagged = score(seats(), f, dividing(), {1});
  CHECK(lagged.values(0, 1) == right[0]);
  CHECK(lagged.values(1, 1) == right[1]);
}

TEST_CASE("before and after imputation") {
  Recipe r = dividing();
  r.nodes[1].impute = {named("mean")};
  const Scores before = score(seats(), tree(), r, {0});
  CHECK(before.values(2, 1) == (50.0 + 40.0) / 2);
  r.order = {Step::impute, Step::denominate};
  const Scores after = score(seats(), tree(), r, {0});
  CHECK(after.values(2, 1) == 15 / (4 / 10.0));
}

TEST_CASE("a denominator of 0 or below is named, unless nothing or nobody is divided by it") {
  for (double bad : {0.0, -1.0}) {
    Panel data = seats();
    data.values(2, 2) = bad;  // of a missing value
    CHECK_NOTHROW(score(data, tree(), dividing(), {0}));
    data.values(1, 2) = bad;
    try {
      score(data, tree(), dividing(), {0});
      FAIL("not refused");
    } catch (const DataError& error) {
      CHECK(error.place.unit == 1);
      CHECK(error.place.period == 0);
      CHECK(error.place.node == 1);
    }
    Framework f = tree();
    f.nodes[2].not_scored = 2;  // takes unit 1 out of the first period
    CHECK_NOTHROW(score(data, f, dividing(), {0}));
  }
  Vector x = Vector::Constant(1, 1e300);
  CHECK_THROWS_AS(denominate(x, Vector::Constant(1, 1e-300), 1, named("divide")), DataError);
}
