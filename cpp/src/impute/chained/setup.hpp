// What chained equations run on: indicators and auxiliaries on the scales of their regressions.
#pragma once
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "impute/chained/chain.hpp"
#include "impute/kriging/lens.hpp"

namespace egov::chained {

using kriging::Lens;

enum LinkOption { automatic, identity, logit, root };
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

struct Spread {
  double low = infinite, high = -infinite, mean = 0, sd = 0, count = 0;
};

template <class Values>
Spread spread(const Values& x) {
  Spread s;
  for (double v : x)
    if (!std::isnan(v)) s.low = std::min(s.low, v), s.high = std::max(s.high, v), ++s.count;
  for (double v : x)
    if (!std::isnan(v)) s.mean += v / s.count;
  for (double v : x)
    if (!std::isnan(v)) s.sd += (v - s.mean) * (v - s.mean) / s.count;
  s.sd = std::sqrt(s.sd);
  return s;
}

// A hole that is filled: of which column of the chain, the how manieth of its holes.
struct Spot {
  Index column, hole;
};

// What the chains run on, and what they leave.
struct Setup {
  Columns columns;
  Rules rules;
  Matrix values;                // as given, modelled indicators only
  std::vector<Scale> scales;    // of the indicators
  std::vector<Index> modelled;  // their places in the block
  std::vector<Spot> spots;
  std::vector<Fill> fixed;      // of constant columns; they come before the spots
  std::vector<std::vector<double>> pools;  // matching: values of all donors, ascending, a spot each
  std::vector<std::pair<double, double>> moments;  // normal: mean and sd before the way back, a spot each
  std::vector<std::string> notes;
  std::vector<Index> note_of;   // of each modelled indicator: which of the notes, or -1
  std::vector<char> lonely;     // of each unit: nothing of it is observed, auxiliaries neither
};

// DataError where an indicator has nothing observed; SpecError where a scale does not suit its values.
Setup prepare(const Block& block, const std::string& method, Step step);

}  // namespace egov::chained
