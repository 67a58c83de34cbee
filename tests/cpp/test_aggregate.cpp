#include <doctest/doctest.h>

#include <cmath>

#include "egov/aggregate.hpp"
#include "egov/random.hpp"

using namespace egov;

namespace {

const double na = missing_value;
Vector three(double a, double b, double c) {
  Vector x(3);
  x << a, b, c;
  return x;
}

const Vector weights = three(0.25, 0.5, 0.25);

Matrix rows(std::initializer_list<double> values) {
  Matrix x(static_cast<Index>(values.size()) / 3, 3);
  Index i = 0;
  for (double v : values) x(i / 3, i % 3) = v, ++i;
  return x;
}

}  // namespace

TEST_CASE("weighted means of known values") {
  const Matrix x = rows({1, 2, 9, 4, 4, 4});
  const Vector mean = aggregate(x, weights, {"arithmetic"}, Missing::refuse);
  CHECK(mean[0] == 3.5);
  CHECK(mean[1] == 4);
  const Vector root = aggregate(rows({2, 4, 8, 7, 7, 7}), weights, {"geometric"}, Missing::refuse);
  CHECK(root[0] == doctest::Approx(4).epsilon(1e-15));  // (2 * 16 * 8)^(1/4)
  CHECK(root[1] == doctest::Approx(7).epsilon(1e-15));
}

TEST_CASE("a missing child is refused, or drops out with its weight; without any the unit stays missing") {
  const Matrix x = rows({1, na, 9, na, na, na, na, na, 5});
  try {
    aggregate(x, weights, {"arithmetic"}, Missing::refuse);
    FAIL("not refused");
  } catch (const DataError& error) {
    CHECK(error.place.unit == 0);
    CHECK(error.place.method == "arithmetic");
  }
  const Vector mean = aggregate(x, weights, {"arithmetic"}, Missing::drop_weight);
  CHECK(mean[0] == 5);
  CHECK(std::isnan(mean[1]));
  CHECK(mean[2] == 5);
  CHECK(std::isnan(aggregate(rows({na, na, na}), weights, {"geometric"}, Missing::refuse)[0]));
}

TEST_CASE("children that are there but weigh nothing give nothing") {
  const Vector first = three(1, 0, 0);
  CHECK(std::isnan(aggregate(rows({na, 3, 4}), first, {"arithmetic"}, Missing::drop_weight)[0]));
  CHECK(aggregate(rows({2, 3, 4}), first, {"arithmetic"}, Missing::refuse)[0] == 2);
}

TEST_CASE("a geometric mean of 0 or below is refused with its place and the remedy") {
  for (double bad : {0.0, -1.0, -5e-324}) try {
      aggregate(rows({1, 2, 3, 1, bad, 3}), weights, {"geometric"}, Missing::drop_weight);
      FAIL("not refused");
    } catch (const DataError& error) {
      CHECK(error.place.unit == 1);
      CHECK(error.place.indicator == 1);
      CHECK(std::string(error.what()).find("rescale") != std::string::npos);
    }
}

TEST_CASE("the link of every method gives what its plain form gives") {
  int linked = 0;
  for (const AggregateMethod& row : aggregate_methods()) {
    if (!row.link) continue;
    ++linked;
    const Args args = arguments("aggregate", row, {row.name});
    const Link link = row.link(args);
    Matrix x(50, 3);
    for (Index i = 0; i < x.size(); ++i) x.data()[i] = 0.01 + 1e3 * uniform(3, 1, static_cast<std::uint64_t>(i));
    Matrix through = x;
    for (Index j = 0; j < 3 && link.forward; ++j) link.forward(through.col(j));
    Vector out = through * weights;
    if (link.inverse) link.inverse(out);
    for (Index i = 0; i < x.rows(); ++i) {
      const double plain = row.combine(x.row(i).transpose(), weights, args);
      CHECK(out[i] == doctest::Approx(plain).epsilon(1e-13));
      CHECK(plain >= x.row(i).minCoeff());
      CHECK(plain <= x.row(i).maxCoeff());
    }
  }
  CHECK(linked >= 2);
}
