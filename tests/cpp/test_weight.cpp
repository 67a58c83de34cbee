#include <doctest/doctest.h>

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
