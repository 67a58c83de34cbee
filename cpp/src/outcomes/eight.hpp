// Eight numbers side by side, a lane each: one of each of eight resamples. No step adds up across lanes, so that the width
// of a processor's vectors changes no bit.
#pragma once
#include <vector>

#include "egov/panel.hpp"

namespace egov::detail {

struct alignas(64) Eight {
  static constexpr Index lanes = 8;
  double of[lanes];
};

using EightRows = std::vector<Eight>;              // a row of the data each
using Lanes = Eigen::Array<double, Eight::lanes, 1>;

inline Eigen::Map<Lanes> lanes_of(Eight& eight) { return Eigen::Map<Lanes>(eight.of); }
inline Eigen::Map<const Lanes> lanes_of(const Eight& eight) { return Eigen::Map<const Lanes>(eight.of); }

}  // namespace egov::detail
