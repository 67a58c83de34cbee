// Which choice moves the result: what is read from the draws of a plan, and variance-based indices of all of it in one pass.
#pragma once
#include "egov/plan.hpp"
#include "egov/sobol.hpp"

namespace egov {

enum class Output {
  rank,      // of every row
  score,     // of every row, as it is
  scaled,    // of every row: the score, 0 the lowest and 100 the highest of its period in the draw
  top,       // of every row: 1 with a rank up to k, else 0
  shift,     // mean over rows of |rank - nominal rank|
  above,     // 1 if row `first` ranks above row `second`, 0.5 in a tie, else 0
  distance   // share of the pairs of rows of a period that stand the other way round than nominally; a tie on one side is half a pair
};

// One thing to be read from each draw; a number, or one a row.
struct Asked {
  Output what = Output::rank;
  Index k = 0, first = 0, second = 0;
};

// How many numbers are read from a draw, and those of the nominal choices.
Index outputs_of(const Plan& plan, const std::vector<Asked>& asked);
Vector nominal_outputs(const Plan& plan, const std::vector<Asked>& asked);

// The outputs of draws at points of the unit cube, factors x runs, into outputs x runs. The same bits for any number of threads.
void evaluate(const Plan& plan, const std::vector<Asked>& asked, const double* points, Index runs, double* out, int threads,
              const Monitor& monitor = {});

// How indices are made of sums, and their intervals.
struct Inference {
  Estimators by = {};
  bool reversed = false, third = false;  // whether the runs BA and AC are made; what the estimators need
  bool dummy = false;                    // one more factor, without influence
  double level = 0.9;
  Index resamples = 0;                   // of a bootstrap over blocks of base points; 0: t distribution over the designs
  std::uint64_t seed = 1;                // of the bootstrap
  bool partial = false;                  // a run that is stopped gives the indices of the scrambles done, if there are any
};

// Discrete factors are coordinates like the others. group: which group a factor belongs to, all of them from 0 on; designs:
// independent scrambles in as many times the number of factors as a base point has points.
SobolIndices sampled_indices(const Plan& plan, const std::vector<Asked>& asked, const std::vector<Index>& group, const std::vector<Design>& designs,
                             const Inference& inference, int threads, const Monitor& monitor = {});

// Every combination of discrete factors is run at every base point, so that their part is exact. designs: likewise, for the
// other factors alone; with none of those they are not looked at, and all is exact. Estimators are "saltelli" and "jansen".
SobolIndices enumerated_indices(const Plan& plan, const std::vector<Asked>& asked, const std::vector<Index>& group, const std::vector<Design>& designs,
                                const Inference& inference, int threads, const Monitor& monitor = {});

// Number of combinations of all discrete factors; SpecError above `most`.
constexpr Index most_combinations = 10000;
Index discrete_combinations(const Plan& plan);

}  // namespace egov
