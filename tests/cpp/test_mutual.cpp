#include <doctest/doctest.h>

#include <algorithm>
#include <boost/math/special_functions/digamma.hpp>
#include <cmath>

#include "egov/error.hpp"
#include "egov/outcomes.hpp"
#include "egov/random.hpp"
#include "outcomes/rearrangement.hpp"

using namespace egov;

namespace {

// Pairs of a bivariate normal of correlation r, stacked as two columns.
Matrix normals(std::uint32_t draw, Index n, double r) {
  Stream stream(9, draw, 0);
  Matrix out(n, 2);
  for (Index row = 0; row < n; ++row) {
    const double a = stream.normal(), b = stream.normal();
    out(row, 0) = a, out(row, 1) = r * a + std::sqrt(1 - r * r) * b;
  }
  return out;
}

Vector standard(const Vector& values) {
  const Vector centered = values.array() - values.mean();
  return centered / std::sqrt(centered.squaredNorm() / static_cast<double>(values.size()));
}

// The estimator by its definition, all distances of each point sorted.
double slow(const Vector& x, const Vector& y, Index k) {
  const Index n = x.size();
  double sum = 0;
  for (Index i = 0; i < n; ++i) {
    std::vector<double> distances;
    for (Index j = 0; j < n; ++j)
      if (j != i) distances.push_back(std::max(std::abs(x[i] - x[j]), std::abs(y[i] - y[j])));
    std::sort(distances.begin(), distances.end());
    const double reach = distances[static_cast<std::size_t>(k - 1)];
    Index nx = 0, ny = 0;
    for (Index j = 0; j < n; ++j) nx += j != i && std::abs(x[i] - x[j]) < reach, ny += j != i && std::abs(y[i] - y[j]) < reach;
    sum += boost::math::digamma(static_cast<double>(nx + 1)) + boost::math::digamma(static_cast<double>(ny + 1));
  }
  return boost::math::digamma(static_cast<double>(k)) + boost::math::digamma(static_cast<double>(n)) - sum / static_cast<double>(n);
}

InformationQuestion standardized(Index neighbors, Index permutations = 0, int threads = 1) {
  InformationQuestion question;
  question.neighbors = neighbors;
  question.ranks = false;
  question.permutations = permutations;
  question.threads = threads;
  return question;
}

bool same_bits(const std::vector<Information>& a, const std::vector<Information>& b) {
  const auto same = [](const Information& one, const Information& other) {
    return one.estimate == other.estimate && one.p == other.p && one.n == other.n && one.reason == other.reason;
  };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), same);
}

}  // namespace

TEST_CASE("information is that of the definition") {
  for (const Index n : {4, 5, 17, 64, 65, 130})
    for (const Index k : {1, 2, 3, 4, 9}) {
      if (n < k + 2) continue;
      const Matrix table = normals(static_cast<std::uint32_t>(n), n, 0.7);
      const auto found = mutual_information(table.col(0), table.col(1), standardized(k));
      CAPTURE(n);
      CAPTURE(k);
      CHECK(found[0].estimate == doctest::Approx(slow(standard(table.col(0)), standard(table.col(1)), k)).epsilon(1e-12));
      CHECK(std::isnan(found[0].p));
    }
}

TEST_CASE("information over the common rows, and p of the permutations of a stream") {
  const Index n = 60, permutations = 45;
  Matrix x(n, 2), y(n, 3);
  x.col(0) = normals(1, n, 0).col(0);
  x.col(1) = normals(3, n, 0).col(0);
  for (Index column = 0; column < 3; ++column) y.col(column) = 0.3 * x.col(0) + normals(static_cast<std::uint32_t>(4 + column), n, 0).col(0);
  for (Index row = 0; row < n; row += 7) y(row, 1) = missing_value, x((row + 2) % n, 1) = missing_value;
  const auto found = mutual_information(x, y, standardized(3, permutations));
  for (Index pair = 0; pair < 6; ++pair) {
    std::vector<double> kept_x, kept_y;
    for (Index row = 0; row < n; ++row)
      if (!std::isnan(x(row, pair / 3)) && !std::isnan(y(row, pair % 3))) kept_x.push_back(x(row, pair / 3)), kept_y.push_back(y(row, pair % 3));
    const auto size = static_cast<Index>(kept_x.size());
    const Vector a = standard(Eigen::Map<Vector>(kept_x.data(), size)), b = standard(Eigen::Map<Vector>(kept_y.data(), size));
    const double observed = slow(a, b, 3);
    std::vector<int> by_x(kept_x.size()), order(kept_x.size());
    for (std::size_t k = 0; k < by_x.size(); ++k) by_x[k] = static_cast<int>(k);
    std::sort(by_x.begin(), by_x.end(), [&](int i, int j) { return a[i] < a[j]; });
    Index reached = 1;
    for (Index number = 0; number < permutations; ++number) {
      detail::shuffle(1, static_cast<std::uint64_t>(pair), number, size, order.data());
      Vector dealt(size);
      for (std::size_t place = 0; place < order.size(); ++place) dealt[by_x[place]] = b[by_x[static_cast<std::size_t>(order[place])]];
      reached += slow(a, dealt, 3) >= observed - 1e-11;
    }
    const Information& one = found[static_cast<std::size_t>(pair)];
    CHECK(one.n == size);
    CHECK(one.estimate == doctest::Approx(observed).epsilon(1e-12));
    CHECK(one.p == static_cast<double>(reached) / static_cast<double>(permutations + 1));
  }
}

