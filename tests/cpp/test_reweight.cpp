#include <doctest/doctest.h>

#include <cmath>

#include "egov/design.hpp"
#include "egov/reweight.hpp"

using namespace egov;

namespace {

// A root over two pillars, the first with three indicators, the second with one.
Framework tree() {
  Framework out;
  out.nodes = {{}, {0}, {0}, {1, 1.0, 0}, {1, 1.0, 1}, {1, 1.0, 2}, {2, 1.0, 3}};
  return out;
}

Vector nominal() {
  Vector shares(7);
  shares << 1, 0.5, 0.5, 0.5, 0.3, 0.2, 1;
  return shares;
}

// Weights of so many draws, a row each.
Matrix drawn(const Reweight& reweight, Index n) {
  const Matrix points = sample(Design(Points::montecarlo, std::max<Index>(1, static_cast<Index>(reweight.factors().size())), static_cast<std::uint64_t>(n), 7));
  Matrix out(n, 7);
  std::vector<double> weights(7), point(reweight.factors().size());
  for (Index i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < point.size(); ++k) point[k] = points(i, static_cast<Index>(k));
    reweight(point.data(), nominal(), weights);
    out.row(i) = Eigen::Map<const Eigen::RowVectorXd>(weights.data(), 7);
  }
  return out;
}

double variance(const Vector& x) { return (x.array() - x.mean()).square().mean(); }

}  // namespace

TEST_CASE("Dirichlet weights have their means and variances") {
  WeightAlternatives given;
  given.concentration = {0, 20, 0, 0, 0, 0, 0};
  const Reweight reweight(tree(), given, 0);
  CHECK(reweight.factors().size() == 3);
  const Matrix weights = drawn(reweight, 40000);
  for (Index child : {3, 4, 5}) {
    const double share = nominal()[child];
    CHECK(weights.col(child).mean() == doctest::Approx(share).epsilon(0.01));
    CHECK(variance(weights.col(child)) == doctest::Approx(share * (1 - share) / 21).epsilon(0.03));
  }
  CHECK((weights.middleCols(3, 3).rowwise().sum().array() - 1).abs().maxCoeff() < 1e-14);
  CHECK((weights.col(1).array() == 0.5).all());
}

TEST_CASE("a box on the simplex is uniform, whichever way it is drawn") {
  // Of shares uniform on the simplex those within the ends: by thinning of ordered uniform numbers.
  const auto check = [](std::vector<double> low, std::vector<double> high) {
    WeightAlternatives given;
    given.lower.assign(7, missing_value), given.upper.assign(7, missing_value);
    for (std::size_t k = 0; k < 3; ++k) given.lower[3 + k] = low[k], given.upper[3 + k] = high[k];
    const Reweight reweight(tree(), given, 0);
    CHECK(reweight.factors().size() == 1);
    CHECK(reweight.factors()[0].node == 1);
    const Matrix weights = drawn(reweight, 20000);
    Vector mean = Vector::Zero(3), square = Vector::Zero(3);
    double n = 0;
    Stream stream(3, 1, 4);
    while (n < 20000) {
      double a = stream.uniform(), b = stream.uniform();
      if (a > b) std::swap(a, b);
      const Eigen::Vector3d w(a, b - a, 1 - b);
      bool inside = true;
      for (Index k = 0; k < 3; ++k) inside = inside && w[k] >= low[static_cast<std::size_t>(k)] && w[k] <= high[static_cast<std::size_t>(k)];
      if (inside) mean += w, square += w.cwiseAbs2(), ++n;
    }
    mean /= n, square /= n;
    for (Index k = 0; k < 3; ++k) {
      const auto at = static_cast<std::size_t>(k);
      CHECK(weights.col(3 + k).minCoeff() >= low[at] - 1e-12);
      CHECK(weights.col(3 + k).maxCoeff() <= high[at] + 1e-12);
      const double sd = std::sqrt(square[k] - mean[k] * mean[k]);
      CHECK(std::abs(weights.col(3 + k).mean() - mean[k]) < 0.04 * sd);
      CHECK(std::sqrt(variance(weights.col(3 + k))) == doctest::Approx(sd).epsilon(0.03));
    }
  };
  check({0.2, 0.2, 0.2}, {0.6, 0.5, 0.4});
  check({0.3, 0.25, 0.3}, {1, 1, 1});
  check({0, 0, 0}, {0.6, 0.3, 0.25});
}

TEST_CASE("experts weigh in turn, and who is left out is left out with a pillar it stood alone in") {
  WeightAlternatives given;
  given.experts = Matrix::Constant(7, 2, missing_value);
  given.experts.col(0).segment(3, 3) << 2, 1, 1;
  given.experts.col(1).segment(1, 2) << 1, 3;
  given.exclude = {3, 6};
  const Reweight reweight(tree(), given, 0);
  REQUIRE(reweight.factors().size() == 2);
  CHECK(reweight.factors()[0].levels == 2);
  CHECK(reweight.factors()[1].levels == 3);
  std::vector<double> weights(7);
  const auto at = [&](double expert, double out) {
    const double point[] = {expert, out};
    reweight(point, nominal(), weights);
    return Vector(Eigen::Map<const Vector>(weights.data(), 7));
  };
  Vector wanted(7);
  wanted << 1, 0.5, 0.5, 0.5, 0.25, 0.25, 1;
  CHECK((at(0.1, 0.1) - wanted).tail(6).cwiseAbs().maxCoeff() < 1e-15);
  wanted << 1, 0.25, 0.75, 0.5, 0.3, 0.2, 1;
  CHECK((at(0.9, 0.1) - wanted).tail(6).cwiseAbs().maxCoeff() < 1e-15);
  wanted << 1, 0.25, 0.75, 0, 0.6, 0.4, 1;
  CHECK((at(0.9, 0.5) - wanted).tail(6).cwiseAbs().maxCoeff() < 1e-15);
  wanted << 1, 1, 0, 0.5, 0.3, 0.2, 1;
  CHECK((at(0.9, 0.9) - wanted).tail(6).cwiseAbs().maxCoeff() < 1e-15);
}

TEST_CASE("weights that cannot be drawn are refused") {
  const auto refused = [](const WeightAlternatives& given) { CHECK_THROWS_AS(Reweight(tree(), given, 0), SpecError); };
  WeightAlternatives box;
  box.lower.assign(7, missing_value), box.upper = box.lower;
  for (std::size_t k = 3; k < 6; ++k) box.lower[k] = 0.4, box.upper[k] = 0.5;
  refused(box);  // the lower ends sum to 1.2
  for (std::size_t k = 3; k < 6; ++k) box.lower[k] = 0.1, box.upper[k] = 0.2;
  refused(box);
  WeightAlternatives experts;
  experts.experts = Matrix::Constant(7, 1, missing_value);
  experts.experts(3, 0) = 1;
  refused(experts);  // one of three siblings only
  experts.experts.col(0).segment(3, 3).setZero();
  refused(experts);
  WeightAlternatives noise;
  noise.noise = {0, 0, 0, 2, 0, 0, 0};
  refused(noise);
}

TEST_CASE("the quantile of a gamma distribution") {
  CHECK(gamma_quantile(1, 0.5) == doctest::Approx(std::log(2.0)).epsilon(1e-14));
  CHECK(gamma_quantile(2, 0.9) == doctest::Approx(3.8897201698674286).epsilon(1e-14));  // scipy.stats.gamma.ppf(0.9, 2)
}
