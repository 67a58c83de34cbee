// Uncertainty carried through to outcomes: each draw of an index meets one resample of the countries.
#pragma once
#include <memory>

#include "egov/outcomes.hpp"

namespace egov {

// A node and an outcome over the draws.
struct Propagated {
  Index n = 0, fewest = 0;        // rows in common: most and fewest over the draws
  Index draws = 0, resamples = 0;  // that gave a coefficient over all rows, and of these over their resample as well
  double estimate = missing_value;             // over all rows, mean over the draws on Fisher's z
  double low = missing_value, high = missing_value;  // quantiles over the draws, each over its resample
  // On the scale of the coefficient: its variance over the draws, all rows each, and that of what a draw's resample moves
  // it by. The sum is the total.
  double index_variance = missing_value, country_variance = missing_value;
  double p = missing_value;       // t of Fisher's z over its error by the total, fewest - 2 - controls degrees; not of distances
  Reason reason = Reason::none;   // of the first draw without a number, where no draw has one
};

// Takes draws in blocks of any size and keeps of each pair what the ends of its interval need, no more.
class Propagation {
 public:
  // outcomes: rows x columns, NaN missing. Of the question: method, controls, level, seed, threads; SpecError for others that
  // are set. `draws` are to come, of so many nodes.
  Propagation(const Matrix& outcomes, const Question& question, Index nodes, Index draws);
  ~Propagation();
  // The next draws: draw after draw, row after row, node after node; NaN where a row has no score. DataError where infinite.
  void add(const double* values, Index count, const Monitor& monitor = {});
  // result[node * outcomes + outcome], of the draws so far; the same bits for any blocks and any number of threads.
  std::vector<Propagated> results() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// How often resample `draw` holds each of n rows: n picks with replacement, of (seed, draw) alone.
std::vector<int> resample_rows(std::uint64_t seed, std::uint64_t draw, Index n);

}  // namespace egov
