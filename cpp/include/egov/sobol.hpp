// Variance-based sensitivity indices: what is run around each base point, the sums over runs, the estimators, their intervals.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "egov/design.hpp"
#include "egov/method.hpp"
#include "egov/progress.hpp"

namespace egov {

// The runs of one base point, in this order, which is SALib's: A, AB_1..AB_d, BA_1..BA_d if reversed, B, AC_1..AC_d if third.
// A, B, C: independent points; AB_i: A with factor i of B. A factor is a column of the model's input or a group of columns.
struct Crossing {
  Index factors = 0;
  bool reversed = false;  // the runs BA
  bool third = false;     // the runs AC; they need BA too
  Index runs() const { return 2 + factors * (1 + (reversed ? 1 : 0) + (third ? 1 : 0)); }
  Index points() const { return third ? 3 : 2; }
};

// The outputs of those runs: each pointer stands at the first of as many numbers as there are outputs.
struct Runs {
  const double *a = nullptr, *b = nullptr;
  std::vector<const double*> ab, ba, ac;  // one a factor; null: the same run as a (ab, ac) or b (ba)
};

// Means over base points for one output and one factor, a and b less the mean of both. d = ab - a, e = ba - b, g = ac - a:
// what a factor does is kept apart from a and b, so that a factor without influence comes out as 0 and not as rounding.
struct Means {
  double a, b, aa, bb, ab;              // the factor has no part in these
  double d = 0, dd = 0, ad = 0, bd = 0;  // means of d, d^2, a d, b d
  double e = 0, ee = 0, ae = 0, be = 0, de = 0;
  double ge = 0;
  double variance() const { return (aa + bb) / 2; }
};

// What an estimator needs beyond the runs A, AB and B.
enum class Needs { nothing, reversed, third };

struct FirstOrderMethod : Method {
  Needs needs = Needs::nothing;
  double (*value)(const Means& of) = nullptr;
};
struct TotalOrderMethod : FirstOrderMethod {};
struct SecondOrderMethod : Method {
  // ed: mean of e_i d_j, de: of d_i e_j; first orders of both.
  double (*value)(const Means& i, const Means& j, double ed, double de, double first_i, double first_j) = nullptr;
};
const Rows<FirstOrderMethod>& first_order_methods();
const Rows<TotalOrderMethod>& total_order_methods();
const Rows<SecondOrderMethod>& second_order_methods();

struct Estimators {
  std::string first = "saltelli", total = "jansen", second = "";  // empty: no second order
};

// Sums over a block of base points, enough for every estimator. Blocks are added in a fixed order, so that the same bits
// come out for any number of threads.
class Sums {
 public:
  Sums(Index outputs, const Crossing& crossing, bool pairs);
  void merge(const Sums& other) { values_ += other.values_; }
  Index outputs() const { return values_.rows(); }
  const Crossing& crossing() const { return crossing_; }
  bool pairs() const { return pairs_; }
  const Matrix& values() const { return values_; }  // outputs x moments
  Matrix& values() { return values_; }

 private:
  Crossing crossing_;
  bool pairs_;
  Matrix values_;
};

// Adds base points to sums; holds the working space, so that a point allocates nothing. One for each thread.
class Adder {
 public:
  // origin: a number near the mean of each output; what is added is less it.
  Adder(const Crossing& crossing, bool pairs, Vector origin);
  void add(const Runs& runs, Sums& to);

