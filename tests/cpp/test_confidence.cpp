#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "egov/confidence.hpp"
#include "egov/error.hpp"
#include "egov/random.hpp"

using namespace egov;

namespace {

// Scores of units around their own means, with errors that units share in part.
Matrix drawn(const Vector& center, const Vector& sd, double shared, Index n, std::uint64_t seed) {
  Matrix out(center.size(), n);
  for (Index b = 0; b < n; ++b) {
    Stream stream(seed, static_cast<std::uint32_t>(b), 1);
    const double common = stream.normal();
    for (Index j = 0; j < center.size(); ++j) out(j, b) = center[j] + sd[j] * (shared * common + std::sqrt(1 - shared * shared) * stream.normal());
  }
  return out;
}

// The same from the definition: a list of ordered pairs, tested again and again.
Eigen::MatrixXi plain(const Matrix& draws, double level, bool simultaneous) {
  const Index units = draws.rows(), n = draws.cols();
  Eigen::MatrixXi above = Eigen::MatrixXi::Zero(units, units);
  for (Index own = 0; own < (simultaneous ? 1 : units); ++own) {
    std::vector<std::pair<Index, Index>> open;
    for (Index j = 0; j < units; ++j)
      for (Index k = 0; k < units; ++k)
        if (j != k && (simultaneous || j == own || k == own)) open.emplace_back(j, k);
    for (bool more = true; more;) {
      std::vector<double> largest(static_cast<std::size_t>(n), 0), t;
      for (const auto& [j, k] : open) {
        const Vector d = draws.row(j) - draws.row(k);
        const double mean = d.mean(), sd = std::sqrt((d.array() - mean).square().sum() / static_cast<double>(n - 1));
        t.push_back(mean / sd);
        for (Index b = 0; b < n; ++b) largest[static_cast<std::size_t>(b)] = std::max(largest[static_cast<std::size_t>(b)], (d[b] - mean) / sd);
      }
      std::sort(largest.begin(), largest.end());
      const double value = largest[static_cast<std::size_t>(std::ceil(level * static_cast<double>(n + 1))) - 1];
      more = false;
      for (std::size_t i = open.size(); i-- > 0;) {
        if (!(t[i] > value)) continue;
        const auto [j, k] = open[i];
        if (simultaneous || j == own) above(j, k) = 1;
        if (simultaneous || k == own) above(k, j) = -1;
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
        more = true;
      }
    }
  }
  return above;
}

}  // namespace

TEST_CASE("rank sets are those of the definition") {
  Vector center(9), sd(9);
  center << 0, 0.4, 0.5, 1, 3, 3.1, 3.2, 5, 9;
  sd << 0.2, 0.5, 0.3, 0.4, 0.1, 0.6, 0.2, 0.9, 0.3;
  const Matrix draws = drawn(center, sd, 0.5, 400, 3);
  for (bool simultaneous : {false, true})
    for (double level : {0.5, 0.9, 0.95}) {
      const RankSets sets = rank_confidence(draws, level, simultaneous, 2);
      CHECK(sets.above == plain(draws, level, simultaneous));
      for (Index j = 0; j < 9; ++j) {
        CHECK(sets.low[j] == 1 + (sets.above.row(j).array() < 0).count());
        CHECK(sets.high[j] == 9 - (sets.above.row(j).array() > 0).count());
      }
      for (int threads : {1, 8}) CHECK(rank_confidence(draws, level, simultaneous, threads).above == sets.above);
    }
}

TEST_CASE("differences without error are known, equal scores are not told apart") {
  Matrix draws(3, 50);
  for (Index b = 0; b < 50; ++b) draws.col(b) << 0.3, 0.3, 0.8;
  const RankSets sets = rank_confidence(draws, 0.9, true, 1);
  CHECK(sets.low == Eigen::Vector3i(2, 2, 1));
  CHECK(sets.high == Eigen::Vector3i(3, 3, 1));
}

TEST_CASE("sets of ranks cover: each its own, and all at once") {
  const Index units = 12, n = 300, times = 400;
  Vector truth(units), sd = Vector::Constant(units, 1.0);
  for (Index j = 0; j < units; ++j) truth[j] = 0.8 * static_cast<double>(j / 2) + 0.1 * static_cast<double>(j);
  Vector own = Vector::Zero(units);
  double all = 0;
  for (Index time = 0; time < times; ++time) {
    const Matrix seen = drawn(truth, sd, 0.3, 1, 1000 + static_cast<std::uint64_t>(time));
    const Matrix draws = drawn(seen.col(0), sd, 0.3, n, 5000 + static_cast<std::uint64_t>(time));
    const RankSets marginal = rank_confidence(draws, 0.9, false, 1), joint = rank_confidence(draws, 0.9, true, 1);
    bool every = true;
    for (Index j = 0; j < units; ++j) {
      const int rank = static_cast<int>(units - j);
      own[j] += marginal.low[j] <= rank && rank <= marginal.high[j];
      every = every && joint.low[j] <= rank && rank <= joint.high[j];
      CHECK(joint.low[j] <= marginal.low[j]);
      CHECK(marginal.high[j] <= joint.high[j]);
    }
    all += every;
  }
  // At least 90 %, less three standard errors of so many repetitions.
  CHECK(own.minCoeff() / static_cast<double>(times) > 0.9 - 3 * std::sqrt(0.09 / static_cast<double>(times)));
  CHECK(all / static_cast<double>(times) > 0.9 - 3 * std::sqrt(0.09 / static_cast<double>(times)));
}

TEST_CASE("too few draws for the level are an error") {
  CHECK_THROWS_AS(rank_confidence(Matrix::Random(3, 8), 0.9, false, 1), DataError);
  CHECK_NOTHROW(rank_confidence(Matrix::Random(3, 9), 0.9, false, 1));
}
