#include "sensitivity/factorial.hpp"

#include <algorithm>

namespace egov::detail {

Factorial::Factorial(const Plan& plan, const std::vector<Index>& group) : combinations_(discrete_combinations(plan)) {
  const auto& factors = plan.factors();
  const Index groups = *std::max_element(group.begin(), group.end()) + 1;
  Index stride = combinations_;
  for (const Factor& factor : factors) {
    factor_levels_.push_back(factor.levels);
    if (factor.levels > 0) stride /= factor.levels;
    strides_.push_back(stride);
  }
  std::vector<Index> others;
  for (Index one = 0; one < groups; ++one) {
    Index discrete = 0, members = 0;
    for (std::size_t k = 0; k < factors.size(); ++k)
      if (group[k] == one) ++members, discrete += factors[k].levels > 0;
    if (discrete > 0 && discrete < members)
      throw SpecError("a group of choices and of other factors: choices are enumerated and the others are not; sample them, or make it two groups",
                      {"sensitivity", "", "groups"});
    (discrete > 0 ? order_ : others).push_back(one);
  }
  for (Index one : order_) {
    std::vector<Index> level(static_cast<std::size_t>(combinations_), 0), like(level.size());
    Index width = 1;
    for (std::size_t k = 0; k < factors.size(); ++k) width *= group[k] == one ? factor_levels_[k] : 1;
    for (Index c = 0; c < combinations_; ++c) {
      auto at = static_cast<std::size_t>(c);
      like[at] = c;
      for (std::size_t k = 0; k < factors.size(); ++k) {
        if (group[k] != one) continue;
        const Index own = c / strides_[k] % factor_levels_[k];
        level[at] = level[at] * factor_levels_[k] + own;
        like[at] -= own * strides_[k];
      }
    }
    levels_.push_back(width);
    level_.push_back(std::move(level));
    like_.push_back(std::move(like));
  }
  order_.insert(order_.end(), others.begin(), others.end());
  for (std::size_t k = 0; k < factors.size(); ++k)
    if (factors[k].levels == 0) continuous_.push_back(std::find(order_.begin(), order_.end(), group[k]) - order_.begin());
}

void Factorial::write(Index combination, const double* others, double* point) const {
  for (std::size_t k = 0; k < factor_levels_.size(); ++k) {
    const Index levels = factor_levels_[k];
    *point++ = levels == 0 ? *others++ : (static_cast<double>(combination / strides_[k] % levels) + 0.5) / static_cast<double>(levels);
  }
}

void summarize(const Factorial& factorial, const Matrix& y, bool pairs, Side& to) {
  const Index discrete = factorial.discrete(), all = factorial.combinations();
  const auto count = static_cast<double>(all);
  Index columns = 0, paired = 0;
  for (Index i = 0; i < discrete; ++i) {
    columns += factorial.levels(i);
    for (Index j = i + 1; pairs && j < discrete; ++j) paired += factorial.levels(i) * factorial.levels(j);
  }
  to.mean = y.rowwise().mean();
  to.square = y.rowwise().squaredNorm() / count;
  to.by_level.setZero(y.rows(), columns);
  to.by_pair.setZero(y.rows(), paired);
  Index at = 0, pair = 0;
  for (Index i = 0; i < discrete; at += factorial.levels(i++)) {
    for (Index c = 0; c < all; ++c) to.by_level.col(at + factorial.level(i, c)) += y.col(c);
    to.by_level.middleCols(at, factorial.levels(i)) *= static_cast<double>(factorial.levels(i)) / count;
    for (Index j = i + 1; pairs && j < discrete; ++j) {
      const Index width = factorial.levels(i) * factorial.levels(j);
      for (Index c = 0; c < all; ++c) to.by_pair.col(pair + factorial.level(i, c) * factorial.levels(j) + factorial.level(j, c)) += y.col(c);
      to.by_pair.middleCols(pair, width) *= static_cast<double>(width) / count;
      pair += width;
    }
  }
}

// Differences from the first level, so that a group that does nothing gives 0.
Vector within(const Factorial& factorial, Index group, const Matrix& y, Matrix& room) {
  const auto levels = static_cast<double>(factorial.levels(group)), count = static_cast<double>(factorial.combinations());
  room.setZero(y.rows(), factorial.combinations());
  Vector squares = Vector::Zero(y.rows());
  for (Index c = 0; c < factorial.combinations(); ++c) {
    const Index like = factorial.likeness(group, c);
    if (like == c) continue;
    room.col(like) += y.col(c) - y.col(like);
    squares += (y.col(c) - y.col(like)).cwiseAbs2();
  }
  return (squares - room.rowwise().squaredNorm() / levels) / count;
}

}  // namespace egov::detail
