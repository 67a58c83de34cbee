#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "outcomes/family.hpp"
#include "outcomes/permutation.hpp"
#include "outcomes/rearrangement.hpp"
#include "outcomes/studentized.hpp"
#include "question.hpp"

using namespace egov;
using namespace egov::detail;

namespace {

// Numbers without a pattern, the same everywhere.
Matrix numbers(Index rows, Index columns, int start, bool gaps) {
  Matrix out(rows, columns);
  for (Index k = 0; k < out.size(); ++k) {
    out.data()[k] = std::sin(static_cast<double>(k + start) * static_cast<double>(k + 7));
    if (gaps && (k + start) % 5 == 0) out.data()[k] = missing_value;
  }
  return out;
}

Question permuted(const char* method, Index count, bool family, int threads = 1) {
  Question question = asked({method}, 0, 0.95, 1, threads);
  question.permutations = count;
  question.family = family;
  return question;
}

// The Pearson statistic by its definition: n r^2 / tau^2 with tau^2 = mu22 / (mu20 mu02).
double by_definition(const Vector& x, const Vector& y) {
  const Vector a = x.array() - x.mean(), b = y.array() - y.mean();
  const double n = static_cast<double>(x.size()), r = a.dot(b) / std::sqrt(a.squaredNorm() * b.squaredNorm());
  const double mu22 = a.cwiseAbs2().dot(b.cwiseAbs2()) / n, mu20 = a.squaredNorm() / n, mu02 = b.squaredNorm() / n;
  return n * r * r / (mu22 / (mu20 * mu02));
}

}  // namespace

TEST_CASE("every order of four is as likely as another, and so is every sign") {
  std::map<std::array<int, 4>, int> seen;
  std::array<int, 4> order;
  const int times = 24000;
  for (Index number = 0; number < times; ++number) {
    shuffle(3, 5, number, 4, order.data());
    ++seen[order];
  }
  CHECK(seen.size() == 24);
  double squares = 0;
  for (const auto& each : seen) squares += std::pow(each.second - times / 24, 2) / (times / 24);
  CHECK(squares < 49.7);  // chi-square, 23 degrees of freedom, 1 in 1,000
  Index sum = 0;
  std::vector<int> flips(100);
  for (Index number = 0; number < 1000; ++number) {
    signs(3, 5, number, 100, flips.data());
    for (int each : flips) CHECK((each == 1 || each == -1));
    sum += std::accumulate(flips.begin(), flips.end(), 0);
  }
  CHECK(std::abs(sum) < 4 * std::sqrt(100000.0));
}

TEST_CASE("a restricted order walks on to the next of its own, and all of its orders are as likely") {
  const std::vector<int> units = {6, 1, 3};
  Restriction own(units, 7);
  std::vector<int> order(7), inverse(7);
  std::map<std::vector<int>, int> seen;
  for (Index number = 0; number < 6000; ++number) {
    shuffle(1, 2, number, 7, order.data());
    for (int k = 0; k < 7; ++k) inverse[static_cast<std::size_t>(order[static_cast<std::size_t>(k)])] = k;
    std::vector<int> to(3);
    own.restrict(order.data(), inverse.data(), to.data());
    for (std::size_t k = 0; k < 3; ++k) {
      int unit = order[static_cast<std::size_t>(units[k])];
      while (std::find(units.begin(), units.end(), unit) == units.end()) unit = order[static_cast<std::size_t>(unit)];
      CHECK(units[static_cast<std::size_t>(to[k])] == unit);
    }
    ++seen[to];
  }
  CHECK(seen.size() == 6);
  for (const auto& each : seen) CHECK(std::abs(each.second - 1000) < 120);
}

