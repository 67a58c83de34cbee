#include <doctest/doctest.h>

#include <cmath>

#include "egov/pool.hpp"

using namespace egov;

TEST_CASE("Rubin's rules by hand") {
  const Matrix estimates = (Matrix(3, 1) << 1, 2, 3).finished(), variances = (Matrix(3, 1) << 2, 3, 4).finished();
  const auto found = pool(estimates, variances, infinite, 0.95);
  CHECK(found.estimate[0] == 2);
  CHECK(found.within[0] == 3);
  CHECK(found.between[0] == 1);
  CHECK(found.total[0] == doctest::Approx(13.0 / 3));
  CHECK(found.riv[0] == doctest::Approx(4.0 / 9));
  CHECK(found.lambda[0] == doctest::Approx(4.0 / 13));
  CHECK(found.freedom[0] == doctest::Approx(2 * 169.0 / 16));
  const double few = 21.0 / 23 * 20 * 9.0 / 13, old = 169.0 / 8;
  CHECK(pool(estimates, variances, 20, 0.95).freedom[0] == doctest::Approx(few * old / (few + old)));
}

TEST_CASE("imputations that agree leave the analysis as it is") {
  const Matrix estimates = Matrix::Constant(4, 1, 1.96), variances = Matrix::Ones(4, 1);
  const auto many = pool(estimates, variances, infinite, 0.95);
  CHECK(std::isinf(many.freedom[0]));
  CHECK(many.fmi[0] == 0);
  CHECK(many.p[0] == doctest::Approx(0.04999579029644087).epsilon(1e-12));  // normal
  CHECK(many.high[0] == doctest::Approx(1.96 + 1.959963984540054).epsilon(1e-12));
  CHECK(pool(estimates, variances, 10, 0.95).freedom[0] == doctest::Approx(110.0 / 13));
}

TEST_CASE("one estimate is tested as by its t, but for the degrees of freedom") {
  const Matrix estimates = (Matrix(4, 1) << 1, 1.5, 1.25, 0.9).finished(), variances = (Matrix(4, 1) << .2, .3, .25, .22).finished();
  std::vector<Matrix> covariances;
  for (Index k = 0; k < 4; ++k) covariances.push_back(variances.row(k));
  const auto one = pool(estimates, variances, infinite, 0.9);
  const auto test = wald(estimates, covariances, Vector::Zero(1), infinite);
  CHECK(test.f == doctest::Approx(one.t[0] * one.t[0]).epsilon(1e-13));
  CHECK(test.riv == doctest::Approx(one.riv[0]).epsilon(1e-13));
  CHECK(wald(estimates, covariances, one.estimate, infinite).p == 1);
}

TEST_CASE("a test of several does not change with their units or their mixture") {
  const Matrix estimates = (Matrix(4, 2) << 1, 2, 1.2, 2.1, 1.1, 1.8, .9, 2.2).finished();
  const Matrix covariance = (Matrix(2, 2) << .1, .02, .02, .2).finished(), mix = (Matrix(2, 2) << 1000, 1, 2, .001).finished();
  const auto first = wald(estimates, std::vector<Matrix>(4, covariance), Vector::Zero(2), 30);
  const auto second = wald(estimates * mix, std::vector<Matrix>(4, mix.transpose() * covariance * mix), Vector::Zero(2), 30);
  CHECK(first.f == doctest::Approx(second.f).epsilon(1e-9));
  CHECK(first.denominator == doctest::Approx(second.denominator).epsilon(1e-9));
  CHECK(first.rule == "Reiter");
  const auto few = wald(estimates.topRows(2), std::vector<Matrix>(2, covariance), Vector::Zero(2), 30);
  CHECK(few.rule != "Reiter");
  CHECK(few.denominator <= 31.0 / 33 * 30);
}

TEST_CASE("what cannot be pooled is refused with its place") {
  const Matrix good = Matrix::Ones(3, 2);
  Matrix bad = good;
  bad(1, 0) = 0;
  try {
    pool(good, bad, 10, 0.95);
    CHECK(false);
  } catch (const DataError& error) {
    CHECK(error.place.unit == 1);
    CHECK(error.place.indicator == 0);
  }
  bad(1, 0) = missing_value;
  CHECK_THROWS_AS(pool(bad, good, 10, 0.95), DataError);
  CHECK_THROWS_AS(pool(good.topRows(1), good.topRows(1), 10, 0.95), DataError);
  CHECK_THROWS_AS(pool(good, good, 0, 0.95), SpecError);
  CHECK_THROWS_AS(pool(good, good, 10, 1), SpecError);
  CHECK_THROWS_AS(wald(good, std::vector<Matrix>(3, Matrix::Ones(2, 2)), Vector::Zero(2), 10), FitError);
  CHECK_THROWS_AS(wald(good, std::vector<Matrix>(2, Matrix::Identity(2, 2)), Vector::Zero(2), 10), DataError);
}
