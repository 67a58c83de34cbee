// The common rows of a pair: which they are, their clusters, the part of the variation that is looked at, their order.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "outcomes/pair.hpp"

namespace egov::detail {
namespace {

bool all_equal(const Vector& values) { return (values.array() == values[0]).all(); }

}  // namespace

SortedColumn::SortedColumn(const Matrix& table, Index column, bool ranks)
    : values(table.data() + column * table.rows()), rows(table.rows()) {
  if (!ranks) return;
  for (Index row = 0; row < rows; ++row)
    if (!std::isnan(values[row])) order.push_back(row);
  std::sort(order.begin(), order.end(), [this](Index a, Index b) {
    return values[a] < values[b] || (values[a] == values[b] && a < b);
  });
}

Setting setting(const Question& question, Coefficient kind, Index rows) {
  Setting made;
  made.kind = kind, made.view = question.view, made.together = question.together, made.clusters = rows;
  if (question.controls.cols() > 0 && question.controls.rows() != rows)
    throw DataError("controls have " + std::to_string(question.controls.rows()) + " rows and x " + std::to_string(rows) +
                        "; the same units in both would be right", {"correlate", "", "controls"});
  for (Index k = 0; k < question.controls.cols(); ++k)
    made.controls.emplace_back(question.controls, k, needs_order(kind) && question.view == View::rows);
  if (question.clusters.empty()) return made;
  if (static_cast<Index>(question.clusters.size()) != rows)
    throw DataError(std::to_string(question.clusters.size()) + " clusters given for " + std::to_string(rows) +
                        " rows; one for each row would be right", {"correlate", "", "clusters"});
  std::vector<Index> known = question.clusters;
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  if (known.front() < 0)
    throw DataError("a cluster is " + std::to_string(known.front()) + "; whole numbers from 0 would be right", {"correlate", "", "clusters"});
  made.clusters = static_cast<Index>(known.size());
  for (Index each : question.clusters)
    made.cluster.push_back(static_cast<int>(std::lower_bound(known.begin(), known.end(), each) - known.begin()));
  return made;
}

void Pair::load(const SortedColumn& x, const SortedColumn& y, Association& result) {
  find_rows(x, y);
  if (rows_.empty()) result.reason = Reason::no_overlap;
  number_clusters();
  result.n = static_cast<Index>(rows_.size());
  result.clusters = clusters_;
  n_ = setting_.view == View::between ? clusters_ : result.n;
  held_ = 0;
  concordance_ = unbiased_ = 0;
  if (result.reason != Reason::none) return;
  if (n_ < 4 || clusters_ < 4) {
    result.reason = Reason::too_few;
    return;
  }
  sides_.resize(2 + setting_.controls.size());
  take(x, sides_[0]);
  take(y, sides_[1]);
  for (std::size_t k = 0; k < setting_.controls.size(); ++k) take(setting_.controls[k], sides_[2 + k]);
  order_rows();
  if (sides_[0].constant) result.reason = Reason::constant_x;
  else if (sides_[1].constant) result.reason = Reason::constant_y;
  else result.reason = room_for(0);
}

void Pair::find_rows(const SortedColumn& x, const SortedColumn& y) {
  rows_.clear();
  auto consider = [&](Index row) {
    if (std::isnan(x.values[row]) || std::isnan(y.values[row])) return;
    for (const SortedColumn& control : setting_.controls)
      if (std::isnan(control.values[row])) return;
    rows_.push_back(row);
  };
  if (ranks_ && setting_.view == View::rows)
    for (Index row : x.order) consider(row);
  else
    for (Index row = 0; row < x.rows; ++row) consider(row);
  label_.assign(static_cast<std::size_t>(x.rows), -1);
  for (std::size_t i = 0; i < rows_.size(); ++i) label_[static_cast<std::size_t>(rows_[i])] = static_cast<int>(i);
}

// In the order of their numbers in the table. A cluster of one row has no variation within and is left out of that view.
void Pair::number_clusters() {
  auto of_row = [&](Index row) { return setting_.cluster.empty() ? static_cast<int>(row) : setting_.cluster[static_cast<std::size_t>(row)]; };
  number_.assign(static_cast<std::size_t>(std::max<Index>(setting_.clusters, static_cast<Index>(label_.size()))), 0);
  for (Index row : rows_) ++number_[static_cast<std::size_t>(of_row(row))];
  if (setting_.view == View::within)
    rows_.erase(std::remove_if(rows_.begin(), rows_.end(), [&](Index row) { return number_[static_cast<std::size_t>(of_row(row))] < 2; }), rows_.end());
  const int least = setting_.view == View::within ? 2 : 1;
  clusters_ = 0;
  for (int& each : number_) each = each < least ? -1 : static_cast<int>(clusters_++);
  cluster_.clear(), source_.clear();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const int cluster = of_row(rows_[i]);
    const bool own = setting_.cluster.empty();
    cluster_.push_back(own ? static_cast<int>(i) : number_[static_cast<std::size_t>(cluster)]);
    source_.push_back(setting_.together ? cluster : cluster_.back());
  }
}

