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
    Choice choice{row.name};
    if (row.name == "power") choice.params = {{"p", 2.5}};
    const Args args = arguments("aggregate", row, choice);
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

namespace {

Choice with(const std::string& method, std::map<std::string, double> params, Tables tables = {}) {
  Choice choice{method};
  choice.params = std::move(params);
  choice.tables = std::move(tables);
  return choice;
}

template <class Kind>
std::string refusal(const Matrix& x, const Choice& choice, Place* place = nullptr) {
  try {
    aggregate(x, weights, choice, Missing::refuse);
  } catch (const Kind& error) {
    if (place) *place = error.place;
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("power means of any size, and what each power refuses") {
  for (double size : {1.0, 1e300, 1e-300})
    for (double p : {-300.0, -3.0, -1.0, 0.5, 1.0, 2.0, 700.0}) {
      const double got = aggregate(rows({2 * size, 3 * size, 7 * size}), weights, with("power", {{"p", p}}), Missing::refuse)[0] / size;
      const double most = p > 0 ? 7 : 2;
      const double plain = std::pow(0.25 * std::pow(2 / most, p) + 0.5 * std::pow(3 / most, p) + 0.25 * std::pow(7 / most, p), 1 / p) * most;
      CHECK(got == doctest::Approx(plain).epsilon(1e-13));
    }
  Place place;
  CHECK(refusal<SpecError>(rows({1, 2, 3}), with("power", {{"p", 0}}), &place).find("geometric") != std::string::npos);
  CHECK(place.param == "p");
  CHECK(refusal<DataError>(rows({1, 0, 3}), with("power", {{"p", -1}}), &place).find("above 0") != std::string::npos);
  CHECK(place.indicator == 1);
  CHECK(refusal<DataError>(rows({1, 0, 3}), with("power", {{"p", 1}})).empty());
  CHECK(refusal<DataError>(rows({1, 2, 3, 1, 2, -3}), with("power", {{"p", 1}}), &place).find("at least 0") != std::string::npos);
  CHECK(place.unit == 1);
}

TEST_CASE("order weights fit the node, and sum to more than 0") {
  const auto order = [](std::initializer_list<double> values) {
    Matrix table(1, static_cast<Index>(values.size()));
    Index at = 0;
    for (double value : values) table(0, at++) = value;
    return Tables{{"order", table}};
  };
  CHECK(refusal<SpecError>(rows({1, 2, 3}), with("owa", {}, order({1, 1}))).find("3 children") != std::string::npos);
  CHECK_FALSE(refusal<SpecError>(rows({1, 2, 3}), with("owa", {}, order({1, -1, 1}))).empty());
  CHECK_FALSE(refusal<SpecError>(rows({1, 2, 3}), with("owa", {}, order({0, 0, 0}))).empty());
  CHECK(aggregate(rows({1, 2, 3}), three(1, 1, 1) / 3, with("owa", {}, order({2, 0, 0})), Missing::refuse)[0] == 3);
}

TEST_CASE("an OWA does not depend on the order of the children, ties included, and is monotone in its orness") {
  const Vector x = three(4, 9, 4);
  const double one = aggregate(rows({4, 9, 4}), three(0.2, 0.3, 0.5), with("owa", {{"orness", 0.3}}), Missing::refuse)[0];
  CHECK(one == doctest::Approx(aggregate(rows({4, 4, 9}), three(0.5, 0.2, 0.3), with("owa", {{"orness", 0.3}}), Missing::refuse)[0]).epsilon(1e-15));
  double before = 0;
  for (double orness : {0.0, 0.1, 0.4, 0.5, 0.7, 1.0}) {
    const double now = aggregate(rows({x[0], x[1], x[2]}), weights, with("owa", {{"orness", orness}}), Missing::refuse)[0];
    CHECK(now >= before);
    before = now;
  }
  CHECK(before == 9);
}

TEST_CASE("a spread around a mean of 0 or less has no Mazziotta-Pareto index; without a spread it is the mean") {
  Place place;
  for (const char* method : {"mpi", "ampi"}) {
    CHECK_FALSE(refusal<DataError>(rows({1, 2, 3, 1, -1, 1}), with(method, {}), &place).empty());
    CHECK(place.unit == 1);
    CHECK(place.method == method);
    CHECK(aggregate(rows({-2, -2, -2}), weights, {method}, Missing::refuse)[0] == -2);
    CHECK(aggregate(rows({0, 0, 0}), weights, {method}, Missing::refuse)[0] == 0);
  }
}

TEST_CASE("outranking: pairs are compared by the children they both have") {
  const Matrix o = outranking(rows({3, na, 1, 2, 5, 1, na, 6, na, na, na, na}), weights);
  CHECK(o(0, 1) == doctest::Approx(0.75));  // of 1/4 and 1/4: ahead in one, tied in the other
  CHECK(o(1, 0) == doctest::Approx(0.25));
  CHECK(o(1, 2) == 0);
  CHECK(o(2, 1) == 1);
  CHECK(std::isnan(o(0, 2)));
  CHECK(o(0, 0) == 0);
  CHECK(std::isnan(o(3, 3)));
  CHECK(std::isnan(o(3, 1)));
}

TEST_CASE("noise breaks no tie of a Copeland rule") {
  const double third = 1.0 / 3;
  const Vector score = aggregate(rows({third, 1, 2, third * (1 + 2e-16), 1, 2}), weights, {"copeland"}, Missing::refuse);
  CHECK(score[0] == 0);
  CHECK(score[1] == 0);
}

TEST_CASE("units of another period are nobody's rivals") {
  const Vector all = aggregate(rows({1, 1, 1, 2, 2, 2, 5, 5, 5, 4, 4, 4}), weights, {"copeland"}, Missing::refuse, 2);
  CHECK(all[0] == -1);
  CHECK(all[1] == 1);
  CHECK(all[2] == 1);
  CHECK(all[3] == -1);
  Place place;
  try {
    aggregate(rows({1, 1, 1, 2, 2, 2, 5, na, 5, 4, 4, 4}), weights, {"wroclaw"}, Missing::drop_weight, 2);
    FAIL("not refused");
  } catch (const DataError& error) {
    CHECK(error.place.unit == 2);
    CHECK(error.place.indicator == 1);
  }
}
