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

// One thread's working space.
struct Bench {
  Picked picked;
  Matrix sums, mixed, numbers;  // blocks x moments, resamples x moments, resamples x numbers
  Vector row;
};

void resample_output(const std::vector<Sums>& blocks, Index output, const Matrix& times, double level, Bench& bench, Answer& answer) {
  for (std::size_t k = 0; k < blocks.size(); ++k) bench.sums.row(static_cast<Index>(k)) = blocks[k].values().row(output);
  bench.mixed.noalias() = times * bench.sums;
  for (Index r = 0; r < times.rows(); ++r) {
    double mean, variance;
    bench.picked.estimate({bench.mixed.data() + r, times.rows()}, bench.row.data(), mean, variance);
    bench.numbers.row(r) = bench.row.transpose();
  }
  for (Index i = 0; i < bench.numbers.cols(); ++i) {
    answer.low(i, output) = percentile(bench.numbers.col(i), (1 - level) / 2);
    answer.high(i, output) = percentile(bench.numbers.col(i), (1 + level) / 2);
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
  const Matrix times = multiplicities(resamples, count, seed);
  const Index moments = blocks.front().values().cols();
  const int workers = thread_count(threads, origin.size());
  std::vector<Bench> benches(static_cast<std::size_t>(workers), Bench{picked, Matrix(count, moments), Matrix(resamples, moments),
                                                                       Matrix(resamples, picked.size()), Vector(picked.size())});
  parallel(origin.size(), workers, [&](Index output, int worker) {
    if (answer.out.constant[static_cast<std::size_t>(output)]) return;
    resample_output(blocks, output, times, level, benches[static_cast<std::size_t>(worker)], answer);
  }, monitor, begun, 1);
  return answer.cut(crossing.factors);
}

}  // namespace egov
