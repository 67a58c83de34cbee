// Intervals against closed forms and plain twins that write the rows out.
#include <doctest/doctest.h>

#include <cmath>

#include "egov/random.hpp"
#include "outcomes/intervals.hpp"
#include "question.hpp"

using namespace egov;

namespace {

Matrix data(Index rows, bool ties) {
  Matrix table(rows, 4);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < 4; ++j) {
      const double value = uniform(3, static_cast<std::uint64_t>(j), static_cast<std::uint64_t>(i)) + (j > 0 ? 0.5 * table(i, 0) : 0);
      table(i, j) = ties ? std::floor(10 * value) : value;
    }
  return table;
}

Association of(const Matrix& rows, const Question& like) {
  Question question = like;
  question.intervals = {{"none"}};
  question.clusters.clear();
  question.controls = rows.rightCols(like.controls.cols());
  return correlate(rows.col(0), rows.col(1), question)[0];
}

// Rows written out as often as they are drawn.
Matrix written(const Matrix& rows, const Vector& times) {
  Matrix out(static_cast<Index>(times.sum()), rows.cols());
  for (Index i = 0, k = 0; i < rows.rows(); ++i)
    for (int copy = 0; copy < times[i]; ++copy) out.row(k++) = rows.row(i);
  return out;
}

struct Loaded {
  std::vector<detail::SortedColumn> columns;
  detail::Pair pair;
  Association result;
  Loaded(const Matrix& table, const Question& question, Coefficient kind)
      : pair(detail::setting(question, kind, table.rows())) {
    for (Index k : {0, 1}) columns.emplace_back(table, k, detail::needs_order(kind));
    pair.load(columns[0], columns[1], result);
    result.estimate = pair.estimate(result);
  }
};

constexpr Coefficient kinds[] = {Coefficient::pearson, Coefficient::spearman, Coefficient::kendall, Coefficient::distance};
const char* const names[] = {"pearson", "spearman", "kendall", "distance"};

}  // namespace

TEST_CASE("resamples of clusters, with and without controls, equal those written out") {
  for (int kind = 0; kind < 4; ++kind)
    for (Index controls : {0, 1, 2})
      for (bool together : {false, true}) {
        if (kind == 3 && controls == 2) continue;  // several controls keep the scale that they have over all rows
        const Matrix table = data(60, kind % 2 == 0);
        Question question = asked(Choice{names[kind]}, 40, 0.95, 1, 1);
        question.controls = table.rightCols(controls);
        question.together = together;
        for (Index i = 0; i < 60; ++i) question.clusters.push_back(i % 17 * 5);
        Loaded loaded(table, question, kinds[kind]);
        REQUIRE(loaded.result.clusters == 17);
        const std::vector<double> fast = loaded.pair.resample(5, 2, 40);
        std::size_t at = 0;
        for (Index b = 0; b < 40; ++b) {
          const Vector times = loaded.pair.draws(5, 2, b);
          Matrix rows(60, 4);
          for (std::size_t i = 0; i < 60; ++i) rows.row(static_cast<Index>(i)) = table.row(loaded.pair.rows()[i]);
          for (std::size_t i = 0; i < 60; ++i)
            for (std::size_t j = 0; j < i; ++j)
              if (loaded.pair.rows()[i] % 17 == loaded.pair.rows()[j] % 17) REQUIRE(times[static_cast<Index>(i)] == times[static_cast<Index>(j)]);
          Matrix out = written(rows, times);
          const double slow = of(out, question).estimate;
          if (std::isnan(slow)) continue;
          REQUIRE(at < fast.size());
          CHECK(fast[at++] == doctest::Approx(slow).epsilon(1e-9));
        }
        CHECK(at == fast.size());
      }
}

TEST_CASE("coefficients without a cluster are those of the other rows") {
  for (int kind = 0; kind < 4; ++kind)
    for (Index controls : {0, 1}) {
      const Matrix table = data(33, kind % 2 == 1);
      Question question = asked(Choice{names[kind]}, 0, 0.95, 1, 1);
      question.controls = table.rightCols(controls);
      for (Index i = 0; i < 33; ++i) question.clusters.push_back(i / 3);
      Loaded loaded(table, question, kinds[kind]);
      const std::vector<double> fast = loaded.pair.left_out();
      REQUIRE(fast.size() == 11);
      for (Index g = 0; g < 11; ++g) {
        Matrix others(30, 4);
        others << table.topRows(3 * g), table.bottomRows(30 - 3 * g);
        CHECK(fast[static_cast<std::size_t>(g)] == doctest::Approx(of(others, question).estimate).epsilon(1e-10));
      }
    }
}