TEST_CASE("the same bits for any number of threads, and no seed in the estimate") {
  Matrix x = normals(20, 90, 0.2), y = (normals(21, 90, 0.5) * 3).array().round();
  x(3, 0) = missing_value;
  InformationQuestion question;
  question.permutations = 30;
  const auto one = mutual_information(x, y, question);
  for (const int threads : {2, 5, 0}) {
    question.threads = threads;
    CHECK(same_bits(mutual_information(x, y, question), one));
  }
  question.seed = 2;
  const auto other = mutual_information(x, y, question);
  CHECK(!same_bits(other, one));
  for (std::size_t pair = 0; pair < 4; ++pair) CHECK(other[pair].estimate == one[pair].estimate);
}

TEST_CASE("ranks do not depend on the order of rows nor on an increasing change of scale") {
  const Matrix table = normals(30, 100, 0.6);
  InformationQuestion question;
  const double straight = mutual_information(table.col(0), table.col(1), question)[0].estimate;
  const Matrix reversed = table.colwise().reverse();
  CHECK(mutual_information(reversed.col(0), reversed.col(1), question)[0].estimate == straight);
  const Vector bent = table.col(0).array().exp();
  CHECK(mutual_information(bent, table.col(1), question)[0].estimate == straight);
}

// Kraskov and others (2004): no bias where r is 0, and a small one elsewhere.
TEST_CASE("information of a bivariate normal is -log(1 - r^2) / 2") {
  for (const bool ranks : {false, true})
    for (const double r : {0.0, 0.6, 0.9}) {
      const int times = 60;
      double sum = 0, squares = 0;
      for (int draw = 0; draw < times; ++draw) {
        const Matrix table = normals(static_cast<std::uint32_t>(1000 + draw), 500, r);
        InformationQuestion question = standardized(3);
        question.ranks = ranks;
        const double found = mutual_information(table.col(0), table.col(1), question)[0].estimate;
        sum += found, squares += found * found;
      }
      const double mean = sum / times, error = std::sqrt((squares / times - mean * mean) / times);
      CAPTURE(r);
      CAPTURE(ranks);
      CHECK(std::abs(mean + 0.5 * std::log1p(-r * r)) < 0.015 + 3 * error);
    }
}

TEST_CASE("p is uniform under independence") {
  const Index times = 400;
  Matrix x(40, 1), y(40, times);
  x = normals(50, 40, 0).col(0);
  for (Index column = 0; column < times; ++column) y.col(column) = normals(static_cast<std::uint32_t>(2000 + column), 40, 0).col(0);
  for (const bool tied : {false, true}) {
    InformationQuestion question;
    question.permutations = 19;
    if (tied) y = (2 * y).array().round(), x = (2 * x).array().round();
    std::vector<int> counts(20);
    for (const Information& one : mutual_information(x, y, question)) ++counts[static_cast<std::size_t>(std::lround(one.p * 20)) - 1];
    double chi = 0;
    for (int count : counts) chi += (count - 20.0) * (count - 20.0) / 20.0;
    CHECK(chi < 43.8);  // chi-square, 19 degrees of freedom, 1 in 1,000
  }
}

TEST_CASE("no information is said why, and wrong requests are named") {
  Matrix x(6, 1), y(6, 3);
  x << 1, 2, 3, 4, 5, 6;
  y << 1, missing_value, 1, 1, missing_value, 2, 1, missing_value, 1, 1, missing_value, missing_value, 1, missing_value, missing_value, 1, missing_value,
      missing_value;
  const auto found = mutual_information(x, y, standardized(3, 9));
  CHECK(found[0].reason == Reason::constant_y);
  CHECK(found[1].reason == Reason::no_overlap);
  CHECK(found[2].reason == Reason::too_few);
  CHECK(mutual_information(y.col(0), x, standardized(3, 9))[0].reason == Reason::constant_x);
  CHECK(mutual_information(x, x, standardized(5, 9))[0].reason == Reason::too_few);
  for (const Information& one : found) CHECK((std::isnan(one.estimate) && std::isnan(one.p)));
  CHECK_THROWS_AS(mutual_information(x, y, standardized(0)), SpecError);
  CHECK_THROWS_AS(mutual_information(x, y, standardized(3, -1)), SpecError);
  CHECK_THROWS_AS(mutual_information(x, y.topRows(5), standardized(3)), DataError);
  x(2, 0) = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(mutual_information(x, y, standardized(3)), DataError);
}

TEST_CASE("a monitor stops it, far through one pair") {
  const Matrix table = normals(60, 200, 0.3);
  const auto no = [](double) { return false; };
  CHECK_THROWS_AS(mutual_information(table.col(0), table.col(1), standardized(3, 1000000), no), Interrupted);
}
