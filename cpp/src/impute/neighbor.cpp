// From the rows most alike: units by their whole record, or units in single periods.
#include <algorithm>
#include <cmath>

#include "detail/statistics.hpp"
#include "detail/threads.hpp"
#include "impute/likeness.hpp"
#include "impute/rows.hpp"

namespace egov {
namespace {

const std::string no_neighbor = "mean of all, because the unit shares no observed value with any that has one";

// Indicators and auxiliaries of a block as the rows and columns that are compared.
struct Layout {
  bool wide;
  Index units, periods, columns;  // columns: of the block
  Index rows() const { return wide ? units : units * periods; }
  Index row(Index cell_row) const { return wide ? cell_row % units : cell_row; }
  Index column(Index j, Index cell_row) const { return wide ? j * periods + cell_row / units : j; }
  Index cell_row(Index row, Index column) const { return wide ? column % periods * units + row : row; }
};

Matrix laid_out(const Block& b, const Layout& layout) {
  Matrix all = b.values;
  if (b.args[0].has("auxiliaries")) {
    const auto& beside = b.args[0].table("auxiliaries");
    all.conservativeResize(Eigen::NoChange, b.values.cols() + beside.cols());
    all.rightCols(beside.cols()) = beside;
  }
  if (!layout.wide) return all;
  Matrix out(b.units, all.cols() * b.periods());
  for (Index j = 0; j < all.cols(); ++j) out.middleCols(j * b.periods(), b.periods()) = Eigen::Map<const Matrix>(all.col(j).data(), b.units, b.periods());
  return out;
}

struct Near {
  double far;
  std::uint32_t key;
  Index row;
  bool operator<(const Near& o) const { return far != o.far ? far < o.far : key != o.key ? key < o.key : row < o.row; }
};

// The k nearest rows that have the column; those that share nothing with the row are none.
std::vector<Near> nearest_with(const Matrix& table, Index column, const std::vector<Near>& all, std::size_t k) {
  std::vector<Near> out;
  for (const Near& one : all) {
    if (out.size() == k) break;
    if (!std::isnan(table(one.row, column))) out.push_back(one);
  }
  return out;
}

// Mean of the donors; those at no distance alone where weights are inverse distances. Exact where all are the same.
double mean_of(const Matrix& table, Index column, const std::vector<Near>& donors, bool weighted) {
  std::vector<double> values;
  for (const Near& one : donors) values.push_back(table(one.row, column));
  const double unit = detail::to_size_one(values), from = values[0] * unit;
  double sum = 0, weights = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool same = donors[0].far == 0;
    const double w = !weighted ? 1 : same ? donors[i].far == 0 : 1 / donors[i].far;
    sum += w * (values[i] * unit - from), weights += w;
  }
  return (from + sum / weights) / unit;
}

class Neighbors {
 public:
  explicit Neighbors(const Block& b)
      : b_(b), k_(static_cast<std::size_t>(b.args[0][0])), weighted_(b.args[0][1] == 1),
        layout_{b.args[0][2] == 0, b.units, b.periods(), b.values.cols()}, table_(laid_out(b, layout_)), scaled_(on_own_scales(table_)) {}

  Filling fill() const {
    std::vector<std::vector<Fill>> by_row(static_cast<std::size_t>(layout_.rows()));
    detail::parallel(layout_.rows(), b_.threads, [&](Index row, int) { by_row[static_cast<std::size_t>(row)] = fills_of(row); });
    Filling made;
    for (const auto& fills : by_row) made.fills.insert(made.fills.end(), fills.begin(), fills.end());
    if (std::any_of(made.fills.begin(), made.fills.end(), [](const Fill& fill) { return fill.note == 0; })) made.notes = {no_neighbor};
    return made;
  }

 private:
  bool wanted(Index j, Index cell_row) const { return b_.wanted[static_cast<std::size_t>(j)][static_cast<std::size_t>(cell_row / b_.units)]; }

  std::vector<Near> by_distance(Index row) const {
    std::vector<Near> out;
    for (Index other = 0; other < layout_.rows(); ++other) {
      if (other == row) continue;
      const double far = distance(&scaled_(row, 0), &scaled_(other, 0), scaled_.cols());
      if (!std::isnan(far)) out.push_back({far, b_.keys[static_cast<std::size_t>(other % b_.units)], other});
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  std::vector<Fill> fills_of(Index row) const {
    std::vector<Fill> out;
    std::vector<Near> near;
    const Index targets = layout_.wide ? layout_.columns * layout_.periods : layout_.columns;
    for (Index column = 0; column < targets; ++column) {
      const Index j = layout_.wide ? column / layout_.periods : column, cell = layout_.cell_row(row, column);
      if (!std::isnan(table_(row, column)) || !wanted(j, cell)) continue;
      if (near.empty()) near = by_distance(row);
      const auto donors = nearest_with(table_, column, near, k_);
      if (donors.empty()) fall_back(cell, j, column, out);
      else out.push_back(from(donors, cell, j, column));
    }
    return out;
  }

  Fill from(const std::vector<Near>& donors, Index cell, Index j, Index column) const {
    Fill fill{cell, mean_of(table_, column, donors, weighted_), cell / b_.units, cell / b_.units, static_cast<Index>(donors.size())};
    fill.column = j, fill.unit = donors[0].row % b_.units;
    if (layout_.wide) return fill;
    const auto by_row = [](const Near& a, const Near& b) { return a.row < b.row; };
    const auto [low, high] = std::minmax_element(donors.begin(), donors.end(), by_row);
    fill.first = low->row / b_.units, fill.last = high->row / b_.units;
    return fill;
  }

  void fall_back(Index cell, Index j, Index column, std::vector<Fill>& out) const {
    std::vector<Near> all;
    for (Index row = 0; row < layout_.rows(); ++row)
      if (!std::isnan(table_(row, column))) all.push_back({0, 0, row});
    if (all.empty()) return;
    Fill fill = from(all, cell, j, column);
    fill.value = mean_of(table_, column, all, false), fill.unit = -1, fill.note = 0;
    out.push_back(fill);
  }

  const Block& b_;
  std::size_t k_;
  bool weighted_;
  Layout layout_;
  Matrix table_;      // rows and columns that are compared, in their own units
  RowTable scaled_;
};

}  // namespace

std::vector<ImputeMethod> neighbor_rows() {
  ImputeMethod knn{{"knn",
                    "Mean of the nearest neighbors by all indicators together, each on its own scale; where a unit shares nothing with any, of all.",
                    "Troyanskaya et al. 2001, Bioinformatics 17(6)",
                    {{"k", Kind::integer, 5.0, 1.0, infinite, "Neighbors."},
                     {"weights", Kind::option, 0.0, -infinite, infinite, "Of the neighbors: alike, or by their inverse distance.", {"uniform", "distance"}},
                     {"shape", Kind::option, 0.0, -infinite, infinite,
                      "What is a neighbor: wide, a unit by its record of all periods; long, a unit in one period, whatever the period.",
                      {"wide", "long"}},
                     auxiliaries_param()},
                    keeps_range}};
  knn.together = [](const Block& b) { return Neighbors(b).fill(); };
  return {knn};
}

}  // namespace egov
