#include <algorithm>
#include <cmath>
#include <limits>

#include "detail/resamples.hpp"
#include "detail/threads.hpp"
#include "sobol/estimate.hpp"

namespace egov {

using namespace detail;

namespace {

Sums all_of(const std::vector<Sums>& parts) {
  Sums sum = parts.front();
  for (std::size_t k = 1; k < parts.size(); ++k) sum.merge(parts[k]);
  return sum;
}

Strided output_of(const Sums& sums, Index output) { return {sums.values().data() + output, sums.outputs()}; }

// Room for the answer: values, low and high of each output as one column.
struct Answer {
  Matrix value, low, high;  // numbers of one output x outputs
  SobolIndices out;
  Answer(Index numbers, Index outputs) : value(Matrix::Constant(numbers, outputs, missing_value)), low(value), high(value) {
    out.mean = out.variance = Vector::Zero(outputs);
    out.constant.assign(static_cast<std::size_t>(outputs), false);
    out.pooled = out.constant;
  }

  // Cuts the columns into first, total and second order.
  SobolIndices cut(Index factors) {
    for (const auto& [from, to] : {std::pair(&value, &out.value), std::pair(&low, &out.low), std::pair(&high, &out.high)}) {
      (*to)[0] = from->topRows(factors).transpose();
      (*to)[1] = from->middleRows(factors, factors).transpose();
      (*to)[2] = from->bottomRows(from->rows() - 2 * factors).transpose();
    }
    return std::move(out);
  }
};

// Whether a variance is more than rounding: of the outputs, and of moments about the origin, which lose what the mean is away from it.
bool varies(double variance, double mean, double origin, double floor) {
  const double tie = tie_tolerance * std::max(floor, std::abs(mean)), away = mean - origin;
  return variance > std::max(tie * tie, 64 * std::numeric_limits<double>::epsilon() * away * away);
}

// The indices of all parts together, and which outputs are constant.
Sums together(const std::vector<Sums>& parts, const Vector& origin, Picked& picked, double floor, Answer& answer) {
  Sums sum = all_of(parts);
  for (Index k = 0; k < sum.outputs(); ++k) {
    double& mean = answer.out.mean[k];
    double& variance = answer.out.variance[k];
    picked.estimate(output_of(sum, k), answer.value.col(k).data(), mean, variance);
    mean += origin[k];
    const bool constant = !varies(variance, mean, origin[k], floor);
    answer.out.constant[static_cast<std::size_t>(k)] = constant;
    if (constant) answer.value.col(k).setConstant(missing_value);
  }
  return sum;
}

}  // namespace

SobolIndices over_scrambles(const std::vector<Sums>& scrambles, const Vector& origin, const Estimators& by, double level, double floor) {
  const Crossing& crossing = scrambles.front().crossing();
  const auto count = static_cast<Index>(scrambles.size());
  Picked picked(by, crossing, scrambles.front().pairs());
  Answer answer(picked.size(), origin.size());
  together(scrambles, origin, picked, floor, answer);
  if (count < 2) return answer.cut(crossing.factors);
  const double factor = t_quantile(level, count - 1) / std::sqrt(static_cast<double>(count * (count - 1)));
  Matrix each(picked.size(), count);
  for (Index k = 0; k < origin.size(); ++k) {
    if (answer.out.constant[static_cast<std::size_t>(k)]) continue;
    bool every = true;
    for (Index r = 0; r < count; ++r) {
      double mean, variance;
      picked.estimate(output_of(scrambles[static_cast<std::size_t>(r)], k), each.col(r).data(), mean, variance);
      every = every && varies(variance, mean + origin[k], origin[k], floor);
    }
    answer.out.pooled[static_cast<std::size_t>(k)] = !every;
    if (!every) continue;
    const Vector mean = each.rowwise().mean();
    const Vector half = factor * (each.colwise() - mean).rowwise().norm();
    answer.value.col(k) = mean, answer.low.col(k) = mean - half, answer.high.col(k) = mean + half;
  }
  return answer.cut(crossing.factors);
}

namespace {

constexpr Index at_a_time = 1024;  // resamples of one task: so few that a stop is soon seen

// One thread's working space.
struct Bench {
  Picked picked;
  Matrix sums, mixed;  // blocks x moments, resamples x moments
  Vector row;
};

// The numbers of an output from some resamples, a row each.
void resample_output(const std::vector<Sums>& blocks, Index output, const Eigen::Ref<const Matrix>& times, Bench& bench,
                     Eigen::Ref<Matrix> numbers) {
  for (std::size_t k = 0; k < blocks.size(); ++k) bench.sums.row(static_cast<Index>(k)) = blocks[k].values().row(output);
  bench.mixed.topRows(times.rows()).noalias() = times * bench.sums;
  for (Index r = 0; r < times.rows(); ++r) {
    double mean, variance;
    bench.picked.estimate({bench.mixed.data() + r, bench.mixed.rows()}, bench.row.data(), mean, variance);
    numbers.row(r) = bench.row.transpose();
  }
}

}  // namespace

SobolIndices over_resamples(const std::vector<Sums>& blocks, const Vector& origin, const Estimators& by, double level, Index resamples,
                            std::uint64_t seed, int threads, const Monitor& monitor, double begun, double floor) {
  const Crossing& crossing = blocks.front().crossing();
  Picked picked(by, crossing, blocks.front().pairs());
  Answer answer(picked.size(), origin.size());
  together(blocks, origin, picked, floor, answer);
  const auto count = static_cast<Index>(blocks.size());
  if (count < 2) return answer.cut(crossing.factors);
  const Matrix times = multiplicities(resamples, count, seed, threads, monitor, begun);
  const Index moments = blocks.front().values().cols(), outputs = origin.size(), size = picked.size();
  const Index group = outputs_together(outputs, resamples * size), parts = (resamples + at_a_time - 1) / at_a_time;
  const int workers = thread_count(threads, group * parts);
  const Bench bench{picked, Matrix(count, moments), Matrix(std::min(resamples, at_a_time), moments), Vector(size)};
  std::vector<Bench> benches(static_cast<std::size_t>(workers), bench);
  std::vector<Matrix> numbers(static_cast<std::size_t>(group), Matrix(resamples, size));
  auto constant = [&](Index output) { return answer.out.constant[static_cast<std::size_t>(output)]; };
  for (Index first = 0, last; first < outputs; first = last) {
    last = std::min(outputs, first + group);
    auto done = [&](double output) { return begun + (1 - begun) * output / static_cast<double>(outputs); };
    const double before = done(static_cast<double>(first)), half = done(0.5 * static_cast<double>(first + last));
    parallel((last - first) * parts, workers, [&](Index task, int worker) {
      const Index output = first + task / parts, start = task % parts * at_a_time, rows = std::min(at_a_time, resamples - start);
      if (constant(output)) return;
      resample_output(blocks, output, times.middleRows(start, rows), benches[static_cast<std::size_t>(worker)],
                      numbers[static_cast<std::size_t>(output - first)].middleRows(start, rows));
    }, monitor, before, half);
    parallel((last - first) * size, threads, [&](Index task, int) {
      const Index output = first + task / size, i = task % size;
      if (constant(output)) return;
      auto column = numbers[static_cast<std::size_t>(output - first)].col(i);
      answer.low(i, output) = percentile(column, (1 - level) / 2);
      answer.high(i, output) = percentile(column, (1 + level) / 2);
    }, monitor, half, last == outputs ? 1 : done(static_cast<double>(last)));
  }
  return answer.cut(crossing.factors);
}

}  // namespace egov
