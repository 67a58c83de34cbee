// How index scores go with outcomes: association with intervals and p-values over many pairs.
#pragma once
#include <functional>

#include "egov/method.hpp"
#include "egov/panel.hpp"
#include "egov/progress.hpp"

namespace egov {

enum class Coefficient { pearson, spearman, kendall, distance };
struct CorrelateMethod : Method {
  Coefficient coefficient = Coefficient::pearson;
};
Rows<CorrelateMethod>& correlate_methods();

// Why a pair has no number.
enum class Reason {
  none,
  no_overlap,         // no row has both
  too_few,            // fewer than 4 rows (or clusters) in common, or no degree of freedom left
  constant_x,
  constant_y,
  too_many_controls,  // at least as many controls as rows allow
  control_is_x,       // the controls determine the index
  control_is_y,       // the controls determine the outcome
};

// Which part of the variation is looked at, where rows come in clusters (country-years of a country).
enum class View {
  rows,     // all of it
  within,   // deviations from the mean of the cluster over the common rows
  between,  // those means, a row a cluster
};

struct IntervalMethod : Method {};
Rows<IntervalMethod>& interval_methods();

struct Question {
  Choice method;                // of correlate_methods()
  Matrix controls;              // rows x k, held constant; no columns: none
  std::vector<Index> clusters;  // of each row, from 0; empty: each row is its own. They are resampled and left out whole.
  View view = View::rows;
  Choice interval;              // of interval_methods()
  Index resamples = 0;          // of those that resample
  double level = 0.95;
  bool together = false;        // one resample of clusters for all pairs, else each pair has its own
  Index permutations = 0;       // above 0: p by so many permutations of a studentized statistic
  bool family = false;          // with permutations: p_family too
  std::uint64_t seed = 1;
  int threads = 1;
};

struct Association {
  Index n = 0, clusters = 0;    // rows and clusters in common
  double estimate = missing_value, low = missing_value, high = missing_value, p = missing_value;
  double p_family = missing_value;  // of the largest statistic of all pairs, step down (Westfall and Young 1993)
  Reason reason = Reason::none;
};

// Every column of x against every column of y over the rows observed in both (and in all controls);
// result[i * y.cols() + j]. Streams of random numbers are those of the pair, or of the resample where they are together.
// p: two-sided, by the rule that the method's sentence gives, unless permutations are asked for.
std::vector<Association> correlate(const Matrix& x, const Matrix& y, const Question& question, const Monitor& monitor = {});

struct AdjustMethod : Method {
  std::function<Vector(const Vector& p, const Args& args)> adjust;  // NaN-free p-values
};
Rows<AdjustMethod>& adjust_methods();
// Adjusted p-values; NaN stays NaN and does not count.
Vector adjust(const Vector& p, const Choice& method);

// Two-sided p-value of a correlation r of n pairs: t with n - 2 degrees of freedom.
double correlation_p(double r, Index n);
// Midranks of NaN-free values.
Vector midranks(ConstColumn values);

}  // namespace egov
