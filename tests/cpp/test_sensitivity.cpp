#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "detail/factorial.hpp"
#include "egov/sensitivity.hpp"
#include "small_index.hpp"

using namespace egov;
using namespace small_index;

namespace {

const std::vector<Index> scored = {3};

Alternatives discrete() {
  Alternatives others = alternatives();
  others.weights.noise.clear();
  return others;
}

// First and total order of every factor by going through all combinations of levels, each equally likely.
struct Exact {
  Vector mean, variance;
  Matrix first, total;

  Exact(const Plan& plan, Output output) {
    const auto d = plan.factors().size();
    std::vector<Index> size;
    Index runs = 1;
    for (const Factor& factor : plan.factors()) size.push_back(factor.levels), runs *= factor.levels;
    const Index outputs = output == Output::shift ? 1 : plan.rows();
    Matrix y(outputs, runs);
    Plan::Desk desk(plan);
    std::vector<std::vector<Index>> at;
    for (Index run = 0; run < runs; ++run) {
      std::vector<Index> level(d);
      std::vector<double> u(d);
      for (std::size_t i = 0, rest = static_cast<std::size_t>(run); i < d; ++i) {
        level[i] = static_cast<Index>(rest) % size[i];
        rest /= static_cast<std::size_t>(size[i]);
        u[i] = (static_cast<double>(level[i]) + 0.5) / static_cast<double>(size[i]);
      }
      at.push_back(level);
      plan.draw(u.data(), desk);
      double shift = 0;
      for (Index row = 0; row < plan.rows(); ++row) {
        const int rank = desk.ranks[static_cast<std::size_t>(row)];
        shift += std::abs(rank - plan.nominal_ranks()[static_cast<std::size_t>(row)]);
        if (output != Output::shift) y(row, run) = output == Output::rank ? rank : desk.scores()[row];
      }
      if (output == Output::shift) y(0, run) = shift / static_cast<double>(plan.rows());
    }
    mean = y.rowwise().mean();
    const Matrix centered = y.colwise() - mean;
    variance = centered.array().square().rowwise().mean();
    first.resize(outputs, static_cast<Index>(d));
    total.resize(outputs, static_cast<Index>(d));
    for (std::size_t i = 0; i < d; ++i) {
      std::map<Index, std::vector<Index>> alone;
      std::map<std::vector<Index>, std::vector<Index>> others;
      for (Index run = 0; run < runs; ++run) {
        auto rest = at[static_cast<std::size_t>(run)];
        alone[rest[i]].push_back(run);
        rest[i] = 0;
        others[rest].push_back(run);
      }
      first.col(static_cast<Index>(i)) = of_means(centered, alone).cwiseQuotient(variance);
      total.col(static_cast<Index>(i)) = Vector::Ones(outputs) - of_means(centered, others).cwiseQuotient(variance);
    }
  }

