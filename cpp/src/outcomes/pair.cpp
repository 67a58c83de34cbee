#include "outcomes/pair.hpp"

#include <algorithm>
#include <cmath>

namespace egov::detail {

SortedColumn::SortedColumn(const Matrix& table, Index column, bool ranks)
    : values(table.data() + column * table.rows()), rows(table.rows()) {
  if (!ranks) return;
  for (Index row = 0; row < rows; ++row)
    if (!std::isnan(values[row])) order.push_back(row);
  std::sort(order.begin(), order.end(), [this](Index a, Index b) {
    return values[a] < values[b] || (values[a] == values[b] && a < b);
  });
}

void Pair::load(const SortedColumn& x, const SortedColumn& y, Association& result) {
  ranks_ ? load_ranks(x, y) : load_values(x, y);
  if (kind_ == Coefficient::distance) load_distance(x, y);
  n_ = result.n = static_cast<Index>(rows_x_.size());
  auto constant = [](const double* values, const std::vector<Index>& rows) {
    return std::all_of(rows.begin(), rows.end(), [&](Index row) { return values[row] == values[rows.front()]; });
  };
  if (n_ < 4)
    result.reason = Reason::too_few;
  else if (constant(x.values, rows_x_))
    result.reason = Reason::constant_x;
  else if (constant(y.values, rows_y_))
    result.reason = Reason::constant_y;
}

void Pair::load_values(const SortedColumn& x, const SortedColumn& y) {
  rows_x_.clear();
  for (Index row = 0; row < x.rows; ++row)
    if (!std::isnan(x.values[row]) && !std::isnan(y.values[row])) rows_x_.push_back(row);
  rows_y_ = rows_x_;
  x_.values.resize(static_cast<Index>(rows_x_.size()));
  y_.values.resize(x_.values.size());
  for (std::size_t i = 0; i < rows_x_.size(); ++i) {
    x_.values[static_cast<Index>(i)] = x.values[rows_x_[i]];
    y_.values[static_cast<Index>(i)] = y.values[rows_x_[i]];
  }
}

// Numbers the common rows in the order of x, so that the passes over x run straight through memory.
void Pair::load_ranks(const SortedColumn& x, const SortedColumn& y) {
  rows_x_.clear();
  rows_y_.clear();
  label_.assign(static_cast<std::size_t>(x.rows), -1);
  for (Index row : x.order) {
    if (std::isnan(y.values[row])) continue;
    label_[static_cast<std::size_t>(row)] = static_cast<int>(rows_x_.size());
    rows_x_.push_back(row);
  }
  for (Index row : y.order)
    if (label_[static_cast<std::size_t>(row)] >= 0) rows_y_.push_back(row);
  rank(x.values, rows_x_, x_);
  rank(y.values, rows_y_, y_);
}

void Pair::rank(const double* values, const std::vector<Index>& rows, Side& side) const {
  const std::size_t n = rows.size();
  side.runs.clear();
  side.order.resize(n);
  side.values.resize(static_cast<Index>(n));
  for (std::size_t from = 0, to; from < n; from = to) {
    for (to = from; to < n && values[rows[to]] == values[rows[from]]; ++to) {
      side.order[to] = label_[static_cast<std::size_t>(rows[to])];
    }
    side.runs.push_back(static_cast<int>(from));
    double twice = static_cast<double>(from + to) - static_cast<double>(n);
    for (std::size_t k = from; k < to; ++k) side.values[side.order[k]] = twice;
  }
  side.runs.push_back(static_cast<int>(n));
}

double Pair::estimate() {
  if (kind_ == Coefficient::pearson) return pearson(x_.values, y_.values);
  if (kind_ == Coefficient::kendall) return kendall();
  if (kind_ == Coefficient::distance) return distance();
  double xx = x_.values.squaredNorm(), yy = y_.values.squaredNorm(), xy = x_.values.dot(y_.values);
  return std::min(1.0, std::max(-1.0, xy / std::sqrt(xx * yy)));
}

}  // namespace egov::detail
