#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <stdexcept>

#include "detail/double_double.hpp"
#include "detail/student.hpp"
#include "egov/lines.hpp"
#include "egov/random.hpp"

using namespace egov;

namespace {

Matrix noise(Index rows, Index cols, std::uint32_t key) {
  Matrix out(rows, cols);
  Stream stream(7, 0, key);
  for (Index j = 0; j < cols; ++j)
    for (Index i = 0; i < rows; ++i) out(i, j) = stream.normal();
  return out;
}

double digits(double got, double right) { return -std::log10(std::max(std::abs(got / right - 1), 1e-16)); }

// Wampler4 of NIST StRD (https://www.itl.nist.gov/div898/strd/lls/data/Wampler4.shtml): a polynomial of degree 5 with ones as
// coefficients, and certified standard deviations.
const double wampler[] = {75901, -204794, 204863, -204436, 253665, -200894, 214131, -185192, 221249, -138370, 315911,
                          -27644, 455253, 197434, 783995, 608816, 1370781, 1303798, 2205519, 2408860, 3444321};
const double wampler_sd[] = {215232.624678170, 236355.173469681, 77934.3524331583, 10147.5507550350, 564.566512170752, 11.2324854679312};

}  // namespace

TEST_CASE("sums and products keep what rounding takes") {
  const detail::Double sum = detail::two_sum(1, 1e-17), product = detail::two_product(1 + 0x1p-30, 1 + 0x1p-30);
  CHECK(sum.high == 1);
  CHECK(sum.low == 1e-17);
  CHECK(product.high == 1 + 0x1p-29);
  CHECK(product.low == 0x1p-60);
  const detail::Double third = detail::over({1, 0}, 3);
  detail::Double back = detail::product(third, {3, 0});
  detail::add(back, {-1, 0});
  CHECK(std::abs(back.high) < 1e-31);
}

TEST_CASE("a polynomial of NIST to thirteen digits") {
  Matrix x(21, 1);
  Vector y(21);
  for (Index i = 0; i < 21; ++i) x(i, 0) = static_cast<double>(i), y[i] = wampler[i];
  const Line line = least_squares({x, true, 5}, y, {}, 0.95);
  REQUIRE(line.reason == NoLine::none);
  for (Index k = 0; k < 6; ++k) {
    CHECK(digits(line.coef[k], 1) > 13);
    CHECK(digits(line.se[k], wampler_sd[k]) > 12);
  }
  CHECK(line.freedom == 15);
}

TEST_CASE("residuals are orthogonal to the columns, and leverages sum to their number") {
  const Matrix x = noise(50, 3, 1);
  const Vector y = noise(50, 1, 2).col(0);
  for (const ErrorsMethod& row : errors_methods()) {
    ErrorsChoice how{row.kind, 2, {}};
    for (int i = 0; i < 50 && clustered(row.kind); ++i) how.groups.push_back(i % 10);
    const Line line = least_squares({x}, y, how, 0.9);
    REQUIRE(line.reason == NoLine::none);
    CHECK((x.transpose() * line.residuals).norm() < 1e-13);
    CHECK(std::abs(line.leverage.sum() - 4) < 1e-13);
    for (Index k = 0; k < 4; ++k) {
      CHECK(std::abs(line.se[k] - std::sqrt(line.covariance(k, k))) < 1e-14);
      CHECK(detail::student_p((line.high[k] - line.coef[k]) / line.se[k], line.df[k]) == doctest::Approx(0.1).epsilon(1e-10));
    }
  }
}

TEST_CASE("columns that depend on one another but for rounding, and those that only nearly do") {
  Matrix x = noise(30, 3, 3);
  const Vector y = noise(30, 1, 4).col(0);
  x.col(2) = 0.3 * x.col(0) - 0.7 * x.col(1);
  const Line none = least_squares({x}, y, {}, 0.95);
  CHECK(none.reason == NoLine::collinear);
  CHECK(none.column == 3);
  x.col(2) += 1e-12 * noise(30, 1, 5).col(0);
  CHECK(least_squares({x}, y, {}, 0.95).reason == NoLine::none);
}

TEST_CASE("a bent line of clean data is that of least squares") {
  const Matrix x = noise(40, 2, 6);
  const Vector y = x * Vector::Constant(2, 2.0) + 0.1 * noise(40, 1, 7).col(0);
  const Line plain = least_squares({x}, y, {}, 0.95);
  for (Bend bend : {Bend::huber, Bend::tukey}) {
    const RobustLine line = robust({x}, y, bend, 1e6, 0.95);
    CHECK(line.converged);
    CHECK((line.coef - plain.coef).norm() < 1e-9);
    CHECK(line.weights.minCoeff() > 0.999);
  }
  CHECK_THROWS_AS(robust({x}, y, Bend::huber, 0, 0.95), SpecError);
}

TEST_CASE("a curve with and without slopes, and an exception on its way") {
  Vector t(20), y(20);
  for (Index i = 0; i < 20; ++i) t[i] = static_cast<double>(i) / 4, y[i] = 5 * std::exp(-0.7 * t[i]) + 0.01 * static_cast<double>(i % 3);
  const Model model = [&](const Vector& b) -> Vector { return b[0] * (-b[1] * t).array().exp(); };
  const Slopes slopes = [&](const Vector& b) {
    Matrix out(20, 2);
    out.col(0) = (-b[1] * t).array().exp();
    out.col(1) = -b[0] * t.array() * out.col(0).array();
    return out;
  };
  const Vector start = Vector::Ones(2);
  const Curve rough = nonlinear(model, {}, y, start, 0.95), exact = nonlinear(model, slopes, y, start, 0.95);
  CHECK(exact.converged);
  CHECK(exact.offset < 1e-12);
  CHECK((rough.coef - exact.coef).norm() < 1e-11);
  CHECK((rough.se - exact.se).norm() < 1e-11);
  CHECK(std::memcmp(exact.coef.data(), nonlinear(model, slopes, y, start, 0.95).coef.data(), 2 * sizeof(double)) == 0);
  const Model fails = [](const Vector&) -> Vector { throw std::out_of_range("as it is"); };
  CHECK_THROWS_AS(nonlinear(fails, {}, y, start, 0.95), std::out_of_range);
}
