// The parts of panel kriging against dense twins: plain matrices of all that is observed, no shortcuts.
#include <doctest/doctest.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>

#include "egov/impute.hpp"
#include "impute/kriging/auxiliary.hpp"
#include "impute/kriging/coupling.hpp"
#include "impute/kriging/field.hpp"
#include "impute/kriging/lens.hpp"

using namespace egov;
using namespace egov::kriging;

namespace {

const double na = missing_value;

Vector years(Index n) { return Vector::LinSpaced(n, 2000, 2000 + static_cast<double>(n) - 1); }

// Periods x units with holes; the last unit has nothing observed.
Matrix holed(Index periods, Index units, std::uint64_t seed) {
  Matrix x(periods, units);
  for (Index u = 0; u < units; ++u) {
    Stream stream(seed, 0, static_cast<std::uint32_t>(u));
    double level = stream.normal();
    for (Index t = 0; t < periods; ++t) {
      level += 0.3 * stream.normal();
      x(t, u) = stream.uniform() < 0.35 || u == units - 1 ? na : level;
    }
  }
  return x;
}

Kernel kernel_for_tests() {
  Kernel kernel{Vector(5)};
  kernel.logs << std::log(0.5), std::log(4.0), std::log(0.02), std::log(0.6), std::log(0.2);
  return kernel;
}

Spread uneven(Index units) {
  Spread spread = Spread::equal(units);
  for (Index u = 0; u < units; ++u) spread.coefficients[u] = 0.5 + 0.1 * static_cast<double>(u), spread.local[u] = 1.5 - 0.05 * static_cast<double>(u);
  return spread;
}

// Covariance over all periods of one unit.
Matrix dense(const Kernel& kernel, const Clock& clock, double h, double g) {
  const Matrix d = kernel.coefficients().asDiagonal();
  return h * clock.basis * d * clock.basis.transpose() + g * kernel.local(clock);
}

std::vector<Index> seen_of(const Matrix& x, Index unit) {
  std::vector<Index> seen;
  for (Index t = 0; t < x.rows(); ++t)
    if (!std::isnan(x(t, unit))) seen.push_back(t);
  return seen;
}

double dense_likelihood(const Kernel& kernel, const Matrix& r, const Clock& clock, const Spread& spread) {
  double sum = 0;
  for (Index u = 0; u < r.cols(); ++u) {
    const auto seen = seen_of(r, u);
    if (seen.empty()) continue;
    const Matrix s = dense(kernel, clock, spread.coefficients[u], spread.local[u])(seen, seen);
    const Vector own = r(seen, u);
    sum -= 0.5 * (std::log(s.determinant()) + own.dot(s.inverse() * own));
  }
  return sum;
}

}  // namespace

TEST_CASE("the likelihood of one indicator and its gradient are those of dense matrices") {
  const Clock clock(years(7));
  const Matrix r = holed(7, 12, 3);
  const Spread spread = uneven(12);
  Kernel kernel = kernel_for_tests();
  Vector gradient;
  const double value = log_likelihood(kernel, r, patterns(r), clock, spread, &gradient);
  CHECK(value == doctest::Approx(dense_likelihood(kernel, r, clock, spread)).epsilon(1e-10));
  for (Index k = 0; k < 5; ++k) {
    Kernel up = kernel, down = kernel;
    up.logs[k] += 1e-5, down.logs[k] -= 1e-5;
    const double slope = (dense_likelihood(up, r, clock, spread) - dense_likelihood(down, r, clock, spread)) / 2e-5;
    CHECK(gradient[k] == doctest::Approx(slope).epsilon(1e-5));
  }
}

