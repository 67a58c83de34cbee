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
