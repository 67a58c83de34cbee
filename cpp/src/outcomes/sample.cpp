#include "outcomes/sample.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "detail/pearson.hpp"

namespace egov::detail {
namespace {

// x, y and the controls side by side in the rows that have them all.
Matrix common_rows(ConstColumn x, ConstColumn y, const Matrix& controls, std::vector<int>& rows) {
  for (Index row = 0; row < x.size(); ++row)
    if (!std::isnan(x[row]) && !std::isnan(y[row]) && !controls.row(row).hasNaN()) rows.push_back(static_cast<int>(row));
  Matrix table(static_cast<Index>(rows.size()), 2 + controls.cols());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const Index row = rows[k], to = static_cast<Index>(k);
    table(to, 0) = x[row], table(to, 1) = y[row];
    table.row(to).tail(controls.cols()) = controls.row(row);
  }
  return table;
}

// Replaces clusters by numbers from 0 in their order; returns them.
std::vector<int> number_clusters(std::vector<int>& cluster) {
  std::vector<int> known = cluster;
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  for (int& each : cluster) each = static_cast<int>(std::lower_bound(known.begin(), known.end(), each) - known.begin());
  return known;
}

// Values that a view has made are equal where rounding of what came in may be all that keeps them apart.
void tie(Eigen::Ref<Vector> values, double largest) {
  std::vector<int> order(static_cast<std::size_t>(values.size()));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int a, int b) { return values[a] < values[b]; });
  const double near = largest > 0 ? std::ldexp(std::numeric_limits<double>::epsilon(), std::ilogb(largest) + 1) : 0;
  double first = -infinite;
  for (int row : order) {
    if (values[row] - first > near) first = values[row];
    values[row] = first;
  }
}

// A cluster of one row has no variation within.
void leave_out_single(Matrix& table, std::vector<int>& units) {
  std::map<int, int> count;
  for (int unit : units) ++count[unit];
  Index kept = 0;
  for (Index row = 0; row < table.rows(); ++row) {
    const int unit = units[static_cast<std::size_t>(row)];
    if (count[unit] < 2) continue;
    units[static_cast<std::size_t>(kept)] = unit;
    table.row(kept++) = Eigen::RowVectorXd(table.row(row));
  }
  units.resize(static_cast<std::size_t>(kept));
  table.conservativeResize(kept, table.cols());
}

void look(Matrix& table, std::vector<int>& units, const Question& question) {
  if (question.clusters.empty()) return;  // each row its own: its mean is the row
  for (int& unit : units) unit = static_cast<int>(question.clusters[static_cast<std::size_t>(unit)]);
  if (question.view == View::rows) return;
  if (question.view == View::within) leave_out_single(table, units);
  if (table.rows() == 0) return;
  std::vector<int> cluster = units;
  const std::vector<int> known = number_clusters(cluster);
  const bool between = question.view == View::between;
  const auto clusters = static_cast<Index>(known.size());
  Matrix looked(between ? clusters : table.rows(), table.cols());
  for (Index column = 0; column < table.cols(); ++column) {
    Vector values = table.col(column);
    scale(values);
    const double largest = values.cwiseAbs().maxCoeff();
    if (between) values = group_means(values, cluster, clusters);
    else center_groups(values, cluster, clusters);
    tie(values, largest);
    looked.col(column) = values;
  }
  table = looked;
  if (between) units = known;
}

void sort_by_x(Matrix& table, std::vector<int>& units) {
  std::vector<int> order(units.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return table(a, 0) < table(b, 0); });
  const Matrix unsorted = table;
  const std::vector<int> unsorted_units = units;
  for (std::size_t k = 0; k < order.size(); ++k) {
    table.row(static_cast<Index>(k)) = unsorted.row(order[k]);
    units[k] = unsorted_units[static_cast<std::size_t>(order[k])];
  }
}

Matrix basis(Matrix controls) {
  if (controls.cols() == 0) return controls;
  for (Index column = 0; column < controls.cols(); ++column) {
    Vector centered = controls.col(column), again = centered;
    if (centered.minCoeff() < centered.maxCoeff()) pearson(centered, again);
    else centered.setZero();
    controls.col(column) = centered;
  }
  Eigen::ColPivHouseholderQR<Matrix> split(controls);
  split.setThreshold(1e-10);
  return split.householderQ() * Matrix::Identity(controls.rows(), split.rank());
}

// False where the controls leave nothing but rounding.
bool leave_residuals(Vector& values, const Matrix& controlled) {
  const double before = values.squaredNorm();
  for (int time = 0; time < 2; ++time) values -= controlled * (controlled.transpose() * values);
  return values.squaredNorm() > 1e-20 * before;
}

bool varies(const Matrix& table, Index column) { return table.col(column).minCoeff() < table.col(column).maxCoeff(); }

}  // namespace

bool has_clusters(const Question& question) {
  const std::vector<Index>& of = question.clusters;
  return question.view != View::between && std::set<Index>(of.begin(), of.end()).size() < of.size();
}

Sample sample(const Matrix& x, Index i, const Matrix& y, Index j, const Question& question, bool ranks) {
  Sample out;
  const Matrix none(x.rows(), 0);
  Matrix table = common_rows(x.col(i), y.col(j), question.controls.cols() ? question.controls : none, out.units);
  look(table, out.units, question);
  const Index controls = table.cols() - 2;
  if (table.rows() < 4 || table.rows() < controls + 3 || !varies(table, 0) || !varies(table, 1)) return out;
  if (controls == 0) sort_by_x(table, out.units);
  for (Index column = 0; ranks && column < table.cols(); ++column)
    table.col(column) = midranks(table.col(column)).array() - 0.5 * static_cast<double>(table.rows() + 1);
  out.x = table.col(0), out.y = table.col(1);
  if (!ranks) pearson(out.x, out.y);
  out.controlled = basis(table.rightCols(controls));
  out.usable = leave_residuals(out.x, out.controlled) && leave_residuals(out.y, out.controlled);
  return out;
}

}  // namespace egov::detail