// The standard error by influence is that of the infinitesimal jackknife: derivatives by the weight of a cluster.
TEST_CASE("standard errors by influence equal differences in the weight of each cluster") {
  for (int kind = 0; kind < 3; ++kind)
    for (Index controls : {0, 1, 2})
      for (bool clustered : {false, true}) {
        const Matrix table = data(40, kind != 0);
        Question question = asked(Choice{names[kind]}, 0, 0.95, 1, 1);
        question.controls = table.rightCols(controls);
        for (Index i = 0; clustered && i < 40; ++i) question.clusters.push_back(i % 10);
        Loaded loaded(table, question, kinds[kind]);
        const Index clusters = clustered ? 10 : 40;
        constexpr double copies = 50;
        double squares = 0;
        for (Index g = 0; g < clusters; ++g) {  // many copies of all rows, with one more or one less of a cluster
          auto z = [&](double more) {
            Vector times = Vector::Constant(40, copies);
            for (Index i = g; i < 40; i += clusters) times[i] += more;
            return std::atanh(of(written(table, times), question).estimate);
          };
          squares += std::pow((z(1) - z(-1)) / 2 * copies, 2);
        }
        CHECK(loaded.pair.error() == doctest::Approx(std::sqrt(squares)).epsilon(1e-3));
      }
}

TEST_CASE("the acceleration of a mean is a sixth of its skewness") {
  std::vector<double> values = {1.0, 2.0, 3.5, 9.0};
  double squares = 0, cubes = 0;
  for (double value : values) squares += std::pow(value - 3.875, 2), cubes += std::pow(value - 3.875, 3);
  CHECK(detail::acceleration(values) == doctest::Approx(cubes / 6 / std::pow(squares, 1.5)).epsilon(1e-14));
  CHECK(detail::acceleration({0.5, 0.5, 0.5}) == 0);
}

TEST_CASE("influences of clusters equal differences in the weight of each") {
  for (int kind = 0; kind < 3; ++kind) {
    const Matrix table = data(40, kind != 0);
    Question question = asked(Choice{names[kind]}, 0, 0.95, 1, 1);
    question.controls = table.rightCols(1);
    for (Index i = 0; i < 40; ++i) question.clusters.push_back(i % 10);
    Loaded loaded(table, question, kinds[kind]);
    const std::vector<double> influences = loaded.pair.influences();
    REQUIRE(influences.size() == 10);
    constexpr double copies = 50;
    std::vector<double> differences;
    for (Index g = 0; g < 10; ++g) {
      auto r = [&](double more) {
        Vector times = Vector::Constant(40, copies);
        for (Index i = g; i < 40; i += 10) times[i] += more;
        return of(written(table, times), question).estimate;
      };
      differences.push_back((r(1) - r(-1)) / 2);
    }
    const double scale = influences[0] / differences[0];
    for (std::size_t g = 0; g < 10; ++g)
      CHECK(std::abs(influences[g] - scale * differences[g]) < 0.01 * std::abs(scale) * std::abs(differences[0]) + 1e-6);
    CHECK(scale > 0);
    CHECK(detail::acceleration(influences) == doctest::Approx(detail::acceleration(differences)).epsilon(0.01));
  }
}

