// Kendall's tau-b and distance correlation against plain twins over all pairs of units.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "egov/outcomes.hpp"
#include "question.hpp"
#include "egov/random.hpp"
#include "outcomes/pair.hpp"

using namespace egov;

namespace {

double sign(double value) { return value > 0 ? 1 : value < 0 ? -1 : 0; }

double plain_kendall(const Vector& x, const Vector& y) {
  double score = 0, free_x = 0, free_y = 0;
  for (Index i = 0; i < x.size(); ++i)
    for (Index j = 0; j < i; ++j) {
      const double a = sign(x[i] - x[j]), b = sign(y[i] - y[j]);
      score += a * b, free_x += a * a, free_y += b * b;
    }
  return score / std::sqrt(free_x * free_y);
}

Matrix centered_distances(const Vector& x) {
  Matrix d(x.size(), x.size());
  for (Index i = 0; i < x.size(); ++i)
    for (Index j = 0; j < x.size(); ++j) d(i, j) = std::abs(x[i] - x[j]);
  const Vector rows = d.rowwise().mean();
  d.colwise() -= rows;
  d.rowwise() -= rows.transpose();
  return d.array() + rows.mean();
}

// Szekely, Rizzo, Bakirov (2007), definition 2, word for word.
double plain_distance(const Vector& x, const Vector& y) {
  const Matrix a = centered_distances(x), b = centered_distances(y);
  return std::sqrt(a.cwiseProduct(b).sum() / std::sqrt(a.squaredNorm() * b.squaredNorm()));
}

double plain(Coefficient kind, const Vector& x, const Vector& y) {
  if (x.minCoeff() == x.maxCoeff() || y.minCoeff() == y.maxCoeff()) return missing_value;
  return kind == Coefficient::kendall ? plain_kendall(x, y) : plain_distance(x, y);
}

Matrix table(Index rows, double steps) {
  Matrix out(rows, 2);
  for (Index i = 0; i < rows; ++i) {
    const auto k = static_cast<std::uint64_t>(i);
    const double x = uniform(1, 1, k), y = 0.6 * x * x + 0.4 * uniform(1, 2, k);
    out.row(i) << (steps > 0 ? std::floor(steps * x) : x), (steps > 0 ? std::floor(steps * y) : y);
  }
  return out;
}

void hold(Coefficient kind, const Matrix& data, Index resamples) {
  detail::SortedColumn first(data, 0, true), second(data, 1, true);
  detail::Pair pair(kind);
  Association result;
  pair.load(first, second, result);
  CHECK(pair.estimate(result) == doctest::Approx(plain(kind, data.col(0), data.col(1))).epsilon(1e-13));
  const std::vector<double> fast = pair.resample(9, 4, resamples);
  std::size_t at = 0;
  for (Index b = 0; b < resamples; ++b) {
    const Vector times = pair.draws(9, 4, b);  // by increasing x
    std::vector<double> x, y;
    for (std::size_t k = 0; k < first.order.size(); ++k)
      for (int copy = 0; copy < times[static_cast<Index>(k)]; ++copy) {
        x.push_back(data(first.order[k], 0));
        y.push_back(data(first.order[k], 1));
      }
    const auto n = static_cast<Index>(x.size());
    const double slow = plain(kind, Eigen::Map<Vector>(x.data(), n), Eigen::Map<Vector>(y.data(), n));
    if (std::isnan(slow)) continue;
    REQUIRE(at < fast.size());
    CHECK(fast[at++] == doctest::Approx(slow).epsilon(1e-11));
  }
  CHECK(at == fast.size());
}

}  // namespace

TEST_CASE("tau-b and distance correlation and their resamples equal plain twins") {
  for (Coefficient kind : {Coefficient::kendall, Coefficient::distance})
    for (double steps : {0.0, 2.0, 7.0}) {
      hold(kind, table(60, steps), 40);
      hold(kind, table(7, steps), 40);
    }
}

TEST_CASE("resamples in which a column does not vary are left out of tau-b and distance correlation") {
  Matrix data(5, 2);
  data << 1, 3, 1, 3, 1, 4, 1, 0.1, 1.1, 7;
  for (Coefficient kind : {Coefficient::kendall, Coefficient::distance}) {
    hold(kind, data, 200);
    hold(kind, data.rowwise().reverse(), 200);
  }
}

TEST_CASE("the exact p-value of tau is that of counted permutations, also far out") {
  Vector x(16), y(16);
  for (Index i = 0; i < 16; ++i) x[i] = y[i] = static_cast<double>(i);
  std::swap(y[3], y[4]);  // one inversion: 1 + 15 of 16! permutations have as few or fewer
  CHECK(correlate(x, y, asked(Choice{"kendall"}, 0, 0.95, 1, 1))[0].p == doctest::Approx(2 * 16 / 20922789888000.0).epsilon(1e-14));
  y = x.reverse();
  CHECK(correlate(x, y, asked(Choice{"kendall"}, 0, 0.95, 1, 1))[0].p == doctest::Approx(2 / 20922789888000.0).epsilon(1e-14));
}

TEST_CASE("the exact p-value of tau equals a count of inversions in whole numbers") {
  for (Index n : {4, 7, 12, 20}) {  // counts of up to 20! fit 64 bits
    std::vector<std::uint64_t> count(1, 1);
    std::uint64_t all = 1;
    for (std::size_t items = 2; items <= static_cast<std::size_t>(n); ++items) {
      std::vector<std::uint64_t> next(count.size() + items - 1, 0);
      for (std::size_t k = 0; k < count.size(); ++k)
        for (std::size_t shift = 0; shift < items; ++shift) next[k + shift] += count[k];
      count.swap(next);
      all *= items;
    }
    Vector x(n), y(n);
    for (Index i = 0; i < n; ++i) x[i] = y[i] = static_cast<double>(i);
    std::uint64_t up_to = 0;
    std::size_t inversions = 0;
    auto check = [&] {
      const double right = std::min(1.0, 2 * static_cast<double>(up_to) / static_cast<double>(all));
      CHECK(correlate(x, y, asked(Choice{"kendall"}, 0, 0.95, 1, 1))[0].p == doctest::Approx(right).epsilon(1e-13));
    };
    up_to = count[0];
    for (Index pass = 0; pass + 1 < n; ++pass)
      for (Index i = 0; i + 1 < n - pass; ++i) {  // one more inversion at each swap, from sorted to reversed
        if (2 * (inversions + 1) >= count.size()) continue;
        std::swap(y[i], y[i + 1]);
        up_to += count[++inversions];
        check();
      }
  }
}

TEST_CASE("many thousand units take no time that grows with their square") {
  const Matrix data = table(60000, 0);
  for (const char* name : {"kendall", "distance"}) {
    const auto found = correlate(data.col(0), data.col(1), asked(Choice{name}, 0, 0.95, 1, 1))[0];
    CHECK(found.estimate > 0.3);
    CHECK(found.estimate < 0.9);
    CHECK(found.p < 1e-12);
  }
}