  // Variance of the conditional means.
  template <class Groups>
  static Vector of_means(const Matrix& y, const Groups& groups) {
    Vector sum = Vector::Zero(y.rows());
    for (const auto& group : groups) {
      Vector part = Vector::Zero(y.rows());
      for (Index run : group.second) part += y.col(run);
      sum += part.array().square().matrix() / static_cast<double>(group.second.size());
    }
    return sum / static_cast<double>(y.cols());
  }
};

// First and total orders, half-widths; the designs in twice the number of factors.
struct Got {
  Matrix first, total, first_half, total_half;
  Vector mean, variance;
  explicit Got(const SobolIndices& from)
      : first(from.value[0]), total(from.value[1]), first_half((from.high[0] - from.low[0]) / 2), total_half((from.high[1] - from.low[1]) / 2),
        mean(from.mean), variance(from.variance) {}
};

std::vector<Index> alone(const Plan& plan) {
  std::vector<Index> group;
  for (std::size_t k = 0; k < plan.factors().size(); ++k) group.push_back(static_cast<Index>(k));
  return group;
}

std::vector<Design> replicates(const Plan& plan, std::uint64_t n, Index count, std::uint64_t seed) {
  return scrambled_designs(Points::sobol, 2 * static_cast<Index>(plan.factors().size()), n, count, seed);
}

Got sensitivity(const Plan& plan, const std::vector<Design>& designs, Output output, double level, int threads) {
  Inference inference;
  inference.level = level;
  return Got(sampled_indices(plan, {{output}}, alone(plan), designs, inference, threads));
}

template <class A>
bool bits(const A& a, const A& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("first and total orders meet exact enumeration, for each output") {
  const Plan plan(panel(), framework(), recipe(), discrete(), scored);
  for (Output output : {Output::shift, Output::rank, Output::score}) {
    const Exact exact(plan, output);
    const Got got = sensitivity(plan, replicates(plan, 1 << 14, 8, 3), output, 0.9, 2);
    REQUIRE(got.first.rows() == exact.first.rows());
    for (Index k = 0; k < exact.first.rows(); ++k) {
      if (exact.variance[k] < 1e-20) {
        CHECK(got.first.row(k).array().isNaN().all());
        continue;
      }
      CHECK(got.mean[k] == doctest::Approx(exact.mean[k]).epsilon(0.01));
      CHECK(got.variance[k] == doctest::Approx(exact.variance[k]).epsilon(0.03));
      for (Index i = 0; i < exact.first.cols(); ++i) {
        CHECK(std::abs(got.first(k, i) - exact.first(k, i)) < 0.03);
        CHECK(std::abs(got.total(k, i) - exact.total(k, i)) < 0.03);
      }
    }
  }
}

TEST_CASE("intervals of the level asked for hold the exact value about that often") {
  const Plan plan(panel(), framework(), recipe(), discrete(), scored);
  const Exact exact(plan, Output::rank);
  int inside = 0, outside = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Got got = sensitivity(plan, replicates(plan, 1024, 8, seed), Output::rank, 0.9, 2);
    for (Index k = 0; k < got.total.rows(); ++k)
      for (Index i = 0; i < got.total.cols(); ++i)
        if (exact.variance[k] > 0.1) ++(std::abs(got.total(k, i) - exact.total(k, i)) <= got.total_half(k, i) ? inside : outside);
  }
  const double share = static_cast<double>(inside) / (inside + outside);
  CHECK(inside + outside > 500);
  CHECK(share > 0.84);
  CHECK(share < 0.97);
}

// Uncentered, the error of a first order grows with the mean of the output: here every alternative is far from the nominal.
TEST_CASE("first orders of outputs far from the nominal one are as sure as others") {
  Alternatives others;
  others.impute = discrete().impute;
  others.treat = {chains({named("cap", {{"cap", 3}})}), chains({named("cap", {{"cap", 3.2}})})};
  const Plan plan(panel(), framework(), recipe(), others, scored);
  const Exact exact(plan, Output::score);
  double square = 0, cells = 0;
  for (Index k = 0; k < plan.rows(); ++k) {
    if (std::abs(exact.mean[k] - plan.nominal_scores()[k]) < 4 * std::sqrt(exact.variance[k])) continue;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Got got = sensitivity(plan, replicates(plan, 64, 4, seed), Output::score, 0.9, 2);
      square += (got.first.row(k) - exact.first.row(k)).squaredNorm();
      cells += static_cast<double>(got.first.cols());
    }
  }
  REQUIRE(cells >= 80);
  CHECK(std::sqrt(square / cells) < 0.2);
}

TEST_CASE("any number of threads gives the same bits, another seed others") {
  const Plan plan(panel(), framework(), recipe(), alternatives(), {1, 3});
  const auto designs = replicates(plan, 1200, 3, 4);
  const Got one = sensitivity(plan, designs, Output::score, 0.9, 1);
  for (int threads : {2, 3, 8}) {
    const Got many = sensitivity(plan, designs, Output::score, 0.9, threads);
    CHECK(bits(one.first, many.first));
    CHECK(bits(one.total, many.total));
    CHECK(bits(one.first_half, many.first_half));
    CHECK(bits(one.mean, many.mean));
    CHECK(bits(one.variance, many.variance));
  }
  CHECK_FALSE(bits(one.first, sensitivity(plan, replicates(plan, 1200, 3, 5), Output::score, 0.9, 2).first));
}

