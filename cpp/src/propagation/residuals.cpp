// Pearson's coefficient of what is left once controls are projected out (modified Gram-Schmidt), of eight draws and
// resamples at once; of ranks within them where that is asked for. Lanes do not touch one another and sums run row by row,
// so that the width of vectors changes no bit.
#include <algorithm>
#include <array>
#include <cmath>

#include "detail/columns.hpp"
#include "propagation/meeting.hpp"

namespace egov::detail {
namespace {

constexpr double nothing_left = 1e-20;  // of a sum of squares, once what determines it is projected out
constexpr double rounding = 1e-22;      // of a square of a number below 2: whether a column is constant is looked at exactly
using Room = std::vector<double>;       // rows x lanes

EGOV_CLONES void add_products(const double* weights, const double* a, const double* b, Index n, double* sums) {
  for (Index lane = 0; lane < lanes; ++lane) sums[lane] = 0;
  for (Index row = 0; row < n; ++row, weights += lanes, a += lanes, b += lanes)
    for (Index lane = 0; lane < lanes; ++lane) sums[lane] += weights[lane] * a[lane] * b[lane];
}

EGOV_CLONES void add_weighted(const double* weights, const double* a, Index n, double* sums) {
  for (Index lane = 0; lane < lanes; ++lane) sums[lane] = 0;
  for (Index row = 0; row < n; ++row, weights += lanes, a += lanes)
    for (Index lane = 0; lane < lanes; ++lane) sums[lane] += weights[lane] * a[lane];
}

EGOV_CLONES void take_off(const double* factors, const double* from, Index n, double* values) {
  for (Index row = 0; row < n; ++row, from += lanes, values += lanes)
    for (Index lane = 0; lane < lanes; ++lane) values[lane] -= factors[lane] * from[lane];
}

EGOV_CLONES void shift(const double* by, Index n, double* values) {
  for (Index row = 0; row < n; ++row, values += lanes)
    for (Index lane = 0; lane < lanes; ++lane) values[lane] -= by[lane];
}

using Lanes = std::array<double, lanes>;

class ResidualMeeting : public Meeting {
 public:
  ResidualMeeting(const Outcomes& outcomes, bool ranks) : outcomes_(outcomes), ranks_(ranks) {}
  void load(const DrawLanes& draws) override;
  void meet(std::size_t outcome, Coefficients* out) override;

 private:
  struct Side {
    Room values;
    Lanes before, left;  // sums of squares about the mean: of the column, and once controls are projected out
  };
  void weigh(const Room& given, const Outcomes::Column& y);
  void put(const Outcomes::Column& from, Side& to);
  void put_x();
  template <class Order>
  void rank(const Order& row_at, const std::vector<int>& runs, Index lane, Side& to) const;
  void center(Side& side) const;
  void project_out(const Side& control, Side& side) const;
  bool constant(const Side& side, Index lane) const;
  Reason reason(Index lane) const;
  void adjust(const Outcomes::Column& y);

