#include <doctest/doctest.h>

#include <cmath>

#include "egov/multivariate.hpp"
#include "egov/random.hpp"

using namespace egov;

namespace {

const double na = missing_value;

Matrix noise(Index rows, Index columns, std::uint64_t seed) {
  Matrix out(rows, columns);
  for (Index j = 0; j < columns; ++j)
    for (Index i = 0; i < rows; ++i) out(i, j) = uniform(seed, static_cast<std::uint64_t>(j), static_cast<std::uint64_t>(i)) - 0.5;
  return out;
}

}  // namespace

TEST_CASE("a summary counts and measures what is observed") {
  Matrix table(6, 2);
  table << 0, na, -1, na, 2, na, 2, na, na, na, 7, na;
  const auto found = summarize(table);
  CHECK(found[0].n == 5);
  CHECK(found[0].missing == 1);
  CHECK(found[0].zeros == 1);
  CHECK(found[0].negative == 1);
  CHECK(found[0].distinct == 4);
  CHECK(found[0].same == 2);
  CHECK(found[0].most_common == 2);
  CHECK(found[0].mean == 2);
  CHECK(found[0].median == 2);
  CHECK(found[0].lower_quartile == 0);  // quantile(c(-1, 0, 2, 2, 7), .25) of R
  CHECK(found[0].upper_quartile == 2);
  CHECK(found[0].deviation == doctest::Approx(std::sqrt(9.5)));
  CHECK(found[1].n == 0);
  CHECK(std::isnan(found[1].mean));
  CHECK(std::isnan(found[1].median));
  CHECK(summarize(Matrix(0, 0)).empty());
}

TEST_CASE("two columns with correlation r have components 1 + r and 1 - r") {
  Matrix table(4, 2);
  table << 1, 2, 2, 1, 3, 4, 4, 3;
  const auto found = components(table, true);
  CHECK(found.eigenvalues[0] == doctest::Approx(1.6).epsilon(1e-14));
  CHECK(found.eigenvalues[1] == doctest::Approx(0.4).epsilon(1e-14));
  const double half = std::sqrt(0.5);
  CHECK(found.rotation(0, 0) == doctest::Approx(half));
  CHECK(found.rotation(0, 1) == doctest::Approx(half));  // the first of equals is positive
  CHECK(found.rotation(1, 1) == doctest::Approx(-half));
}

TEST_CASE("a component turns with the sign of a column, but its largest weight stays positive") {
  Matrix table = noise(30, 4, 3);
  table.col(2) += 3 * table.col(0);
  const auto found = components(table, true);
  for (Index k = 0; k < 4; ++k) {
    Index at = 0;
    found.rotation.col(k).cwiseAbs().maxCoeff(&at);
    CHECK(found.rotation(at, k) > 0);
  }
  CHECK((found.rotation.transpose() * found.rotation - Matrix::Identity(4, 4)).norm() < 1e-13);
  CHECK(found.loadings.rowwise().squaredNorm().isOnes(1e-12));
}

TEST_CASE("alpha of parallel columns is the formula of Spearman and Brown") {
  Matrix table(4, 2);
  table << 1, 2, 2, 1, 3, 4, 4, 3;
  const auto found = alpha(table, true);
  CHECK(found.raw == doctest::Approx(2 * 0.6 / 1.6).epsilon(1e-14));
  CHECK(found.standardized == doctest::Approx(0.75).epsilon(1e-14));
  CHECK(std::isnan(found.raw_without[0]));
  table(1, 0) = na;
  const auto holed = alpha(table, true), whole = alpha(table, false);
  CHECK(holed.least == 3);
  CHECK(holed.most == 4);
  CHECK(whole.least == whole.most);
}

TEST_CASE("adequacy of uncorrelated columns") {
  Matrix table(4, 2);
  table << 1, 1, 1, -1, -1, 1, -1, -1;
  const auto found = adequacy(table);
  CHECK(found.chi2 == doctest::Approx(0).epsilon(1e-12));
  CHECK(found.p == doctest::Approx(1));
  CHECK(found.inflation[0] == doctest::Approx(1));
  table.col(1) = 2 * table.col(0);
  CHECK(std::isinf(adequacy(table).inflation[1]));
  CHECK(std::isnan(adequacy(table).kmo));
}

TEST_CASE("what cannot be measured is refused with its place") {
  Matrix table = noise(10, 3, 1);
  CHECK_THROWS_AS(one_factor(table.leftCols(2)), DataError);
  CHECK_THROWS_AS(adequacy(table.leftCols(1)), DataError);
  CHECK_THROWS_AS(components(Matrix::Constant(3, 2, na), true), DataError);
  table(4, 1) = infinite;
  try {
    summarize(table);
    FAIL("no error");
  } catch (const DataError& error) {
    CHECK(error.place.unit == 4);
    CHECK(error.place.indicator == 1);
  }
  table.col(1).setConstant(2);
  CHECK_THROWS_AS(one_factor(table), DataError);
  CHECK_THROWS_AS(importance(table, Vector::Zero(9), Smoother::linear, 1), DataError);
}

TEST_CASE("importance of a curve, a line and noise") {
  const Index n = 120;
  const Matrix x = noise(n, 3, 8);
  Vector y = 2 * x.col(1);
  for (Index i = 0; i < n; ++i) y[i] += std::cos(12 * x(i, 0));
  for (Smoother smoother : {Smoother::spline, Smoother::gaussian_process}) {
    const auto found = importance(x, y, smoother, 2);
    const double all = found[0].ratio + found[1].ratio;  // independent inputs of a sum: the shares add up
    CHECK(all > 0.8);
    CHECK(all < 1.2);
    CHECK(found[0].ratio > 0.4);
    CHECK(found[2].ratio < 0.1);
  }
  const auto line = importance(x, y, Smoother::linear, 1);
  CHECK(line[0].ratio < 0.1);
  CHECK(line[1].ratio > 0.25);
  CHECK(importance(Matrix(n, 0), y, Smoother::linear, 1).empty());
}

TEST_CASE("a straight line makes the spline a straight line") {
  Vector x(20), y(20);
  for (Index i = 0; i < 20; ++i) x[i] = static_cast<double>(i * i), y[i] = 3 - 2 * x[i];
  const auto found = importance(x, y, Smoother::spline, 1)[0];
  CHECK(found.ratio == doctest::Approx(1).epsilon(1e-9));
  Vector two = (x.array() > 50).cast<double>();
  const auto step = importance(two, y, Smoother::spline, 1)[0];
  CHECK(std::isinf(step.smoothing));  // two values of x: the group means
  CHECK(step.ratio == doctest::Approx(importance(two, y, Smoother::linear, 1)[0].ratio));
}
