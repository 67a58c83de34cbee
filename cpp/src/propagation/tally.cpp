#include "propagation/tally.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

namespace egov::detail {

void Ends::add(double value) {
  ++count_;
  low_.push_back(value), high_.push_back(value);
  if (low_.size() >= 2 * kept_ + 64) trim(low_, false), trim(high_, true);
}

void Ends::trim(std::vector<double>& values, bool above) {
  auto last = values.begin() + static_cast<std::ptrdiff_t>(kept_);
  std::nth_element(values.begin(), last - 1, values.end(), [above](double a, double b) { return above ? a > b : a < b; });
  values.erase(last, values.end());
}

double Ends::quantile(std::vector<double> values, double tail, bool above) const {
  if (count_ < 2) return missing_value;
  if (above)
    for (double& value : values) value = -value;
  const double at = tail * static_cast<double>(count_ - 1), below_it = std::floor(at);
  auto first = values.begin() + static_cast<std::ptrdiff_t>(below_it);
  std::nth_element(values.begin(), first, values.end());
  double found = *first;
  if (at > below_it) found += (at - below_it) * (*std::min_element(first + 1, values.end()) - found);
  return above ? -found : found;
}

void Tally::add(const Coefficients& draw) {
  fewest_ = seen_ == 0 ? draw.n : std::min(fewest_, draw.n);
  n_ = std::max(n_, draw.n);
  if (seen_++ == 0 || reason_ == Reason::none) reason_ = draw.reason;
  if (std::isnan(draw.all)) return;
  all_.add(draw.all);
  if (std::abs(draw.all) < 1) z_.add(std::atanh(draw.all));
  else infinite_ += draw.all * infinite;
  if (std::isnan(draw.resampled)) return;
  ends_.add(draw.resampled);
  moves_.add(draw.resampled - draw.all);
}

Propagated Tally::result(double level, Index controls) const {
  Propagated out;
  out.n = n_, out.fewest = fewest_, out.draws = all_.count, out.resamples = ends_.count();
  if (out.draws == 0) {
    out.reason = seen_ == 0 ? Reason::no_overlap : reason_;
    return out;
  }
  if (std::isnan(infinite_) || (infinite_ != 0 && z_.count > 0)) {
    out.reason = Reason::perfect;
    return out;
  }
  out.estimate = std::tanh(infinite_ == 0 ? z_.mean : infinite_);
  out.low = ends_.low((1 - level) / 2), out.high = ends_.high((1 - level) / 2);
  out.index_variance = all_.variance(), out.country_variance = moves_.variance();
  const double total = out.index_variance + out.country_variance, freedom = static_cast<double>(fewest_ - 2 - controls);
  const double slope = 1 - out.estimate * out.estimate;  // of the coefficient by Fisher's z
  if (controls < 0 || !(freedom >= 1) || !(total > 0) || !(slope > 0)) return out;
  const double t = std::atanh(out.estimate) * slope / std::sqrt(total);
  out.p = boost::math::ibeta(0.5 * freedom, 0.5, freedom / (freedom + t * t));
  return out;
}

}  // namespace egov::detail
