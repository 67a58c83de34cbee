#include "impute/joint/order.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace egov::joint {
namespace {

const char* const helpers = "auxiliaries";

std::vector<Index> counted(Index n) {
  std::vector<Index> out(static_cast<std::size_t>(n));
  std::iota(out.begin(), out.end(), Index{0});
  return out;
}

// Rows period by period, with the units of each in their order.
std::vector<Index> rows_of(const std::vector<Index>& units, Index rows) {
  const auto n = static_cast<Index>(units.size());
  std::vector<Index> out;
  for (Index first = 0; first < rows; first += n)
    for (Index unit : units) out.push_back(first + unit);
  return out;
}

struct Content {
  Index holes = 0;
  std::vector<Index> ranks;    // among the distinct values, from 1; holes 0
  std::vector<double> values;  // holes 0
  bool operator<(const Content& o) const { return std::tie(holes, ranks, values) < std::tie(o.holes, o.ranks, o.values); }
};

Content content_of(const Matrix& table, Index column, const std::vector<Index>& rows) {
  Content out;
  std::vector<double> distinct;
  for (Index row : rows)
    if (!std::isnan(table(row, column))) distinct.push_back(table(row, column));
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  for (Index row : rows) {
    const double value = table(row, column);
    const bool hole = std::isnan(value);
    out.holes += hole;
    out.ranks.push_back(hole ? 0 : std::lower_bound(distinct.begin(), distinct.end(), value) - distinct.begin() + 1);
    out.values.push_back(hole ? 0 : value);
  }
  return out;
}

std::vector<Content> contents_of(const Matrix& table, const std::vector<Index>& rows) {
  std::vector<Content> out;
  for (Index j = 0; j < table.cols(); ++j) out.push_back(content_of(table, j, rows));
  return out;
}

std::vector<Index> sorted(const std::vector<Content>& contents) {
  std::vector<Index> out = counted(static_cast<Index>(contents.size()));
  std::stable_sort(out.begin(), out.end(), [&](Index a, Index b) { return contents[static_cast<std::size_t>(a)] < contents[static_cast<std::size_t>(b)]; });
  return out;
}

template <class T>
std::vector<T> picked(const std::vector<T>& from, const std::vector<Index>& at) {
  std::vector<T> out;
  for (Index k : at) out.push_back(from[static_cast<std::size_t>(k)]);
  return out;
}

}  // namespace

Order order_of(const Block& block) {
  Order out{counted(block.units), {}, {}};
  const auto key = [&](Index unit) { return block.keys[static_cast<std::size_t>(unit)]; };
  std::stable_sort(out.units.begin(), out.units.end(), [&](Index a, Index b) { return key(a) < key(b); });
  const std::vector<Index> rows = rows_of(out.units, block.values.rows());
  std::vector<Content> contents = contents_of(block.values, rows);
  for (std::size_t j = 0; j < contents.size(); ++j)
    for (double number : block.args[j].numbers) contents[j].values.push_back(std::isnan(number) ? -infinite : number);
  out.columns = sorted(contents);
  if (block.args[0].has(helpers)) out.auxiliaries = sorted(contents_of(block.args[0].table(helpers), rows));
  return out;
}

Block ordered(const Block& block, const Order& order) {
  const std::vector<Index> rows = rows_of(order.units, block.values.rows());
  Block out = block;
  out.values = block.values(rows, order.columns);
  out.wanted = picked(block.wanted, order.columns);
  out.args = picked(block.args, order.columns);
  for (Args& args : out.args)
    if (args.has(helpers)) args.tables[helpers] = Matrix(args.table(helpers)(rows, order.auxiliaries));
  if (!block.groups.empty()) out.groups = picked(block.groups, order.units);
  out.keys = picked(block.keys, order.units);
  return out;
}

void put_back(const Order& order, const Block& block, Filling& filling) {
  const std::vector<Index> rows = rows_of(order.units, block.values.rows());
  for (Fill& fill : filling.fills) {
    fill.row = rows[static_cast<std::size_t>(fill.row)];
    fill.column = order.columns[static_cast<std::size_t>(fill.column)];
    if (fill.unit >= 0) fill.unit = order.units[static_cast<std::size_t>(fill.unit)];
  }
  std::sort(filling.fills.begin(), filling.fills.end(), [](const Fill& a, const Fill& b) { return std::tie(a.column, a.row) < std::tie(b.column, b.row); });
}

}  // namespace egov::joint