TEST_CASE("outputs that never change have no indices") {
  Alternatives others;
  others.treat = {chains({named("none")}), chains({named("none")})};
  others.weights.noise.assign(nodes, 0);
  const Plan plan(panel(), framework(), recipe(), others, scored);
  for (Output output : {Output::shift, Output::rank, Output::score}) {
    const Got got = sensitivity(plan, replicates(plan, 64, 4, 1), output, 0.9, 1);
    CHECK(got.total.array().isNaN().all());
    CHECK(got.first_half.array().isNaN().all());
    CHECK(got.variance.maxCoeff() < 1e-20);
  }
}

TEST_CASE("a factor without effect has indices of 0, a lone factor of 1") {
  Alternatives others;
  others.treat = {chains({named("none")}), chains({named("none")})};
  others.aggregate = alternatives().aggregate;
  const Plan plan(panel(), framework(), recipe(), others, scored);
  const Got got = sensitivity(plan, replicates(plan, 1024, 8, 1), Output::score, 0.9, 2);
  for (Index k = 0; k < got.first.rows(); ++k) {
    CHECK(got.first(k, 0) == 0);
    CHECK(got.total(k, 0) == 0);
    CHECK(got.first(k, 1) == doctest::Approx(1).epsilon(1e-9));
    CHECK(got.total(k, 1) == doctest::Approx(1).epsilon(1e-9));
  }
}

TEST_CASE("a single replicate has an estimate and no interval") {
  const Plan plan(panel(), framework(), recipe(), discrete(), scored);
  const Got got = sensitivity(plan, replicates(plan, 512, 1, 7), Output::shift, 0.9, 1);
  CHECK(std::isfinite(got.total(0, 0)));
  CHECK(got.total_half.array().isNaN().all());
}

TEST_CASE("enumerated choices are exact") {
  const Plan plan(panel(), framework(), recipe(), discrete(), scored);
  for (Output output : {Output::shift, Output::rank, Output::score}) {
    const Exact exact(plan, output);
    const Got got(enumerated_indices(plan, {{output}}, alone(plan), {}, {}, 1));
    for (Index k = 0; k < exact.first.rows(); ++k) {
      if (exact.variance[k] < 1e-20) continue;
      CHECK(got.mean[k] == doctest::Approx(exact.mean[k]).epsilon(1e-12));
      CHECK(got.variance[k] == doctest::Approx(exact.variance[k]).epsilon(1e-10));
      CHECK((got.first.row(k) - exact.first.row(k)).cwiseAbs().maxCoeff() < 1e-12);
      CHECK((got.total.row(k) - exact.total.row(k)).cwiseAbs().maxCoeff() < 1e-12);
    }
  }
}

TEST_CASE("given outputs of all combinations at each point make the bits of the runs themselves, for any number of threads") {
  const Plan plan(panel(), framework(), recipe(), alternatives(), scored);
  const auto d = static_cast<Index>(plan.factors().size());
  Combined factors;
  for (const Factor& factor : plan.factors()) factors.levels.push_back(factor.levels);
  for (Index k = 0; k < d; ++k) factors.group.push_back(k == d - 1 ? 0 : k);  // a choice with a weight
  const detail::Factorial factorial(factors);
  const auto others = static_cast<Index>(factorial.continuous().size()), moved = static_cast<Index>(factorial.moved().size());
  REQUIRE(factors.levels.front() > 0);
  REQUIRE(factors.levels.back() == 0);
  const auto designs = scrambled_designs(Points::sobol, 2 * others, 10, 2, 3);
  const Index all = factorial.combinations(), each = combined_runs(factors, true);
  CHECK(each == all * (2 + 2 * moved));
  Matrix points(d, 10 * each);
  Index at = 0;
  for (const Design& design : designs)
    for (std::uint64_t i = 0; i < design.length(); ++i) {
      Vector base(2 * others), mixed(others);
      design.point(i, base.data());
      for (Index run = 0; run < each / all; ++run) {
        const bool on_b = run > moved, last = run == each / all - 1;
        const Index group = run == 0 || last ? -1 : factorial.moved()[static_cast<std::size_t>((run - 1) % moved)];
        for (Index k = 0; k < others; ++k) mixed[k] = base[2 * k + ((factorial.continuous()[static_cast<std::size_t>(k)] == group) != on_b ? 1 : 0)];
        for (Index c = 0; c < all; ++c) factorial.write(c, mixed.data(), points.col(at++).data());
      }
    }
  const std::vector<Asked> asked = {{Output::rank}, {Output::shift}};
  Matrix y(outputs_of(plan, asked), points.cols());
  evaluate(plan, asked, points.data(), points.cols(), y.data(), 2);
  Inference inference;
  inference.by.second = "saltelli";
  inference.reversed = true;
  const SobolIndices made = enumerated_indices(plan, asked, factors.group, designs, inference, 2);
  const Vector origin = nominal_outputs(plan, asked);
  const auto blocks = blocks_of(10, 2);
  for (int threads : {1, 3}) {
    const auto sums = sum_combined(y.data(), y.rows(), factors, true, true, blocks, origin, threads);
    const SobolIndices given = over_scrambles(by_scramble(sums, blocks), origin, inference.by, inference.level, 1);
    for (std::size_t order = 0; order < orders; ++order) CHECK(bits(given.value[order], made.value[order]));
    CHECK(bits(given.low[1], made.low[1]));
  }
}

