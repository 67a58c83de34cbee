#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <numeric>

#include "egov/propagation.hpp"
#include "egov/random.hpp"
#include "question.hpp"

using namespace egov;

namespace {

// draws x rows x nodes, and outcomes that go with them.
struct Example {
  Index draws, rows = 30, nodes = 2;
  std::vector<double> values;
  Matrix y{30, 3};
  explicit Example(Index count) : draws(count) {
    Stream random(5, 0, 0);
    for (Index row = 0; row < rows; ++row)
      for (Index k = 0; k < 3; ++k) y(row, k) = random.normal();
    for (Index k = 0; k < draws * rows * nodes; ++k) values.push_back(y(k / nodes % rows, 0) + random.normal());
    y(4, 1) = missing_value;
  }
};

std::vector<Propagated> run(const Example& from, const std::string& method, int threads, const std::vector<Index>& blocks) {
  Propagation out(from.y, asked(Choice{method}, 0, 0.9, 1, threads), from.nodes, from.draws);
  Index first = 0;
  for (Index size : blocks) out.add(from.values.data() + first * from.rows * from.nodes, size), first += size;
  return out.results();
}

}  // namespace

TEST_CASE("a resample holds as many rows as there are, by seed and draw") {
  const auto times = resample_rows(3, 12, 193);
  CHECK(std::accumulate(times.begin(), times.end(), 0) == 193);
  CHECK(times == resample_rows(3, 12, 193));
  CHECK(times != resample_rows(3, 13, 193));
  CHECK(times != resample_rows(4, 12, 193));
  CHECK(times != resample_rows(3, 12 + (std::uint64_t{1} << 32), 193));
  CHECK(resample_rows(1, 0, 1) == std::vector<int>{1});
  CHECK(resample_rows(1, 0, 0).empty());
}

TEST_CASE("over all rows a draw has the coefficient of correlate") {
  const Example from(1);
  for (const char* method : {"pearson", "spearman", "kendall", "distance"}) {
    const auto found = run(from, method, 1, {1});
    Matrix x(from.rows, from.nodes);
    for (Index row = 0; row < from.rows; ++row)
      for (Index node = 0; node < from.nodes; ++node) x(row, node) = from.values[static_cast<std::size_t>(row * from.nodes + node)];
    const auto right = correlate(x, from.y, asked(Choice{method}, 0, 0.9, 1, 1));
    for (std::size_t k = 0; k < right.size(); ++k) {
      CHECK(found[k].n == right[k].n);
      CHECK(std::abs(found[k].estimate - right[k].estimate) < 1e-14);
    }
  }
}

TEST_CASE("draws give the same bits in any blocks and by any threads") {
  const Example from(77);
  for (const char* method : {"pearson", "spearman"}) {
    const auto whole = run(from, method, 1, {77}), parts = run(from, method, 3, {1, 7, 8, 61});
    for (std::size_t k = 0; k < whole.size(); ++k)
      for (double Propagated::*part : {&Propagated::estimate, &Propagated::low, &Propagated::high, &Propagated::p, &Propagated::index_variance,
                                       &Propagated::country_variance})
        CHECK(std::memcmp(&(whole[k].*part), &(parts[k].*part), sizeof(double)) == 0);
  }
}

TEST_CASE("a draw in which index and outcome are one has the coefficient 1, without an error") {
  Example from(3);
  for (Index k = 0; k < 3 * from.rows * from.nodes; ++k) from.values[static_cast<std::size_t>(k)] = from.y(k / from.nodes % from.rows, 2);
  const auto found = run(from, "spearman", 1, {3});
  CHECK(found[2].estimate == 1);
  CHECK(found[2].low == 1);
  CHECK(std::isnan(found[2].p));
  CHECK(found[2].reason == Reason::none);
}
