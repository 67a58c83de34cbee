#include <doctest/doctest.h>

#include <cmath>

#include "egov/treat.hpp"

using namespace egov;

namespace {

const double na = missing_value;

Vector column(std::initializer_list<double> values) {
  Vector x(static_cast<Index>(values.size()));
  std::copy(values.begin(), values.end(), x.begin());
  return x;
}

Vector treated(Vector x, const std::string& method, std::map<std::string, double> params = {}) {
  Choice choice{method};
  choice.params = std::move(params);
  treat(Column(x), choice);
  return x;
}

bool same(const Vector& a, const Vector& b) {
  if (a.size() != b.size()) return false;
  for (Index i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && !(std::isnan(a[i]) && std::isnan(b[i]))) return false;
  return true;
}

}  // namespace

TEST_CASE("none leaves every value") {
  CHECK(same(treated(column({1, na, -1e300}), "none"), column({1, na, -1e300})));
}

TEST_CASE("a cap and a floor, each optional") {
  CHECK(same(treated(column({1, na, 5, -2}), "cap", {{"cap", 3}}), column({1, na, 3, -2})));
  CHECK(same(treated(column({1, na, 5, -2}), "cap", {{"floor", 0}}), column({1, na, 5, 0})));
  CHECK(same(treated(column({1, na, 5, -2}), "cap", {{"cap", 3}, {"floor", 3}}), column({3, na, 3, 3})));
  CHECK(same(treated(column({1, na, 5}), "cap"), column({1, na, 5})));
  CHECK_THROWS_AS(treated(column({1}), "cap", {{"cap", 1}, {"floor", 2}}), SpecError);
}

// scipy.stats: skew 2.23 and excess kurtosis 4.99 (bias=False) at first, -0.54 and -1.49 after one pass.
TEST_CASE("winsorizing pulls the extreme to the next value until skewness or kurtosis passes") {
  CHECK(same(treated(column({1, 2, 3, 4, 100}), "winsorize"), column({1, 2, 3, 4, 4})));
  CHECK(same(treated(column({-100, na, -4, -3, -2, -1}), "winsorize"), column({-4, na, -4, -3, -2, -1})));
  CHECK(same(treated(column({1, 2, 3, 4, 5}), "winsorize"), column({1, 2, 3, 4, 5})));
}

TEST_CASE("one of the two measures is enough to pass") {
  const Vector x = column({1, 2, 3, 4, 100});
  CHECK(same(treated(x, "winsorize", {{"skew", 2.3}}), x));
  CHECK(same(treated(x, "winsorize", {{"kurt", 5.0}}), x));
  CHECK_FALSE(same(treated(x, "winsorize", {{"skew", 2.2}, {"kurt", 4.9}}), x));
}

TEST_CASE("winsorizing stops at its limit, and values moved before move along") {
  Vector x = Vector::Ones(40);
  for (Index i = 0; i < 20; ++i) x[i] = 2;
  x[37] = 500, x[38] = 900, x[39] = 1000;
  auto top = [&](double most) {
    const Vector y = treated(x, "winsorize", {{"most", most}});
    return std::vector<double>{y[37], y[38], y[39]};
  };
  CHECK(top(0) == std::vector<double>{500, 900, 1000});
  CHECK(top(1) == std::vector<double>{500, 900, 900});
  CHECK(top(2) == std::vector<double>{500, 500, 500});  // the second pass moves two
  CHECK(top(5) == std::vector<double>{2, 2, 2});
}

TEST_CASE("columns without shape pass as they are") {
  for (const Vector& x : {column({3, 3, 3, 3}), column({na, na}), column({5}), column({1, 1000})})
    CHECK(same(treated(x, "winsorize", {{"skew", 0.0}, {"kurt", -10}}), x));
}

