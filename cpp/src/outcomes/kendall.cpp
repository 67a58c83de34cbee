// Kendall's tau-b of whole numbers of copies of each row, in O(n log n), and its p-value.
#include <boost/math/special_functions/erf.hpp>
#include <cmath>

#include "outcomes/fenwick.hpp"
#include "outcomes/pair.hpp"

namespace egov::detail {
namespace {

constexpr Index most_for_exact = 49;  // as R's cor.test

// Chance of at most `most` inversions in a random permutation of n; `most` lies below the middle. The row of n items
// is the mean of n shifts of the row of n - 1, kept as a running sum; sums up to k hold every term that was ever in
// them, so that small tails are right to a few n units in the last place.
double inversions_up_to(Index most, Index n) {
  const auto size = static_cast<std::size_t>(most + 1);
  std::vector<double> chance(size, 0.0), next(size);
  chance[0] = 1;
  for (std::size_t items = 2; items <= static_cast<std::size_t>(n); ++items) {
    double sum = 0;
    for (std::size_t k = 0; k < size; ++k) {
      sum += chance[k] - (k >= items ? chance[k - items] : 0);
      next[k] = k <= items * (items - 1) / 2 ? sum / static_cast<double>(items) : 0;
    }
    chance.swap(next);
  }
  double sum = 0;
  for (double each : chance) sum += each;
  return sum;
}

// Sums over runs of ties: t(t-1), t(t-1)(t-2), t(t-1)(2t+5).
struct Ties {
  double pairs = 0, triples = 0, spread = 0;
  explicit Ties(const std::vector<int>& runs) {
    for (std::size_t run = 0; run + 1 < runs.size(); ++run) {
      const double t = runs[run + 1] - runs[run];
      pairs += t * (t - 1);
      triples += t * (t - 1) * (t - 2);
      spread += t * (t - 1) * (2 * t + 5);
    }
  }
};

}  // namespace

// Rows come in the order of x, run by run; the tree holds the rows of earlier runs by their place in y.
Pair::Lanes Pair::resampled_kendall() {
  const auto places = static_cast<Index>(y_.runs.size()) - 1;
  trees_.resize(1);
  Fenwick<LaneRows> tree(trees_[0], places);
  Lanes total = Lanes::Zero(), score = total, ties_x = total, ties_y = total;
  for (std::size_t run = 0; run + 1 < x_.runs.size(); ++run) {
    Lanes drawn = Lanes::Zero();
    for (int k = x_.runs[run]; k < x_.runs[run + 1]; ++k) {
      const int place = place_[static_cast<std::size_t>(k)];
      score += times_.col(k) * (tree.before(place) + tree.before(place + 1) - total);
      drawn += times_.col(k);
    }
    for (int k = x_.runs[run]; k < x_.runs[run + 1]; ++k) tree.add(place_[static_cast<std::size_t>(k)], times_.col(k));
    total += drawn;
    ties_x += drawn * (drawn - 1);
  }
  for (std::size_t run = 0; run + 1 < y_.runs.size(); ++run) {
    Lanes drawn = Lanes::Zero();
    for (int k = y_.runs[run]; k < y_.runs[run + 1]; ++k) drawn += times_.col(y_.order[static_cast<std::size_t>(k)]);
    ties_y += drawn * (drawn - 1);
  }
  concordance_ = score[0];
  const Lanes all = total * (total - 1);
  return 2 * score / ((all - ties_x) * (all - ties_y)).sqrt();
}

double Pair::kendall() {
  times_.setOnes(Lanes::SizeAtCompileTime, n_);
  place_.resize(static_cast<std::size_t>(n_));
  for (std::size_t run = 0; run + 1 < y_.runs.size(); ++run)
    for (int k = y_.runs[run]; k < y_.runs[run + 1]; ++k)
      place_[static_cast<std::size_t>(y_.order[static_cast<std::size_t>(k)])] = static_cast<int>(run);
  return std::min(1.0, std::max(-1.0, resampled_kendall()[0]));
}

double Pair::kendall_p() const {
  const Ties x(x_.runs), y(y_.runs);
  const double n = static_cast<double>(n_), pairs = n * (n - 1);
  if (n_ <= most_for_exact && x.pairs == 0 && y.pairs == 0) {
    const auto fewer = static_cast<Index>((pairs / 2 - std::abs(concordance_)) / 2);
    return std::min(1.0, 2 * inversions_up_to(fewer, n_));
  }
  const double variance = (pairs * (2 * n + 5) - x.spread - y.spread) / 18 + x.pairs * y.pairs / (2 * pairs) +
                          x.triples * y.triples / (9 * pairs * (n - 2));
  return boost::math::erfc(std::abs(concordance_) / std::sqrt(2 * variance));
}

double Pair::p(double estimate) const {
  if (kind_ == Coefficient::kendall) return kendall_p();
  if (kind_ == Coefficient::distance) return boost::math::erfc(std::sqrt(std::max(0.0, 0.5 * (static_cast<double>(n_) * unbiased_ + 1))));
  return correlation_p(estimate, n_);
}

}  // namespace egov::detail
