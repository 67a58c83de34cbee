#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "egov/design.hpp"
#include "egov/given.hpp"
#include "egov/pawn.hpp"

using namespace egov;

TEST_CASE("classes keep equal values together and share the runs as evenly as those allow") {
  Vector x(8);
  x << 3, 1, 1, 1, 1, 1, 2, 3;
  CHECK(equal_classes(x, 3).size == std::vector<Index>{5, 1, 2});
  CHECK(equal_classes(x, 2).size == std::vector<Index>{5, 3});
  CHECK(equal_classes(x, 8).of == std::vector<Index>{2, 0, 0, 0, 0, 0, 1, 2});
  const Classes even = equal_classes(Vector::LinSpaced(10, 0, 1), 4);
  CHECK(even.size == std::vector<Index>{3, 2, 3, 2});
  CHECK(equal_classes(Vector::Ones(5), 3).count() == 1);
}

TEST_CASE("neighbors are dependent on Sobol' points and not on independent ones") {
  CHECK(least_independent(sample(Design(Points::sobol, 5, 512, 3)), 1, 2).p < 1e-6);
  CHECK(least_independent(sample(Design(Points::montecarlo, 5, 512, 3)), 1, 2).p > 1e-3);
  CHECK(least_independent(sample(Design(Points::sobol, 1, 512, 3)), 1, 2).p == 1);
}

TEST_CASE("given indices have the same bits for any number of threads") {
  const Matrix x = sample(Design(Points::montecarlo, 4, 200, 5)), y = x * Matrix::Random(4, 11);
  for (Share by : {Share::binned, Share::rank}) {
    const GivenIndices one = given_first(x, y, by, 10, 8, 0.9, 1, 1), many = given_first(x, y, by, 10, 8, 0.9, 1, 5);
    CHECK(one.value == many.value);
    CHECK(one.low == many.low);
  }
  CHECK(pawn(x, y, 5, 20, 3, 0.9, 1, 1).threshold[0] == pawn(x, y, 5, 20, 3, 0.9, 1, 4).threshold[0]);
}
