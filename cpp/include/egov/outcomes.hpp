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
  control_is_x,       // the controls determine the index: they leave 1e-10 of its length, or what rounding of its values leaves
  control_is_y,       // the controls determine the outcome
  perfect,            // some draws have a coefficient of 1 or -1, others have not: Fisher's z has no mean
};

// Which part of the variation is looked at, where rows come in clusters (country-years of a country).
enum class View {
  rows,     // all of it
  within,   // deviations from the mean of the cluster over the common rows; clusters of one common row are left out
  between,  // those means, a row a cluster
  // Controls are seen the same way. Ranks are those of the deviations or means; such values tie where rounding may be all that
  // keeps them apart.
};

enum class Interval { none, fisher, percentile, bca, studentized, jackknife };
struct IntervalMethod : Method {
  Interval interval = Interval::none;
};
Rows<IntervalMethod>& interval_methods();

struct Question {
  Choice method;                // of correlate_methods()
  Matrix controls;              // rows x k, held constant; no columns: none. Constant and collinear ones do not count.
  std::vector<Index> clusters;  // of each row, from 0; empty: each row is its own. They are resampled and left out whole.
  View view = View::rows;
  std::vector<Choice> intervals = {{}};  // of interval_methods(); all of them over the same resamples
  Index resamples = 0;          // of those that resample
  double level = 0.95;
  bool together = false;        // one resample of all clusters for all pairs, which use those of it that they observe; else each
                                // pair has its own of the clusters that it observes
  Index permutations = 0;       // above 0: p by so many permutations of a studentized statistic
  bool family = false;          // with permutations: p_family too
  std::uint64_t seed = 1;
  int threads = 1;
  std::vector<std::uint64_t> streams;  // of random numbers, of each pair; empty: its position among the pairs
};

// The stream of a pair.
inline std::uint64_t stream_of(const std::vector<std::uint64_t>& streams, std::size_t pair) { return streams.empty() ? pair : streams[pair]; }

struct Ends {
  double low = missing_value, high = missing_value;
};

struct Association {
  Index n = 0, clusters = 0;    // rows and clusters in common
  double estimate = missing_value, p = missing_value;
  double low = missing_value, high = missing_value;  // of the first interval
  std::vector<Ends> more = {};      // of the others, in their order; empty: no coefficient, or no others
  double p_family = missing_value;  // of the largest statistic of all pairs, step down (Westfall and Young 1993)
  Reason reason = Reason::none;
  Index left_out = 0;           // resamples in which there is no coefficient (or no standard error, where one is studentized)
};

// Every column of x against every column of y over the rows observed in both (and in all controls);
// result[i * y.cols() + j]. Streams of random numbers are those of the pair, or of the resample where they are together.
// p: two-sided, by the rule that the method's sentence gives, unless permutations are asked for. With k controls that count, n - k
// stands for n. Where clusters hold several rows p is that of the jackknife over clusters: Student's t of the pseudo-values of
// Fisher's z with as many degrees of freedom as clusters less 1. Distances have none then, nor with controls.
std::vector<Association> correlate(const Matrix& x, const Matrix& y, const Question& question, const Monitor& monitor = {});

struct AdjustMethod : Method {
  std::function<Vector(const Vector& p, const Args& args)> adjust;  // NaN-free p-values
};
Rows<AdjustMethod>& adjust_methods();
// Adjusted p-values; NaN stays NaN and does not count.
Vector adjust(const Vector& p, const Choice& method);

struct InformationQuestion {
  Index neighbors = 3;          // the one whose distance is looked at
  bool ranks = true;            // both sides as midranks; else in standard deviations
  Index permutations = 0;       // above 0: p
  std::uint64_t seed = 1;       // of the permutations
  int threads = 1;
  std::vector<std::uint64_t> streams = {};  // as in Question
};

struct Information {
  Index n = 0;                  // rows in common
  double estimate = missing_value, p = missing_value;  // natural units; share of permutations, the observed one among them, with no less
  Reason reason = Reason::none;  // too_few: fewer than 4 rows, or than neighbors + 2
};

// Mutual information of every column of x with every column of y over the rows observed in both; result[i * y.cols() + j]. The first
// estimator of Kraskov, Stoegbauer and Grassberger (2004), Physical Review E 69, 066138, in O(n sqrt(n)) where two are independent.
// Equal values and equal distances are parted by 1e-10 of a uniform number that depends on the side and the place in
// increasing order alone: the estimate hangs on no seed, and on the order of rows only where values tie.
std::vector<Information> mutual_information(const Matrix& x, const Matrix& y, const InformationQuestion& question, const Monitor& monitor = {});

// Two-sided p-value of a correlation r of n pairs: t with n - 2 degrees of freedom. left: 1 - r^2, where it is known to more digits
// than r has; NaN: from r.
double correlation_p(double r, Index n, double left = missing_value);
// Chance that F with these degrees of freedom is above f; of an infinite denominator: chi-square over its degrees of freedom.
double f_tail(double f, double above, double below);
// Midranks of NaN-free values.
Vector midranks(ConstColumn values);

}  // namespace egov
