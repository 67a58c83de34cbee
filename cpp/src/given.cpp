#include "egov/given.hpp"

#include <cmath>
#include <numeric>

#include "detail/resamples.hpp"
#include "detail/threads.hpp"
#include "egov/random.hpp"

namespace egov {

using namespace detail;

namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// Count, sum and sum of squares.
struct Moments {
  double n = 0, sum = 0, square = 0;
  void add(double y) { n += 1, sum += y, square += y * y; }
  Moments operator-(const Moments& other) const { return {n - other.n, sum - other.sum, square - other.square}; }
  double mean() const { return sum / n; }
  double variance() const { return (square - sum * sum / n) / (n - 1); }
};

// What one input makes of the runs.
struct Input {
  bool constant = false;
  Classes classes;
  std::vector<Index> order;
};

double binned(const std::vector<Moments>& classes, const Moments& all) {
  double between = 0, noise = 0;
  for (const Moments& one : classes) {
    if (one.n < 1) continue;
    between += one.n / all.n * std::pow(one.mean() - all.mean(), 2);
    if (one.n > 1) noise += one.variance() / all.n;
  }
  return (between - noise) / all.variance() + 1 / all.n;
}

// The whole and, in turn, the whole without each group.
void by_classes(const Input& input, const double* y, const std::vector<Index>& group, const std::vector<Moments>& groups, const Moments& all,
                Vector& found) {
  const Index parts = static_cast<Index>(groups.size()), count = input.classes.count();
  std::vector<Moments> cells(at(count * parts)), classes(at(count)), left(at(count));
  for (std::size_t k = 0; k < group.size(); ++k) {
    cells[at(input.classes.of[k] * parts + group[k])].add(y[k]);
    classes[at(input.classes.of[k])].add(y[k]);
  }
  found[0] = binned(classes, all);
  for (Index g = 0; g < parts; ++g) {
    for (Index c = 0; c < count; ++c) left[at(c)] = classes[at(c)] - cells[at(c * parts + g)];
    found[g + 1] = binned(left, all - groups[at(g)]);
  }
}

// Sums of products of neighbors on a ring: of all, and what it gains where each group is left out.
void by_neighbors(const Input& input, const double* y, const std::vector<Index>& group, const std::vector<Moments>& groups,
                  const Moments& all, Vector& found) {
  const auto n = static_cast<Index>(group.size());
  Vector sum = Vector::Zero(static_cast<Index>(groups.size()) + 1);
  auto run = [&](Index k) { return at(input.order[at((k % n + n) % n)]); };
  Index first = 0;
  while (first < n && group[run(first - 1)] == group[run(first)]) ++first;
  for (Index k = first; k < first + n;) {
    const Index g = group[run(k)];
    Index end = k;
    double inside = y[run(k - 1)] * y[run(k)];
    for (++end; group[run(end)] == g && end < first + n; ++end) inside += y[run(end - 1)] * y[run(end)];
    sum[0] += inside;
    sum[g + 1] += y[run(k - 1)] * y[run(end)] - inside - y[run(end - 1)] * y[run(end)];
    k = end;
  }
  auto share = [](double products, const Moments& of) {
    return (products / of.n - of.mean() * of.mean()) / (of.square / of.n - of.mean() * of.mean());
  };
  found[0] = share(sum[0], all);
  for (Index g = 1; g < found.size(); ++g) found[g] = share(sum[0] + sum[g], all - groups[at(g - 1)]);
}

}  // namespace

std::vector<Index> random_groups(Index runs, Index groups, std::uint64_t seed) {
  std::vector<Index> group(at(runs));
  for (Index k = 0; k < runs; ++k) group[at(k)] = k % std::max<Index>(groups, 1);
  Stream stream(seed, 0, 0, for_resamples, 2);
  for (std::size_t k = group.size(); k > 1; --k) std::swap(group[k - 1], group[stream.below(static_cast<std::uint32_t>(k))]);
  return group;
}

GivenIndices given_first(const Matrix& x, const Matrix& y, Share by, Index classes, Index groups, double level, std::uint64_t seed,
                         int threads, const Monitor& monitor) {
  std::vector<Input> inputs(at(x.cols()));
  parallel(x.cols(), threads, [&](Index i, int) {
    Input& input = inputs[at(i)];
    input.constant = x.col(i).minCoeff() == x.col(i).maxCoeff();
    if (by == Share::binned) input.classes = equal_classes(x.col(i), classes);
    else input.order = random_order(x.col(i), seed, static_cast<std::uint32_t>(i));
  });
  const std::vector<Index> group = random_groups(x.rows(), groups, seed);
  GivenIndices out;
  for (Matrix* part : {&out.value, &out.low, &out.high}) *part = Matrix::Constant(y.cols(), x.cols(), missing_value);
  parallel(y.cols(), threads, [&](Index k, int) {
    const Vector centered = y.col(k).array() - y.col(k).mean();
    Moments all;
    std::vector<Moments> parts(at(groups > 1 ? groups : 1));
    for (Index run = 0; run < centered.size(); ++run) all.add(centered[run]), parts[at(group[at(run)])].add(centered[run]);
    Vector found(static_cast<Index>(parts.size()) + 1);
    for (Index i = 0; i < x.cols(); ++i) {
      if (inputs[at(i)].constant) continue;
      (by == Share::binned ? by_classes : by_neighbors)(inputs[at(i)], centered.data(), group, parts, all, found);
      out.value(k, i) = found[0];
      if (groups < 2) continue;
      const Vector left = found.tail(groups).array() - found.tail(groups).mean();
      const double n = static_cast<double>(groups), half = t_quantile(level, groups - 1) * std::sqrt((n - 1) / n) * left.norm();
      out.low(k, i) = found[0] - half, out.high(k, i) = found[0] + half;
    }
  }, monitor);
  return out;
}

}  // namespace egov
