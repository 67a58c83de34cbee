// Any coefficient that correlate() knows, of rows written out as often as they are held.
#include <array>
#include <cmath>

#include "propagation/meeting.hpp"

namespace egov::detail {
namespace {

class GeneralMeeting : public Meeting {
 public:
  GeneralMeeting(const Outcomes& outcomes, const Choice& method) : outcomes_(outcomes) {
    question_.method = method;
    question_.intervals = {};
  }
  void load(const DrawLanes& draws) override;
  void meet(std::size_t outcome, Coefficients* out) override;

 private:
  std::vector<Association> associate(const DrawLanes& draws, Index lane, bool resampled) const;

  const Outcomes& outcomes_;
  Question question_;
  std::array<std::vector<Association>, lanes> all_, resampled_;
};

std::vector<Association> GeneralMeeting::associate(const DrawLanes& draws, Index lane, bool resampled) const {
  std::vector<Index> rows;
  for (Index row = 0; row < draws.rows; ++row) {
    const auto at = static_cast<std::size_t>(row * lanes + lane);
    if (!std::isnan(draws.x[at])) rows.insert(rows.end(), static_cast<std::size_t>(resampled ? draws.times[at] : 1), row);
  }
  Matrix x(static_cast<Index>(rows.size()), 1), y(x.rows(), outcomes_.given.cols());
  for (Index k = 0; k < x.rows(); ++k) {
    const Index row = rows[static_cast<std::size_t>(k)];
    x(k, 0) = draws.x[static_cast<std::size_t>(row * lanes + lane)];
    y.row(k) = outcomes_.given.row(row);
  }
  return correlate(x, y, question_);
}

void GeneralMeeting::load(const DrawLanes& draws) {
  for (Index lane = 0; lane < draws.used; ++lane) {
    all_[static_cast<std::size_t>(lane)] = associate(draws, lane, false);
    resampled_[static_cast<std::size_t>(lane)] = associate(draws, lane, true);
  }
}

void GeneralMeeting::meet(std::size_t outcome, Coefficients* out) {
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    out[lane] = Coefficients();
    if (all_[lane].empty()) continue;
    const Association& all = all_[lane][outcome];
    const Reason few = count_reason(all.n, 0);
    out[lane].n = all.n, out[lane].reason = few == Reason::none ? all.reason : few, out[lane].all = all.estimate;
    if (all.reason == Reason::none) out[lane].resampled = resampled_[lane][outcome].estimate;
  }
}

}  // namespace

std::unique_ptr<Meeting> general_meeting(const Outcomes& outcomes, const Choice& method) {
  return std::make_unique<GeneralMeeting>(outcomes, method);
}

}  // namespace egov::detail
