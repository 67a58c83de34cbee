#include "egov/regression.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "detail/resamples.hpp"
#include "detail/threads.hpp"
#include "egov/method.hpp"

namespace egov {

using namespace detail;

namespace {

constexpr double most_inflation = 1e12;  // beyond it, inputs depend on one another linearly
constexpr Index together = 16;           // outputs brought to ranks at a time

// Rows of a column by increasing value, with the end of the ties at each.
struct Order {
  std::vector<Index> row, end;
  explicit Order(ConstColumn values) : row(static_cast<std::size_t>(values.size())), end(row) {
    std::iota(row.begin(), row.end(), Index{0});
    std::sort(row.begin(), row.end(), [&](Index a, Index b) { return values[a] < values[b] || (values[a] == values[b] && a < b); });
    for (std::size_t k = row.size(); k-- > 0;)
      end[k] = k + 1 < row.size() && values[row[k]] == values[row[k + 1]] ? end[k + 1] : static_cast<Index>(k) + 1;
  }
};

std::vector<Order> orders_of(const Matrix& table, bool ranks) {
  std::vector<Order> out;
  for (Index k = 0; ranks && k < table.cols(); ++k) out.emplace_back(table.col(k));
  return out;
}

// Midranks where each row stands there so many times.
void rank_rows(const Order& order, const Vector& times, Column to) {
  double before = 0;
  for (std::size_t k = 0, end; k < order.row.size(); k = end) {
    end = static_cast<std::size_t>(order.end[k]);
    double tied = 0;
    for (std::size_t j = k; j < end; ++j) tied += times[order.row[j]];
    for (std::size_t j = k; j < end; ++j) to[order.row[j]] = before + (tied + 1) / 2;
    before += tied;
  }
}

struct Columns {
  const Matrix& values;
  std::vector<Order> orders;  // empty: values as they are
};

// Columns with weighted mean 0 and weighted sum of squares 1; false where one does not vary.
bool standardized(const Columns& table, Index first, Index count, const Vector& times, Matrix& to) {
  to = table.values.middleCols(first, count);
  bool varies = true;
  for (Index k = 0; k < count; ++k) {
    if (!table.orders.empty()) rank_rows(table.orders[static_cast<std::size_t>(first + k)], times, to.col(k));
    to.col(k).array() -= to.col(k).dot(times) / times.sum();
    const double square = to.col(k).cwiseAbs2().dot(times);
    varies = varies && square > 0;
    to.col(k) /= std::sqrt(square);
  }
  return varies;
}

struct Fit {
  Matrix coefficient, partial;  // outputs x inputs
  Vector r2, inflation;
};

// False where inputs depend on one another.
bool fit(const Columns& x, const Columns& y, const Vector& times, Fit& out) {
  const Index d = x.values.cols(), outputs = y.values.cols();
  out.coefficient = out.partial = Matrix::Constant(outputs, d, missing_value);
  out.r2 = Vector::Constant(outputs, missing_value);
  Matrix inputs, part;
  if (!standardized(x, 0, d, times, inputs)) return false;
  const Matrix weighted = times.asDiagonal() * inputs;
  const Eigen::LLT<Matrix> of(inputs.transpose() * weighted);
  if (of.info() != Eigen::Success) return false;
  out.inflation = of.solve(Matrix::Identity(d, d)).diagonal();
  if (!(out.inflation.maxCoeff() < most_inflation)) return false;
  for (Index first = 0; first < outputs; first += together) {
    const Index count = std::min(together, outputs - first);
    standardized(y, first, count, times, part);
    const Matrix with = weighted.transpose() * part, slopes = of.solve(with);
    for (Index k = 0; k < count; ++k) {
      const double r2 = with.col(k).dot(slopes.col(k)), rest = std::max(0.0, 1 - r2);
      out.r2[first + k] = r2;
      out.coefficient.row(first + k) = slopes.col(k).transpose();
      out.partial.row(first + k) = (slopes.col(k).array() / (rest * out.inflation.array() + slopes.col(k).array().square()).sqrt()).transpose();
    }
  }
  return true;
}

void percentiles(const std::vector<Fit>& again, double level, Index output, RegressionIndices& out) {
  const auto count = static_cast<Index>(again.size());
  Vector values(count);
  auto both = [&](const auto& of, double& low, double& high) {
    for (Index r = 0; r < count; ++r) values[r] = of(again[static_cast<std::size_t>(r)]);
    low = percentile(values, (1 - level) / 2), high = percentile(values, (1 + level) / 2);
  };
  for (Index i = 0; i < out.value[0].cols(); ++i) {
    both([&](const Fit& of) { return of.coefficient(output, i); }, out.low[0](output, i), out.high[0](output, i));
    both([&](const Fit& of) { return of.partial(output, i); }, out.low[1](output, i), out.high[1](output, i));
  }
  both([&](const Fit& of) { return of.r2[output]; }, out.r2_low[output], out.r2_high[output]);
}

}  // namespace

RegressionIndices regress(const Matrix& x, const Matrix& y, bool ranks, Index resamples, double level, std::uint64_t seed, int threads,
                          const Monitor& monitor) {
  const Columns inputs{x, orders_of(x, ranks)}, outputs{y, orders_of(y, ranks)};
  Fit all;
  if (!fit(inputs, outputs, Vector::Ones(x.rows()), all))
    throw DataError("inputs depend on one another linearly; leave out those that others determine", {"regression", "", ""});
  RegressionIndices out;
  out.value = {all.coefficient, all.partial};
  out.r2 = all.r2, out.inflation = all.inflation;
  out.r2_low = out.r2_high = Vector::Constant(y.cols(), missing_value);
  const Matrix none = Matrix::Constant(y.cols(), x.cols(), missing_value);
  out.low = out.high = {none, none};
  std::vector<Fit> again(static_cast<std::size_t>(resamples));
  parallel(resamples, threads, [&](Index r, int) { fit(inputs, outputs, times_drawn(x.rows(), seed, r), again[static_cast<std::size_t>(r)]); },
           monitor, 0, 0.9);
  if (resamples > 0) parallel(y.cols(), threads, [&](Index k, int) { percentiles(again, level, k, out); }, monitor, 0.9, 1);
  return out;
}

}  // namespace egov
