#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "egov/outcomes.hpp"
#include "question.hpp"
#include "egov/random.hpp"
#include "outcomes/intervals.hpp"

using namespace egov;

namespace {

const double na = missing_value;

double normal(std::uint64_t stream, std::uint64_t i) {
  double length = std::sqrt(-2 * std::log(1 - uniform(5, stream, 2 * i)));
  return length * std::cos(6.283185307179586 * uniform(5, stream, 2 * i + 1));
}

// Two columns with ties and holes.
Matrix tied_table(Index rows) {
  Matrix table(rows, 2);
  for (Index i = 0; i < rows; ++i) {
    table(i, 0) = std::floor(12 * uniform(1, 1, static_cast<std::uint64_t>(i)));
    table(i, 1) = table(i, 0) + std::floor(20 * uniform(1, 2, static_cast<std::uint64_t>(i)));
  }
  table(3, 0) = table(8, 1) = na;
  return table;
}

double plain_pearson(const Vector& x, const Vector& y) {
  Vector a = x.array() - x.mean(), b = y.array() - y.mean();
  return a.dot(b) / std::sqrt(a.squaredNorm() * b.squaredNorm());
}

// The slow twin of a resample: writes each drawn row out and starts over.
double plain_resample(const Vector& x, const Vector& y, const Vector& times, bool ranks) {
  Vector drawn_x(static_cast<Index>(times.sum())), drawn_y(drawn_x.size());
  for (Index row = 0, k = 0; row < times.size(); ++row)
    for (int copy = 0; copy < times[row]; ++copy, ++k) {
      drawn_x[k] = x[row];
      drawn_y[k] = y[row];
    }
  if (drawn_x.minCoeff() == drawn_x.maxCoeff() || drawn_y.minCoeff() == drawn_y.maxCoeff()) return na;
  return ranks ? plain_pearson(midranks(drawn_x), midranks(drawn_y)) : plain_pearson(drawn_x, drawn_y);
}

// Common rows in the order in which draws() counts them.
void common(const Matrix& table, bool ranks, Vector& x, Vector& y) {
  std::vector<Index> rows;
  for (Index i = 0; i < table.rows(); ++i)
    if (!table.row(i).hasNaN()) rows.push_back(i);
  if (ranks) std::stable_sort(rows.begin(), rows.end(), [&](Index a, Index b) { return table(a, 0) < table(b, 0); });
  x.resize(static_cast<Index>(rows.size()));
  y.resize(x.size());
  for (Index k = 0; k < x.size(); ++k) {
    x[k] = table(rows[static_cast<std::size_t>(k)], 0);
    y[k] = table(rows[static_cast<std::size_t>(k)], 1);
  }
}

void hold_against_twin(const Matrix& table, bool ranks, Index resamples) {
  detail::SortedColumn first(table, 0, ranks), second(table, 1, ranks);
  detail::Pair pair(ranks ? Coefficient::spearman : Coefficient::pearson);
  Association result;
  pair.load(first, second, result);
  pair.estimate(result);
  std::vector<double> fast = pair.resample(9, 4, resamples), slow;
  Vector x, y;
  common(table, ranks, x, y);
  for (Index b = 0; b < resamples; ++b) {
    Vector times = pair.draws(9, 4, b);
    REQUIRE(times.sum() == static_cast<double>(result.n));
    double value = plain_resample(x, y, times, ranks);
    if (!std::isnan(value)) slow.push_back(value);
  }
  REQUIRE(fast.size() == slow.size());
  for (std::size_t b = 0; b < fast.size(); ++b) CHECK(std::abs(fast[b] - slow[b]) < 1e-13);
}

}  // namespace

TEST_CASE("resamples equal their plain twin") {
  for (bool ranks : {false, true}) {
    hold_against_twin(tied_table(60), ranks, 100);
    hold_against_twin(tied_table(193), ranks, 21);
    Matrix untied(30, 2);
    for (Index i = 0; i < 30; ++i)
      for (Index j = 0; j < 2; ++j) untied(i, j) = normal(static_cast<std::uint64_t>(j), static_cast<std::uint64_t>(i));
    hold_against_twin(untied, ranks, 50);
  }
}

TEST_CASE("resamples without variation are left out") {
  Matrix table(5, 2);
  table << 1, 3, 1, 3, 1, 4, 1, 0.1, 1.1, 7;  // without row 4, a third of all resamples, the first column is constant
  for (bool ranks : {false, true}) {
    hold_against_twin(table, ranks, 200);
    detail::SortedColumn first(table, 0, ranks), second(table, 1, ranks);
    detail::Pair pair(ranks ? Coefficient::spearman : Coefficient::pearson);
    Association result;
    pair.load(first, second, result);
    pair.estimate(result);
    std::size_t kept = pair.resample(1, 1, 2000).size();
    CHECK(kept > 1200);
    CHECK(kept < 1450);  // 1 - (4/5)^5 = .67 of them, and a few less
  }
}

