#include <algorithm>
#include <array>
#include <cmath>

#include "egov/random.hpp"
#include "outcomes/pair.hpp"
#include "outcomes/pick.hpp"

namespace egov::detail {

double quantile(std::vector<double>& values, double share) {
  double at = share * static_cast<double>(values.size() - 1), below_it = std::floor(at);
  auto low = values.begin() + static_cast<std::ptrdiff_t>(below_it);
  std::nth_element(values.begin(), low, values.end());
  if (low + 1 == values.end() || at == below_it) return *low;
  return *low + (at - below_it) * (*std::min_element(low + 1, values.end()) - *low);
}

void Pair::interval(std::uint64_t seed, std::uint64_t stream, Index resamples, double level, Association& result) {
  resample(seed, stream, resamples);
  if (kept_.size() < 2) return;
  result.low = quantile(kept_, (1 - level) / 2);
  result.high = quantile(kept_, (1 + level) / 2);
}

const std::vector<double>& Pair::resample(std::uint64_t seed, std::uint64_t stream, Index resamples) {
  kept_.clear();
  for (Index first = 0; first < resamples; first += Lanes::SizeAtCompileTime) {
    Index lanes = std::min<Index>(Lanes::SizeAtCompileTime, resamples - first);
    draw(seed, stream, first);
    Lanes values = kind_ == Coefficient::pearson    ? resampled_pearson()
                   : kind_ == Coefficient::spearman ? resampled_spearman()
                   : kind_ == Coefficient::kendall  ? resampled_kendall()
                                                    : resampled_distance();
    for (Index lane = 0; lane < lanes; ++lane)
      if (!std::isnan(values[lane])) kept_.push_back(std::min(1.0, std::max(-1.0, values[lane])));
  }
  return kept_;
}

Vector Pair::draws(std::uint64_t seed, std::uint64_t stream, Index resample) {
  draw(seed, stream, resample);
  return times_.row(0).transpose().matrix();
}

// Lane by lane at each step, so that a step need not wait for the one before it.
void Pair::draw(std::uint64_t seed, std::uint64_t stream, Index first) {
  constexpr std::size_t lanes = Lanes::SizeAtCompileTime;
  const Index per_word = picks_per_word(n_);
  const auto key = philox_key(seed);
  const std::uint32_t low = static_cast<std::uint32_t>(stream), high = static_cast<std::uint32_t>(stream >> 32);
  times_.setZero(lanes, n_);
  std::array<std::array<std::uint64_t, lanes>, 2> word;
  std::uint32_t block = 0;
  for (Index left = n_; left > 0; ++block) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      auto bits = philox({block, static_cast<std::uint32_t>(first) + static_cast<std::uint32_t>(lane), low,
                          for_resamples ^ high}, key);
      word[0][lane] = std::uint64_t{bits[0]} << 32 | bits[1];
      word[1][lane] = std::uint64_t{bits[2]} << 32 | bits[3];
    }
    for (auto& words : word) {
      Index take = std::min(left, per_word);
      for (Index k = 0; k < take; ++k)
        for (std::size_t lane = 0; lane < lanes; ++lane)
          times_.data()[lanes * pick(words[lane], static_cast<std::uint64_t>(n_)) + lane] += 1;
      left -= take;
    }
  }
}

Pair::Lanes Pair::resampled_pearson() const {
  Lanes mean_x = Lanes::Zero(), mean_y = Lanes::Zero(), xx = Lanes::Zero(), yy = Lanes::Zero(), xy = Lanes::Zero();
  for (Index i = 0; i < n_; ++i) {
    mean_x += times_.col(i) * x_.values[i];
    mean_y += times_.col(i) * y_.values[i];
  }
  mean_x /= static_cast<double>(n_);
  mean_y /= static_cast<double>(n_);
  for (Index i = 0; i < n_; ++i) {
    Lanes x = x_.values[i] - mean_x, y = y_.values[i] - mean_y, weighted = times_.col(i) * y;
    yy += weighted * y;
    xy += weighted * x;
    xx += times_.col(i) * x * x;
  }
  Lanes r = xy / (xx * yy).sqrt();
  // rounding leaves a little even where every draw is the same, so a small sum is looked at draw by draw
  const double small = 1e-22 * static_cast<double>(n_);
  for (Index lane = 0; lane < Lanes::SizeAtCompileTime; ++lane)
    if ((xx[lane] <= small && constant(x_, lane)) || (yy[lane] <= small && constant(y_, lane))) r[lane] = missing_value;
  return r;
}

bool Pair::constant(const Side& side, Index lane) const {
  double lowest = infinite, highest = -infinite;
  for (Index i = 0; i < n_; ++i) {
    if (times_(lane, i) == 0) continue;
    lowest = std::min(lowest, side.values[i]);
    highest = std::max(highest, side.values[i]);
  }
  return !(lowest < highest);
}

// Twice the midrank of a run of ties within the resample, centered, is 2 (draws before it) + (draws of it) - n; between
// runs `rank` holds 2 (draws so far) - n. All sums are whole numbers, so a resample without variation gives 0 / 0.
Pair::Lanes Pair::resampled_spearman() {
  weighted_.resize(Lanes::SizeAtCompileTime, n_);
  Lanes rank = Lanes::Constant(-static_cast<double>(n_)), xx = Lanes::Zero(), yy = xx, xy = xx;
  for (std::size_t run = 0; run + 1 < x_.runs.size(); ++run) {
    Lanes drawn = times_.col(x_.runs[run]);
    for (int k = x_.runs[run] + 1; k < x_.runs[run + 1]; ++k) drawn += times_.col(k);
    rank += drawn;
    xx += rank * rank * drawn;
    for (int k = x_.runs[run]; k < x_.runs[run + 1]; ++k) weighted_.col(k) = times_.col(k) * rank;
    rank += drawn;
  }
  rank = -static_cast<double>(n_);
  for (std::size_t run = 0; run + 1 < y_.runs.size(); ++run) {
    Lanes drawn = Lanes::Zero(), sum = drawn;
    for (int k = y_.runs[run]; k < y_.runs[run + 1]; ++k) {
      drawn += times_.col(y_.order[static_cast<std::size_t>(k)]);
      sum += weighted_.col(y_.order[static_cast<std::size_t>(k)]);
    }
    rank += drawn;
    yy += rank * rank * drawn;
    xy += rank * sum;
    rank += drawn;
  }
  return xy / (xx * yy).sqrt();
}

}  // namespace egov::detail
