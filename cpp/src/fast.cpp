#include "egov/fast.hpp"

#include <algorithm>
#include <cmath>
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

void sample_curves(const Curves& curves, std::uint64_t seed, double* out) {
  const std::vector<Index> frequencies = curves.frequencies();
  for (Index curve = 0; curve < curves.inputs * curves.count; ++curve) {
    Stream stream(seed, static_cast<std::uint32_t>(curve), 0, for_points);
    std::vector<double> phase;
    for (Index k = 0; k < curves.inputs; ++k) phase.push_back(2 * pi * stream.uniform());
    const Index swinging = curve / curves.count;
    for (Index t = 0; t < curves.points; ++t)
      for (Index k = 0; k < curves.inputs; ++k) {
        const Index at = k == swinging ? 0 : k < swinging ? k + 1 : k;
        const double turn = 2 * pi * static_cast<double>(frequencies[static_cast<std::size_t>(at)] * t % curves.points) / static_cast<double>(curves.points);
        *out++ = 0.5 + std::asin(std::sin(turn + phase[static_cast<std::size_t>(k)])) / pi;
      }
  }
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
      ByRow part = Eigen::Map<const ByRow>(y + (input * curves.count + r) * curves.points * outputs, curves.points, outputs);
      part.rowwise() -= part.colwise().mean().eval();
      const Vector variance = variances(part);
      each[0].col(r) = share(swing, part, variance);
      each[1].col(r) = 1 - share(slow, part, variance).array();
    }
    for (std::size_t order = 0; order < 2; ++order)
      summarize(each[order], level, out.value[order].col(input), out.low[order].col(input), out.high[order].col(input));
  }, monitor);
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
