#include <doctest/doctest.h>

#include <Eigen/Dense>
#include <cmath>

#include "egov/missing.hpp"
#include "egov/random.hpp"

using namespace egov;

namespace {

const double na = missing_value;

double noise(Index row, Index column, std::uint64_t seed) {
  return uniform(seed, static_cast<std::uint64_t>(column), static_cast<std::uint64_t>(row)) - 0.5;
}

// Columns that go together, a share of the cells missing.
Matrix holed(Index rows, Index columns, double share, std::uint64_t seed) {
  Matrix out(rows, columns);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < columns; ++j)
      out(i, j) = noise(i, j, seed + 2) + 0.5 < share ? na : 10 + static_cast<double>(j + 1) * (noise(i, 99, seed) + 0.7 * noise(i, j, seed + 1));
  return out;
}

double change(const Gaussian& a, const Gaussian& b) {
  return std::max((a.mean - b.mean).cwiseAbs().maxCoeff(), (a.covariance - b.covariance).cwiseAbs().maxCoeff());
}

template <class Failure>
long column_of(const Matrix& table, const EmOptions& options = {}) {
  try {
    em(table, options);
  } catch (const Failure& error) {
    return error.place.indicator;
  }
  return -2;
}

}  // namespace

TEST_CASE("rows with the same holes are one pattern") {
  Matrix table(5, 2);
  table << 1, na, 1, 2, na, na, 2, na, na, 3;
  const auto found = patterns(table);
  REQUIRE(found.size() == 4);
  CHECK(found[0].observed == std::vector<Index>{0, 1});
  CHECK(found[1].rows == std::vector<Index>{0, 3});
  CHECK(found[1].missing == std::vector<Index>{1});
  CHECK(found[2].rows == std::vector<Index>{4});
  CHECK(found[3].observed.empty());
  CHECK(patterns(Matrix(0, 3)).empty());
}

TEST_CASE("without holes EM gives mean and covariance at once") {
  const Matrix table = holed(40, 4, 0, 1);
  const auto found = em(table);
  const Vector mean = table.colwise().mean();
  const Matrix away = table.rowwise() - mean.transpose();
  CHECK(found.converged);
  CHECK((found.mean - mean).norm() < 1e-12);
  CHECK((found.covariance - away.transpose() * away / 40).norm() < 1e-12);
  CHECK(found.rows == 40);
}

TEST_CASE("with the second column missing in some rows the answer is that of Anderson (1957)") {
  Matrix table = holed(30, 2, 0, 5);
  for (Index row = 18; row < 30; ++row) table(row, 1) = na;
  const auto found = em(table);
  const Vector x = table.col(0), seen = table.col(0).head(18), y = table.col(1).head(18);
  const double sxx = (seen.array() - seen.mean()).square().mean();
  const double sxy = ((seen.array() - seen.mean()) * (y.array() - y.mean())).mean();
  const double syy = (y.array() - y.mean()).square().mean(), slope = sxy / sxx, all = (x.array() - x.mean()).square().mean();
  CHECK(found.mean[1] == doctest::Approx(y.mean() + slope * (x.mean() - seen.mean())).epsilon(1e-10));
  CHECK(found.covariance(0, 1) == doctest::Approx(slope * all).epsilon(1e-9));
  CHECK(found.covariance(1, 1) == doctest::Approx(syy - slope * sxy + slope * slope * all).epsilon(1e-9));
}

TEST_CASE("the accelerated way ends where the plain one does, in fewer steps, at a maximum") {
  const Matrix table = holed(60, 5, 0.4, 9);
  EmOptions plain;
  plain.accelerate = false;
  plain.tolerance = 1e-13;
  const auto slow = em(table, plain), fast = em(table);
  CHECK(change(slow, fast) < 1e-8);
  CHECK(fast.steps < slow.steps);
  CHECK(loglik(fast, table) == doctest::Approx(fast.loglik).epsilon(1e-13));
  for (Index column = 0; column < 5; ++column)
    for (const double by : {-1e-3, 1e-3}) {
      Gaussian other = fast;
      other.mean[column] += by;
      CHECK(loglik(other, table) < fast.loglik);
      other = fast;
      other.covariance(column, column) *= 1 + by;
      CHECK(loglik(other, table) < fast.loglik);
    }
}

TEST_CASE("rows with nothing, their order, and the units of the columns make no difference") {
  const Matrix table = holed(50, 3, 0.3, 13);
  const auto first = em(table);
  Matrix more = Matrix::Constant(53, 3, na);
  more.topRows(50) = table.colwise().reverse();
  const auto second = em(more);
  CHECK(second.rows == first.rows);
  CHECK(change(first, second) < 1e-9);
  const std::vector<double> units = {1e-6, 1, 1e9};
  for (Index j = 0; j < 3; ++j) more.col(j) *= units[static_cast<std::size_t>(j)];
  const auto third = em(more);
  for (Index i = 0; i < 3; ++i)
    for (Index j = 0; j < 3; ++j) {
      const double unit = units[static_cast<std::size_t>(i)], other = units[static_cast<std::size_t>(j)];
      CHECK(third.covariance(i, j) == doctest::Approx(first.covariance(i, j) * unit * other).epsilon(1e-8));
    }
}

