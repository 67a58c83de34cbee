#include "egov/fast.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

#include "detail/resamples.hpp"
#include "detail/threads.hpp"
#include "egov/random.hpp"

namespace egov {

using namespace detail;

namespace {

constexpr double pi = 3.14159265358979323846;

using ByRow = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Cosines and sines of these frequencies over n points: 2 x frequencies rows. One table of a turn keeps them exact.
Matrix waves(const std::vector<Index>& frequencies, Index n) {
  Vector turn(n);
  for (Index t = 0; t < n; ++t) turn[t] = 2 * pi * static_cast<double>(t) / static_cast<double>(n);
  const Vector cosine = turn.array().cos(), sine = turn.array().sin();
  Matrix out(2 * static_cast<Index>(frequencies.size()), n);
  for (Index f = 0; f < out.rows() / 2; ++f)
    for (Index t = 0; t < n; ++t) {
      const Index at = frequencies[static_cast<std::size_t>(f)] * t % n;
      out(2 * f, t) = cosine[at], out(2 * f + 1, t) = sine[at];
    }
  return out;
}

// Share of the variance of each column that lies in these waves.
template <class Table>
Vector share(const Matrix& waves, const Table& y, const Vector& variance) {
  const double n = static_cast<double>(y.rows());
  return (2 / (n * n)) * (waves * y).colwise().squaredNorm().transpose().cwiseQuotient(variance);
}

template <class Table>
Vector variances(const Table& centered) {
  return centered.colwise().squaredNorm().transpose() / static_cast<double>(centered.rows());
}

// The mean over columns, and t over them.
void summarize(const Matrix& each, double level, Column value, Column low, Column high) {
  const Vector mean = each.rowwise().mean();
  value = mean;
  const auto n = each.cols();
  if (n < 2) return;
  const Vector half = t_quantile(level, n - 1) / std::sqrt(static_cast<double>(n * (n - 1))) * (each.colwise() - mean).rowwise().norm();
  low = mean - half, high = mean + half;
}

// The outputs along the curve that begins in this row, less their means.
ByRow centered(const double* y, Index row, Index points, Index outputs) {
  ByRow out = Eigen::Map<const ByRow>(y + row * outputs, points, outputs);
  out.rowwise() -= out.colwise().mean().eval();
  return out;
}

constexpr Index points_of_a_task = 1024;

// Curves one after the other: a row for each point, in which each input swings at its frequency on that curve, from a random phase.
void swing(std::uint64_t seed, Index count, Index points, Index inputs, const std::function<std::vector<Index>(Index curve)>& frequencies,
           double* out, const Monitor& monitor) {
  const Index parts = (points + points_of_a_task - 1) / points_of_a_task;
  parallel(count * parts, 1, [&](Index task, int) {
    const Index curve = task / parts, first = task % parts * points_of_a_task, last = std::min(points, first + points_of_a_task);
    const std::vector<Index> own = frequencies(curve);
    Stream stream(seed, static_cast<std::uint32_t>(curve), 0, for_points);
    std::vector<double> phase;
    for (std::size_t k = 0; k < own.size(); ++k) phase.push_back(2 * pi * stream.uniform());
    double* to = out + (curve * points + first) * inputs;
    for (Index t = first; t < last; ++t)
      for (std::size_t k = 0; k < own.size(); ++k) {
        const double turn = 2 * pi * static_cast<double>(own[k] * t % points) / static_cast<double>(points);
        *to++ = 0.5 + std::asin(std::sin(turn + phase[k])) / pi;
      }
  }, monitor);
}

// For so few inputs, the sets of odd numbers free of interferences to order 7 whose highest is least.
const std::vector<std::vector<Index>> small_sets = {{1}, {3, 7}, {3, 23, 27}, {19, 63, 73, 75}};

// Cukier, Schaibly and Shuler (1975), table VI: the lowest frequency of a set of so many, and steps from one to the next.
constexpr std::array<Index, SharedCurves::most_inputs> lowest = {
    0,   3,   1,   5,   11,  1,   17,  23,  19,  25,  41,  31,  23,  87,  67,  73,   85,   143,  149,  99,   119,  237,  267,  283,  151,
    385, 157, 215, 449, 163, 337, 253, 375, 441, 673, 773, 875, 873, 587, 849, 623,  637,  891,  943,  1171, 1225, 1335, 1725, 1663, 2019};
constexpr std::array<Index, SharedCurves::most_inputs - 1> steps = {
    4,   8,   6,   10,  20,  22,  32,  40,  38,  26,  56,  62,  46,  76,  96,  60,  86,  126, 134, 112, 92,  128, 154, 196, 34,
    416, 106, 208, 328, 198, 382, 88,  348, 186, 140, 170, 284, 568, 302, 438, 410, 248, 448, 388, 596, 216, 100, 488, 166};

std::vector<Index> free_frequencies(Index inputs) {
  if (inputs < 1 || inputs > SharedCurves::most_inputs)
    throw SpecError(std::to_string(inputs) + " inputs: up to " + std::to_string(SharedCurves::most_inputs) +
                        " would be right, for more there are no frequencies free of interferences",
                    {"fast", "", "inputs"});
  if (inputs <= static_cast<Index>(small_sets.size())) return small_sets[static_cast<std::size_t>(inputs - 1)];
  std::vector<Index> out = {lowest[static_cast<std::size_t>(inputs - 1)]};
  for (Index k = inputs - 1; k > 0; --k) out.push_back(out.back() + steps[static_cast<std::size_t>(k - 1)]);
  return out;
}

// Every other run upwards by x, the rest downwards.
std::vector<Index> up_and_down(const std::vector<Index>& order) {
  std::vector<Index> out;
  for (std::size_t k = 0; k < order.size(); k += 2) out.push_back(order[k]);
  for (std::size_t k = order.size() / 2 * 2; k > 0; k -= 2) out.push_back(order[k - 1]);
  return out;
}

Vector balanced(const std::vector<Index>& order, const Matrix& y, Index harmonics) {
  const std::vector<Index> runs = up_and_down(order);
  Matrix sorted(static_cast<Index>(runs.size()), y.cols());
  for (Index k = 0; k < y.cols(); ++k)
    for (Index run = 0; run < sorted.rows(); ++run) sorted(run, k) = y(runs[static_cast<std::size_t>(run)], k);
  sorted.rowwise() -= sorted.colwise().mean().eval();
  std::vector<Index> frequencies(static_cast<std::size_t>(harmonics));
  std::iota(frequencies.begin(), frequencies.end(), Index{1});
  const double noise = 2 * static_cast<double>(harmonics) / static_cast<double>(sorted.rows());
  const Vector raw = share(waves(frequencies, sorted.rows()), sorted, variances(sorted));
  return raw.array() - noise / (1 - noise) * (1 - raw.array());
}

}  // namespace

std::vector<Index> Curves::frequencies() const {
  if (points <= 4 * harmonics * harmonics)
    throw SpecError(std::to_string(points) + " points: more than " + std::to_string(4 * harmonics * harmonics) + " would be right",
                    {"fast", "", "n"});
  const Index first = (points - 1) / (2 * harmonics), highest = std::max<Index>(first / (2 * harmonics), 1), rest = inputs - 1;
  std::vector<Index> out = {first};
  for (Index k = 0; k < rest; ++k)
    out.push_back(highest >= rest ? 1 + (rest > 1 ? (highest - 1) * k / (rest - 1) : 0) : k % highest + 1);
  return out;
}

void sample_curves(const Curves& curves, std::uint64_t seed, double* out, const Monitor& monitor) {
  const std::vector<Index> frequencies = curves.frequencies();
  auto own = [&](Index curve) {
    std::vector<Index> of(frequencies.begin() + 1, frequencies.end());
    of.insert(of.begin() + curve / curves.count, frequencies.front());
    return of;
  };
  swing(seed, curves.inputs * curves.count, curves.points, curves.inputs, own, out, monitor);
}

Index fewest_points(const SharedCurves& curves) { return 2 * curves.harmonics * free_frequencies(curves.inputs).back() + 1; }

std::vector<Index> SharedCurves::frequencies() const {
  if (harmonics > most_harmonics)
    throw SpecError(std::to_string(harmonics) + " harmonics: up to " + std::to_string(most_harmonics) + " would be right", {"fast", "", "M"});
  if (points < fewest_points(*this))
    throw SpecError(std::to_string(points) + " points: " + std::to_string(fewest_points(*this)) + " or more would be right", {"fast", "", "n"});
  return free_frequencies(inputs);
}

void sample_curves(const SharedCurves& curves, std::uint64_t seed, double* out, const Monitor& monitor) {
  const std::vector<Index> frequencies = curves.frequencies();
  swing(seed, curves.count, curves.points, curves.inputs, [&](Index) { return frequencies; }, out, monitor);
}

CurveIndices curve_indices(const double* y, Index outputs, const Curves& curves, double level, int threads, const Monitor& monitor) {
  const Index first = curves.frequencies().front();
  std::vector<Index> own, others(static_cast<std::size_t>(first / 2));
  for (Index k = 1; k <= curves.harmonics; ++k) own.push_back(k * first);
  std::iota(others.begin(), others.end(), Index{1});
  const Matrix swing = waves(own, curves.points), slow = waves(others, curves.points);
  const Matrix none = Matrix::Constant(outputs, curves.inputs, missing_value);
  CurveIndices out;
  out.value = out.low = out.high = {none, none};
  parallel(curves.inputs, threads, [&](Index input, int) {
    std::array<Matrix, 2> each = {Matrix(outputs, curves.count), Matrix(outputs, curves.count)};
    for (Index r = 0; r < curves.count; ++r) {
      const ByRow part = centered(y, (input * curves.count + r) * curves.points, curves.points, outputs);
      const Vector variance = variances(part);
      each[0].col(r) = share(swing, part, variance);
      each[1].col(r) = 1 - share(slow, part, variance).array();
    }
    for (std::size_t order = 0; order < 2; ++order)
      summarize(each[order], level, out.value[order].col(input), out.low[order].col(input), out.high[order].col(input));
  }, monitor);
  return out;
}

GivenIndices shared_curve_first(const double* y, Index outputs, const SharedCurves& curves, double level, int threads,
                                const Monitor& monitor) {
  const std::vector<Index> frequencies = curves.frequencies();
  std::vector<Matrix> found(static_cast<std::size_t>(curves.count));
  parallel(curves.count, threads, [&](Index curve, int) {
    const ByRow part = centered(y, curve * curves.points, curves.points, outputs);
    const Vector variance = variances(part);
    Matrix& first = found[static_cast<std::size_t>(curve)] = Matrix(outputs, curves.inputs);
    for (Index i = 0; i < curves.inputs; ++i) {
      std::vector<Index> own;
      for (Index k = 1; k <= curves.harmonics; ++k) own.push_back(k * frequencies[static_cast<std::size_t>(i)]);
      first.col(i) = share(waves(own, curves.points), part, variance);
    }
  }, monitor);
  GivenIndices out;
  out.value = out.low = out.high = Matrix::Constant(outputs, curves.inputs, missing_value);
  for (Index i = 0; i < curves.inputs; ++i) {
    Matrix each(outputs, curves.count);
    for (Index curve = 0; curve < curves.count; ++curve) each.col(curve) = found[static_cast<std::size_t>(curve)].col(i);
    summarize(each, level, out.value.col(i), out.low.col(i), out.high.col(i));
  }
  return out;
}

GivenIndices balanced_first(const Matrix& x, const Matrix& y, Index harmonics, Index groups, double level, std::uint64_t seed,
                            int threads, const Monitor& monitor) {
  const std::vector<Index> group = random_groups(x.rows(), groups, seed);
  GivenIndices out;
  out.value = out.low = out.high = Matrix::Constant(y.cols(), x.cols(), missing_value);
  parallel(x.cols(), threads, [&](Index i, int) {
    if (x.col(i).minCoeff() == x.col(i).maxCoeff()) return;
    const std::vector<Index> order = random_order(x.col(i), seed, static_cast<std::uint32_t>(i));
    out.value.col(i) = balanced(order, y, harmonics);
    if (groups < 2) return;
    Matrix left(y.cols(), groups);
    for (Index g = 0; g < groups; ++g) {
      std::vector<Index> kept;
      std::copy_if(order.begin(), order.end(), std::back_inserter(kept), [&](Index run) { return group[static_cast<std::size_t>(run)] != g; });
      left.col(g) = balanced(kept, y, harmonics);
    }
    const double n = static_cast<double>(groups), reach = t_quantile(level, groups - 1) * std::sqrt((n - 1) / n);
    const Vector half = reach * (left.colwise() - left.rowwise().mean().eval()).rowwise().norm();
    out.low.col(i) = out.value.col(i) - half, out.high.col(i) = out.value.col(i) + half;
  }, monitor);
  return out;
}

}  // namespace egov