TEST_CASE("intervals asked for together are those asked for one by one") {
  const Matrix table = data(50, true);
  const std::vector<const char*> all = {"bca", "fisher", "percentile", "studentized", "jackknife", "none"};
  auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  for (const char* method : names)
    for (bool clustered : {false, true}) {
      Question question = asked(Choice{method}, 60, 0.9, 1, 1);
      for (Index i = 0; clustered && i < 50; ++i) question.clusters.push_back(i / 2);
      question.intervals.clear();
      for (const char* interval : all) question.intervals.push_back({interval});
      const auto together = correlate(table.leftCols(2), table.rightCols(2), question);
      for (std::size_t k = 0; k < all.size(); ++k) {
        question.intervals = {{all[k]}};
        const auto alone = correlate(table.leftCols(2), table.rightCols(2), question);
        for (std::size_t pair = 0; pair < alone.size(); ++pair) {
          REQUIRE(together[pair].more.size() == all.size() - 1);
          CHECK(alone[pair].more.empty());
          const Ends found = k == 0 ? Ends{together[pair].low, together[pair].high} : together[pair].more[k - 1];
          CHECK((same(found.low, alone[pair].low) && same(found.high, alone[pair].high)));
        }
      }
    }
}

TEST_CASE("p of Kendall is exact below as many units as asked for") {
  const Matrix table = data(30, false);
  auto p = [&](double below) { return correlate(table.col(0), table.col(1), asked(Choice{"kendall", {{"exact_below", below}}}, 0, 0.95, 1, 1))[0].p; };
  CHECK(p(0) == p(30));
  CHECK(p(31) == p(50));
  CHECK(p(30) != p(31));
  CHECK(p(30) == doctest::Approx(p(31)).epsilon(0.2));
}

TEST_CASE("perfect association has the interval [1, 1], or none") {
  Vector x = Vector::LinSpaced(12, 1, 12);
  for (const char* method : {"pearson", "spearman", "kendall"})
    for (const char* interval : {"percentile", "bca", "fisher", "jackknife", "studentized"}) {
      Question question = asked(Choice{method}, 100, 0.95, 1, 1);
      question.intervals = {{interval}};
      const Association found = correlate(x, x, question)[0];
      if (std::string(interval) == "studentized") CHECK(std::isnan(found.low));
      else CHECK(found.low == doctest::Approx(1).epsilon(1e-12));
    }
}

TEST_CASE("threads and the order of pairs change no bit") {
  const Matrix table = data(50, true);
  for (const char* interval : {"bca", "studentized", "jackknife"})
    for (const char* method : names) {
      Question question = asked(Choice{method}, 60, 0.95, 1, 1);
      question.intervals = {{interval}};
      question.controls = table.rightCols(1);
      question.together = true;
      for (Index i = 0; i < 50; ++i) question.clusters.push_back(i / 2);
      const auto one = correlate(table.leftCols(2), table.leftCols(3), question);
      question.threads = 3;
      const auto three = correlate(table.leftCols(2), table.leftCols(3), question);
      for (std::size_t k = 0; k < one.size(); ++k) {
        CHECK((one[k].low == three[k].low || (std::isnan(one[k].low) && std::isnan(three[k].low))));
        CHECK((one[k].p == three[k].p || (std::isnan(one[k].p) && std::isnan(three[k].p))));
      }
      const auto turned = correlate(table.leftCols(2).rowwise().reverse(), table.leftCols(3), question);
      CHECK((one[1].low == turned[4].low || (std::isnan(one[1].low) && std::isnan(turned[4].low))));
    }
}

TEST_CASE("intervals of clustered rows cover the true coefficient about 95 times in 100") {
  for (const char* interval : {"percentile", "bca", "studentized", "jackknife"}) {
    int covered = 0;
    constexpr Index clusters = 60, each = 3, n = clusters * each;
    for (std::uint64_t run = 0; run < 300; ++run) {
      Stream stream(17, static_cast<std::uint32_t>(run), 0);
      Vector x(n), y(n);
      Question question = asked(Choice{"pearson"}, 300, 0.95, run, 1);
      question.intervals = {{interval}};
      for (Index g = 0; g < clusters; ++g) {
        const double a = stream.normal(), b = 0.5 * a + std::sqrt(0.75) * stream.normal();
        for (Index k = 0; k < each; ++k) {
          const double c = stream.normal(), d = 0.5 * c + std::sqrt(0.75) * stream.normal();
          x[g * each + k] = a + c, y[g * each + k] = b + d;
          question.clusters.push_back(g);
        }
      }
      const Association found = correlate(x, y, question)[0];
      covered += found.low <= 0.5 && 0.5 <= found.high;
    }
    CHECK(covered >= 270);
    CHECK(covered <= 297);
  }
}
