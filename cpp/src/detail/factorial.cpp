#include "detail/factorial.hpp"

#include <algorithm>

namespace egov::detail {

Factorial::Factorial(const Combined& factors) : factor_levels_(factors.levels) {
  for (Index levels : factor_levels_) combinations_ *= std::max<Index>(1, levels);
  Index stride = combinations_;
  for (Index levels : factor_levels_) strides_.push_back(stride /= std::max<Index>(1, levels));
  const Index groups = *std::max_element(factors.group.begin(), factors.group.end()) + 1;
  for (Index group = 0; group < groups; ++group) add_group(factors.group, group);
  for (std::size_t k = 0; k < factor_levels_.size(); ++k)
    if (factor_levels_[k] == 0) continuous_.push_back(factors.group[k]);
  for (Index group = 0; group < groups; ++group)
    if (std::count(continuous_.begin(), continuous_.end(), group) > 0) moved_.push_back(group);
}

void Factorial::add_group(const std::vector<Index>& member, Index group) {
  std::vector<Index> level(static_cast<std::size_t>(combinations_), 0), like(level.size());
  Index width = 1;
  for (Index c = 0; c < combinations_; ++c) like[static_cast<std::size_t>(c)] = c;
  for (std::size_t k = 0; k < member.size(); ++k) {
    if (member[k] != group || factor_levels_[k] == 0) continue;
    width *= factor_levels_[k];
    for (Index c = 0; c < combinations_; ++c) {
      const auto at = static_cast<std::size_t>(c);
      const Index own = c / strides_[k] % factor_levels_[k];
      level[at] = level[at] * factor_levels_[k] + own;
      like[at] -= own * strides_[k];
    }
  }
  levels_.push_back(width);
  level_.push_back(std::move(level));
  like_.push_back(std::move(like));
}

Index Factorial::runs(bool reversed) const {
  const auto moved = static_cast<Index>(moved_.size());
  return moved == 0 ? 1 : 2 + moved * (reversed ? 2 : 1);
}

void Factorial::write(Index combination, const double* others, double* point) const {
  for (std::size_t k = 0; k < factor_levels_.size(); ++k) {
    const Index levels = factor_levels_[k];
    *point++ = levels == 0 ? *others++ : (static_cast<double>(combination / strides_[k] % levels) + 0.5) / static_cast<double>(levels);
  }
}

}  // namespace egov::detail
