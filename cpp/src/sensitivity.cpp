#include "egov/sensitivity.hpp"

#include <cmath>
#include <cstdlib>

#include "detail/resamples.hpp"
#include "detail/threads.hpp"
#include "egov/sobol.hpp"

namespace egov {
namespace {

constexpr Index leaf = 256;  // base points of one task

// Totals over base points of outputs a, b and ab_i, each less the nominal output so that little is lost.
struct Totals {
  Vector a, b, aa, bb;           // per output
  Matrix cross, difference, square;  // outputs x factors: b (ab - a), ab - a, (ab - a)^2
  Totals(Index outputs, Index factors)
      : a(Vector::Zero(outputs)), b(a), aa(a), bb(a), cross(Matrix::Zero(outputs, factors)), difference(cross), square(cross) {}
  void add(const Totals& other) {
    a += other.a, b += other.b, aa += other.aa, bb += other.bb;
    cross += other.cross, difference += other.difference, square += other.square;
  }
};

// One thread's working space.
struct Bench {
  Plan::Desk desk;
  std::vector<double> both, mixed;  // coordinates of A and B; of A with one of B
  Vector a, b, ab;
};

// The output of the draw on the desk, less its nominal value.
void read(const Plan& plan, Output output, const Plan::Desk& desk, Vector& y) {
  if (output == Output::score) {
    for (Index row = 0; row < plan.rows(); ++row) y[row] = desk.scores()[row] - plan.nominal_scores()[row];
    return;
  }
  long shift = 0;
  for (Index row = 0; row < plan.rows(); ++row) {
    const int moved = desk.ranks[static_cast<std::size_t>(row)] - plan.nominal_ranks()[static_cast<std::size_t>(row)];
    if (output == Output::rank) y[row] = moved;
    shift += std::abs(moved);
  }
  if (output == Output::shift) y[0] = static_cast<double>(shift) / static_cast<double>(plan.rows());
}

void add_point(const Plan& plan, Output output, Bench& bench, Totals& sums) {
  const std::size_t d = plan.factors().size();
  auto run = [&](const double* point, Vector& y) { plan.draw(point, bench.desk), read(plan, output, bench.desk, y); };
  run(bench.both.data(), bench.a);
  run(bench.both.data() + d, bench.b);
  sums.a += bench.a, sums.b += bench.b;
  sums.aa.array() += bench.a.array().square(), sums.bb.array() += bench.b.array().square();
  std::copy_n(bench.both.begin(), d, bench.mixed.begin());
  for (std::size_t i = 0; i < d; ++i) {
    const Index levels = plan.factors()[i].levels;
    if (levels && Plan::level(bench.both[i], levels) == Plan::level(bench.both[d + i], levels)) continue;  // the same run
    bench.mixed[i] = bench.both[d + i];
    run(bench.mixed.data(), bench.ab);
    bench.mixed[i] = bench.both[i];
    bench.ab -= bench.a;
    const auto k = static_cast<Index>(i);
    sums.cross.col(k).array() += bench.b.array() * bench.ab.array();
    sums.difference.col(k) += bench.ab;
    sums.square.col(k).array() += bench.ab.array().square();
  }
}

// Indices of one replicate; 0 for an output that did not vary in it.
void estimate(const Totals& sums, double n, Indices& out, std::vector<Matrix>& first, std::vector<Matrix>& total) {
  const Vector mean = (sums.a + sums.b) / (2 * n);
  const Vector variance = ((sums.aa + sums.bb) / (2 * n) - mean.array().square().matrix()).cwiseMax(0);
  out.mean += mean;
  out.variance += variance;
  Matrix s = (sums.cross - mean.asDiagonal() * sums.difference) / n;
  Matrix t = sums.square / (2 * n);
  for (Index k = 0; k < s.rows(); ++k) {
    s.row(k) = variance[k] > 0 ? Matrix(s.row(k) / variance[k]) : Matrix(Matrix::Zero(1, s.cols()));
    t.row(k) = variance[k] > 0 ? Matrix(t.row(k) / variance[k]) : Matrix(Matrix::Zero(1, t.cols()));
  }
  first.push_back(s);
  total.push_back(t);
}

// Mean over replicates and half-width of its t interval.
void over_replicates(const std::vector<Matrix>& each, double level, Matrix& mean, Matrix& half) {
  const auto r = static_cast<double>(each.size());
  mean = Matrix::Zero(each[0].rows(), each[0].cols());
  half = Matrix::Constant(mean.rows(), mean.cols(), missing_value);
  for (const Matrix& one : each) mean += one / r;
  if (each.size() < 2) return;
  Matrix spread = Matrix::Zero(mean.rows(), mean.cols());
  for (const Matrix& one : each) spread.array() += (one - mean).array().square();
  const double factor = detail::t_quantile(level, static_cast<Index>(each.size()) - 1);
  half = factor * (spread / ((r - 1) * r)).array().sqrt();
}

Totals run_design(const Plan& plan, const Design& design, Output output, Index outputs, int threads, const Monitor& monitor, double before, double after) {
  const auto d = static_cast<Index>(plan.factors().size());
  const auto n = static_cast<Index>(design.length());
  const int workers = detail::thread_count(threads, (n + leaf - 1) / leaf);
  std::vector<Bench> benches;
  for (int worker = 0; worker < workers; ++worker)
    benches.push_back({Plan::Desk(plan), std::vector<double>(static_cast<std::size_t>(2 * d)), std::vector<double>(static_cast<std::size_t>(d)),
                       Vector(outputs), Vector(outputs), Vector(outputs)});
  std::vector<Totals> leaves(static_cast<std::size_t>((n + leaf - 1) / leaf), Totals(outputs, d));
  detail::parallel(static_cast<Index>(leaves.size()), workers, [&](Index task, int worker) {
    Bench& bench = benches[static_cast<std::size_t>(worker)];
    for (Index i = task * leaf; i < std::min(n, (task + 1) * leaf); ++i) {
      design.point(static_cast<std::uint64_t>(i), bench.both.data());
      add_point(plan, output, bench, leaves[static_cast<std::size_t>(task)]);
    }
  }, monitor, before, after);
  for (std::size_t k = 1; k < leaves.size(); ++k) leaves[0].add(leaves[k]);
  return leaves[0];
}

}  // namespace

std::vector<Design> replicates(const Plan& plan, std::uint64_t n, Index count, std::uint64_t seed) {
  if (count < 1 || n < static_cast<std::uint64_t>(count))
    throw SpecError("each replicate needs at least one base point", {"sensitivity", "sobol", "replicates"});
  return scrambled_designs(Points::sobol, 2 * static_cast<Index>(plan.factors().size()), n, count, seed);
}

Indices sensitivity(const Plan& plan, const std::vector<Design>& designs, Output output, double level, int threads,
                    const Monitor& monitor) {
  const Index outputs = output == Output::shift ? 1 : plan.rows();
  Indices out;
  out.mean = out.variance = Vector::Zero(outputs);
  std::vector<Matrix> first, total;
  const auto count = static_cast<double>(designs.size());
  for (std::size_t r = 0; r < designs.size(); ++r) {
    const Totals sums = run_design(plan, designs[r], output, outputs, threads, monitor, static_cast<double>(r) / count, static_cast<double>(r + 1) / count);
    estimate(sums, static_cast<double>(designs[r].length()), out, first, total);
    out.runs += designs[r].length() * (plan.factors().size() + 2);
  }
  out.mean /= count;
  out.variance /= count;
  if (output != Output::shift)
    out.mean += output == Output::score ? plan.nominal_scores() : Vector(Eigen::Map<const Eigen::VectorXi>(plan.nominal_ranks().data(), plan.rows()).cast<double>());
  over_replicates(first, level, out.first, out.first_half);
  over_replicates(total, level, out.total, out.total_half);
  for (Index k = 0; k < outputs; ++k)
    if (out.variance[k] <= std::pow(tie_tolerance * std::max(1.0, std::abs(out.mean[k])), 2))
      for (Matrix* m : {&out.first, &out.total, &out.first_half, &out.total_half}) m->row(k).setConstant(missing_value);
  return out;
}

}  // namespace egov
