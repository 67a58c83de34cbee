#include <algorithm>
#include <cmath>

#include "outcomes/family.hpp"
#include "outcomes/permutation.hpp"

namespace egov::detail {

StepDown::StepDown(const std::vector<double>& observed) {
  for (std::size_t pair = 0; pair < observed.size(); ++pair)
    if (!std::isnan(observed[pair])) order_.push_back(pair);
  std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return observed[a] > observed[b]; });
  for (std::size_t pair : order_) reach_.push_back(reaches(observed[pair]));
  own_.resize(order_.size());
  largest_.resize(order_.size());
}

void StepDown::count(const double* squares) {
  double largest = 0;
  for (std::size_t k = order_.size(); k-- > 0;) {
    const double square = squares[order_[k]];
    largest = std::max(largest, square);
    own_[k] += square >= reach_[k];
    largest_[k] += largest >= reach_[k];
  }
}

void StepDown::add(const StepDown& other) {
  for (std::size_t k = 0; k < order_.size(); ++k) own_[k] += other.own_[k], largest_[k] += other.largest_[k];
}

void StepDown::finish(Index permutations, std::vector<Association>& results) const {
  double highest = 0;
  const auto share = [&](Index count) { return static_cast<double>(1 + count) / static_cast<double>(permutations + 1); };
  for (std::size_t k = 0; k < order_.size(); ++k) {
    highest = std::max(highest, share(largest_[k]));
    results[order_[k]].p = share(own_[k]);
    results[order_[k]].p_family = highest;
  }
}

}  // namespace egov::detail