TEST_CASE("statistics of whole rows are those of the common rows, pair by pair") {
  const Matrix few = numbers(23, 3, 1, true), many = numbers(23, 19, 4, true);
  std::vector<int> orders(2 * 23);
  for (Index number = 0; number < 2; ++number) shuffle(1, 2, number, 23, orders.data() + 23 * number);
  for (bool swapped : {false, true}) {
    const Matrix &x = swapped ? many : few, &y = swapped ? few : many;
    std::vector<double> squares(2 * 57);
    WholeRows(x, y, false).squares(orders.data(), 2, squares.data());
    for (Index number = 0; number < 2; ++number)
      for (Index i = 0; i < 3; ++i)
        for (Index j = 0; j < 19; ++j) {
          std::vector<double> a, b;
          for (Index row = 0; row < 23; ++row) {
            const Index met = orders[static_cast<std::size_t>(23 * number + row)];
            if (std::isnan(few(row, i)) || std::isnan(many(met, j))) continue;
            a.push_back(few(row, i)), b.push_back(many(met, j));
          }
          const Eigen::Map<const Vector> one(a.data(), static_cast<Index>(a.size())), other(b.data(), static_cast<Index>(b.size()));
          const double got = squares[static_cast<std::size_t>(57 * number + (swapped ? j * 3 + i : i * 19 + j))];
          CHECK(got == doctest::Approx(by_definition(one, other)).epsilon(1e-10));
        }
  }
}

TEST_CASE("the statistic of a pair is that of its definition") {
  const Matrix x = numbers(17, 1, 1, false), y = numbers(17, 1, 9, false);
  const Sample pair = sample(x, 0, y, 0, Question{}, false);
  CHECK(Studentized(pair, Coefficient::pearson).observed() == doctest::Approx(by_definition(x.col(0), y.col(0))).epsilon(1e-12));
}

TEST_CASE("step down: what a pair counts is the largest of those no larger") {
  StepDown counts({4, missing_value, 9, 1});
  const double first[] = {5, 99, 2, 0.5}, second[] = {0, 99, 9 * (1 + 1e-12), 3};
  counts.count(first);
  counts.count(second);
  std::vector<Association> results(4);
  counts.finish(2, results);
  CHECK(results[2].p == doctest::Approx(2.0 / 3));  // rounding does not decide
  CHECK(results[2].p_family == doctest::Approx(2.0 / 3));
  CHECK(results[0].p == doctest::Approx(2.0 / 3));
  CHECK(results[0].p_family == doctest::Approx(2.0 / 3));
  CHECK(results[3].p == doctest::Approx(2.0 / 3));
  CHECK(results[3].p_family == doctest::Approx(2.0 / 3));
  CHECK(std::isnan(results[1].p));
  CHECK(std::isnan(results[1].p_family));
}

TEST_CASE("any number of threads counts the same") {
  const Matrix x = numbers(40, 2, 1, true), y = numbers(40, 9, 5, true);
  for (const char* method : {"pearson", "spearman", "kendall", "distance"})
    for (bool family : {false, true}) {
      const auto one = correlate(x, y, permuted(method, 150, family)), three = correlate(x, y, permuted(method, 150, family, 3));
      for (std::size_t pair = 0; pair < one.size(); ++pair) {
        CHECK(one[pair].p == three[pair].p);
        CHECK(one[pair].p >= 1.0 / 151);
        CHECK(std::isnan(one[pair].p_family) == !family);
        if (family) CHECK(one[pair].p_family == three[pair].p_family);
        if (family) CHECK(one[pair].p_family >= one[pair].p);
      }
    }
}

TEST_CASE("faults of a question with permutations") {
  const Matrix x = numbers(12, 1, 1, false);
  Question question = permuted("kendall", 9, false);
  question.controls = numbers(12, 1, 3, false);
  CHECK_THROWS_AS(correlate(x, x, question), SpecError);
  CHECK_THROWS_AS(correlate(x, x, permuted("pearson", -1, false)), SpecError);
  CHECK_THROWS_AS(correlate(x, x, permuted("pearson", 0, true)), SpecError);
  question = permuted("distance", 9, false);
  question.clusters = {0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5};
  CHECK_THROWS_AS(correlate(x, x, question), SpecError);
}
