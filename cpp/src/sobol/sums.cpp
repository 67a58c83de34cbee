#include <algorithm>
#include <utility>

#include "detail/threads.hpp"
#include "egov/sobol.hpp"
#include "detail/moments.hpp"

namespace egov {

using namespace detail;

namespace {

constexpr Index most_blocks = 256;

using Outputs = Eigen::Map<const Eigen::ArrayXd>;

// Sums of the difference between a mixed run and its base: x itself, x^2, a x, b x. In one pass over the outputs.
void add_difference(Index n, const double* x, const double* a, const double* b, double* sum, double* square, double* with_a, double* with_b) {
  for (Index k = 0; k < n; ++k) {
    sum[k] += x[k];
    square[k] += x[k] * x[k];
    with_a[k] += a[k] * x[k];
    with_b[k] += b[k] * x[k];
  }
}

}  // namespace

Sums::Sums(Index outputs, const Crossing& crossing, bool pairs)
    : crossing_(crossing), pairs_(pairs), values_(Matrix::Zero(outputs, moments(crossing, pairs))) {}

Adder::Adder(const Crossing& crossing, bool pairs, Vector origin)
    : crossing_(crossing), pairs_(pairs), origin_(std::move(origin)), a_(origin_.size()), b_(a_), difference_(a_) {
  on_a_ = on_b_ = Matrix::Zero(origin_.size(), crossing.reversed ? crossing.factors : 0);
}

void Adder::add(const Runs& runs, Sums& to) {
  const Index n = origin_.size();
  Matrix& sums = to.values();
  a_ = Outputs(runs.a, n).matrix() - origin_;
  b_ = Outputs(runs.b, n).matrix() - origin_;
  sums.col(at_count).array() += 1;
  sums.col(at_a) += a_, sums.col(at_b) += b_;
  sums.col(at_aa).array() += a_.array().square(), sums.col(at_bb).array() += b_.array().square();
  sums.col(at_ab).array() += a_.array() * b_.array();
  for (Index i = 0; i < crossing_.factors; ++i) {
    const auto f = static_cast<std::size_t>(i);
    const Index at = own(crossing_, i);
    auto gather = [&](const double* x, Index column) {
      add_difference(n, x, a_.data(), b_.data(), sums.col(at + column).data(), sums.col(at + column + 1).data(),
                     sums.col(at + column + 2).data(), sums.col(at + column + 3).data());
    };
    if (runs.ab[f]) {
      difference_ = Outputs(runs.ab[f], n) - Outputs(runs.a, n);
      gather(difference_.data(), at_d);
    }
    if (!crossing_.reversed) continue;
    if (runs.ab[f]) on_a_.col(i) = difference_;
    else on_a_.col(i).setZero();
    if (runs.ba[f]) {
      on_b_.col(i) = Outputs(runs.ba[f], n) - Outputs(runs.b, n);
      gather(on_b_.col(i).data(), at_e);
      sums.col(at + at_de).array() += on_a_.col(i).array() * on_b_.col(i).array();
      if (crossing_.third && runs.ac[f])
        sums.col(at + at_ge).array() += (Outputs(runs.ac[f], n) - Outputs(runs.a, n)) * on_b_.col(i).array();
    } else {
      on_b_.col(i).setZero();
    }
  }
  if (pairs_) add_pairs(to);
}

void Adder::add_pairs(Sums& to) {
  for (Index i = 0; i < crossing_.factors; ++i)
    for (Index j = 0; j < crossing_.factors; ++j)
      if (i != j) to.values().col(pair(crossing_, i, j)).array() += on_b_.col(i).array() * on_a_.col(j).array();
}

std::vector<PointBlock> blocks_of(Index points, Index scrambles) {
  const Index each = points / scrambles, rest = points % scrambles;
  std::vector<PointBlock> blocks;
  Index first = 0;
  for (Index r = 0; r < scrambles; ++r) {
    const Index length = each + (r < rest ? 1 : 0), count = std::min(length, std::max<Index>(1, most_blocks / scrambles));
    for (Index k = 0; k < count; ++k)
      blocks.push_back({r, first + length * k / count, first + length * (k + 1) / count});
    first += length;
  }
  return blocks;
}

std::vector<Sums> sum_blocks(const double* y, Index outputs, const Crossing& crossing, bool pairs, const std::vector<PointBlock>& blocks,
                             const Vector& origin, int threads, const Monitor& monitor, double done) {
  std::vector<Sums> sums(blocks.size(), Sums(outputs, crossing, pairs));
  const auto tasks = static_cast<Index>(blocks.size());
  const int workers = thread_count(threads, tasks);
  const auto d = static_cast<std::size_t>(crossing.factors);
  std::vector<Adder> adders(static_cast<std::size_t>(workers), Adder(crossing, pairs, origin));
  parallel(tasks, workers, [&](Index task, int worker) {
    const PointBlock& block = blocks[static_cast<std::size_t>(task)];
    Runs runs;
    runs.ab.resize(d), runs.ba.resize(crossing.reversed ? d : 0), runs.ac.resize(crossing.third ? d : 0);
    for (Index i = block.first; i < block.last; ++i) {
      const double* row = y + i * crossing.runs() * outputs;
      auto next = [&] { return std::exchange(row, row + outputs); };
      runs.a = next();
      std::generate(runs.ab.begin(), runs.ab.end(), next);
      std::generate(runs.ba.begin(), runs.ba.end(), next);
      runs.b = next();
      std::generate(runs.ac.begin(), runs.ac.end(), next);
      adders[static_cast<std::size_t>(worker)].add(runs, sums[static_cast<std::size_t>(task)]);
    }
  }, monitor, 0, done);
  return sums;
}

Vector mean_output(const double* y, Index outputs, const Crossing& crossing, Index points) {
  const Index last = crossing.factors * (crossing.reversed ? 2 : 1) + 1;
  Eigen::ArrayXd sum = Eigen::ArrayXd::Zero(outputs);
  const double share = 0.5 / static_cast<double>(points);
  for (Index i = 0; i < points; ++i) {
    const double* row = y + i * crossing.runs() * outputs;
    sum += Outputs(row, outputs) * share + Outputs(row + last * outputs, outputs) * share;
  }
  return sum;
}

std::vector<Sums> by_scramble(const std::vector<Sums>& sums, const std::vector<PointBlock>& blocks) {
  std::vector<Sums> out;
  for (std::size_t k = 0; k < sums.size(); ++k) {
    if (k == 0 || blocks[k].scramble != blocks[k - 1].scramble) out.push_back(sums[k]);
    else out.back().merge(sums[k]);
  }
  return out;
}

Sums with_dummy(const Sums& sums) {
  Crossing crossing = sums.crossing();
  const Index before = crossing.factors++;
  Sums out(sums.outputs(), crossing, sums.pairs());
  const Index own_moments = own(sums.crossing(), before);
  out.values().leftCols(own_moments) = sums.values().leftCols(own_moments);
  for (Index i = 0; sums.pairs() && i < before; ++i)
    out.values().middleCols(pair(crossing, i, 0), before) = sums.values().middleCols(pair(sums.crossing(), i, 0), before);
  return out;
}

}  // namespace egov
