#include "egov/delta.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "detail/normal.hpp"
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

// Where each run stands on the grid: the cell before it, and how far it is to the next.
struct Places {
  double step;
  std::vector<Index> cell;
  std::vector<double> part, score;
};

Places place(const Vector& y) {
  const auto n = static_cast<double>(y.size());
  const std::vector<double> rank = average_ranks(std::vector<double>(y.data(), y.data() + y.size()));
  const double end = -normal_quantile(0.5 / n) + margin;
  Places out;
  out.step = 2 * end / static_cast<double>(cells - 1);
  for (double r : rank) {
    out.score.push_back(normal_quantile((r - 0.5) / n));
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

// Heaps smoothed side by side: each sum waits for the one before it, so that several take hardly longer than one.
constexpr std::size_t lanes = 4;

class Smoother {
 public:
  Smoother() {
    for (Vector& row : rows_) row = Vector::Zero(3 * cells);  // nothing on either side of the grid, so that no end is looked for
  }
  // Sets a lane to the density of a heap; an empty one where there is none.
  void set(std::size_t lane, const Heap* heap, double bandwidth, double step) {
    const double width = heap != nullptr ? heap->width(bandwidth, step) : 0, variance = width * width / static_cast<double>(passes);
    const double whole = std::floor((std::sqrt(12 * variance + 1) - 1) / 2);
    part_[lane] = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance) / (6 * (variance - (whole + 1) * (whole + 1)));
    scale_[lane] = 1 / (2 * whole + 1 + 2 * part_[lane]);
    reach_[lane] = std::min(static_cast<Index>(whole), cells - 1);
    if (heap != nullptr) rows_[lane].segment(cells, cells) = heap->mass / heap->n;
  }
  void smooth() {
    for (Index pass = 0; pass < passes; ++pass) box();
  }
  auto density(std::size_t lane) const { return rows_[lane].segment(cells, cells); }

 private:
  // One pass: a moving mean over 2 reach + 1 cells and a part of the next on either side.
  void box() {
    std::array<const double*, lanes> from;
    std::array<double*, lanes> to;
    std::array<double, lanes> sum{};
    const std::array<double, lanes> part = part_, scale = scale_;
    const std::array<Index, lanes> reach = reach_;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      from[lane] = rows_[lane].data() + cells, to[lane] = rows_[lanes + lane].data() + cells;
      for (Index k = 0; k <= reach[lane]; ++k) sum[lane] += from[lane][k];
    }
    for (Index k = 0; k < cells; ++k)
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        const double* at = from[lane] + k;
        const double before = at[-reach[lane] - 1], next = at[reach[lane] + 1];
        to[lane][k] = scale[lane] * (sum[lane] + part[lane] * (before + next));
        sum[lane] += next - at[-reach[lane]];
      }
    for (std::size_t lane = 0; lane < lanes; ++lane) rows_[lane].swap(rows_[lanes + lane]);
  }
  std::array<Vector, 2 * lanes> rows_;
  std::array<double, lanes> part_{}, scale_{};
  std::array<Index, lanes> reach_{};
};

struct Bench {
  std::vector<Heap> heaps;
  Heap all;
  Vector density;
  Smoother smoother;
  std::vector<const Heap*> filled;
};

// Half the area between the densities of the heaps and that of all runs, each by its share of the runs.
double area(Bench& bench, double bandwidth, double step) {
  double sum = 0;
  for (std::size_t first = 0; first < bench.filled.size(); first += lanes) {
    const std::size_t count = std::min(lanes, bench.filled.size() - first);
    for (std::size_t lane = 0; lane < lanes; ++lane)
      bench.smoother.set(lane, lane < count ? bench.filled[first + lane] : nullptr, bandwidth, step);
    bench.smoother.smooth();
    for (std::size_t lane = 0; lane < count; ++lane)
      sum += bench.filled[first + lane]->n / bench.all.n * (bench.smoother.density(lane) - bench.density).lpNorm<1>() / 2;
  }
  return sum;
}

// Delta of each input from runs that count so many times each.
void estimate(const std::vector<Classes>& inputs, const Places& places, const Vector& times, double bandwidth, Bench& bench,
              Eigen::Ref<Vector> out) {
  const Index runs = times.size();
  bench.all.clear();
  for (Index run = 0; run < runs; ++run) bench.all.add(places, run, times[run]);
  for (std::size_t lane = 0; lane < lanes; ++lane) bench.smoother.set(lane, lane == 0 ? &bench.all : nullptr, bandwidth, places.step);
  bench.smoother.smooth();
  bench.density = bench.smoother.density(0);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].count() < 2) continue;
    bench.heaps.resize(std::max(bench.heaps.size(), at(inputs[i].count())));
    for (Index c = 0; c < inputs[i].count(); ++c) bench.heaps[at(c)].clear();
    for (Index run = 0; run < runs; ++run) bench.heaps[at(inputs[i].of[at(run)])].add(places, run, times[run]);
    bench.filled.clear();
    for (Index c = 0; c < inputs[i].count(); ++c)
      if (bench.heaps[at(c)].n > 0) bench.filled.push_back(&bench.heaps[at(c)]);
    out[static_cast<Index>(i)] = area(bench, bandwidth, places.step);
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