TEST_CASE("a column that says nothing is refused by name") {
  Matrix table = holed(20, 3, 0.2, 17);
  table.col(1).setConstant(na);
  CHECK(column_of<DataError>(table) == 1);
  table(4, 1) = 3;
  CHECK(column_of<DataError>(table) == 1);
  for (Index row = 0; row < 20; ++row) table(row, 1) = 0.1;
  CHECK(column_of<DataError>(table) == 1);
  table(3, 1) = infinite;
  CHECK(column_of<DataError>(table) == 1);
  CHECK_THROWS_AS(em(Matrix(0, 2)), DataError);
  CHECK_THROWS_AS(em(Matrix(2, 0)), DataError);
  CHECK_THROWS_AS(em(holed(9, 2, 0, 1), {-1}), SpecError);
}

TEST_CASE("a singular covariance is a fit error that names a column; a prior helps") {
  Matrix table = holed(30, 3, 0, 21);
  table.col(2) = 3 * table.col(0) - table.col(1);
  CHECK(column_of<FitError>(table) == 2);
  table(4, 2) = table(5, 0) = table(7, 1) = na;
  CHECK(column_of<FitError>(table) >= 0);
  EmOptions some;
  some.prior = 0.3;
  const auto found = em(table, some);
  CHECK(found.converged);
  CHECK(found.covariance.ldlt().isPositive());
  CHECK(column_of<FitError>(holed(4, 6, 0, 23)) >= 0);  // fewer rows than columns
  CHECK(em(holed(4, 6, 0, 23), some).converged);
}

TEST_CASE("a prior adds so many uncorrelated rows to a covariance without holes") {
  const Matrix table = holed(25, 3, 0, 29);
  EmOptions some;
  some.prior = 5;
  const Matrix plain = em(table).covariance, found = em(table, some).covariance;
  CHECK(found.diagonal().isApprox(plain.diagonal(), 1e-12));
  CHECK(found(0, 1) == doctest::Approx(plain(0, 1) * 25 / 30).epsilon(1e-10));
}

TEST_CASE("columns never observed together are told") {
  Matrix table = holed(40, 3, 0, 31);
  for (Index row = 0; row < 40; ++row) table(row, row < 20 ? 1 : 2) = na;
  CHECK(em(table).apart == std::vector<std::pair<Index, Index>>{{1, 2}});
}

TEST_CASE("too few steps are told") {
  EmOptions hasty;
  hasty.steps = 3;
  const auto found = em(holed(40, 3, 0.4, 37), hasty);
  CHECK_FALSE(found.converged);
  CHECK(found.change > hasty.tolerance);
}

TEST_CASE("what is missing given what is observed: slopes, what they leave, and a root of it") {
  Gaussian of;
  of.mean = (Vector(3) << 1, 2, 3).finished();
  of.covariance = (Matrix(3, 3) << 4, 2, 1, 2, 9, 3, 1, 3, 16).finished();
  const auto given = conditional(of, {1});
  CHECK(given.missing == std::vector<Index>{0, 2});
  CHECK(given.slopes(0, 0) == doctest::Approx(2.0 / 9));
  CHECK(given.slopes(1, 0) == doctest::Approx(3.0 / 9));
  CHECK(given.covariance(0, 0) == doctest::Approx(4 - 4.0 / 9));
  CHECK(given.covariance(0, 1) == doctest::Approx(1 - 6.0 / 9));
  CHECK((given.root * given.root.transpose() - given.covariance).norm() < 1e-14);
  const Vector at = expected(of, given, (Vector(3) << na, 5, na).finished());
  CHECK(at[0] == doctest::Approx(1 + 3 * 2.0 / 9));
  CHECK(at[1] == doctest::Approx(4));
  CHECK(conditional(of, {}).covariance == of.covariance);
  CHECK(expected(of, conditional(of, {}), Vector::Constant(3, na)) == of.mean);
  CHECK(conditional(of, {0, 1, 2}).missing.empty());
  CHECK_THROWS_AS(conditional(of, {2, 1}), SpecError);
  of.covariance.row(2) = 2 * of.covariance.row(1);
  of.covariance.col(2) = 2 * of.covariance.col(1);
  CHECK_THROWS_AS(conditional(of, {1, 2}), FitError);
  CHECK(conditional(of, {1}).root.row(1).norm() < 1e-7);  // determined: nothing is left
}

TEST_CASE("Little's statistic of two patterns in closed form") {
  Matrix table(4, 2);
  table << 1, 2, 2, 1, 3, 4, 4, na;
  const auto found = little(table, em(table, {0, 1e-13}));
  CHECK(found.freedom == 1);
  CHECK(found.statistic == doctest::Approx(1.8 + 0.6).epsilon(1e-10));  // x alone, and x with y on the regression line
  CHECK(found.p == doctest::Approx(std::erfc(std::sqrt(1.2))).epsilon(1e-10));
  CHECK(std::isnan(little(table.topRows(3), em(table.topRows(3))).p));
}
