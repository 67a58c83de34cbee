// Eight draws of a node, a lane each, and one resample of the rows for each of them, against every outcome.
#pragma once
#include <memory>
#include <utility>
#include <vector>

#include "egov/outcomes.hpp"

namespace egov::detail {

constexpr Index lanes = 8;

struct DrawLanes {
  Index used = 0, rows = 0;
  std::vector<double> x;   // rows x lanes, the lanes of a row next to each other; NaN: no score. Of lanes not used: of the first
  std::vector<int> times;  // likewise: how often the resample holds the row
};

// Of one lane.
struct Coefficients {
  double all = missing_value, resampled = missing_value;
  Index n = 0;                   // rows in common
  Reason reason = Reason::none;  // why `all` is missing
};

// What is the same for all draws.
struct Outcomes {
  struct Column {
    std::vector<double> values;  // by row, scaled; 0 where missing
    std::vector<char> there;     // by row: it is observed, and so are all controls
    std::vector<int> order;      // rows that are there, by increasing value
    std::vector<int> runs;       // where each run of ties begins in that order, and the end
  };
  Outcomes(const Matrix& outcomes, const Matrix& controls);
  Matrix given, controls;        // as they came
  std::vector<Column> columns, held;  // of outcomes and of controls
};

// The order of x in one lane, and its runs of ties.
struct LaneOrder {
  std::vector<std::pair<double, int>> sorted;  // value and row
  std::vector<int> runs;
  bool tied = false;
  void sort(const DrawLanes& draws, Index lane);
};

// One a thread: takes eight draws, then gives the coefficients of each with any outcome.
class Meeting {
 public:
  virtual ~Meeting() = default;
  virtual void load(const DrawLanes& draws) = 0;
  virtual void meet(std::size_t outcome, Coefficients* out) = 0;
};
std::unique_ptr<Meeting> rank_meeting(const Outcomes& outcomes);              // Spearman
std::unique_ptr<Meeting> residual_meeting(const Outcomes& outcomes, bool ranks);  // Pearson, partial; of ranks: partial Spearman
std::unique_ptr<Meeting> general_meeting(const Outcomes& outcomes, const Choice& method);  // whatever correlate() knows

// Brings the largest magnitude to 1 up to 2 by a power of two, which loses nothing.
void scale(double* values, Index n, Index stride);
// Too few rows in common, or too many controls for them; else none.
Reason count_reason(Index n, Index controls);

}  // namespace egov::detail
