// A block as a table for methods that look at all its indicators at once: every indicator on the scale of its link, beside
// it what helps: auxiliaries, earlier and later values, powers of time.
#pragma once
#include <string>
#include <vector>

#include "egov/impute.hpp"
#include "impute/column.hpp"

namespace egov::joint {

// The way of one indicator to the scale of its link and back. A power of two is taken out first, so that numbers of any size do.
struct Scale {
  kriging::Lens lens;
  int exponent = 0;
  double to(double y) const;
  double from(double z) const;               // within the bounds
  double limit(double z, bool low) const;    // as of the Lens
  double mean(double z, double sd) const;    // of from() over a normal distribution
  double spread(double z, double sd) const;  // its standard deviation
  bool plain() const { return lens.what == kriging::Lens::power && lens.exponent == 1 && lens.offset == 0; }
};

struct Table {
  Matrix cells;                 // a row as in the Block; indicators on the scale of their link first, then what helps
  std::vector<Index> targets;   // of the first columns: which column of the Block
  std::vector<Scale> scales;    // of each of them
  std::vector<Index> notes;     // of each of them: the note that tells of widened bounds; -1 without
  Filling filling;              // indicators with one observed value only, filled with it; notes
};

struct Helpers {
  Index lags = 0;   // so many earlier and so many later values of every indicator, by position of the periods
  Index trend = 0;  // powers of time, 1 to this
};

// Columns without variation do not come in: indicators are filled with their value, what helps is left out, both with a note.
// DataError: an indicator with nothing observed. SpecError: a link that does not suit the bounds.
// The first arguments of the method are those of link_params().
Table table(const Block& block, const std::string& method, Helpers helpers);

// link, lower, upper, auxiliaries.
std::vector<Param> link_params();

using column::note;

}  // namespace egov::joint
