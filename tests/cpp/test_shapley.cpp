#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "egov/random.hpp"
#include "egov/shapley.hpp"
#include "egov/sobol.hpp"

using namespace egov;

namespace {

// val(u) = g' Sigma_u g, g_i = c_i - mean of c outside u: the variance of the conditional expectation.
double worth(const Vector& c, const Vector& alpha, unsigned coalition) {
  const double total = alpha.sum();
  double outside = 0, mean = 0, linear = 0, square = 0;
  for (Index i = 0; i < c.size(); ++i)
    if (!(coalition >> i & 1u)) outside += alpha[i], mean += alpha[i] * c[i];
  if (outside > 0) mean /= outside;
  for (Index i = 0; i < c.size(); ++i)
    if (coalition >> i & 1u) linear += alpha[i] * (c[i] - mean), square += alpha[i] * std::pow(c[i] - mean, 2);
  return (total * square - linear * linear) / (total * total * (total + 1));
}

double factorial(int n) { return std::tgamma(n + 1.0); }

// The plain sum over coalitions.
Vector enumerated(const Vector& c, const Vector& alpha) {
  const auto d = static_cast<int>(c.size());
  Vector out = Vector::Zero(d);
  for (unsigned coalition = 0; coalition < 1u << d; ++coalition) {
    int size = 0;
    for (int i = 0; i < d; ++i) size += static_cast<int>(coalition >> i & 1u);
    for (int i = 0; i < d; ++i)
      if (!(coalition >> i & 1u))
        out[i] += factorial(size) * factorial(d - size - 1) / factorial(d) *
                  (worth(c, alpha, coalition | 1u << i) - worth(c, alpha, coalition));
  }
  return out;
}

Matrix some_scores(Index units, Index weights) {
  Matrix out(units, weights);
  for (Index k = 0; k < out.size(); ++k) out.data()[k] = uniform(7, 1, static_cast<std::uint64_t>(k));
  return out;
}

Vector some_alpha(Index weights) {
  Vector out(weights);
  for (Index i = 0; i < weights; ++i) out[i] = 0.2 + 20 * std::pow(uniform(8, 1, static_cast<std::uint64_t>(i)), 4);
  return out;
}

}  // namespace

TEST_CASE("Shapley effects of weights are the sum over all coalitions") {
  for (Index d : {2, 3, 4, 7, 10}) {
    const Matrix scores = some_scores(5, d);
    const Vector alpha = some_alpha(d);
    const WeightShapley found = weight_shapley(scores, alpha);
    for (Index unit = 0; unit < 5; ++unit) {
      const Vector c = scores.row(unit);
      const double variance = worth(c, alpha, (1u << d) - 1);
      CHECK(found.variance[unit] == doctest::Approx(variance).epsilon(1e-12));
      CHECK((found.part.row(unit).transpose() - enumerated(c, alpha)).cwiseAbs().maxCoeff() < 1e-13 * variance);
      CHECK(found.part.row(unit).sum() == doctest::Approx(variance).epsilon(1e-12));
      for (Index i = 0; i < d; ++i) CHECK(found.first(unit, i) == doctest::Approx(worth(c, alpha, 1u << i)).epsilon(1e-11));
      CHECK(!found.constant[static_cast<std::size_t>(unit)]);
    }
  }
}

TEST_CASE("parameters of very different size") {
  Vector alpha(6);
  alpha << 1e-8, 1e-5, 0.01, 1, 50, 3000;
  const Matrix scores = some_scores(3, 6);
  const WeightShapley found = weight_shapley(scores, alpha);
  for (Index unit = 0; unit < 3; ++unit)
    CHECK((found.part.row(unit).transpose() - enumerated(scores.row(unit), alpha)).cwiseAbs().maxCoeff() < 1e-12 * found.variance[unit]);
}

