// A plan over editions of an index: each a plan of its own, and one coordinate that says which.
#include "egov/plan.hpp"

namespace egov {

Plan Plan::with_editions(const std::vector<std::shared_ptr<const Plan>>& editions, const std::vector<Factor>& factors,
                         const std::vector<std::vector<Index>>& coordinates) const {
  for (const auto& edition : editions) {
    if (edition->kept_ == kept_ && edition->starts_ == starts_) continue;
    throw DataError("does not score the same units as the index itself; give editions that do, or a panel that has what they need",
                    {"uncertainty", "", "edition"});
  }
  Plan out = *this;
  out.blocks_.clear();
  out.factors_ = {{"edition", static_cast<Index>(editions.size()), -1}};
  out.factors_.insert(out.factors_.end(), factors.begin(), factors.end());
  out.editions_ = editions;
  out.coordinates_ = coordinates;
  return out;
}

// The plan of the edition that a point takes; the point as it takes it.
const Plan& Plan::edition_at(const double* point, std::vector<double>& own) const {
  const auto which = static_cast<std::size_t>(level(point[0], editions()));
  own.clear();
  for (Index at : coordinates_[which]) own.push_back(point[at + 1]);
  return *editions_[which];
}

}  // namespace egov
