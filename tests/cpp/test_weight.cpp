#include <doctest/doctest.h>

#include <cmath>

#include "egov/weight.hpp"

using namespace egov;

namespace {

const Matrix children = Matrix::Ones(4, 3);

Vector given(double a, double b, double c) { return (Vector(3) << a, b, c).finished(); }

bool refused(const Vector& weights) {
  try {
    weigh(children, weights, {"given"});
  } catch (const SpecError& error) {
    return error.place.stage == "weight";
  }
  return false;
}

}  // namespace

TEST_CASE("given weights are brought to sum one") {
  CHECK(weigh(children, given(3, 0, 1), {"given"}) == given(0.75, 0, 0.25));
  CHECK(weigh(children, given(1e-300, 3e-300, 0), {"given"}).isApprox(given(0.25, 0.75, 0)));
  CHECK(weigh(children, given(1, 1, 1), {"given"}).sum() == doctest::Approx(1).epsilon(1e-15));
}

TEST_CASE("equal weights look at nothing") {
  CHECK(weigh(children, given(3, 0, 1), {"equal"}) == given(1 / 3.0, 1 / 3.0, 1 / 3.0));
}

TEST_CASE("weights that are negative, not finite or all 0 are refused") {
  CHECK(refused(given(1, -1, 1)));
  CHECK(refused(given(1, missing_value, 1)));
  CHECK(refused(given(1, infinite, 1)));
  CHECK(refused(given(0, 0, 0)));
  CHECK_FALSE(refused(given(0, 0, 5e-324)));
  CHECK_THROWS_AS(weigh(children, given(1, 1, 1), {"equl"}), SpecError);
}

TEST_CASE("uncorrelated children are as important as they weigh in standard deviations") {
  Matrix x(4, 3);
  x << 1, 2, 1, 1, -2, -1, -1, 2, -1, -1, -2, 1;
  Choice choice{"importance"};
  CHECK(weigh(x, given(2, 1, 1), choice).isApprox(given(4, 1, 2) / 7, 1e-14));
  choice.tables["targets"] = given(2, 1, 1).transpose();
  CHECK(weigh(x, given(1, 1, 1), choice).isApprox(given(4, 1, 2) / 7, 1e-14));
  choice.params["objective"] = 1;
  CHECK(weigh(x, given(1, 1, 1), choice).isApprox(given(2, 1, 2) / 5, 1e-14));
}

TEST_CASE("weights of a level keep the shares of the groups and leave the rest of the index alone") {
  Matrix x(8, 4);
  for (Index i = 0; i < 8; ++i)
    for (Index j = 0; j < 4; ++j) x(i, j) = static_cast<double>((7 * i * (j + 2) + 3 * j * i * i) % 11);
  Aim aim{x.leftCols(3), {0, 0, 1}, (Vector(2) << 0.5, 0.3).finished(), 0.2 * x.col(3), Vector::Ones(3)};
  const Optimum found = optimize_weights(aim);
  CHECK(found.weights.head(2).sum() == doctest::Approx(1));
  CHECK(found.weights[2] == 1);
  const Vector index = x.leftCols(2) * found.weights.head(2) * 0.5 + 0.3 * x.col(2) + 0.2 * x.col(3), d = index.array() - index.mean();
  for (Index j = 0; j < 3; ++j) {
    const Vector e = x.col(j).array() - x.col(j).mean();
    CHECK(d.dot(e) / d.norm() / e.norm() == doctest::Approx(found.correlations[j]).epsilon(1e-10));
  }
  aim.group = {0, 0};
  CHECK_THROWS_AS(optimize_weights(aim), SpecError);
}

TEST_CASE("a constant child and rows with holes are named and left out") {
  Matrix x(5, 2);
  x << 1, 2, 3, 2, missing_value, 7, 5, 2, 2, 2;
  try {
    weigh(x, Vector::Ones(2), {"critic"});
    FAIL("no error");
  } catch (const DataError& error) {
    CHECK(error.place.indicator == 1);
  }
  CHECK_THROWS_AS(weigh(x.topRows(3), Vector::Ones(2), {"entropy"}), DataError);
  CHECK(weigh(x.leftCols(1), Vector::Ones(1), {"pca"}) == Vector::Ones(1));
}

TEST_CASE("judgments of three items are as consistent as their one triple") {
  Matrix a(3, 3);
  a << 1, 3, 5, 1 / 3.0, 1, 3, 1 / 5.0, 1 / 3.0, 1;
  const Judgments found = judge(a, false);
  const double root = std::cbrt(9 / 5.0), largest = 1 + root + 1 / root;
  CHECK(found.index == doctest::Approx((largest - 3) / 2).epsilon(1e-12));
  CHECK(found.ratio == doctest::Approx((largest - 3) / 2 / 0.58).epsilon(1e-12));
  REQUIRE(found.triples.size() == 1);
  CHECK(found.triples[0].product == doctest::Approx(9 / 5.0));
  CHECK(found.weights.isApprox(judge(a, true).weights, 1e-14));
  a(2, 0) = 1;
  CHECK_THROWS_AS(judge(a, false), SpecError);
  CHECK_THROWS_AS(judge(Matrix::Ones(3, 2), false), SpecError);
  CHECK_THROWS_AS(judge(Matrix(0, 0), false), SpecError);
}
