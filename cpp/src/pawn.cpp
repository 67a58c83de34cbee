#include "egov/pawn.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

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
  const std::vector<double>& operator()(const Sorted& sorted, const std::vector<Index>& slice, const std::vector<double>& times) {
    std::fill(step_.begin(), step_.end(), 0.0);
    std::fill(share_.begin(), share_.end(), 0.0);
    value_.assign(step_.size(), 0.0);
    double all = 0, seen = 0;
    for (std::size_t k = 0; k < slice.size(); ++k) step_[at(slice[k])] += times[k], all += times[k];
    for (double& step : step_) step = step > 0 ? 1 / step : 0;
    for (Index k = 0, end; k < static_cast<Index>(slice.size()); k = end) {
      end = sorted.end[at(k)];
      visit(sorted, slice, k, end, [&](std::size_t s, Index) { value_[s] = std::max(value_[s], seen / all - share_[s]); });
      visit(sorted, slice, k, end, [&](std::size_t s, Index run) { share_[s] += times[at(run)] * step_[s], seen += times[at(run)]; });
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

// Inputs whose slices have the same sizes share their dummies.
struct Family {
  std::vector<Index> size;
  std::vector<std::vector<Index>> dummies;  // slice of each run
};

struct Setting {
  std::vector<Classes> slices;        // of each input
  std::vector<std::size_t> family;    // of each input
  std::vector<Family> families;
  std::vector<std::vector<double>> times;  // of each resample: how often each run counts
};

Setting prepare(const Matrix& x, Index slices, Index dummies, Index resamples, std::uint64_t seed) {
  Setting out;
  for (Index i = 0; i < x.cols(); ++i) {
    const Classes& own = out.slices.emplace_back(equal_classes(x.col(i), slices));
    std::size_t family = 0;
    while (family < out.families.size() && out.families[family].size != own.size) ++family;
    out.family.push_back(family);
    if (family < out.families.size() || own.count() < 2) {
      if (family == out.families.size()) out.families.push_back({own.size, {}});
      continue;
    }
    out.families.push_back({own.size, {}});
    for (Index k = 0; k < dummies; ++k) out.families.back().dummies.push_back(dealt(own.of, seed, k));
  }
  for (Index r = 0; r < resamples; ++r) {
    Stream stream(seed, static_cast<std::uint32_t>(r), 0, for_resamples);
    std::vector<double>& times = out.times.emplace_back(at(x.rows()), 0.0);
    for (Index k = 0; k < x.rows(); ++k) ++times[stream.below(static_cast<std::uint32_t>(x.rows()))];
  }
  return out;
}

// Statistics of many slicings: a row each, columns median, mean, maximum.
template <class Next>
Matrix many(Index count, const Next& next) {
  Matrix out(count, 3);
  for (Index k = 0; k < count; ++k) {
    const auto picked = summary(next(at(k))).picked();
    for (Index s = 0; s < 3; ++s) out(k, s) = picked[at(s)];
  }
  return out;
}

void analyze_output(const Setting& setting, ConstColumn y, Index output, double level, PawnIndices& out) {
  const Sorted sorted(y);
  const std::vector<double> once(at(y.size()), 1.0);
  std::vector<Matrix> of_dummies;
  for (const Family& family : setting.families) {
    Distances distances(static_cast<Index>(family.size.size()));
    of_dummies.push_back(many(static_cast<Index>(family.dummies.size()),
                              [&](std::size_t k) { return distances(sorted, family.dummies[k], once); }));
  }
  for (Index i = 0; i < static_cast<Index>(setting.slices.size()); ++i) {
    const Classes& slices = setting.slices[at(i)];
    if (slices.count() < 2) continue;
    Distances distances(slices.count());
    const Summary found = summary(distances(sorted, slices.of, once));
    out.minimum(output, i) = found.minimum, out.median(output, i) = found.median, out.mean(output, i) = found.mean;
    out.maximum(output, i) = found.maximum, out.deviation(output, i) = found.deviation;
    Matrix dummies = of_dummies[setting.family[at(i)]];
    Matrix again = many(static_cast<Index>(setting.times.size()), [&](std::size_t r) { return distances(sorted, slices.of, setting.times[r]); });
    for (std::size_t s = 0; s < 3; ++s) {
      const auto column = static_cast<Index>(s);
      out.dummy[s](output, i) = dummies.col(column).mean();
      out.threshold[s](output, i) = percentile(dummies.col(column), level);
      if (again.rows() == 0) continue;
      const double shift = found.picked()[s] - again.col(column).mean();  // distances of resamples are larger
      out.low[s](output, i) = percentile(again.col(column), (1 - level) / 2) + shift;
      out.high[s](output, i) = percentile(again.col(column), (1 + level) / 2) + shift;
    }
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
  parallel(y.cols(), threads, [&](Index k, int) { analyze_output(setting, y.col(k), k, level, out); }, monitor);
  return out;
}

}  // namespace egov