TEST_CASE("a fit is where the penalized likelihood is highest") {
  const Clock clock(years(9));
  const Matrix r = holed(9, 60, 5);
  const auto all = patterns(r);
  const Spread spread = Spread::equal(60);
  Kernel kernel{Kernel::start(2)};
  const Vector start = kernel.logs;
  fit(kernel, r, all, clock, spread);
  const auto objective = [&](const Vector& logs) {
    return log_likelihood({logs}, r, all, clock, spread, nullptr) - 0.001 * 59 * (logs - start).squaredNorm();
  };
  const double best = objective(kernel.logs);
  CHECK(best > objective(start));
  for (Index k = 0; k < 5; ++k)
    for (double step : {-0.3, 0.3}) {
      Vector logs = kernel.logs;
      logs[k] += step;
      CHECK(objective(logs) < best + 0.02);
    }
}

TEST_CASE("the mean is generalized least squares with dense matrices") {
  const Index T = 6, units = 10;
  const Clock clock(years(T));
  const Matrix z = holed(T, units, 7);
  const Kernel kernel = kernel_for_tests();
  const Spread spread = uneven(units);
  Matrix features(units, 1);
  for (Index u = 0; u < units; ++u) features(u, 0) = std::sin(static_cast<double>(u));
  const Matrix got = mean(z, patterns(z), clock, kernel.local(clock), kernel.coefficients(), spread, features, 0.01, 0.002);

  Matrix walk = Matrix::Zero(T - 1, T);
  for (Index t = 0; t + 1 < T; ++t) walk(t, t) = -1, walk(t, t + 1) = 1;
  Matrix normal = Matrix::Zero(2 * T, 2 * T);
  normal.topLeftCorner(T, T) = walk.transpose() * walk / 0.01 + 1e-6 * Matrix::Identity(T, T);
  normal.bottomRightCorner(T, T) = walk.transpose() * walk / 0.002 + 0.5 / static_cast<double>(T) * Matrix::Identity(T, T);
  Vector right = Vector::Zero(2 * T);
  for (Index u = 0; u < units; ++u) {
    const auto seen = seen_of(z, u);
    if (seen.empty()) continue;
    Matrix design = Matrix::Zero(static_cast<Index>(seen.size()), 2 * T);
    for (std::size_t k = 0; k < seen.size(); ++k) design(static_cast<Index>(k), seen[k]) = 1, design(static_cast<Index>(k), T + seen[k]) = features(u, 0);
    const Matrix weight = Matrix(dense(kernel, clock, spread.coefficients[u], spread.local[u])(seen, seen)).inverse();
    normal += design.transpose() * weight * design;
    right += design.transpose() * weight * z(seen, u);
  }
  const Vector b = normal.fullPivLu().solve(right);
  for (Index u = 0; u < units; ++u)
    for (Index t = 0; t < T; ++t) CHECK(got(t, u) == doctest::Approx(b[t] + features(u, 0) * b[T + t]).epsilon(1e-8));
}

