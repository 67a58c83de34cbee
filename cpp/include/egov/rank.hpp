// Ranks: 1 is the highest score; the method says what ties get.
#pragma once
#include <functional>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

struct RankMethod : Method {
  // position of the first and last member of a run of ties (1-based) -> the rank all of them get
  std::function<double(Index first, Index last, Index run)> of_run;
};

Rows<RankMethod>& rank_methods();
// Ranks of the scores; NaN where the score is missing. digits >= 0: rounded to so many decimals before.
Vector rank(ConstColumn scores, const Choice& choice, int digits = -1);
// Each column, each stretch of `section` rows on its own.
Matrix rank(const Matrix& scores, Index section, const Choice& choice, int digits = -1);
// Half-to-even rounding to `digits` decimals; digits < 0 leaves the value.
double rounded(double value, int digits);

// By how much scores may differ and still tie, where `largest` is the greatest finite size among them.
double tie_width(double largest);
// Do two scores tie, the higher one given first? Equal infinite ones do.
inline bool ties(double high, double low, double width) { return high == low || high - low <= width; }

// Ranks of many score vectors of one length without allocation: sorts by buckets, then mends the order by insertion.
class Ranker {
 public:
  explicit Ranker(Index largest);
  // Competition ranks of n NaN-free scores; equal to rank(..., "competition").
  void operator()(const double* scores, Index n, int digits, int* ranks);
  // The same for scores already rounded and almost in order, highest first: order[k * step] is the position of the k-th.
  void from_order(const double* values, Index n, const int* order, Index step, int* ranks);

 private:
  static constexpr std::size_t stretches = 2;  // buckets a value
  void sort_by_stretches(std::size_t size, double low, double high);
  void mend(std::size_t size);
  void sort_fully(std::size_t size);
  double width(std::size_t size) const;
  void number(std::size_t size, int* ranks) const;
  std::vector<double> value_, sorted_;
  std::vector<int> bucket_, start_, order_;
};

}  // namespace egov
