// Chained equations: each column with holes regressed on all others in turn, and its holes drawn from that regression.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "egov/impute.hpp"

namespace egov::chained {

constexpr double ridge = 1e-5;         // share of the diagonal of X'X that is added to it (van Buuren 2018, algorithm 3.1)
constexpr double strong_ridge = 0.1;   // the same with fewer observed values than twice the predictors
constexpr double collinear_below = 5e-5;  // share of a predictor's sum of squares that the others leave unexplained
constexpr double determined_below = 1e-8;  // share of a column's sum of squares that a regression without error leaves
constexpr double stray = 0.5;  // of the observed range: so far beyond it a regression may go; those on own lags can run away

enum class Step { matching, normal };

struct Rules {
  Step step = Step::matching;
  Index iterations = 5, donors = 5;
  Index lags = 0;    // so many earlier and later periods of every indicator are predictors
  Index degree = 0;  // of the polynomial of time that is one
};

// Columns on the scale of the regressions, standardized; the first `indicators` have lags, the others are auxiliaries.
struct Columns {
  Matrix values;  // rows as in Block; NaN: a hole
  Index indicators = 0, units = 0;
  Vector times;
  std::vector<std::uint32_t> keys, codes;  // of the units, of the columns: what random numbers hang on
  std::vector<std::uint64_t> tags;         // of the rows: what lots hang on
  std::vector<std::string> names;          // of the columns
  std::vector<std::vector<Index>> seen, holes;  // rows of each column; seen: by value
  std::vector<Index> order;                     // columns with holes, those with the fewest first
};

// Holes of a column as the last iteration left them.
struct Drawn {
  Vector values;                  // standardized
  std::vector<Index> donors;      // matching: row of the donor
  std::vector<Index> pool;        // matching: rows of the k nearest, hole after hole
  Vector center;                  // normal: what the regression with the drawn coefficients says
  double sd = 0;                  // normal: of the noise around it
  bool short_of_rows = false, strayed = false;  // strayed: a center was held
  std::vector<std::vector<Index>> collinear;    // rows of the design: a predictor, and those it is a linear function of
  std::vector<Index> determined;                // those that the column itself is a linear function of
};

// One chain. It hangs on the columns, rules and draw alone. Each unit has a stream for each column, and each column one for
// its coefficients in each iteration, so that neither another unit nor another indicator changes a number.
class Chain {
 public:
  Chain(const Columns& columns, const Rules& rules, const Draw& draw);  // holes start as random observed values
  void iterate();
  const Drawn& column(Index j) const { return drawn_[static_cast<std::size_t>(j)]; }

 private:
  struct Fit {
    Vector coefficients, drawn;  // over all rows of the design, 0 for the column itself
    double sd;                   // drawn
  };
  using Ranked = std::vector<std::pair<double, Index>>;  // predictions of observed rows, ascending, and their places among those seen
  void lay_out();
  void set(Index row, Index column, double value);
  Index lag_source(Index period, Index lag, bool ahead) const;
  void approach(Index column);
  Fit fit(Index column, Drawn& to, bool lagged);
  Stream& stream(Index row, Index column) { return streams_[static_cast<std::size_t>(column * columns_.units + row % columns_.units)]; }
  void visit(Index column);
  std::uint64_t lot(std::uint64_t ticket, Index row) const;
  void draw_lots(const Ranked& ranked, const std::vector<Index>& seen, Index first, Index last, Index room, std::uint64_t ticket, Index* pool) const;
  Index match(const Ranked& ranked, const std::vector<Index>& seen, double target, std::uint64_t ticket, Index* pool) const;

  const Columns& columns_;
  Rules rules_;
  Draw draw_;
  Matrix design_;                                            // a column a row of the table: 1, columns, lags, time
  std::vector<std::vector<std::pair<Index, Index>>> readers_;  // of each period: period and place among lags
  std::vector<Stream> streams_;                              // of each unit, column after column
  std::vector<Drawn> drawn_;
  Index iteration_ = 0;
};

// Mixes the bits of a number (the finalizer of SplitMix64; Steele, Lea and Flood 2014).
constexpr std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

// Ascending by the first, then by the second; in linear time where values are spread evenly.
void rank(std::vector<std::pair<double, Index>>& values);

}  // namespace egov::chained