TEST_CASE("coefficients and holes of coupled indicators are those of one dense Gaussian") {
  const Index T = 5, units = 8;
  const Clock clock(years(T));
  Kernel other = kernel_for_tests();
  other.logs[1] = std::log(2.0);
  const Matrix a = holed(T, units, 11), b = holed(T, units, 12);
  const std::vector<Strand> strands = {strand(kernel_for_tests(), a, patterns(a), clock), strand(other, b, patterns(b), clock)};
  Matrix omega = Matrix::Identity(4, 4) * 0.6;
  omega(0, 2) = omega(2, 0) = 0.4, omega(1, 3) = omega(3, 1) = -0.2;
  Matrix phi = Matrix::Zero(2 * T, 4), all = Matrix::Zero(2 * T, 2 * T);
  for (Index j = 0; j < 2; ++j) {
    phi.block(j * T, 2 * j, T, 2) = clock.basis;
    all.block(j * T, j * T, T, T) = strands[static_cast<std::size_t>(j)].local;
  }
  all += phi * omega * phi.transpose();
  const Matrix root = root_of(omega);
  CHECK((root * root.transpose() - omega).norm() < 1e-12);
  for (Index u = 0; u < units; ++u) {
    Vector values(2 * T);
    values << a.col(u), b.col(u);
    std::vector<Index> seen, open;
    for (Index t = 0; t < 2 * T; ++t) (std::isnan(values[t]) ? open : seen).push_back(t);
    const Known got = known(strands, clock, root, u);
    if (seen.empty()) {
      CHECK(got.mean.norm() == 0);
      CHECK((got.root * got.root.transpose() - omega).norm() < 1e-12);
      continue;
    }
    const Matrix inverse = Matrix(all(seen, seen)).inverse(), across = omega * phi(seen, Eigen::all).transpose();
    const Vector own = values(seen);
    CHECK((got.mean - across * inverse * own).norm() < 1e-9);
    CHECK((got.root * got.root.transpose() - (omega - across * inverse * across.transpose())).norm() < 1e-9);
    const Vector centers = all(open, seen) * inverse * own;
    const Matrix left = Matrix(all(open, open)) - all(open, seen) * inverse * all(seen, open);
    Index at = 0;
    for (Index j = 0; j < 2; ++j) {
      const Piece holes = piece(strands[static_cast<std::size_t>(j)], clock, u, true);
      const Vector center = holes.by_coefficient * got.mean.segment(2 * j, 2) + holes.from_own;
      const Matrix moved = holes.by_coefficient * got.root.middleRows(2 * j, 2);
      const Matrix covariance = moved * moved.transpose() + holes.root * holes.root.transpose();
      for (Index k = 0; k < center.size(); ++k) {
        CHECK(center[k] == doctest::Approx(centers[at + k]).epsilon(1e-8));
        for (Index l = 0; l < center.size(); ++l) CHECK(covariance(k, l) == doctest::Approx(left(at + k, at + l)).epsilon(1e-7));
      }
      at += center.size();
    }
  }
}

TEST_CASE("a field leaves each known unit out: as if it were fitted without it") {
  const Index T = 4, units = 14;
  Matrix other = holed(T, units, 21), series = holed(T, units, 22);
  for (double& v : other.reshaped()) v = std::isnan(v) ? 0 : v;
  for (double& v : series.reshaped()) v = std::isnan(v) ? 0.5 : v;
  const Alike alike = Alike::of(other);
  std::vector<Index> all;
  for (Index u = 0; u < units - 2; ++u) all.push_back(u);
  const Matrix whole = field(series, all, alike, Vector::Ones(units));
  // The covariance that was chosen is not known here, so look for it on the grid.
  double least = infinite;
  const Matrix products = alike.products / alike.columns;
  for (double range : {0.35, 0.5, 0.7, 1.0, 1.5})
    for (double v : {0.0, 0.5, 2.0, 8.0})
      for (double f : {0.25, 1.0, 4.0, 16.0}) {
        Matrix k(units, units);
        for (Index i = 0; i < units; ++i)
          for (Index j = 0; j < units; ++j)
            k(i, j) = f * std::exp(-(products(i, i) + products(j, j) - 2 * products(i, j)) / (2 * range * range)) + v * products(i, j);
        double worst = 0;
        for (Index left : {Index{0}, Index{5}, units - 1}) {
          std::vector<Index> rest;
          for (Index u : all)
            if (u != left) rest.push_back(u);
          const Matrix among = Matrix(k(rest, rest)) + Matrix::Identity(static_cast<Index>(rest.size()), static_cast<Index>(rest.size()));
          const Vector wanted = series(Eigen::all, rest) * among.inverse() * k(rest, left);
          worst = std::max(worst, (wanted - whole.col(left)).norm());
        }
        least = std::min(least, worst);
      }
  CHECK(least < 1e-9);
}