void outputs_are_those_of_single_draws(int digits) {
  Recipe rounded = recipe();
  rounded.rank_digits = digits;
  const Plan plan(panel(), framework(), rounded, alternatives(), {1, 3});
  const auto d = static_cast<Index>(plan.factors().size());
  const Matrix points = sample(Design(Points::sobol, d, 700, 3)).transpose();
  const std::vector<Asked> asked = {{Output::rank}, {Output::shift}, {Output::score}, {Output::top, 2}, {Output::above, 0, 0, 1}, {Output::distance}, {Output::scaled}};
  Matrix all(outputs_of(plan, asked), 700), one(all);
  evaluate(plan, asked, points.data(), 700, all.data(), 3);
  for (Index run = 0; run < 700; ++run) evaluate(plan, asked, points.col(run).data(), 1, one.col(run).data(), 1);
  CHECK(bits(all, one));
  Plan::Desk desk(plan);
  const Index rows = plan.rows();
  for (Index run = 0; run < 700; ++run) {
    plan.draw(points.col(run).data(), desk);
    double shift = 0, wrong = 0, pairs = 0;
    for (Index row = 0; row < rows; ++row) {
      const int rank = desk.ranks[static_cast<std::size_t>(row)], nominal = plan.nominal_ranks()[static_cast<std::size_t>(row)];
      CHECK(all(row, run) == rank);
      CHECK(all(rows + 1 + row, run) == desk.scores()[row]);
      CHECK(all(2 * rows + 1 + row, run) == (rank <= 2));
      shift += std::abs(rank - nominal);
      const Index first = row < plan.start(1) ? 0 : plan.start(1);
      for (Index other = first; other < row; ++other, ++pairs) {
        const int here = rank - desk.ranks[static_cast<std::size_t>(other)], there = nominal - plan.nominal_ranks()[static_cast<std::size_t>(other)];
        wrong += here * there < 0 ? 1 : (here == 0) != (there == 0) ? 0.5 : 0;
      }
    }
    CHECK(all(rows, run) == doctest::Approx(shift / static_cast<double>(rows)).epsilon(1e-14));
    CHECK(all(3 * rows + 1, run) == (desk.ranks[0] < desk.ranks[1] ? 1 : desk.ranks[0] == desk.ranks[1] ? 0.5 : 0));
    CHECK(all(3 * rows + 2, run) == doctest::Approx(wrong / pairs).epsilon(1e-14));
    const auto scaled = all.col(run).tail(rows).head(plan.start(1));
    CHECK(scaled.minCoeff() == 0);
    CHECK(scaled.maxCoeff() == doctest::Approx(100).epsilon(1e-14));
  }
}

TEST_CASE("outputs at points are those of single draws, whatever runs together") { outputs_are_those_of_single_draws(-1); }

TEST_CASE("outputs of draws in which units tie") { outputs_are_those_of_single_draws(0); }
