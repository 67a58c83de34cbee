#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "egov/design.hpp"
#include "egov/random.hpp"

using namespace egov;

namespace {

std::uint32_t word(double coordinate) { return static_cast<std::uint32_t>(coordinate * 0x1p32); }

// Number of distinct cells of width 1/cells that the first `cells` points of a column fall into.
std::size_t cells_hit(const Matrix& points, Index column, Index cells) {
  std::set<Index> hit;
  for (Index i = 0; i < cells; ++i) hit.insert(static_cast<Index>(points(i, column) * static_cast<double>(cells)));
  return hit.size();
}

// Owen's nested scramble as he defines it: each digit is flipped by an independent bit of its prefix. The slow twin.
double owen(double coordinate, std::uint64_t seed, std::uint32_t dimension) {
  std::uint32_t x = word(coordinate), result = 0;
  for (unsigned bit = 0; bit < 32; ++bit) {
    std::uint32_t prefix = bit == 0 ? 0 : x >> (32 - bit);
    std::uint32_t flip = philox({prefix, bit, dimension, 99}, philox_key(seed))[0] & 1u;
    result |= (((x >> (31 - bit)) & 1u) ^ flip) << (31 - bit);
  }
  return (static_cast<double>(result) + 0.5) * 0x1p-32;
}

// A smooth function of mean zero.
double smooth(const double* u, int dimensions) {
  double value = 1;
  for (int k = 0; k < dimensions; ++k) value *= 1 + 0.5 * std::sin(6.283185307179586 * u[k] + k);
  return value - 1;
}

}  // namespace

// First points of Joe and Kuo's sequence in eighths, binary order, 40 dimensions; from scipy 1.17.1 qmc.Sobol.
TEST_CASE("plain points are the known ones") {
  const char* eighths[] = {"0000000000000000000000000000000000000000", "4444444444444444444444444444444444444444",
                           "2666226222226626262662666262626662226666", "6222662666662262626226222626262226662222",
                           "1531135557515311115773511557735715773151", "5175571113151755551337155113371351337515",
                           "3357313775733537377111377735113177555737", "7713757331377173733555733371557533111373"};
  for (Index d = 1; d <= 40; ++d) {
    Matrix points = sample(Design(Points::plain_sobol, d, 8, 1));
    for (Index i = 0; i < 8; ++i)
      for (Index k = 0; k < d; ++k) CHECK(points(i, k) == (eighths[i][k] - '0') / 8.0 + 0x1p-33);
  }
}

// Words of far points from scipy 1.17.1 qmc.Sobol(3667, bits=32): five coordinates, and all of them xored.
TEST_CASE("plain points far out and in every dimension are the known ones") {
  struct Known {
    std::uint64_t point;
    std::uint32_t words[5], all;
  };
  const Known known[] = {{4095, {4293918720u, 286261248u, 3729784832u, 1657798656u, 2955935744u}, 4153409536u},
                         {12345, {2618032128u, 1883504640u, 2299789312u, 1219756032u, 1616117760u}, 1799094272u},
                         {1000000, {37941248u, 3496611840u, 1986973696u, 2086014976u, 4242771968u}, 1407619072u}};
  Design design(Points::plain_sobol, 3667, std::uint64_t{1} << 32, 0);
  const Index columns[] = {0, 1, 39, 999, 3666};
  Vector point(3667);
  for (const Known& row : known) {
    design.point(row.point, point.data());
    for (int k = 0; k < 5; ++k) CHECK(word(point[columns[k]]) == row.words[k]);
    std::uint32_t all = 0;
    for (double coordinate : point) all ^= word(coordinate);
    CHECK(all == row.all);
  }
}

TEST_CASE("the first dimension is the van der Corput sequence up to the last point") {
  Design design(Points::plain_sobol, 1, std::uint64_t{1} << 32, 0);
  double u = 0;
  design.point(0xffffffffu, &u);
  CHECK(u == 1 - 0x1p-33);
  design.point(0x80000000u, &u);
  CHECK(u == 0x1p-32 + 0x1p-33);
}

