// What chained equations run on: indicators and auxiliaries on the scales of their regressions.
#pragma once
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "impute/chained/chain.hpp"
#include "impute/column.hpp"

namespace egov::chained {

using kriging::Lens;

// Places of the parameters in the rows of the methods.
enum Parameter : std::size_t { link, lower, upper, auxiliaries, max_gap, iterations, chains, lags, trend, donors };

// From an indicator's unit to the standardized scale of the regressions. The power of two keeps numbers of any size exact.
struct Scale {
  Lens lens;
  int power = 0;
  double center = 0, sd = 1;
  double z(double y) const { return (lens.to(std::ldexp(y, -power)) - center) / sd; }
  double y(double scaled) const { return std::ldexp(scaled, power); }
  double from(double z) const { return y(lens.from(center + sd * z)); }
};

// A hole that is filled: of which column of the chain, the how manieth of its holes.
struct Spot {
  Index column, hole;
};

// What the chains run on, and what they leave. Units and indicators stand in the order of their keys.
struct Setup {
  Columns columns;
  Rules rules;
  Matrix values;                // as given, modelled indicators only
  std::vector<Scale> scales;    // of the indicators
  std::vector<Index> modelled;  // their places in the block
  std::vector<Index> rows;      // of each row: its place in the block
  std::vector<std::vector<char>> wanted;  // of the indicators, as in Block
  std::vector<Spot> spots;
  Filling filling;              // of constant columns; their fills come before the spots
  std::vector<std::vector<double>> pools;  // matching: values of all donors, ascending, a spot each
  std::vector<std::pair<double, double>> moments;  // normal: mean and sd before the way back, a spot each
  std::vector<std::vector<std::string>> remarks;   // on each indicator, for its note
  std::vector<char> lonely;     // of each unit: nothing of it is observed, auxiliaries neither
};

// DataError where an indicator has nothing observed; SpecError where a scale does not suit its values.
Setup prepare(const Block& block, const std::string& method, Step step);

}  // namespace egov::chained
