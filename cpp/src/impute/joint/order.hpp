// A block in an order that hangs on the labels of its units and the content of its columns alone, and the way back, so that
// a method's answer for another order of units or indicators is its answer, in that order, to the last bit.
#pragma once
#include "egov/impute.hpp"

namespace egov::joint {

struct Order {
  std::vector<Index> units;        // by their keys
  std::vector<Index> columns;      // by their content
  std::vector<Index> auxiliaries;  // likewise
};

// Columns from the fewest holes to the most; as many: by where they are and by the ranks of the values, which no scale changes,
// last by the values and the parameters of the indicator.
Order order_of(const Block& block);

Block ordered(const Block& block, const Order& order);

// Fills of an ordered block as fills of the block, column by column.
void put_back(const Order& order, const Block& block, Filling& filling);

// What a method without draws or traces makes of the block in that order. Errors name the column of the block.
template <class Method>
Filling in_order(const Block& block, Method method) {
  const Order order = order_of(block);
  try {
    Filling out = method(ordered(block, order));
    put_back(order, block, out);
    return out;
  } catch (Error& error) {
    if (error.place.indicator >= 0) error.place.indicator = static_cast<long>(order.columns[static_cast<std::size_t>(error.place.indicator)]);
    throw;
  }
}

}  // namespace egov::joint
