#include <doctest/doctest.h>

#include <cmath>

#include "detail/columns.hpp"
#include "detail/lanes.hpp"
#include "egov/random.hpp"

using namespace egov;
using detail::LaneRanker;

namespace {

constexpr Index lanes = LaneRanker::lanes;

double noise(std::uint64_t seed, Index lane, Index i) { return uniform(seed, static_cast<std::uint64_t>(lane), static_cast<std::uint64_t>(i)); }

// Each lane against the plain ranks, twice over with the same ranker; no lane that is not used has an order.
void agree(const Matrix& scores, LaneRanker ranker, const std::vector<int>& labels, int digits) {
  const Index n = scores.rows(), used = scores.cols();
  for (int again = 0; again < 2; ++again) {
    for (Index lane = 0; lane < used; ++lane) ranker.put(lane, scores.col(lane).data(), digits);
    ranker.rank(used);
    for (Index lane = 0; lane < used; ++lane) {
      const Vector plain = rank(ConstColumn(scores.col(lane)), Choice{"competition"}, digits);
      const int* found = ranker.ranks(lane);
      bool same = true;
      for (Index i = 0; i < n; ++i) {
        same = same && found[i] == static_cast<int>(plain[i]);
        const Index place = static_cast<Index>(plain[i]) - 1;
        same = same && ranker.order()[place * lanes + lane] == (ranker.tied(lane) ? static_cast<int>(n) : labels[static_cast<std::size_t>(i)]);
      }
      CHECK(same);
    }
    for (Index lane = used; lane < lanes; ++lane)
      for (Index i = 0; i < n; ++i) CHECK(ranker.order()[i * lanes + lane] == n);
  }
}

void agree(const Matrix& scores, int digits = -1) {
  const Index n = scores.rows();
  for (bool turned : {false, true}) {
    std::vector<int> labels(static_cast<std::size_t>(n));
    for (Index i = 0; i < n; ++i) labels[static_cast<std::size_t>(i)] = static_cast<int>(turned ? n - 1 - i : i);
    agree(scores, turned ? LaneRanker(n, labels) : LaneRanker(n), labels, digits);
  }
}

// A table of scores: value(noise, row, lane).
template <class Value>
Matrix table(Index n, Index used, std::uint64_t seed, const Value& value) {
  Matrix scores(n, used);
  for (Index lane = 0; lane < used; ++lane)
    for (Index i = 0; i < n; ++i) scores(i, lane) = value(noise(seed, lane, i), i, lane);
  return scores;
}

}  // namespace

TEST_CASE("lanes of every length, all of them and some") {
  for (Index n = 0; n <= 70; ++n) agree(table(n, n % lanes + 1, static_cast<std::uint64_t>(n), [](double u, Index, Index) { return u; }));
  for (Index n : {127, 128, 129, 193, 255, 256, 257, 300, 512, 1000, 5000})
    agree(table(n, lanes, static_cast<std::uint64_t>(n), [](double u, Index, Index) { return 100 * u - 50; }));
}

TEST_CASE("lanes with ties, near ties and constants beside lanes without") {
  for (std::uint64_t seed = 0; seed < 40; ++seed)
    for (Index n : {2, 17, 100, 193, 300})
      agree(table(n, lanes, seed, [&](double u, Index i, Index lane) {
        switch (lane % 8) {
          case 0: return u;
          case 1: return std::floor(u * 12) / 7;
          case 2: return 0.5 + 1e-10 * u;                     // a ladder of near ties
          case 3: return std::floor(u * 30) + 3e-12 * u;      // near ties within groups
          case 4: return 1.0;
          case 5: return i < n / 2 ? u : 1e9 * u;
          case 6: return std::floor(u * 1e6) / 1e6 + (u < 0.5 ? 1e-12 : 0);
          default: return -std::exp(600 * u);
        }
      }));
}

TEST_CASE("lanes whose neighbors differ by about a step of the numbers, or by the width of a tie") {
  for (double step : {0x1p-25, 0x1p-23, 0x1p-22, 1e-12, 2e-12, 3e-12})
    for (std::uint64_t seed = 0; seed < 10; ++seed)
      agree(table(193, lanes, seed, [&](double u, Index i, Index lane) {
        const double rung = static_cast<double>((i * 71) % 193) * step * (lane % 2 ? 1 : 1 + 0.3 * u);
        return i == 0 && lane % 3 ? 1.0 : rung;               // one far score makes the steps coarse
      }));
}

TEST_CASE("lanes of logarithms are ranked as their exponentials") {
  for (std::uint64_t seed = 0; seed < 30; ++seed)
    for (Index n : {1, 2, 17, 193, 300}) {
      const Matrix logs = table(n, lanes, seed, [&](double u, Index i, Index lane) {
        switch (lane % 8) {
          case 0: return 4.6 * u;
          case 1: return std::floor(u * 40) / 9;
          case 2: return 1 + 1e-10 * u;                   // exponentials that tie or nearly do
          case 3: return -25 - 5 * u;                     // all within the width of a tie
          case 4: return -30 + 35 * u;                    // low ones within it, high ones not
          case 5: return 700 + 20 * u;                    // some beyond the largest number
          case 6: return i % 5 == 0 ? -infinite : 2 * u;  // zeros
          default: return std::floor(u * 30) + 3e-12 * u;
        }
      });
      LaneRanker ranker(n);
      for (Index lane = 0; lane < lanes; ++lane) ranker.put(lane, logs.col(lane).data(), -1, true);
      ranker.rank(lanes);
      for (Index lane = 0; lane < lanes; ++lane) {
        Vector scores = logs.col(lane);
        detail::exponentials(scores.data(), n);
        const Vector plain = rank(ConstColumn(scores), Choice{"competition"});
        CHECK(Eigen::Map<const Eigen::VectorXi>(ranker.ranks(lane), n).cast<double>() == plain);
      }
    }
}

TEST_CASE("lanes rounded before ranking") {
  for (int digits : {0, 1, 3, 15})
    agree(table(193, lanes, 5, [](double u, Index, Index lane) { return (lane % 2 ? 100 : 1) * u; }), digits);
}

TEST_CASE("lanes of infinite, huge and tiny scores") {
  agree(table(50, lanes, 6, [](double u, Index i, Index lane) {
    if (lane % 4 == 0) return i % 7 == 0 ? infinite : i % 11 == 0 ? -infinite : u;
    if (lane % 4 == 1) return (2 * u - 1) * 1.7e308;
    if (lane % 4 == 2) return i % 3 == 0 ? infinite : -infinite;
    return u * 1e-300;
  }));
}