TEST_CASE("a constant resample is recognized behind the rounding of its mean") {
  for (Index rows = 6; rows <= 13; ++rows) {
    Matrix table(rows, 2);
    for (Index i = 0; i < rows; ++i) table.row(i) << 0.1, 1.0 / static_cast<double>(i + 3);
    table(rows - 1, 0) = 0.3;
    for (bool ranks : {false, true}) {
      hold_against_twin(table, ranks, 100);
      hold_against_twin(table.rowwise().reverse(), ranks, 100);
    }
  }
}

TEST_CASE("every row is drawn equally often") {
  Matrix table = tied_table(50);
  detail::SortedColumn first(table, 0, false), second(table, 1, false);
  detail::Pair pair(Coefficient::pearson);
  Association result;
  pair.load(first, second, result);
  Vector counts = Vector::Zero(48);
  double squares = 0;
  for (Index b = 0; b < 2000; ++b) {
    Vector times = pair.draws(3, 0, b);
    counts += times;
    squares += times.squaredNorm() / 48 / 2000;
  }
  double chi2 = (counts.array() - 2000).square().sum() / 2000;
  CHECK(chi2 < 82.8);  // 99.9 % point of 47 degrees of freedom
  CHECK(chi2 > 22.0);  // 0.1 % point
  CHECK(squares == doctest::Approx(2 - 1.0 / 48).epsilon(0.01));  // second moment of a binomial (48, 1/48)
}

TEST_CASE("quantiles interpolate between order statistics") {
  std::vector<double> values = {5, 1, 4, 2, 3};
  CHECK(detail::quantile(values, 0) == 1);
  CHECK(detail::quantile(values, 1) == 5);
  CHECK(detail::quantile(values, 0.5) == 3);
  CHECK(detail::quantile(values, 0.25) == doctest::Approx(1.5).epsilon(1e-15));  // quantile(1:5, c(.25, .7), type = 6) of R
  CHECK(detail::quantile(values, 0.7) == doctest::Approx(4.2).epsilon(1e-15));
  CHECK(detail::quantile(values, 0.1) == 1);  // beyond the first of five
  std::vector<double> one = {7};
  CHECK(detail::quantile(one, 0.3) == 7);
}

TEST_CASE("the interval is that of the resamples, and its ends depend on seed and pair") {
  Matrix table = tied_table(80);
  detail::SortedColumn first(table, 0, true), second(table, 1, true);
  detail::Pair pair(Coefficient::spearman);
  Association by_hand;
  pair.load(first, second, by_hand);
  std::vector<double> values = pair.resample(6, 0, 501);
  auto got = correlate(table.col(0), table.col(1), asked(Choice{"spearman"}, 501, 0.9, 6, 1))[0];
  CHECK(got.low == detail::quantile(values, (1 - 0.9) / 2));
  CHECK(got.high == detail::quantile(values, (1 + 0.9) / 2));
  CHECK(got.low < got.estimate);
  CHECK(got.estimate < got.high);
  CHECK(got.low != correlate(table.col(0), table.col(1), asked(Choice{"spearman"}, 501, 0.9, 7, 1))[0].low);
  Matrix twice(80, 2);
  twice << table.col(1), table.col(1);
  auto pairs = correlate(table.col(0), twice, asked(Choice{"spearman"}, 501, 0.9, 6, 1));
  CHECK(pairs[0].low == got.low);
  CHECK(pairs[0].low != pairs[1].low);
}

TEST_CASE("a 95 % interval covers the true coefficient about 95 times in 100") {
  int covered = 0;
  constexpr int n = 193, runs = 1000;
  for (std::uint64_t run = 0; run < runs; ++run) {
    Vector x(n), y(n);
    for (std::uint64_t i = 0; i < n; ++i) {
      x[static_cast<Index>(i)] = normal(2 * run, i);
      y[static_cast<Index>(i)] = 0.5 * x[static_cast<Index>(i)] + std::sqrt(0.75) * normal(2 * run + 1, i);
    }
    auto got = correlate(x, y, asked(Choice{"pearson"}, 400, 0.95, run, 1))[0];
    covered += got.low <= 0.5 && 0.5 <= got.high;
  }
  CHECK(covered >= 925);
  CHECK(covered <= 970);
}
