#include "impute/link.hpp"

#include <algorithm>
#include <cmath>

#include "detail/statistics.hpp"

namespace egov {

BoundScale::BoundScale(Kind kind, double lower, double upper, const std::vector<double>& observed)
    : kind_(kind), unit_(detail::to_size_one(observed)), low_(lower * unit_), high_(upper * unit_) {
  const bool below = !std::isnan(lower), above = !std::isnan(upper);
  if (kind == open) kind_ = below && above ? logit : below ? root : identity;
  if (kind_ == logit && !(below && above))
    throw SpecError("the logit link needs both bounds of the indicator", {"impute", "", below ? "upper" : "lower"});
  if (kind_ == logit && !(lower < upper)) throw SpecError("the lower bound must lie below the upper one", {"impute", "", "lower"});
  if (kind_ != logit && kind_ != identity && !below) low_ = 0;
  if (kind_ == logit) offset_ = 0.0005;
  if (kind_ != logarithm) return;
  double smallest = infinite;
  bool zero = false;
  for (double y : observed) {
    const double above_low = y * unit_ - low_;
    if (above_low > 0) smallest = std::min(smallest, above_low);
    zero = zero || above_low == 0;
  }
  if (zero) offset_ = std::isinf(smallest) ? 0.5 : smallest / 2;
}

bool BoundScale::takes(double y) const { return kind_ == identity || (!(y * unit_ < low_) && !(y * unit_ > high_)); }

double BoundScale::to(double y) const {
  const double x = y * unit_;
  if (kind_ == identity) return x;
  if (kind_ == root) return std::sqrt(std::max(x - low_, 0.0));
  if (kind_ == logarithm) return std::log(x - low_ + offset_);
  const double share = (x - low_) / (high_ - low_);
  return std::log((share + offset_) / (1 - share + offset_));
}

double BoundScale::from(double z) const {
  double x = z;
  if (kind_ == root) x = low_ + (z > 0 ? z * z : 0);
  if (kind_ == logarithm) x = low_ + std::max(std::exp(z) - offset_, 0.0);
  if (kind_ == logit) {
    const double share = (1 + 2 * offset_) / (1 + std::exp(-z)) - offset_, rounding = 1e-12 * offset_;
    x = share < rounding ? low_ : share > 1 - rounding ? high_ : low_ + (high_ - low_) * share;
  }
  return (x > high_ ? high_ : x < low_ ? low_ : x) / unit_;
}

double BoundScale::slope(double z) const {
  double out = 1;
  if (kind_ == root) out = 2 * std::max(z, 0.0);
  if (kind_ == logarithm) out = std::exp(z);
  if (kind_ == logit) {
    const double share = 1 / (1 + std::exp(-z));
    out = (high_ - low_) * (1 + 2 * offset_) * share * (1 - share);
  }
  return out / unit_;
}

// Gauss and Hermite with 9 points, in units that do not overflow.
double BoundScale::spread(double z, double sd) const {
  static const double at[] = {0, 1.0232556637891326, 2.0768479786778302, 3.2054290028564703, 4.5127458633997826};
  static const double weight[] = {0.40634920634920635, 0.24409750289493939, 0.049916406765217879, 0.0027891413212317691, 2.2345844007746563e-05};
  if (kind_ == identity) return sd / unit_;
  const double center = from(z) * unit_;
  double mean = 0, square = 0;
  for (int k = -4; k <= 4; ++k) {
    const double d = from(z + sd * (k < 0 ? -at[-k] : at[k])) * unit_ - center, w = weight[std::abs(k)];
    mean += w * d, square += w * d * d;
  }
  return std::sqrt(std::max(square - mean * mean, 0.0)) / unit_;
}

Param link_param(BoundScale::Kind fallback) {
  return {"link", Kind::option, static_cast<double>(fallback), -infinite, infinite,
          "Scale on which it works; auto: logit between two bounds, square root above a lower one, else identity.",
          {"identity", "auto", "logit", "sqrt", "log"}};
}

Param lower_param() {
  return {"lower", Kind::indicator, missing_value, -infinite, infinite, "Lowest value possible, in the indicator's unit; left open: none known.", {}, true};
}

Param upper_param() {
  return {"upper", Kind::indicator, missing_value, -infinite, infinite, "Highest value possible, in the indicator's unit; left open: none known.", {}, true};
}

}  // namespace egov
