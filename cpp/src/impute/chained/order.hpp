// A block in an order of its own, so that the order in which units and indicators came does not matter.
#pragma once
#include <vector>

#include "egov/impute.hpp"

namespace egov::chained {

// Units by their keys, indicators by the keys of their names.
struct Ordered {
  Block block;
  Matrix auxiliaries;                 // as they came, but for the units
  std::vector<Index> units, columns;  // where each one stood
  std::vector<std::uint32_t> codes;   // of the indicators: what their random numbers hang on
  Index row(Index at) const { return at / block.units * block.units + units[static_cast<std::size_t>(at % block.units)]; }  // where it stood
};

Ordered in_order(const Block& given);

// What the random numbers of something with a name hang on: FNV-1a of 32 bits (Fowler, Noll and Vo).
std::uint32_t key_of(const std::string& name);

}  // namespace egov::chained
