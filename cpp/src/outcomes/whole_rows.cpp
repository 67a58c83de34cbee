#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "detail/columns.hpp"
#include "detail/lanes.hpp"
#include "detail/pearson.hpp"
#include "outcomes/family.hpp"

namespace egov::detail {
namespace {

constexpr Index lanes = 8, powers = 3, moments = powers * powers;

// Numbers that stay in registers together; arrays of plain ones go through memory at every step.
#if defined(__GNUC__) && !defined(EGOV_NO_CLONES)
typedef double Eight __attribute__((vector_size(64), may_alias));
#else
struct alignas(64) Eight {
  double values[lanes];
  void operator+=(const Eight& more) {
    for (Index lane = 0; lane < lanes; ++lane) values[lane] += more.values[lane];
  }
  friend Eight operator*(double factor, const Eight& of) {
    Eight out = of;
    for (double& value : out.values) value *= factor;
    return out;
  }
};
#endif

// A column with a place for each power: 1, x, x^2; all 0 where it is missing.
struct Scaled {
  std::vector<int> rows;       // that are observed
  std::vector<double> values;  // of those, centered and on a scale of 1
};

Scaled scaled(const Matrix& table, Index column, bool ranks) {
  Scaled out;
  for (Index row = 0; row < table.rows(); ++row)
    if (!std::isnan(table(row, column))) out.rows.push_back(static_cast<int>(row));
  Vector values(static_cast<Index>(out.rows.size()));
  for (std::size_t k = 0; k < out.rows.size(); ++k) values[static_cast<Index>(k)] = table(out.rows[k], column);
  if (ranks) values = midranks(values);
  Vector again = values;
  if (values.size() > 0 && values.minCoeff() < values.maxCoeff()) pearson(values, again);
  else values.setZero();
  out.values.assign(values.data(), values.data() + values.size());
  return out;
}

// Sums over rows of the products of powers, for `lanes` columns of one side against one column of the other.
EGOV_CLONES void add_products(const double* __restrict table, const int* __restrict rows, const double* __restrict values, Index n,
                              double* __restrict sums) {
  Eight s0 = {}, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0, s8 = s0;
  for (Index k = 0; k < n; ++k) {
    const Eight* at = reinterpret_cast<const Eight*>(table + powers * lanes * rows[k]);
    const double x = values[k], xx = x * x;
    const Eight one = at[0], y = at[1], yy = at[2];
    s0 += one, s1 += y, s2 += yy;
    s3 += x * one, s4 += x * y, s5 += x * yy;
    s6 += xx * one, s7 += xx * y, s8 += xx * yy;
  }
  const Eight all[moments] = {s0, s1, s2, s3, s4, s5, s6, s7, s8};
  std::memcpy(sums, all, sizeof(all));
}

// The statistic out of those sums; -1 where so much cancels that it is better taken from the values.
EGOV_CLONES void finish(const double* __restrict sums, double* __restrict squares) {
  for (Index lane = 0; lane < lanes; ++lane) {
    const double *s = sums + lane, n = s[0], y = s[lanes] / n, x = s[3 * lanes] / n;
    const double yy = s[2 * lanes], xy = s[4 * lanes], xyy = s[5 * lanes], xx = s[6 * lanes], xxy = s[7 * lanes], xxyy = s[8 * lanes];
    const double product = xy - n * x * y, far = xxyy + y * y * xx + x * x * yy;
    const double spread = far - 2 * (y * xxy + x * xyy) + 4 * x * y * xy - 3 * n * x * x * y * y;
    const bool cancels = !(xx - n * x * x > 1e-3 * xx) || !(yy - n * y * y > 1e-3 * yy) || !(spread > 1e-4 * far);
    squares[lane] = n < 4 ? 0 : cancels ? -1 : product * product / spread;
  }
}

}  // namespace

struct WholeRows::Tables {
  Index rows, few, many;
  bool swapped;                  // x is the side with more columns
  std::vector<Scaled> columns;   // of the side with fewer
  Aligned<double> blocks;        // of the other: block by block of `lanes` columns, row by row, power by power
  Matrix raw_few, raw_many;      // as they came, or ranks
  Tables(const Matrix& x, const Matrix& y, bool ranks);
  double exactly(Index i, Index j, const int* order) const;
  Index block_size() const { return rows * powers * lanes; }
  Index block_count() const { return (many + lanes - 1) / lanes; }
};

WholeRows::Tables::Tables(const Matrix& x, const Matrix& y, bool ranks)
    : rows(x.rows()), few(std::min(x.cols(), y.cols())), many(std::max(x.cols(), y.cols())), swapped(x.cols() > y.cols()),
      blocks(block_count() * block_size(), 0.0), raw_few(swapped ? y : x), raw_many(swapped ? x : y) {
  for (Index i = 0; i < few; ++i) columns.push_back(scaled(raw_few, i, ranks));
  for (Index j = 0; j < many; ++j) {
    const Scaled column = scaled(raw_many, j, ranks);
    double* block = blocks.data() + j / lanes * block_size() + j % lanes;
    for (std::size_t k = 0; k < column.rows.size(); ++k) {
      double* at = block + powers * lanes * column.rows[k];
      at[0] = 1, at[lanes] = column.values[k], at[2 * lanes] = column.values[k] * column.values[k];
      if (ranks) raw_many(column.rows[k], j) = column.values[k];
    }
  }
  for (Index i = 0; ranks && i < few; ++i)
    for (std::size_t k = 0; k < columns[static_cast<std::size_t>(i)].rows.size(); ++k)
      raw_few(columns[static_cast<std::size_t>(i)].rows[k], i) = columns[static_cast<std::size_t>(i)].values[k];
}

double WholeRows::Tables::exactly(Index i, Index j, const int* order) const {
  std::vector<Index> common;
  for (Index row = 0; row < rows; ++row)
    if (!std::isnan(raw_few(row, i)) && !std::isnan(raw_many(order[row], j))) common.push_back(row);
  Vector x(static_cast<Index>(common.size())), y(x.size());
  for (std::size_t k = 0; k < common.size(); ++k) {
    x[static_cast<Index>(k)] = raw_few(common[k], i);
    y[static_cast<Index>(k)] = raw_many(order[common[k]], j);
  }
  if (!(x.minCoeff() < x.maxCoeff()) || !(y.minCoeff() < y.maxCoeff())) return 0;
  pearson(x, y);
  const Vector parts = x.cwiseProduct(y);
  const double sum = parts.sum(), squares = parts.squaredNorm();
  return squares > 0 ? sum * sum / squares : 0;
}

WholeRows::WholeRows(const Matrix& x, const Matrix& y, bool ranks) : tables_(std::make_unique<const Tables>(x, y, ranks)) {}
WholeRows::~WholeRows() = default;
Index WholeRows::rows() const { return tables_->rows; }

void WholeRows::squares(const int* orders, Index count, double* squares) const {
  const Tables& tables = *tables_;
  alignas(64) double sums[moments * lanes], some[lanes];
  std::vector<int> met;
  for (Index block = 0; block < tables.block_count(); ++block)
    for (Index number = 0; number < count; ++number) {
      const int* order = orders + number * tables.rows;
      double* to = squares + number * tables.few * tables.many;
      for (Index i = 0; i < tables.few; ++i) {
        const Scaled& column = tables.columns[static_cast<std::size_t>(i)];
        met.resize(column.rows.size());
        for (std::size_t k = 0; k < met.size(); ++k) met[k] = order[column.rows[k]];
        add_products(tables.blocks.data() + block * tables.block_size(), met.data(), column.values.data(), static_cast<Index>(met.size()), sums);
        finish(sums, some);
        for (Index j = block * lanes; j < std::min((block + 1) * lanes, tables.many); ++j) {
          const double square = some[j % lanes];
          to[tables.swapped ? j * tables.few + i : i * tables.many + j] = square < 0 ? tables.exactly(i, j, order) : square;
        }
      }
    }
}

}  // namespace egov::detail
