#include "outcomes/pair.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>

#include "outcomes/intervals.hpp"

namespace egov::detail {
namespace {

constexpr Index fewest_for_bound = 20;  // rows below which chi-square is no bound on distances (Shen, Panda and Vogelstein 2022)

}  // namespace

double Pair::estimate(Association& result) {
  const bool partial = !setting_.controls.empty();
  left_ = missing_value;
  switch (kind_) {
    case Coefficient::pearson: return partial ? hold_linear(result) : pearson(sides_[0].values, sides_[1].values, &left_);
    case Coefficient::kendall: return hold_kendall(result);
    case Coefficient::distance: return hold_distance(result);
    case Coefficient::spearman: break;
  }
  if (partial) return hold_linear(result);
  const Vector &x = sides_[0].values, &y = sides_[1].values;
  const double xx = x.squaredNorm(), yy = y.squaredNorm(), xy = x.dot(y);  // whole numbers
  left_ = left_of(xx, yy, xy, n_);
  return std::min(1.0, std::max(-1.0, xy / std::sqrt(xx * yy)));
}

double Pair::p(double estimate) {
  if (kind_ == Coefficient::distance) {
    if (grouped() || held_ > 0 || n_ < fewest_for_bound) return missing_value;
    return boost::math::erfc(std::sqrt(std::max(0.0, 0.5 * (static_cast<double>(n_) * unbiased_ + 1))));
  }
  if (grouped()) return jackknife(estimate, left_out()).p();
  if (kind_ == Coefficient::kendall) return kendall_p(estimate);
  return correlation_p(estimate, n_ - held_, left_);
}

Lanes Pair::evaluate(bool influences) {
  if (kind_ == Coefficient::kendall) return kendall(influences);
  return kind_ == Coefficient::distance ? distance() : linear(influences);
}

// Is a column the same in all rows that a resample holds?
bool Pair::constant(const Side& side, Index lane) const {
  double lowest = infinite, highest = -infinite;
  for (std::size_t i = 0; i < times_.size(); ++i) {
    if (times_[i].of[lane] == 0) continue;
    lowest = std::min(lowest, side.values[static_cast<Index>(i)]);
    highest = std::max(highest, side.values[static_cast<Index>(i)]);
  }
  return !(lowest < highest);
}

}  // namespace egov::detail