void Pair::take(const SortedColumn& column, Side& side) {
  side.values.resize(static_cast<Index>(rows_.size()));
  for (std::size_t i = 0; i < rows_.size(); ++i) side.values[static_cast<Index>(i)] = column.values[rows_[i]];
  side.constant = all_equal(side.values);
  const bool by_table = ranks_ && setting_.view == View::rows;
  side.order.clear();
  if (by_table)
    for (Index row : column.order)
      if (const int i = label_[static_cast<std::size_t>(row)]; i >= 0) side.order.push_back(i);
  if (by_table && kind_ != Coefficient::distance) return;
  scale(side.values);
  side.noise = std::numeric_limits<double>::epsilon();
  if (setting_.view != View::rows) take_view(side);
}

void Pair::take_view(Side& side) {
  if (setting_.view == View::within)
    center_groups(side.values, cluster_, clusters_);
  else
    side.values = group_means(side.values, cluster_, clusters_);
  side.constant = all_equal(side.values);
  if (!side.constant) side.noise *= scale(side.values);
}

// Finds the order of each side, and ranks. Values that a view has made tie where rounding may be all that keeps them apart.
void Pair::order_rows() {
  if (setting_.view == View::between) {
    std::vector<int> sources(static_cast<std::size_t>(n_));
    for (std::size_t i = 0; i < rows_.size(); ++i) sources[static_cast<std::size_t>(cluster_[i])] = source_[i];
    source_ = sources;
    cluster_.resize(source_.size());
    std::iota(cluster_.begin(), cluster_.end(), 0);
  }
  if (!ranks_) return;
  const bool viewed = setting_.view != View::rows;
  for (Side& side : sides_) {
    if (viewed) {
      side.order.resize(static_cast<std::size_t>(n_));
      std::iota(side.order.begin(), side.order.end(), 0);
      std::sort(side.order.begin(), side.order.end(), [&](int a, int b) {
        return side.values[a] < side.values[b] || (side.values[a] == side.values[b] && a < b);
      });
    }
    rank_values(side);
  }
}

void Pair::rank_values(Side& side) const {
  const std::size_t n = side.order.size();
  const double near = setting_.view == View::rows ? 0 : side.noise;
  side.runs.clear();
  for (std::size_t from = 0, to; from < n; from = to) {
    for (to = from; to < n && side.values[side.order[to]] - side.values[side.order[from]] <= near; ++to) {}
    side.runs.push_back(static_cast<int>(from));
  }
  side.runs.push_back(static_cast<int>(n));
  side.constant = side.constant || side.runs.size() == 2;
  side.place.resize(n);
  for (std::size_t run = 0; run + 1 < side.runs.size(); ++run)
    for (int k = side.runs[run]; k < side.runs[run + 1]; ++k) {
      const int row = side.order[static_cast<std::size_t>(k)];
      side.place[static_cast<std::size_t>(row)] = kind_ == Coefficient::distance ? k : static_cast<int>(run);
      if (kind_ != Coefficient::distance) side.values[row] = static_cast<double>(side.runs[run] + side.runs[run + 1]) - static_cast<double>(n);
    }
  if (kind_ != Coefficient::distance) side.noise = 0;
}

}  // namespace egov::detail