TEST_CASE("a table is treated column by column and stretch by stretch") {
  Matrix table(10, 2);
  table << 1, 5, 2, 5, 3, 5, 4, 5, 100, 5, 1, 1, 1, 2, 1, 3, 1, 4, 100, 5;
  treat(Table(table), Axes{5, Vector::LinSpaced(table.rows() / 5, 0, 1)}, {Choice{"winsorize"}, Choice{"none"}});
  CHECK(table(4, 0) == 4);
  CHECK(table(9, 0) == 1);
  CHECK(table(4, 1) == 5);
}

TEST_CASE("an unknown method names the nearest, an error of a table names its column") {
  Matrix table = Matrix::Ones(4, 3);
  try {
    treat(Table(table), Axes{2, Vector::LinSpaced(table.rows() / 2, 0, 1)}, {Choice{"none"}, Choice{"none"}, Choice{"winsorise"}});
    FAIL("not refused");
  } catch (const SpecError& error) {
    CHECK(std::string(error.what()).find("'winsorize'") != std::string::npos);
    CHECK(error.place.indicator == 2);
    CHECK(error.place.stage == "treat");
  }
}

TEST_CASE("a strict limit leaves out the pass that would go beyond it") {
  Vector x = Vector::LinSpaced(107, 1, 107);
  for (Index i = 100; i < 106; ++i) x[i] = 400;
  x[106] = 500;
  const std::map<std::string, double> limits = {{"most", 2}, {"skew", 0.1}, {"kurt", -2}};
  auto strict = limits;
  strict["strict"] = 1;
  CHECK((treated(x, "winsorize", limits).array() == 100).count() == 8);  // the seven above, with their neighbor
  CHECK((treated(x, "winsorize", strict).array() == 400).count() == 7);
}

TEST_CASE("an account names what was done, scope by scope") {
  Matrix table(10, 2);
  table << 1, 5, 2, 5, 3, 5, 4, 5, 100, 5, 1, 1, 1, 2, 1, 3, 1, 4, 100, 5;
  Choice power{"boxcox"};
  power.params["power"] = 0.5;
  const Axes axes{5, (Vector(2) << 2000, 2001).finished()};
  CHECK_THROWS_AS(treatments(Table(table), axes, {Choice{"winsorize"}, power}), DataError);  // five fives
  table.col(0) << 1, 2, 3, 4, 100, 1, 1, 1, 1, 100;
  table.col(1) << 1, 2, 3, 4, 9, 1, 2, 3, 4, 16;
  const auto found = treatments(Table(table), axes, {Choice{"winsorize"}, power});
  REQUIRE(found.size() == 4);
  CHECK(found[0].done.high == 1);
  CHECK(found[0].before.skew > 2);
  CHECK_FALSE(found[0].before.passes);
  CHECK(found[0].after.passes);
  CHECK(found[3].done.transform == "boxcox");
  CHECK(found[3].done.power == 0.5);
  CHECK(table(9, 1) == doctest::Approx(6).epsilon(1e-15));
}

TEST_CASE("of work that tells nothing the values it changed are counted") {
  const TreatWork work([](Column x, const Args&) { x.array() = x.array().min(3.0).max(1.5); });
  Vector x = column({1, 2, na, 5, 9, 3});
  const Treated done = work(Column(x), Args{});
  CHECK(done.high == 2);
  CHECK(done.low == 1);
  CHECK(done.transform.empty());
}

TEST_CASE("powers near 0 are continuous and results keep the order of the data") {
  const Vector x = column({0.5, 1, 2, 7, 1e6});
  const Vector at_zero = treated(x, "boxcox", {{"power", 0}}), near = treated(x, "boxcox", {{"power", 1e-14}});
  CHECK((at_zero - near).cwiseAbs().maxCoeff() < 1e-11);
  for (double power : {-3.0, -1.0, 0.3, 2.0, 5.0}) {
    const Vector y = treated(x, "yeojohnson", {{"power", power}});
    for (Index i = 1; i < y.size(); ++i) CHECK(y[i] >= y[i - 1]);
  }
}