TEST_CASE("scrambled points are a net in every dimension") {
  for (std::uint64_t seed : {0ull, 1ull, 123456789ull}) {
    Matrix points = sample(Design(Points::sobol, 100, 1024, seed));
    CHECK(points.minCoeff() > 0);
    CHECK(points.maxCoeff() < 1);
    for (Index k = 0; k < 100; ++k)
      for (Index cells = 2; cells <= 1024; cells *= 2)
        CHECK(cells_hit(points, k, cells) == static_cast<std::size_t>(cells));
  }
}

TEST_CASE("any later run of 2^m points is balanced as well") {
  Design design(Points::sobol, 12, std::uint64_t{1} << 32, 5);
  std::uint64_t start = 0xABCDE00ull;  // a multiple of 256
  Matrix points(256, 12);
  Vector one(12);
  for (Index i = 0; i < 256; ++i) {
    design.point(start + static_cast<std::uint64_t>(i), one.data());
    points.row(i) = one.transpose();
  }
  for (Index k = 0; k < 12; ++k) CHECK(cells_hit(points, k, 256) == 256);
}

// The first two dimensions form a (0, 2)-sequence, and a nested scramble keeps that; one that is not nested does not.
TEST_CASE("every elementary box of two dimensions holds one point") {
  Matrix points = sample(Design(Points::sobol, 2, 256, 77));
  for (int a = 0; a <= 8; ++a) {
    std::set<std::pair<int, int>> hit;
    for (Index i = 0; i < 256; ++i)
      hit.insert({static_cast<int>(points(i, 0) * (1 << a)), static_cast<int>(points(i, 1) * (1 << (8 - a)))});
    CHECK(hit.size() == 256);
  }
}

TEST_CASE("a point of a scramble is uniform over seeds and over dimensions") {
  for (bool over_seeds : {true, false}) {
    double chi2 = 0;
    int counts[32] = {};
    Design wide(Points::sobol, 3200, 8, 3);
    for (Index i = 0; i < 3200; ++i) {
      double u = 0;
      if (over_seeds) Design(Points::sobol, 1, 8, static_cast<std::uint64_t>(i)).point(5, &u);
      if (!over_seeds) wide.point(0, i, 1, &u);
      ++counts[static_cast<int>(32 * u)];
    }
    for (int count : counts) chi2 += (count - 100.0) * (count - 100.0) / 100.0;
    CHECK(chi2 < 61.1);  // 99.9 % point of 31 degrees of freedom
    CHECK(chi2 > 11.9);  // 0.1 % point
  }
}

TEST_CASE("the hash scrambles as well as Owen's scramble bit by bit") {
  constexpr int d = 4, n = 256, seeds = 100;
  Design plain(Points::plain_sobol, d, n, 0);
  double fast = 0, slow = 0, u[d], v[d];
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    Design design(Points::sobol, d, n, seed);
    double sum_fast = 0, sum_slow = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      design.point(i, u);
      sum_fast += smooth(u, d);
      plain.point(i, u);
      for (std::uint32_t k = 0; k < d; ++k) v[k] = owen(u[k], seed, k);
      sum_slow += smooth(v, d);
    }
    fast += std::pow(sum_fast / n, 2) / seeds;
    slow += std::pow(sum_slow / n, 2) / seeds;
  }
  CHECK(fast < 2 * slow);
  CHECK(fast < 0.01 * (std::pow(1.125, d) - 1) / n);  // a hundred times below independent points
}

TEST_CASE("independent points are uniform and differ between coordinates and points") {
  Matrix points = sample(Design(Points::montecarlo, 5, 4000, 8));
  CHECK(points.minCoeff() > 0);
  CHECK(points.maxCoeff() < 1);
  std::set<double> distinct(points.data(), points.data() + points.size());
  CHECK(distinct.size() == 20000);
  Matrix centered = points.array() - 0.5, covariance = centered.transpose() * centered / 4000;
  for (Index a = 0; a < 5; ++a) {
    CHECK(std::abs(centered.col(a).mean()) < 4 * 0.2887 / std::sqrt(4000.0));
    for (Index b = 0; b < 5; ++b) CHECK(std::abs(covariance(a, b) - (a == b ? 1 / 12.0 : 0)) < 0.006);
  }
}

