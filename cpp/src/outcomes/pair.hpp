// One pair of columns: its common rows, the coefficient, and the same coefficient over resampled rows.
#pragma once
#include <cstdint>
#include <vector>

#include "detail/pearson.hpp"
#include "egov/outcomes.hpp"
#include "outcomes/eight.hpp"
#include "outcomes/kernels.hpp"

namespace egov::detail {

// A column of a table and its observed rows in increasing order of value, so that no pair has to sort.
struct SortedColumn {
  const double* values;
  Index rows;
  std::vector<Index> order;  // empty where ranks are not asked for
  SortedColumn(const Matrix& table, Index column, bool ranks);
};

// Does the coefficient want the rows in the order of x?
inline bool needs_order(Coefficient kind) { return kind != Coefficient::pearson; }

// What all pairs have in common.
struct Setting {
  Coefficient kind = Coefficient::pearson;
  Index exact_below = 50;  // Kendall: rows below which p is exact where nothing ties
  std::vector<SortedColumn> controls = {};
  std::vector<int> cluster = {};  // of each row of the table, 0..clusters-1; empty: each row is its own
  Index clusters = 0;             // of the whole table; its rows where each is its own
  View view = View::rows;
  bool together = false;          // resamples are of the clusters of the whole table
};
// The setting that a question asks for. DataError where controls or clusters do not fit the rows.
Setting setting(const Question& question, Coefficient kind, Index rows);

// The room one thread works in; made once, used for one pair after another.
class Pair {
 public:
  explicit Pair(Coefficient kind) : Pair(Setting{kind}) {}
  explicit Pair(const Setting& setting) : setting_(setting), kind_(setting.kind), ranks_(needs_order(kind_)) {}
  // Brings the common rows together. Sets n, clusters, and the reason where there is nothing to estimate.
  void load(const SortedColumn& x, const SortedColumn& y, Association& result);
  // After load(); NaN, and the reason, where the controls leave nothing.
  double estimate(Association& result);
  // Two-sided p-value of that estimate, by the rule of its coefficient (see the table of methods). After estimate().
  double p(double estimate);

  // The coefficients of resamples 0..resamples-1 of whole clusters without those that have none, in order. After estimate().
  std::vector<double>& resample(std::uint64_t seed, std::uint64_t stream, Index resamples, bool errors = false);
  // With errors: the standard error of Fisher's z within each of the same resamples, by the influence of each cluster on the
  // coefficient; NaN where there is none. Not for distances.
  const std::vector<double>& errors() const { return errors_; }
  // The coefficient without each cluster in turn; NaN where there is none. After estimate().
  const std::vector<double>& left_out();
  // What each cluster adds to the coefficient in the first order, times n. After estimate(); not for distances.
  std::vector<double> influences();
  // The standard error of Fisher's z of the estimate, by influence. After estimate().
  double error();
  // How often resample `resample` holds each row, in the numbers of rows() below.
  Vector draws(std::uint64_t seed, std::uint64_t stream, Index resample);

  Coefficient kind() const { return kind_; }
  Index size() const { return n_; }                  // rows that the coefficient is of: common rows, or clusters for View::between
  Index clusters() const { return clusters_; }       // among them
  bool grouped() const { return clusters_ < n_; }    // are there clusters of several rows?
  Index held() const { return held_; }               // controls that count: their rank
  // Rows of the table in the order in which they are numbered: as in the table, or by increasing x where ranks are used.
  // For View::within and View::between: as in the table, before the view is taken.
  const std::vector<Index>& rows() const { return rows_; }

 private:
  struct Side {
    Vector values;           // of the rows, centered; of ranks (but not of distances): twice the midranks, centered
    std::vector<int> order;  // of ranks: rows by increasing value
    std::vector<int> runs;   // of ranks: where each run of ties begins in that order, and the end
    std::vector<int> place;  // of Kendall and distances: of each row, its run or its position in that order
    double noise = 0;        // what rounding of the values of the table may leave in these
    bool constant = false;
    Ordered ordered() const { return {order.data(), runs.data(), static_cast<Index>(runs.size()) - 1}; }
  };
  // gather.cpp
  void find_rows(const SortedColumn& x, const SortedColumn& y);
  void number_clusters();
  void take(const SortedColumn& column, Side& side);
  void take_view(Side& side);
  void order_rows();
  void rank_values(Side& side) const;
  // controls.cpp
  double hold_linear(Association& result);
  double hold_kendall(Association& result);
  double hold_distance(Association& result);
  Reason room_for(Index held) const;
  // linear.cpp, kendall.cpp, distance.cpp: coefficients of the rows as often as times_ holds them, and with `influences` what
  // each row adds to them, in phi_
  Lanes evaluate(bool influences = false);
  Lanes linear(bool influences);
  Lanes kendall(bool influences);
  Lanes distance();
  Lanes concordance(const Side& a, const Side& b);
  void concordance_influences(const Side& a, const Side& b, const Lanes& tau, const Lanes& factor);
  void eliminate(std::size_t control);
  void kendall_influences(const Lanes& r);
  void distance_rows(std::size_t a);
  Lanes distance_products(const Side& a, const Side& b);
  void distance_norms(Lanes& with_x, Lanes& with_y);
  void project(std::size_t control);
  void linear_influences(const Lanes& r, const Lanes& xx, const Lanes& yy);
  double smallest() const;
  bool constant(const Side& side, Index lane) const;
  double kendall_p(double estimate) const;
  // resampling.cpp
  void count_draws(std::uint64_t seed, std::uint64_t stream, Index first);
  void once_each();
  Lanes error_of(const Lanes& r);

  Setting setting_;
  Coefficient kind_;
  bool ranks_;  // rows are numbered by increasing x
  Index n_ = 0, clusters_ = 0, held_ = 0;
  std::vector<Side> sides_;         // x, y, controls that count
  std::vector<int> label_;          // row number of a row of the table, -1: not common
  std::vector<Index> rows_;
  std::vector<int> cluster_;        // of each row, 0..clusters_-1
  std::vector<int> source_;         // of each row: which of the things that are drawn it comes with
  std::vector<int> number_;         // of each cluster of the table: its number among those in common
  std::vector<std::int32_t> counts_;
  Eight total_{};
  EightRows times_;                 // how often each row is drawn
  std::vector<EightRows> scores_;   // of each side
  EightRows phi_, sums_;
  std::vector<Lanes> factors_;      // of each column and control: how much of the control is taken out; Kendall: tau-b
  std::vector<Lanes> raw_;          // sums of squares before controls are taken out; Kendall: as factors_ of values
  std::vector<Lanes> plain_, free_a_, free_b_;  // Kendall: tau-b before controls are taken out; rows not tied with those of a run
  std::vector<EightRows> trees_;    // Fenwick trees
  std::vector<double> kept_, errors_, left_out_;
  double concordance_ = 0;          // Kendall: pairs in the same order less those in opposite order
  double left_ = missing_value;     // 1 - r^2 of Pearson and Spearman without controls, to more digits than r has
  double unbiased_ = 0;             // squared distance correlation without bias
};

}  // namespace egov::detail