TEST_CASE("lenses go there and back, rise, and stay within the bounds") {
  const Lens share{Lens::logit, 1, 0, 100, 0.05}, rate{Lens::power, 0.5, 0, infinite, 0.05}, both{Lens::power, 1, 0, 100, 0.05}, plain{};
  for (const Lens& lens : {share, rate, both, plain}) {
    for (double y : {5.0, 40.0, 95.0}) {
      CHECK(lens.from(lens.to(y)) == doctest::Approx(y).epsilon(1e-2));
      CHECK(lens.slope(y) == doctest::Approx((lens.to(y + 1e-4) - lens.to(y - 1e-4)) / 2e-4).epsilon(1e-6));
    }
    double before = -infinite;
    for (double z = -30; z < 130; z += 0.37) {
      const double y = lens.from(z);
      CHECK(y >= before);
      CHECK((y >= lens.lower && y <= lens.upper));
      before = y;
    }
    const double center = lens.to(30);
    CHECK(lens.mean(center, 1e-6) == doctest::Approx(30).epsilon(1e-2));
    CHECK(lens.spread(center, 1e-4) == doctest::Approx(1e-4 / lens.slope(30)).epsilon(1e-2));
  }
  CHECK(plain.mean(3, 2) == doctest::Approx(3));
  CHECK(plain.spread(3, 2) == doctest::Approx(2));
  CHECK(plain.mean(3, 2, Nodes(12)) == doctest::Approx(3));
  CHECK(plain.spread(3, 2, Nodes(12)) == doctest::Approx(2 * std::sqrt(12.0 / 10)).epsilon(1e-6));
  const Lens square{Lens::power, 0.5, 0, infinite, 1e-9};
  CHECK(square.mean(30, 2) == doctest::Approx(30 * 30 + 4));
  CHECK(square.spread(30, 2) == doctest::Approx(std::sqrt(4.0 * 30 * 30 * 4 + 2 * 16)));
  CHECK(rate.from(-5) > 0);
  CHECK(rate.limit(-5, true) == 0);
  CHECK(share.limit(12, false) == 100);
}

TEST_CASE("weights by propensity undo a selection that the levels explain") {
  const Index units = 4000;
  Matrix levels(units, 1);
  Vector seen(units), truth(units);
  for (Index u = 0; u < units; ++u) {
    Stream stream(5, 0, static_cast<std::uint32_t>(u));
    levels(u, 0) = stream.normal();
    truth[u] = levels(u, 0) + 0.2 * stream.normal();
    seen[u] = stream.uniform() < 1 / (1 + std::exp(1.2 * levels(u, 0))) ? 1 : 0;
  }
  const Vector w = inverse_propensity(seen, levels);
  CHECK(w.dot(seen) / seen.sum() == doctest::Approx(1));
  const double plain = truth.dot(seen) / seen.sum(), mended = truth.cwiseProduct(w).dot(seen) / w.dot(seen);
  CHECK(plain < -0.3);
  CHECK(std::abs(mended) < 0.15);
}

TEST_CASE("an auxiliary is taken as its logarithm where that is nearer to normal") {
  Matrix rows(40, 2);
  for (Index u = 0; u < 40; ++u) rows(u, 0) = std::exp(0.3 * static_cast<double>(u % 11)), rows(u, 1) = 50 + static_cast<double>(u % 7);
  rows(3, 0) = na;
  const Auxiliary seen = see(rows, 20, 2);
  REQUIRE(seen.levels.cols() == 2);
  CHECK(std::abs(seen.levels.col(0).mean()) < 1e-12);
  Vector logs(20);
  for (Index u = 0; u < 20; ++u) {
    const double first = rows(u, 0), second = std::log(rows(20 + u, 0));
    logs[u] = std::isnan(first) ? second : (std::log(first) + second) / 2;
  }
  const Vector centered = logs.array() - logs.mean();
  CHECK(std::abs(centered.dot(seen.levels.col(0)) / centered.norm() / seen.levels.col(0).norm()) > 1 - 1e-12);
}
