#include "egov/pawn.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "detail/resamples.hpp"
#include "detail/threads.hpp"
#include "egov/given.hpp"
#include "egov/random.hpp"

namespace egov {

using namespace detail;

namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// Runs by increasing output, cut where the output rises.
struct Sorted {
  std::vector<Index> run, end;  // end of the ties that begin or go on at each position
  explicit Sorted(ConstColumn y) : run(at(y.size())), end(run) {
    std::iota(run.begin(), run.end(), Index{0});
    std::sort(run.begin(), run.end(), [&](Index a, Index b) { return y[a] < y[b] || (y[a] == y[b] && a < b); });
    for (Index k = y.size(); k-- > 0;)
      end[at(k)] = k + 1 < y.size() && y[run[at(k)]] == y[run[at(k + 1)]] ? end[at(k + 1)] : k + 1;
  }
};

// Distances of the distribution in each slice from that of all runs. times: how often each run counts.
class Distances {
 public:
  explicit Distances(Index slices) : share_(at(slices)), step_(share_), value_(share_) {}

  // The distances of slices that hold a run.
  const std::vector<double>& operator()(const Sorted& sorted, const std::vector<Index>& slice, const Vector& times) {
    std::fill(step_.begin(), step_.end(), 0.0);
    std::fill(share_.begin(), share_.end(), 0.0);
    value_.assign(step_.size(), 0.0);
    double all = 0, seen = 0;
    for (std::size_t k = 0; k < slice.size(); ++k) step_[at(slice[k])] += times[static_cast<Index>(k)], all += times[static_cast<Index>(k)];
    for (double& step : step_) step = step > 0 ? 1 / step : 0;
    for (Index k = 0, end; k < static_cast<Index>(slice.size()); k = end) {
      end = sorted.end[at(k)];
      visit(sorted, slice, k, end, [&](std::size_t s, Index) { value_[s] = std::max(value_[s], seen / all - share_[s]); });
      visit(sorted, slice, k, end, [&](std::size_t s, Index run) { share_[s] += times[run] * step_[s], seen += times[run]; });
      visit(sorted, slice, k, end, [&](std::size_t s, Index) { value_[s] = std::max(value_[s], share_[s] - seen / all); });
    }
    Index held = 0;
    for (std::size_t s = 0; s < step_.size(); ++s)
      if (step_[s] > 0) value_[at(held++)] = value_[s];
    value_.resize(at(held));
    return value_;
  }

 private:
  template <class Work>
  void visit(const Sorted& sorted, const std::vector<Index>& slice, Index from, Index to, const Work& work) {
    for (Index k = from; k < to; ++k) work(at(slice[at(sorted.run[at(k)])]), sorted.run[at(k)]);
  }
  std::vector<double> share_, step_, value_;
};

struct Summary {
  double minimum, median, mean, maximum, deviation;
  std::array<double, 3> picked() const { return {median, mean, maximum}; }
};

Summary summary(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(n);
  double square = 0;
  for (double value : values) square += (value - mean) * (value - mean);
  return {values.front(), (values[(n - 1) / 2] + values[n / 2]) / 2, mean, values.back(), std::sqrt(square / static_cast<double>(n))};
}

std::vector<Index> dealt(std::vector<Index> slice, std::uint64_t seed, Index dummy) {
  Stream stream(seed, static_cast<std::uint32_t>(dummy), 0, for_resamples, 3);
  for (std::size_t k = slice.size(); k > 1; --k) std::swap(slice[k - 1], slice[stream.below(static_cast<std::uint32_t>(k))]);
  return slice;
}

struct Setting {
  std::vector<Classes> slices;      // of each input
  std::vector<std::size_t> family;  // of each input: inputs whose slices have the same sizes share their dummies
  std::vector<Index> member;        // of each family: an input that is in it
  Index dummies, resamples;
  std::uint64_t seed;
  Index inputs() const { return static_cast<Index>(slices.size()); }
  Index families() const { return static_cast<Index>(member.size()); }
};

Setting prepare(const Matrix& x, Index slices, Index dummies, Index resamples, std::uint64_t seed) {
  Setting out = {{}, {}, {}, dummies, resamples, seed};
  for (Index i = 0; i < x.cols(); ++i) {
    const Classes& own = out.slices.emplace_back(equal_classes(x.col(i), slices));
    std::size_t family = 0;
    while (family < out.member.size() && out.slices[at(out.member[family])].size != own.size) ++family;
    out.family.push_back(family);
    if (family == out.member.size()) out.member.push_back(i);
  }
  return out;
}

using Picked = std::array<Matrix, 3>;  // median, mean, maximum: dummies or resamples x outputs

// What is found for some outputs, each number by one task, whichever thread does it.
struct Found {
  std::vector<Sorted> sorted;
  std::vector<std::vector<Summary>> plain;  // of each input, each output
  std::vector<Picked> dummies, again;       // of each family, each input
};

Picked room(Index rows, Index outputs) { return {Matrix(rows, outputs), Matrix(rows, outputs), Matrix(rows, outputs)}; }

void put(const Summary& from, Index row, Index column, Picked& to) {
  const auto picked = from.picked();
  for (std::size_t s = 0; s < picked.size(); ++s) to[s](row, column) = picked[s];
}

// All runs once, then dummies of each family, then resamples: a task each, for all outputs at once.
class Tasks {
 public:
  Tasks(const Setting& setting, Found& found) : setting_(setting), found_(found) {}
  Index count() const { return setting_.inputs() + setting_.families() * setting_.dummies + setting_.resamples; }
  void operator()(Index task) const {
    const Index after = task - setting_.inputs(), resample = after - setting_.families() * setting_.dummies;
    if (after < 0) as_they_are(task);
    else if (resample < 0) deal(after / setting_.dummies, after % setting_.dummies);
    else draw(resample);
  }

