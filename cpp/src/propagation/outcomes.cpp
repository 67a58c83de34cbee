#include <algorithm>
#include <cmath>

#include "propagation/meeting.hpp"

namespace egov::detail {
namespace {

Outcomes::Column column_of(const Matrix& table, Index at, const Matrix& controls) {
  Outcomes::Column out;
  const auto rows = static_cast<std::size_t>(table.rows());
  out.values.assign(table.col(at).data(), table.col(at).data() + rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const bool held = !controls.row(static_cast<Index>(row)).hasNaN();
    out.there.push_back(static_cast<char>(held && !std::isnan(out.values[row])));
    if (out.there.back()) out.order.push_back(static_cast<int>(row));
  }
  auto value = [&](int row) { return out.values[static_cast<std::size_t>(row)]; };
  std::stable_sort(out.order.begin(), out.order.end(), [&](int a, int b) { return value(a) < value(b); });
  for (std::size_t k = 0; k < out.order.size(); ++k)
    if (k == 0 || value(out.order[k]) != value(out.order[k - 1])) out.runs.push_back(static_cast<int>(k));
  out.runs.push_back(static_cast<int>(out.order.size()));
  for (std::size_t row = 0; row < rows; ++row)
    if (!out.there[row]) out.values[row] = missing_value;
  scale(out.values.data(), table.rows(), 1);
  for (double& each : out.values)
    if (std::isnan(each)) each = 0;
  return out;
}

}  // namespace

void scale(double* values, Index n, Index stride) {
  double largest = 0;
  for (Index k = 0; k < n; ++k)
    if (!std::isnan(values[k * stride])) largest = std::max(largest, std::abs(values[k * stride]));
  if (largest == 0) return;
  const int power = -std::ilogb(largest);
  for (Index k = 0; k < n; ++k) values[k * stride] = std::ldexp(values[k * stride], power);
}

void LaneOrder::sort(const DrawLanes& draws, Index lane) {
  sorted.clear(), runs.clear();
  for (Index row = 0; row < draws.rows; ++row) {
    const double value = draws.x[static_cast<std::size_t>(row * lanes + lane)];
    if (!std::isnan(value)) sorted.emplace_back(value, static_cast<int>(row));
  }
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t k = 0; k < sorted.size(); ++k)
    if (k == 0 || sorted[k].first != sorted[k - 1].first) runs.push_back(static_cast<int>(k));
  tied = runs.size() < sorted.size();
  runs.push_back(static_cast<int>(sorted.size()));
}

Reason count_reason(Index n, Index controls) {
  if (n == 0) return Reason::no_overlap;
  if (n < 4) return Reason::too_few;
  return n - 2 - controls < 1 ? Reason::too_many_controls : Reason::none;
}

Outcomes::Outcomes(const Matrix& outcomes, const Matrix& with) : given(outcomes), controls(with) {
  for (Index at = 0; at < given.cols(); ++at) columns.push_back(column_of(given, at, controls));
  for (Index at = 0; at < controls.cols(); ++at) held.push_back(column_of(controls, at, controls));
}

}  // namespace egov::detail
