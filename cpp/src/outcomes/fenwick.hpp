// Prefix sums that can be added to, each in O(log size): Fenwick (1994), Software: Practice and Experience 24, 327-336.
#pragma once
#include "egov/panel.hpp"

namespace egov::detail {

// Works in a room of the caller: one column a place, whatever lanes a column holds.
template <class Room>
class Fenwick {
 public:
  Fenwick(Room& room, Index places) : room_(room), places_(places) { room.setZero(Room::RowsAtCompileTime, places + 1); }
  template <class Lanes>
  void add(Index place, const Lanes& amount) {
    for (Index k = place + 1; k <= places_; k += k & -k) room_.col(k) += amount;
  }
  // Sum of what was added at places below this one.
  Eigen::Array<double, Room::RowsAtCompileTime, 1> before(Index place) const {
    Eigen::Array<double, Room::RowsAtCompileTime, 1> sum = Eigen::Array<double, Room::RowsAtCompileTime, 1>::Zero();
    for (Index k = place; k > 0; k -= k & -k) sum += room_.col(k);
    return sum;
  }

 private:
  Room& room_;
  Index places_;
};

}  // namespace egov::detail
