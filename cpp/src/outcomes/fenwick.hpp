// Prefix sums that can be added to, each in O(log size): Fenwick (1994), Software: Practice and Experience 24, 327-336.
#pragma once
#include <algorithm>

#include "outcomes/eight.hpp"

namespace egov::detail {

// Works in a room of the caller, eight sums side by side.
class Fenwick {
 public:
  Fenwick(EightRows& room, Index places) : room_(room), places_(places) {
    room.resize(std::max(room.size(), static_cast<std::size_t>(places + 1)));
    std::fill(room.begin(), room.begin() + places + 1, Eight{});
  }
  void add(Index place, const Lanes& amount) {
    for (Index k = place + 1; k <= places_; k += k & -k) lanes_of(room_[static_cast<std::size_t>(k)]) += amount;
  }
  // Sum of what was added at places below this one.
  Lanes before(Index place) const {
    Lanes sum = Lanes::Zero();
    for (Index k = place; k > 0; k -= k & -k) sum += lanes_of(room_[static_cast<std::size_t>(k)]);
    return sum;
  }

 private:
  EightRows& room_;
  Index places_;
};

}  // namespace egov::detail