 private:
  void add_pairs(Sums& to);
  Crossing crossing_;
  bool pairs_;
  Vector origin_, a_, b_, difference_;
  Matrix on_a_, on_b_;  // outputs x factors: d and e of the point, for pairs
};

constexpr std::size_t orders = 3;  // first, total, second

// Indices of outputs (rows) by factors; of second order by factor i x d + j, NaN unless i < j. NaN where the output is constant.
struct SobolIndices {
  std::array<Matrix, orders> value, low, high;  // low and high NaN where there is no interval
  Vector mean, variance;                        // of each output, over A and B
  Index scrambles = 0;                          // that they are of, where a run may stop early
  std::vector<bool> constant;                   // per output: variance 0 up to rounding
  std::vector<bool> pooled;                     // per output: it did not vary in some scramble, so all are taken together, without interval
};

// The mean over independent scrambles and the interval of a t distribution over them; no interval with fewer than two.
// floor: an output is constant if its standard deviation is below 1e-12 of the larger of |mean| and floor.
SobolIndices over_scrambles(const std::vector<Sums>& scrambles, const Vector& origin, const Estimators& by, double level, double floor = 0);

// The indices of all blocks together, and percentiles over resamples of the blocks. begun: the share of the whole call done before.
SobolIndices over_resamples(const std::vector<Sums>& blocks, const Vector& origin, const Estimators& by, double level, Index resamples,
                            std::uint64_t seed, int threads, const Monitor& monitor = {}, double begun = 0, double floor = 0);

// Base points first..last of one scramble. The cut depends on the numbers of points and scrambles alone: at most 256 blocks
// in all, or one a scramble, each scramble with its share of the points as even as can be.
struct PointBlock {
  Index scramble, first, last;
};
std::vector<PointBlock> blocks_of(Index points, Index scrambles);

// Sums of each block from the outputs of all runs, run by run: (points x crossing.runs()) x outputs. done: the share of the whole call done after.
std::vector<Sums> sum_blocks(const double* y, Index outputs, const Crossing& crossing, bool pairs, const std::vector<PointBlock>& blocks,
                             const Vector& origin, int threads, const Monitor& monitor = {}, double done = 1);
// Mean of each output over the runs A and B.
Vector mean_output(const double* y, Index outputs, const Crossing& crossing, Index points);
// Blocks of a scramble added up, for each scramble.
std::vector<Sums> by_scramble(const std::vector<Sums>& sums, const std::vector<PointBlock>& blocks);

// Factors of which some are run in all combinations of their levels: of each, the number of levels, 0 where it is not
// discrete, and its group.
struct Combined {
  std::vector<Index> levels, group;
};
// Runs of one base point. For each of A, AB_i and BA_i (if reversed) of the groups i that hold factors which are not discrete,
// and B, one for each combination, the last discrete factor fastest. Without such factors, the combinations alone.
Index combined_runs(const Combined& factors, bool reversed);
// Sums of each block from the outputs of all runs, for the estimators "saltelli" and "jansen"; as sum_blocks.
std::vector<Sums> sum_combined(const double* y, Index outputs, const Combined& factors, bool reversed, bool pairs,
                               const std::vector<PointBlock>& blocks, const Vector& origin, int threads, const Monitor& monitor = {},
                               double done = 1);

// With one more factor at the end, which has no influence.
Sums with_dummy(const Sums& sums);

// A distribution by its quantile function.
struct MarginalMethod : Method {
  double (*quantile)(double u, const Args& args) = nullptr;
};
const Rows<MarginalMethod>& marginal_methods();
// Rows of points of the unit cube, point by point, as inputs with these distributions; in place.
void to_marginals(const std::vector<Choice>& marginals, Index rows, int threads, double* points, const Monitor& monitor = {});

// Designs that share n base points as evenly as can be, each with a seed of its own.
std::vector<Design> scrambled_designs(Points kind, Index dimensions, std::uint64_t n, Index scrambles, std::uint64_t seed);

// Where column k of the points A, B, C stands among the coordinates of a design: those of A and B side by side, since early
// coordinates of Sobol' points are the best, then those of C.
inline Index coordinate(Index columns, Index k, Index point) { return point < 2 ? 2 * k + point : 2 * columns + k; }

// The inputs of all runs, run by run, into out: (n x crossing.runs()) x columns. factor: which factor a column belongs to.
void sample_runs(const std::vector<Design>& designs, const Crossing& crossing, const std::vector<Index>& factor,
                 const std::vector<Choice>& marginals, int threads, double* out, const Monitor& monitor = {});

}  // namespace egov
