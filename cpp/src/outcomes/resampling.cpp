// Resamples of clusters, and the rows without each of them.
#include <algorithm>
#include <cmath>

#include "outcomes/draws.hpp"
#include "outcomes/pair.hpp"

namespace egov::detail {

void Pair::count_draws(std::uint64_t seed, std::uint64_t stream, Index first) {
  draw(seed, stream, first, setting_.together ? setting_.clusters : clusters_, counts_);
  times_.resize(static_cast<std::size_t>(n_));
  spread(counts_.data(), source_.data(), n_, times_.data(), total_);
}

void Pair::once_each() {
  Eight ones;
  lanes_of(ones).setOnes();
  times_.assign(static_cast<std::size_t>(n_), ones);
  lanes_of(total_).setConstant(static_cast<double>(n_));
}

std::vector<double>& Pair::resample(std::uint64_t seed, std::uint64_t stream, Index resamples, bool errors) {
  kept_.clear(), errors_.clear();
  for (Index first = 0; first < resamples; first += Eight::lanes) {
    count_draws(seed, stream, first);
    const Lanes values = evaluate(errors);
    const Lanes spread = errors ? error_of(values) : values;
    for (Index lane = 0; lane < std::min(Eight::lanes, resamples - first); ++lane) {
      if (std::isnan(values[lane])) continue;
      const double value = std::min(1.0, std::max(-1.0, values[lane]));
      kept_.push_back(value);
      if (errors) errors_.push_back(std::abs(value) < 1 && spread[lane] > 0 && spread[lane] < infinite ? spread[lane] : missing_value);
    }
  }
  return kept_;
}

const std::vector<double>& Pair::left_out() {
  left_out_.clear();
  for (Index first = 0; first < clusters_; first += Eight::lanes) {
    once_each();
    for (Index i = 0; i < n_; ++i) {
      const Index lane = cluster_[static_cast<std::size_t>(i)] - first;
      if (lane < 0 || lane >= Eight::lanes) continue;
      times_[static_cast<std::size_t>(i)].of[lane] = 0;
      --total_.of[lane];
    }
    const Lanes values = evaluate();
    for (Index lane = 0; lane < std::min(Eight::lanes, clusters_ - first); ++lane)
      left_out_.push_back(std::isnan(values[lane]) ? missing_value : std::min(1.0, std::max(-1.0, values[lane])));
  }
  return left_out_;
}

// Sums of influences over clusters, as rows of a cluster come and go together.
Lanes Pair::error_of(const Lanes& r) {
  Eight squares;
  sums_.resize(static_cast<std::size_t>(clusters_));
  clustered_squares(times_.data(), phi_.data(), cluster_.data(), n_, sums_.data(), clusters_, squares);
  return lanes_of(squares).sqrt() / (1 - r * r);
}

std::vector<double> Pair::influences() {
  once_each();
  evaluate(true);
  std::vector<double> sums(static_cast<std::size_t>(clusters_), 0.0);
  for (std::size_t i = 0; i < static_cast<std::size_t>(n_); ++i) sums[static_cast<std::size_t>(cluster_[i])] += phi_[i].of[0];
  return sums;
}

double Pair::error() {
  once_each();
  return error_of(evaluate(true))[0];
}

Vector Pair::draws(std::uint64_t seed, std::uint64_t stream, Index resample) {
  count_draws(seed, stream, resample);
  Vector times(n_);
  for (Index i = 0; i < n_; ++i) times[i] = times_[static_cast<std::size_t>(i)].of[0];
  return times;
}

}  // namespace egov::detail
