#include "egov/delta.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>

#include "detail/resamples.hpp"
#include "detail/statistics.hpp"
#include "detail/threads.hpp"
#include "egov/given.hpp"

namespace egov {

using namespace detail;

namespace {

constexpr Index cells = 1024;
constexpr Index passes = 3;
constexpr Index of_a_task = 8;  // outputs that share a resample
constexpr double margin = 3;  // beyond the outermost score, in standard deviations

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

double score(double share) { return boost::math::quantile(boost::math::normal(), share); }

// Where each run stands on the grid: the cell before it, and how far it is to the next.
struct Places {
  double step;
  std::vector<Index> cell;
  std::vector<double> part, score;
};

Places place(const Vector& y) {
  const auto n = static_cast<double>(y.size());
  const std::vector<double> rank = average_ranks(std::vector<double>(y.data(), y.data() + y.size()));
  const double end = -score(0.5 / n) + margin;
  Places out;
  out.step = 2 * end / static_cast<double>(cells - 1);
  for (double r : rank) {
    out.score.push_back(score((r - 0.5) / n));
    const double position = (out.score.back() + end) / out.step;
    out.cell.push_back(std::min(static_cast<Index>(position), cells - 2));
    out.part.push_back(position - static_cast<double>(out.cell.back()));
  }
  return out;
}

// Weights on the grid, and what the width of the smoothing needs.
struct Heap {
  Vector mass = Vector::Zero(cells);
  double n = 0, sum = 0, square = 0;
  void clear() { mass.setZero(), n = sum = square = 0; }
  void add(const Places& places, Index run, double times) {
    const double z = places.score[at(run)], part = places.part[at(run)];
    mass[places.cell[at(run)]] += times * (1 - part), mass[places.cell[at(run)] + 1] += times * part;
    n += times, sum += times * z, square += times * z * z;
  }
  // Silverman's width in cells.
  double width(double bandwidth, double step) const {
    if (n < 2) return 0;
    return bandwidth * std::sqrt(std::max(0.0, square - sum * sum / n) / (n - 1)) * std::pow(4 / (3 * n), 0.2) / step;
  }
};

// One pass: a moving mean over 2 whole + 1 cells and a part of the next on either side.
void box(const Vector& from, Index whole, double part, Vector& to) {
  auto value = [&](Index k) { return k < 0 || k >= cells ? 0.0 : from[k]; };
  const double scale = 1 / (static_cast<double>(2 * whole + 1) + 2 * part);
  double sum = 0;
  for (Index k = 0; k <= std::min(whole, cells - 1); ++k) sum += from[k];
  for (Index k = 0; k < cells; ++k) {
    to[k] = scale * (sum + part * (value(k - whole - 1) + value(k + whole + 1)));
    sum += value(k + whole + 1) - value(k - whole);
  }
}

// The density of a heap, a share for each cell.
void smooth(const Heap& heap, double width, Vector& out, Vector& room) {
  const double variance = width * width / static_cast<double>(passes);
  const double whole = std::floor((std::sqrt(12 * variance + 1) - 1) / 2);
  const double part = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance) / (6 * (variance - (whole + 1) * (whole + 1)));
  out = heap.mass / heap.n;
  for (Index pass = 0; pass < passes; ++pass) {
    box(out, static_cast<Index>(whole), part, room);
    out.swap(room);
  }
}

struct Bench {
  std::vector<Heap> heaps;
  Heap all;
  Vector density, of_class, room = Vector(cells);
};

// Delta of each input from runs that count so many times each.
void estimate(const std::vector<Classes>& inputs, const Places& places, const Vector& times, double bandwidth, Bench& bench,
              Eigen::Ref<Vector> out) {
  const Index runs = times.size();
  bench.all.clear();
  for (Index run = 0; run < runs; ++run) bench.all.add(places, run, times[run]);
  smooth(bench.all, bench.all.width(bandwidth, places.step), bench.density, bench.room);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].count() < 2) continue;
    bench.heaps.resize(std::max(bench.heaps.size(), at(inputs[i].count())));
    for (Index c = 0; c < inputs[i].count(); ++c) bench.heaps[at(c)].clear();
    for (Index run = 0; run < runs; ++run) bench.heaps[at(inputs[i].of[at(run)])].add(places, run, times[run]);
    double sum = 0;
    for (Index c = 0; c < inputs[i].count(); ++c) {
      const Heap& heap = bench.heaps[at(c)];
      if (heap.n <= 0) continue;
      smooth(heap, heap.width(bandwidth, places.step), bench.of_class, bench.room);
      sum += heap.n / bench.all.n * (bench.of_class - bench.density).lpNorm<1>() / 2;
    }
    out[static_cast<Index>(i)] = sum;
  }
}

// found: inputs x (1 + resamples), the runs themselves first.
void take(const Matrix& found, double level, Index output, DeltaIndices& out) {
  const Index resamples = found.cols() - 1;
  out.plain.row(output) = found.col(0).transpose();
  out.reduced.row(output) = out.plain.row(output);
  for (Index i = 0; i < found.rows() && resamples > 0; ++i) {
    Vector around = 2 * found(i, 0) - found.row(i).tail(resamples).transpose().array();
    out.reduced(output, i) = around.mean();
    out.low(output, i) = percentile(around, (1 - level) / 2);
    out.high(output, i) = percentile(around, (1 + level) / 2);
  }
}

}  // namespace

DeltaIndices delta(const Matrix& x, const Matrix& y, Index classes, double bandwidth, Index resamples, double level,
                   std::uint64_t seed, int threads, const Monitor& monitor) {
  std::vector<Classes> inputs;
  for (Index i = 0; i < x.cols(); ++i) inputs.push_back(equal_classes(x.col(i), classes));
  DeltaIndices out;
  out.plain = out.reduced = out.low = out.high = Matrix::Constant(y.cols(), x.cols(), missing_value);
  const Index together = outputs_together(y.cols(), x.cols() * (resamples + 1) + 3 * x.rows());
  std::vector<Bench> benches(at(thread_count(threads)));
  for (Index first = 0; first < y.cols(); first += together) {
    const Index count = std::min(together, y.cols() - first);
    const double all = static_cast<double>(y.cols());
    std::vector<Places> places(at(count));
    std::vector<Matrix> found(at(count), Matrix::Constant(x.cols(), resamples + 1, missing_value));
    parallel(count, threads, [&](Index k, int) { places[at(k)] = place(y.col(first + k)); });
    const Index parts = (count + of_a_task - 1) / of_a_task;
    parallel((resamples + 1) * parts, threads, [&](Index task, int worker) {
      const Index r = task / parts, begin = task % parts * of_a_task;
      const Vector times = r == 0 ? Vector(Vector::Ones(x.rows())) : times_drawn(x.rows(), seed, r - 1);
      for (Index k = begin; k < std::min(count, begin + of_a_task); ++k)
        estimate(inputs, places[at(k)], times, bandwidth, benches[at(worker)], found[at(k)].col(r));
    }, monitor, static_cast<double>(first) / all, static_cast<double>(first + count) / all);
    parallel(count, threads, [&](Index k, int) { take(found[at(k)], level, first + k, out); });
  }
  return out;
}

}  // namespace egov