  const Outcomes& outcomes_;
  bool ranks_;
  Index rows_ = 0;
  Room x_, all_, resampled_;  // scaled, 0 where there is none; 1 and how often each row is held, 0 where there is no x
  std::array<LaneOrder, lanes> orders_;
  Room times_;                // of rows in common
  Lanes n_;
  Side left_x_, left_y_;
  std::vector<Side> controls_;
  Room raw_x_, raw_y_;        // before anything is taken off
};

void ResidualMeeting::load(const DrawLanes& draws) {
  rows_ = draws.rows;
  x_ = draws.x;
  all_.assign(x_.size(), 0), resampled_.assign(x_.size(), 0);
  for (Index lane = 0; lane < lanes; ++lane) {
    scale(x_.data() + lane, rows_, lanes);
    if (ranks_) orders_[static_cast<std::size_t>(lane)].sort(draws, lane);
  }
  for (std::size_t at = 0; at < x_.size(); ++at) {
    if (std::isnan(x_[at])) x_[at] = 0;
    else all_[at] = 1, resampled_[at] = draws.times[at];
  }
}

void ResidualMeeting::weigh(const Room& given, const Outcomes::Column& y) {
  times_ = given;
  n_.fill(0);
  for (std::size_t at = 0; at < times_.size(); ++at) {
    if (!y.there[at / lanes]) times_[at] = 0;
    n_[at % lanes] += times_[at];
  }
}

// Twice the midranks, centered, within what is held.
template <class Order>
void ResidualMeeting::rank(const Order& row_at, const std::vector<int>& runs, Index lane, Side& to) const {
  double before = -n_[static_cast<std::size_t>(lane)];
  for (std::size_t run = 0; run + 1 < runs.size(); ++run) {
    double held = 0;
    for (int k = runs[run]; k < runs[run + 1]; ++k) held += times_[static_cast<std::size_t>(row_at(k) * lanes + lane)];
    for (int k = runs[run]; k < runs[run + 1]; ++k) to.values[static_cast<std::size_t>(row_at(k) * lanes + lane)] = before + held;
    before += 2 * held;
  }
}

void ResidualMeeting::put(const Outcomes::Column& from, Side& to) {
  to.values.assign(x_.size(), 0);
  for (Index lane = 0; lane < lanes && ranks_; ++lane)
    rank([&](int k) { return from.order[static_cast<std::size_t>(k)]; }, from.runs, lane, to);
  for (std::size_t at = 0; at < x_.size() && !ranks_; ++at) to.values[at] = from.values[at / lanes];
}

void ResidualMeeting::put_x() {
  left_x_.values = x_;
  for (Index lane = 0; lane < lanes && ranks_; ++lane) {
    const LaneOrder& order = orders_[static_cast<std::size_t>(lane)];
    rank([&](int k) { return order.sorted[static_cast<std::size_t>(k)].second; }, order.runs, lane, left_x_);
  }
}

// Twice: the first mean is rounded where the level is large beside the spread.
void ResidualMeeting::center(Side& side) const {
  Lanes mean;
  for (int round = 0; round < 2; ++round) {
    add_weighted(times_.data(), side.values.data(), rows_, mean.data());
    for (std::size_t lane = 0; lane < lanes; ++lane) mean[lane] = n_[lane] > 0 ? mean[lane] / n_[lane] : 0;
    shift(mean.data(), rows_, side.values.data());
  }
  add_products(times_.data(), side.values.data(), side.values.data(), rows_, side.before.data());
  side.left = side.before;
}

// A control that those before it determine takes nothing off.
void ResidualMeeting::project_out(const Side& control, Side& side) const {
  Lanes factor;
  add_products(times_.data(), control.values.data(), side.values.data(), rows_, factor.data());
  for (std::size_t lane = 0; lane < lanes; ++lane)
    factor[lane] = control.left[lane] > nothing_left * control.before[lane] ? factor[lane] / control.left[lane] : 0;
  take_off(factor.data(), control.values.data(), rows_, side.values.data());
  add_products(times_.data(), side.values.data(), side.values.data(), rows_, side.left.data());
}

void ResidualMeeting::adjust(const Outcomes::Column& y) {
  put_x(), put(y, left_y_);
  raw_x_ = left_x_.values, raw_y_ = left_y_.values;
  center(left_x_), center(left_y_);
  controls_.resize(outcomes_.held.size());
  for (std::size_t k = 0; k < controls_.size(); ++k) {
    put(outcomes_.held[k], controls_[k]);
    center(controls_[k]);
    for (std::size_t j = 0; j < k; ++j) project_out(controls_[j], controls_[k]);
  }
  for (Side& control : controls_) project_out(control, left_x_), project_out(control, left_y_);
}

// Rounding leaves a little even where all values are the same.
bool ResidualMeeting::constant(const Side& side, Index lane) const {
  const auto at = static_cast<std::size_t>(lane);
  if (!ranks_ && side.before[at] > rounding * n_[at]) return false;
  const Room& raw = &side == &left_x_ ? raw_x_ : raw_y_;
  double lowest = infinite, highest = -infinite;
  for (std::size_t k = at; k < raw.size(); k += lanes) {
    if (times_[k] == 0) continue;
    lowest = std::min(lowest, raw[k]), highest = std::max(highest, raw[k]);
  }
  return !(lowest < highest);
}

Reason ResidualMeeting::reason(Index lane) const {
  const auto at = static_cast<std::size_t>(lane);
  if (constant(left_x_, lane)) return Reason::constant_x;
  if (constant(left_y_, lane)) return Reason::constant_y;
  if (!(left_x_.left[at] > nothing_left * left_x_.before[at])) return Reason::control_is_x;
  return left_y_.left[at] > nothing_left * left_y_.before[at] ? Reason::none : Reason::control_is_y;
}

void ResidualMeeting::meet(std::size_t outcome, Coefficients* out) {
  const Outcomes::Column& y = outcomes_.columns[outcome];
  for (const Room* given : {&all_, &resampled_}) {
    const bool whole = given == &all_;
    weigh(*given, y);
    adjust(y);
    Lanes products;
    add_products(times_.data(), left_x_.values.data(), left_y_.values.data(), rows_, products.data());
    for (Index lane = 0; lane < lanes; ++lane) {
      const auto at = static_cast<std::size_t>(lane);
      Coefficients& one = out[lane];
      if (whole) one = {missing_value, missing_value, static_cast<Index>(n_[at]), count_reason(static_cast<Index>(n_[at]), static_cast<Index>(controls_.size()))};
      if (one.reason != Reason::none || n_[at] == 0) continue;
      const Reason why = reason(lane);
      if (whole) one.reason = why;
      if (why != Reason::none) continue;
      const double r = products[at] / std::sqrt(left_x_.left[at]) / std::sqrt(left_y_.left[at]);
      (whole ? one.all : one.resampled) = std::min(1.0, std::max(-1.0, r));
    }
  }
}

}  // namespace

std::unique_ptr<Meeting> residual_meeting(const Outcomes& outcomes, bool ranks) { return std::make_unique<ResidualMeeting>(outcomes, ranks); }

}  // namespace egov::detail