TEST_CASE("seeds differ, equal seeds agree, and plain points know no seed") {
  for (Points kind : {Points::sobol, Points::montecarlo}) {
    Matrix a = sample(Design(kind, 6, 16, 1)), b = sample(Design(kind, 6, 16, 2));
    CHECK(a == sample(Design(kind, 6, 16, 1)));
    CHECK((a.array() != b.array()).all());
    CHECK((a.array() != sample(Design(kind, 6, 16, 1 + (std::uint64_t{1} << 32))).array()).all());
  }
  CHECK(sample(Design(Points::plain_sobol, 6, 16, 1)) == sample(Design(Points::plain_sobol, 6, 16, 2)));
}

TEST_CASE("a stretch of coordinates equals the same stretch of the whole point") {
  for (Points kind : {Points::sobol, Points::montecarlo, Points::plain_sobol, Points::linear_sobol, Points::lhs}) {
    Design design(kind, 150, 1000, 3);
    Vector whole(150);
    design.point(777, whole.data());
    for (Index first : {0, 1, 7, 63, 64, 149})
      for (Index count : {0, 1, 2, 65}) {
        if (first + count > 150) continue;
        Vector part = Vector::Constant(count + 1, -1);
        design.point(777, first, count, part.data());
        CHECK(part.head(count) == whole.segment(first, count));
        CHECK(part[count] == -1);
      }
  }
}

TEST_CASE("runs of points are the points one by one, wherever they start and end") {
  for (Points kind : {Points::sobol, Points::montecarlo, Points::plain_sobol, Points::linear_sobol, Points::lhs})
    for (Index dimensions : {1, 15, 70}) {
      Design design(kind, dimensions, std::uint64_t{1} << 32, 3);
      for (std::uint64_t first : {0ull, 1ull, 255ull, 256ull, 1000ull, 4294967296ull - 600})
        for (Index count : {0, 1, 2, 255, 256, 257, 600}) {
          Matrix run(dimensions, count + 1);
          run.setConstant(-1);
          design.points(first, count, run.data());
          Vector one(dimensions);
          for (Index k = 0; k < count; ++k) {
            design.point(first + static_cast<std::uint64_t>(k), one.data());
            CHECK(run.col(k) == one);
          }
          CHECK((run.col(count).array() == -1).all());
        }
    }
}

TEST_CASE("more dimensions or points leave those before them alone") {
  Matrix small = sample(Design(Points::sobol, 5, 32, 9)), large = sample(Design(Points::sobol, 80, 64, 9));
  CHECK(small == large.topLeftCorner(32, 5));
}

namespace {

// A crossed design as it is defined, point by point.
Matrix crossed(Points kind, const std::vector<Index>& levels, std::uint64_t points, std::uint64_t seed) {
  Index continuous = 0;
  std::uint64_t combinations = 1;
  for (Index one : levels) one == 0 ? void(++continuous) : void(combinations *= static_cast<std::uint64_t>(one));
  const Matrix over = continuous ? sample(Design(kind, continuous, points, seed)) : Matrix(1, 0);
  Matrix out(static_cast<Index>(points * combinations), static_cast<Index>(levels.size()));
  for (Index i = 0; i < out.rows(); ++i) {
    Index rest = i % static_cast<Index>(combinations), taken = continuous;
    for (Index k = out.cols() - 1; k >= 0; --k) {
      const Index width = levels[static_cast<std::size_t>(k)];
      out(i, k) = width == 0 ? over(i / static_cast<Index>(combinations), --taken) : (static_cast<double>(rest % width) + 0.5) / static_cast<double>(width);
      if (width > 0) rest /= width;
    }
  }
  return out;
}

}  // namespace