// With c = (1, 0, .., 0) and equal parameters all others are alike, and effects do not depend on the unit of scores.
TEST_CASE("symmetry, scale and many weights") {
  constexpr Index d = 60;
  Matrix scores = Matrix::Zero(3, d);
  scores(0, 4) = 1, scores(1, 4) = 1e-90, scores.row(2).setConstant(7), scores(2, 4) = 8;
  const WeightShapley found = weight_shapley(scores, Vector::Ones(d));
  const double others = found.part(0, 0);
  for (Index i = 0; i < d; ++i) {
    if (i != 4) CHECK(found.part(0, i) == doctest::Approx(others).epsilon(1e-9));
    CHECK(found.part(1, i) * 1e180 == doctest::Approx(found.part(0, i)).epsilon(1e-9));
    CHECK(found.part(2, i) == doctest::Approx(found.part(0, i)).epsilon(1e-9));
  }
  CHECK(found.part(0, 4) / found.variance[0] > 0.5);
  CHECK(found.part.row(0).sum() == doctest::Approx(found.variance[0]).epsilon(1e-12));
  CHECK(found.variance[0] == doctest::Approx((d - 1.0) / (d * d * (d + 1.0))).epsilon(1e-12));
}

TEST_CASE("equal scores make a constant") {
  Matrix scores = Matrix::Constant(3, 4, 0.1);
  scores(1, 2) += 1e-15, scores.row(2).setZero();
  const WeightShapley found = weight_shapley(scores, Vector::Ones(4));
  for (std::size_t unit = 0; unit < 3; ++unit) CHECK(found.constant[unit]);
  CHECK(found.part.isZero(0));
  CHECK(weight_shapley(Matrix::Ones(1, 1), Vector::Ones(1)).constant[0]);
}

TEST_CASE("any number of threads gives the same bits") {
  const Matrix scores = some_scores(193, 9);
  const Vector alpha = some_alpha(9);
  const WeightShapley one = weight_shapley(scores, alpha, 1), more = weight_shapley(scores, alpha, 7);
  CHECK(one.part == more.part);
  CHECK(one.first == more.first);
}

TEST_CASE("what makes no sense is refused") {
  const double none = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(weight_shapley(Matrix::Ones(2, 3), Vector::Ones(2)), SpecError);
  CHECK_THROWS_AS(weight_shapley(Matrix::Ones(2, 2), Vector::Zero(2)), SpecError);
  CHECK_THROWS_AS(weight_shapley(Matrix::Ones(2, 2), Vector::Constant(2, none)), SpecError);
  CHECK_THROWS_AS(weight_shapley(Matrix::Constant(2, 2, none), Vector::Ones(2)), DataError);
  CHECK_THROWS_AS(reach_of_interval(1, 3), SpecError);
  CHECK_THROWS_AS(reach_of_interval(0.9, 0), SpecError);
}

TEST_CASE("reach of intervals as in tables") {
  CHECK(reach_of_interval(0.95, 7) == doctest::Approx(2.364624251592785).epsilon(1e-12));
  CHECK(reach_of_interval(0.95, infinite) == doctest::Approx(1.95996398454005).epsilon(1e-12));
}

// Gamma with shape 2: u = 1 - exp(-x / b) (1 + x / b).
TEST_CASE("gamma values at given probabilities") {
  Choice law;
  law.method = "gamma";
  law.params = {{"shape", 2}, {"scale", 3}};
  Matrix u(2, 5000);  // a column a point
  for (Index i = 0; i < 5000; ++i) u(0, i) = u(1, i) = (static_cast<double>(i) + 0.5) / 5000;
  Matrix x = u;
  to_marginals({law, law}, 5000, 2, x.data());
  CHECK(x.row(0) == x.row(1));
  for (Index i = 0; i < 5000; i += 100)
    CHECK(1 - std::exp(-x(0, i) / 3) * (1 + x(0, i) / 3) == doctest::Approx(u(0, i)).epsilon(1e-10));
}