 private:
  Index runs() const { return static_cast<Index>(setting_.slices.front().of.size()); }
  Index outputs() const { return static_cast<Index>(found_.sorted.size()); }
  void as_they_are(Index input) const {
    const Classes& slices = setting_.slices[at(input)];
    const Vector once = Vector::Ones(runs());
    Distances distances(slices.count());
    for (Index k = 0; k < outputs(); ++k)
      found_.plain[at(input)][at(k)] = summary(distances(found_.sorted[at(k)], slices.of, once));
  }
  void deal(Index family, Index dummy) const {
    const Classes& slices = setting_.slices[at(setting_.member[at(family)])];
    if (slices.count() < 2) return;
    const std::vector<Index> slice = dealt(slices.of, setting_.seed, dummy);
    const Vector once = Vector::Ones(runs());
    Distances distances(slices.count());
    for (Index k = 0; k < outputs(); ++k)
      put(summary(distances(found_.sorted[at(k)], slice, once)), dummy, k, found_.dummies[at(family)]);
  }
  void draw(Index resample) const {
    const Vector times = times_drawn(runs(), setting_.seed, resample);
    for (Index i = 0; i < setting_.inputs(); ++i) {
      const Classes& slices = setting_.slices[at(i)];
      Distances distances(slices.count());
      for (Index k = 0; k < outputs(); ++k)
        put(summary(distances(found_.sorted[at(k)], slices.of, times)), resample, k, found_.again[at(i)]);
    }
  }
  const Setting& setting_;
  Found& found_;
};

Found room_for(const Setting& setting, const Matrix& y, Index first, Index count) {
  Found out;
  for (Index k = 0; k < count; ++k) out.sorted.emplace_back(y.col(first + k));
  out.plain.assign(at(setting.inputs()), std::vector<Summary>(at(count)));
  out.dummies.assign(at(setting.families()), room(setting.dummies, count));
  out.again.assign(at(setting.inputs()), room(setting.resamples, count));
  return out;
}

void take(const Setting& setting, const Found& from, Index column, Index input, Index output, double level, PawnIndices& out) {
  const Summary& found = from.plain[at(input)][at(column)];
  out.minimum(output, input) = found.minimum, out.median(output, input) = found.median, out.mean(output, input) = found.mean;
  out.maximum(output, input) = found.maximum, out.deviation(output, input) = found.deviation;
  for (std::size_t s = 0; s < 3; ++s) {
    Vector dummies = from.dummies[setting.family[at(input)]][s].col(column), again = from.again[at(input)][s].col(column);
    out.dummy[s](output, input) = dummies.mean();
    out.threshold[s](output, input) = percentile(dummies, level);
    if (again.size() == 0) continue;
    const double shift = found.picked()[s] - again.mean();  // distances of resamples are larger
    out.low[s](output, input) = percentile(again, (1 - level) / 2) + shift;
    out.high[s](output, input) = percentile(again, (1 + level) / 2) + shift;
  }
}

}  // namespace

PawnIndices pawn(const Matrix& x, const Matrix& y, Index slices, Index dummies, Index resamples, double level, std::uint64_t seed,
                 int threads, const Monitor& monitor) {
  const Setting setting = prepare(x, slices, dummies, resamples, seed);
  PawnIndices out;
  const Matrix none = Matrix::Constant(y.cols(), x.cols(), missing_value);
  out.minimum = out.median = out.mean = out.maximum = out.deviation = none;
  out.dummy = out.threshold = out.low = out.high = {none, none, none};
  const Index each = 3 * (setting.families() * dummies + setting.inputs() * resamples) + 2 * x.rows();
  const Index together = outputs_together(y.cols(), each);
  for (Index first = 0; first < y.cols(); first += together) {
    const Index count = std::min(together, y.cols() - first);
    Found found = room_for(setting, y, first, count);
    const Tasks tasks(setting, found);
    const double all = static_cast<double>(y.cols());
    parallel(tasks.count(), threads, [&](Index task, int) { tasks(task); }, monitor, static_cast<double>(first) / all,
             static_cast<double>(first + count) / all);
    parallel(count, threads, [&](Index k, int) {
      for (Index i = 0; i < x.cols(); ++i)
        if (setting.slices[at(i)].count() > 1) take(setting, found, k, i, first + k, level, out);
    });
  }
  return out;
}

}  // namespace egov