TEST_CASE("a crossed design runs through all combinations at each of its points") {
  for (Points kind : {Points::sobol, Points::montecarlo, Points::lhs, Points::linear_sobol})
    for (const std::vector<Index>& levels : {std::vector<Index>{3, 0, 2, 0, 1}, {0, 7, 0, 50}, {0, 0}, {2, 3}, {1}}) {
      Index combinations = 1;
      for (Index one : levels) combinations *= std::max<Index>(one, 1);
      const bool varies = std::count(levels.begin(), levels.end(), 0) > 0;
      const Design design(kind, levels, static_cast<std::uint64_t>(3 * combinations + combinations - 1), 9);
      const auto length = static_cast<Index>(design.length());
      CHECK(design.combinations() == static_cast<std::uint64_t>(combinations));
      CHECK(length == combinations * (varies ? std::max<Index>(3, (4 * combinations - 1) / combinations) : 1));
      const Matrix right = crossed(kind, levels, design.length() / design.combinations(), 9);
      CHECK(sample(design) == right);
      for (Index first : {Index{0}, Index{1}, length / 2, length - 1})
        for (Index count : {Index{0}, Index{1}, length - first}) {
          if (first + count > length) continue;
          Matrix run = Matrix::Constant(design.dimensions(), count + 1, -1);
          design.points(static_cast<std::uint64_t>(first), count, run.data());
          CHECK(run.leftCols(count).transpose() == right.middleRows(first, count));
          CHECK((run.col(count).array() == -1).all());
        }
      Vector part = Vector::Constant(2, -1);
      design.point(design.length() - 1, design.dimensions() - 1, 1, part.data());
      CHECK(part[0] == right(length - 1, design.dimensions() - 1));
      CHECK(part[1] == -1);
    }
}

TEST_CASE("crossed designs out of range are refused") {
  CHECK_THROWS_WITH_AS(Design(Points::sobol, std::vector<Index>{3, 0, 4}, 11, 0), doctest::Contains("12 combinations"), SpecError);
  CHECK_NOTHROW(Design(Points::sobol, std::vector<Index>{3, 0, 4}, 12, 0));
  CHECK_THROWS_AS(Design(Points::sobol, std::vector<Index>{}, 12, 0), SpecError);
  CHECK_THROWS_AS(Design(Points::sobol, std::vector<Index>{2, -1}, 12, 0), SpecError);
  CHECK_THROWS_WITH_AS(Design(Points::sobol, std::vector<Index>(33, 2), 12, 0), doctest::Contains("more than 4294967296 combinations"), SpecError);
  CHECK_THROWS_AS(Design(Points::sobol, std::vector<Index>{Index{1} << 62, Index{1} << 62}, 12, 0), SpecError);
  const Design design(Points::sobol, std::vector<Index>{3, 0}, 8, 0);
  double u[2];
  CHECK_THROWS_AS(design.point(6, u), SpecError);
  CHECK_THROWS_AS(design.points(6, 1, u), SpecError);
}

TEST_CASE("designs out of range are refused") {
  CHECK_THROWS_AS(Design(Points::sobol, 3668, 8, 0), SpecError);
  CHECK_THROWS_AS(Design(Points::sobol, 0, 8, 0), SpecError);
  CHECK_THROWS_AS(Design(Points::montecarlo, -1, 8, 0), SpecError);
  CHECK_THROWS_AS(Design(Points::sobol, 2, 0, 0), SpecError);
  CHECK_THROWS_AS(Design(Points::montecarlo, 2, (std::uint64_t{1} << 32) + 1, 0), SpecError);
  CHECK_NOTHROW(Design(Points::montecarlo, 5000, 8, 0));
  double u[3];
  Design design(Points::sobol, 3, 8, 0);
  CHECK_THROWS_AS(design.point(8, u), SpecError);
  CHECK_THROWS_AS(design.points(8, 1, u), SpecError);
  CHECK_THROWS_AS(design.points(9, 0, u), SpecError);
  CHECK_THROWS_AS(design.points(0, -1, u), SpecError);
  CHECK_THROWS_AS(design.point(0, 2, 2, u), SpecError);
  CHECK_THROWS_AS(design.point(0, -1, 1, u), SpecError);
}
