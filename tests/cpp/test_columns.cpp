#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "detail/columns.hpp"
#include "egov/method.hpp"
#include "egov/random.hpp"

using namespace egov;

namespace {

double exponential(double x) {
  detail::exponentials(&x, 1);
  return x;
}

// Distance in units in the last place of numbers of one sign.
std::uint64_t apart(double a, double b) {
  std::uint64_t x, y;
  std::memcpy(&x, &a, sizeof x);
  std::memcpy(&y, &b, sizeof y);
  return x > y ? x - y : y - x;
}

Matrix columns(Index rows, Index count) {
  Matrix out(rows, count);
  for (Index j = 0; j < count; ++j)
    for (Index i = 0; i < rows; ++i) out(i, j) = 200 * uniform(3, static_cast<std::uint64_t>(j), static_cast<std::uint64_t>(i)) - 100;
  return out;
}

}  // namespace

TEST_CASE("exponentials are within one unit in the last place") {
  for (double range : {1e-300, 1e-9, 0.3, 1.0, 5.0, 100.0, 708.0, 745.2})
    for (std::uint64_t k = 0; k < 4000; ++k) {
      const double x = range * (2 * uniform(1, 0, k) - 1);
      CHECK(apart(exponential(x), std::exp(x)) <= 1);
    }
}

TEST_CASE("exponentials at the ends of the range of numbers") {
  CHECK(exponential(0) == 1);
  CHECK(exponential(-0.0) == 1);
  CHECK(exponential(infinite) == infinite);
  CHECK(exponential(-infinite) == 0);
  CHECK(std::isnan(exponential(missing_value)));
  for (double x : {709.78, -708.5, -740.0, -745.13}) CHECK(apart(exponential(x), std::exp(x)) <= 1);
  for (double x : {709.79, 710.5, 1e300}) CHECK(exponential(x) == infinite);
  for (double x : {-745.2, -746.5, -1e300}) CHECK(exponential(x) == 0);
}

TEST_CASE("an exponential is the same beside one that is beyond the range of numbers") {
  for (std::uint64_t k = 0; k < 4000; ++k) {
    const double x = 1416 * uniform(2, 0, k) - 708;
    double both[] = {x, k % 2 ? infinite : missing_value};
    detail::exponentials(both, 2);
    CHECK(both[0] == exponential(x));
  }
}

TEST_CASE("an exponential is the same wherever it stands") {
  const Matrix x = columns(67, 1) * 7;
  for (Index first = 0; first < 9; ++first) {
    Vector some = x.col(0).tail(67 - first);
    detail::exponentials(some.data(), some.size());
    for (Index i = 0; i < some.size(); ++i) CHECK(some[i] == exponential(x(first + i, 0)));
  }
}

TEST_CASE("a weighted sum is the plain sum from the first column to the last") {
  for (Index rows : {0, 1, 2, 7, 8, 33, 193})
    for (Index count = 1; count <= 10; ++count) {
      const Matrix from = columns(rows, count);
      Vector quick = Vector::Constant(rows, -7), plain(rows);
      detail::WeightedSum sum(quick.data(), rows);
      for (Index j = 0; j < count; ++j) {
        const double weight = 0.1 + static_cast<double>(j) / 7;
        plain = j == 0 ? Vector(from.col(j) * weight) : Vector(plain + from.col(j) * weight);
        sum.add(from.col(j).data(), weight);
        if (j % 3 == 1) sum.finish();  // a stop on the way changes nothing
      }
      sum.finish();
      CHECK(quick == plain);
    }
}
