// What is left of two columns where others are held constant, over all rows.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "outcomes/by_pairs.hpp"
#include "outcomes/pair.hpp"

namespace egov::detail {
namespace {

// A column counts as determined by others where what they leave of it is no longer than this share of it, or no more than
// rounding of the values themselves may leave.
constexpr double negligible = 1e-10;

// A column, what is left of it, and how far rounding of the values that came in may move each number of that.
struct Left {
  Vector values;
  double noise, length;
  Left(const Vector& centered, double rounding) : values(centered), noise(rounding), length(centered.norm()) {}
  bool determined() const {
    const double left = values.norm();
    return left <= negligible * length || left <= 2 * noise * std::sqrt(static_cast<double>(values.size()));
  }
  // Takes a column of length 1 out, twice, so that what is left is at right angles to it to the last digits.
  void take_out(const Vector& basis, double basis_noise) {
    const double part = basis.dot(values);
    values -= part * basis;
    values -= basis.dot(values) * basis;
    noise += std::abs(part) * basis_noise;
  }
};

// Takes the controls, which are the columns from the third on, out of one another and of x and y by a modified Gram-Schmidt QR:
// next comes the control of which the largest share is left, and none that those before it determine. Returns how many did count;
// order: which column stands where in the end.
Index take_controls_out(std::vector<Left>& left, std::vector<std::size_t>& order) {
  order.resize(left.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  auto share = [&](std::size_t at) { return left[at].determined() ? 0 : left[at].values.norm() / left[at].length; };
  for (std::size_t place = 2; place < left.size(); ++place) {
    std::size_t next = place;
    for (std::size_t at = place + 1; at < left.size(); ++at)
      if (share(at) > share(next)) next = at;
    if (share(next) == 0) return static_cast<Index>(place) - 2;
    std::swap(order[place], order[next]);
    std::swap(left[place], left[next]);
    const double length = left[place].values.norm();
    left[place].values /= length;
    left[place].noise /= length;
    for (std::size_t other = 0; other < left.size(); ++other)
      if (other < 2 || other > place) left[other].take_out(left[place].values, left[place].noise);
  }
  return static_cast<Index>(left.size()) - 2;
}

Reason determined(const std::vector<Left>& left) {
  return left[0].determined() ? Reason::control_is_x : left[1].determined() ? Reason::control_is_y : Reason::none;
}

}  // namespace

// Of values seen within clusters one degree of freedom is gone with each cluster.
Reason Pair::room_for(Index held) const {
  const Index freedom = (setting_.view == View::within ? n_ - clusters_ + 1 : n_) - held - 2;
  if (freedom >= 1) return Reason::none;
  return held > 0 ? Reason::too_many_controls : Reason::too_few;
}

// Residuals on the controls. Orthogonal controls take the place of the controls and, of values, residuals that of the columns: the
// partial coefficient of any resample is the same with them, and no digits are lost where a control explains nearly everything.
double Pair::hold_linear(Association& result) {
  std::vector<Left> left;
  for (Side& side : sides_) {
    if (kind_ == Coefficient::pearson) center(side.values);
    left.emplace_back(side.values, side.noise);
  }
  std::vector<std::size_t> order;
  held_ = take_controls_out(left, order);
  std::vector<Side> sides;
  for (std::size_t at = 0; at < static_cast<std::size_t>(2 + held_); ++at) sides.push_back(std::move(sides_[order[at]]));
  sides_.swap(sides);
  result.reason = held_ == 0 ? Reason::none : room_for(held_);
  if (result.reason == Reason::none) result.reason = determined(left);
  if (result.reason != Reason::none) return missing_value;
  scale(left[0].values), scale(left[1].values);
  if (kind_ == Coefficient::pearson)
    for (std::size_t a = 0; a < sides_.size(); ++a) {
      sides_[a].values = left[a].values;
      scale(sides_[a].values);
    }
  const double r = left[0].values.dot(left[1].values) / (left[0].values.norm() * left[1].values.norm());
  return std::min(1.0, std::max(-1.0, r));
}

// Elimination in the matrix of all tau-b, which is that of products of columns of signs.
double Pair::hold_kendall(Association& result) {
  sides_.erase(std::remove_if(sides_.begin() + 2, sides_.end(), [](const Side& side) { return side.constant; }), sides_.end());
  const auto m = static_cast<Index>(sides_.size());
  Matrix tau = Matrix::Identity(m, m);
  once_each();
  for (Index a = 0; a < m; ++a)
    for (Index b = 0; b < a; ++b) tau(a, b) = tau(b, a) = concordance(sides_[static_cast<std::size_t>(a)], sides_[static_cast<std::size_t>(b)])[0];
  held_ = 0;
  for (Index place = 2; place < m; ++place) {
    Index next = place;
    for (Index k = place; k < m; ++k)
      if (tau(k, k) > tau(next, next)) next = k;
    if (tau(next, next) <= negligible) break;
    tau.row(place).swap(tau.row(next)), tau.col(place).swap(tau.col(next));
    std::swap(sides_[static_cast<std::size_t>(place)], sides_[static_cast<std::size_t>(next)]);
    const Vector column = tau.col(place), pivot_row = tau.row(place).transpose();
    const double pivot = tau(place, place);
    for (Index a = 0; a < m; ++a)
      for (Index b = 0; b < m; ++b)
        if ((a < 2 || a > place) && (b < 2 || b > place)) tau(a, b) -= column[a] * pivot_row[b] / pivot;
    ++held_;
  }
  sides_.resize(static_cast<std::size_t>(2 + held_));
  result.reason = held_ == 0 ? Reason::none : room_for(held_);
  if (result.reason == Reason::none && tau(0, 0) <= negligible) result.reason = Reason::control_is_x;
  if (result.reason == Reason::none && tau(1, 1) <= negligible) result.reason = Reason::control_is_y;
  if (result.reason != Reason::none) return missing_value;
  return std::min(1.0, std::max(-1.0, tau(0, 1) / std::sqrt(tau(0, 0) * tau(1, 1))));
}

// Partial distance correlation. Several controls are one point a row, by their standardized values.
double Pair::hold_distance(Association& result) {
  sides_.erase(std::remove_if(sides_.begin() + 2, sides_.end(), [](const Side& side) { return side.constant; }), sides_.end());
  held_ = static_cast<Index>(sides_.size()) - 2;
  std::vector<Left> left;
  for (Side& side : sides_) {
    center(side.values);
    left.emplace_back(side.values, side.noise);
  }
  if (held_ > 0) {
    std::vector<std::size_t> order;
    result.reason = room_for(take_controls_out(left, order));
    if (result.reason == Reason::none) result.reason = determined(left);
    if (result.reason != Reason::none) return missing_value;
  }
  for (std::size_t a = 0; a < sides_.size(); ++a) {
    if (a >= 2) sides_[a].values /= sides_[a].values.norm() / std::sqrt(static_cast<double>(n_));
    else scale(sides_[a].values);
  }
  once_each();
  double r = distance()[0];
  if (held_ == 0 && n_ <= most_rows_by_pairs && !std::isnan(r)) r = distance_by_pairs(sides_[0].values, sides_[1].values);
  if (!std::isnan(r)) return std::min(1.0, std::max(-1.0, r));
  result.reason = Reason::control_is_x;
  return missing_value;
}

}  // namespace egov::detail
