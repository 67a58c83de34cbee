#include <doctest/doctest.h>

#include <cmath>

#include "egov/random.hpp"
#include "egov/rank.hpp"

using namespace egov;

namespace {

const Choice competition{"competition"};

Vector random_scores(Index n, std::uint64_t seed) {
  Vector x(n);
  for (Index i = 0; i < n; ++i) x[i] = uniform(seed, 5, static_cast<std::uint64_t>(i));
  return x;
}

// The quick ranks against the plain ones; the plain ones against counting.
void agree(const Vector& x, int digits = -1) {
  Ranker ranker(x.size() + 7);
  std::vector<int> quick(static_cast<std::size_t>(x.size()), -1);
  for (int again = 0; again < 2; ++again) {
    ranker(x.data(), x.size(), digits, quick.data());
    const Vector plain = rank(ConstColumn(x), competition, digits);
    for (Index i = 0; i < x.size(); ++i) CHECK(quick[static_cast<std::size_t>(i)] == static_cast<int>(plain[i]));
  }
}

void agree_with_counting(const Vector& x) {
  const Vector ranks = rank(ConstColumn(x), competition);
  for (Index i = 0; i < x.size(); ++i) {
    Index above = 0;
    for (double v : x) above += v > x[i];
    CHECK(ranks[i] == static_cast<double>(above + 1));
  }
}

}  // namespace

TEST_CASE("competition ranks of known scores; what is missing has none") {
  const Vector ranks = rank(ConstColumn((Vector(6) << 0.9, 0.7, 0.9, missing_value, 0.1, 0.7).finished()), competition);
  CHECK(ranks[0] == 1);
  CHECK(ranks[1] == 3);
  CHECK(ranks[2] == 1);
  CHECK(std::isnan(ranks[3]));
  CHECK(ranks[4] == 5);
  CHECK(ranks[5] == 3);
}

TEST_CASE("random scores of many lengths") {
  for (Index n : {1, 2, 3, 5, 17, 193, 1000})
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      agree(random_scores(n, seed));
      agree_with_counting(random_scores(n, seed));
    }
}

TEST_CASE("tied scores") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Vector x = random_scores(193, seed);
    for (double& v : x) v = std::floor(v * 12) / 7;
    agree(x);
    agree_with_counting(x);
  }
}

TEST_CASE("skewed scores: one far outlier, powers, two clusters") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Vector x = random_scores(193, seed);
    for (double far : {1e6, -1e6, 1e9, -1e9}) {
      Vector skewed = x;
      skewed[static_cast<Index>(seed)] = far;
      agree(skewed);
    }
    agree(x.array().pow(40));
    agree((x.array() * 60 - 30).exp());
    Vector clusters = x * 1e-6;
    for (Index i = 0; i < 100; ++i) clusters[i] += 5;
    agree(clusters);
    agree(-clusters);
  }
}

TEST_CASE("constant scores and none") {
  for (double value : {0.0, 1.0, -3e8, 1e300}) agree(Vector::Constant(50, value));
  agree(Vector(0));
  agree((Vector(2) << 0.0, -0.0).finished());
}

TEST_CASE("sorted scores both ways") {
  agree(Vector::LinSpaced(193, 0, 1));
  agree(Vector::LinSpaced(193, 1, 0));
  agree(Vector::LinSpaced(1000, -1e5, 1e5));
}

TEST_CASE("noise below the tolerance breaks no tie, steps above it do") {
  for (double level : {0.5, 1.0, 100.0, -1e4})
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      Vector x = random_scores(100, seed);
      for (double& v : x) v = level + 1e-15 * std::max(1.0, std::abs(level)) * (v - 0.5);
      agree(x);
      CHECK((rank(ConstColumn(x), competition).array() == 1).all());
      x = random_scores(100, seed);  // a ladder of near ties: each step about the tolerance
      for (double& v : x) v = level + 1e-10 * std::max(1.0, std::abs(level)) * v;
      agree(x);
    }
  const Vector steps = (Vector(3) << 0.5, 0.5 + 2e-12, 0.5 + 0.5e-12).finished();
  const Vector ranks = rank(ConstColumn(steps), competition);
  CHECK(ranks[1] == 1);
  CHECK(ranks[0] == 2);
  CHECK(ranks[2] == 2);
}

TEST_CASE("a run of near ties is measured from its highest") {
  Vector ladder(5);
  for (Index i = 0; i < 5; ++i) ladder[i] = 1 - 0.6e-12 * static_cast<double>(i);
  agree(ladder);
  const Vector ranks = rank(ConstColumn(ladder), competition);
  CHECK(ranks[1] == 1);
  CHECK(ranks[2] == 3);
  CHECK(ranks[3] == 3);
  CHECK(ranks[4] == 5);
}

TEST_CASE("rounding before ranking") {
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    for (int digits : {0, 1, 2, 4, 15}) {
      agree(random_scores(193, seed), digits);
      agree(100 * random_scores(193, seed), digits);
    }
  const Vector x = (Vector(4) << 0.94, 0.86, 0.849, 0.2).finished();
  const Vector ranks = rank(ConstColumn(x), competition, 1);
  CHECK(ranks[0] == 1);
  CHECK(ranks[1] == 1);
  CHECK(ranks[2] == 3);
}

TEST_CASE("half goes to even, and no digits leave the value") {
  CHECK(rounded(0.5, 0) == 0);
  CHECK(rounded(1.5, 0) == 2);
  CHECK(rounded(2.5, 0) == 2);
  CHECK(rounded(0.125, 2) == 0.12);
  CHECK(rounded(0.123456789, -1) == 0.123456789);
  CHECK(rounded(-1.25, 1) == -1.2);
}

TEST_CASE("the largest numbers of both signs") {
  Vector x(5);
  x << 1.7e308, -1.7e308, 0, 1e300, -1e300;
  agree(x);
  CHECK(rank(ConstColumn(x), competition)[0] == 1);
}

TEST_CASE("infinite scores tie among themselves and leave the others apart") {
  const Vector x = (Vector(7) << 1, infinite, 2, -infinite, infinite, 2 + 1e-13, -infinite).finished();
  agree(x);
  const Vector ranks = rank(ConstColumn(x), competition);
  CHECK(ranks == (Vector(7) << 5, 1, 3, 6, 1, 3, 6).finished());
  agree(Vector::Constant(3, infinite));
  agree((Vector(2) << -infinite, infinite).finished());
}

TEST_CASE("an order that is almost right is mended") {
  const Vector x = (Vector(5) << 0.1, 0.9, 0.5, 0.5 + 1e-13, 0.7).finished();
  const std::vector<int> order = {1, -1, 4, -1, 0, -1, 2, -1, 3, -1};
  std::vector<int> ranks(5);
  Ranker(9).from_order(x.data(), 5, order.data(), 2, ranks.data());
  CHECK(ranks == std::vector<int>{5, 1, 3, 3, 2});
}

TEST_CASE("columns and stretches of a table are ranked on their own") {
  Matrix scores(4, 2);
  scores << 1, 4, 2, 3, 9, 1, 8, 1;
  const Matrix ranks = rank(scores, 2, competition);
  CHECK(ranks(0, 0) == 2);
  CHECK(ranks(1, 0) == 1);
  CHECK(ranks(2, 0) == 1);
  CHECK(ranks(0, 1) == 1);
  CHECK(ranks(2, 1) == 1);
  CHECK(ranks(3, 1) == 1);
}
