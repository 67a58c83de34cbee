// One pair of columns: its common rows, the coefficient, and the same coefficient over resampled rows.
#pragma once
#include <cstdint>
#include <vector>

#include "detail/pearson.hpp"
#include "egov/outcomes.hpp"

namespace egov::detail {

// A column of a table and its observed rows in increasing order of value, so that no pair has to sort.
struct SortedColumn {
  const double* values;
  Index rows;
  std::vector<Index> order;  // empty where ranks are not asked for
  SortedColumn(const Matrix& table, Index column, bool ranks);
};

// Quantile of unordered values by linear interpolation between order statistics (type 7); reorders them.
double quantile(std::vector<double>& values, double share);

// Does the coefficient want the rows in the order of x?
inline bool needs_order(Coefficient kind) { return kind != Coefficient::pearson; }

// The room one thread works in; made once, used for one pair after another. Resamples are worked through eight at a
// time, one in each lane of a small array; lanes do not touch one another, so vector width changes no bit.
class Pair {
 public:
  explicit Pair(Coefficient kind) : kind_(kind), ranks_(needs_order(kind)) {}
  // Brings the common rows together. Sets n, and the reason where there is nothing to estimate.
  void load(const SortedColumn& x, const SortedColumn& y, Association& result);
  double estimate();  // after load()
  // Two-sided p-value of that estimate, by the rule of its coefficient (see the table of methods). After estimate().
  double p(double estimate) const;
  // Percentile interval at `level` from whole rows drawn with replacement; resamples in which a column is constant are
  // left out, and fewer than two others give NaN. After estimate().
  void interval(std::uint64_t seed, std::uint64_t stream, Index resamples, double level, Association& result);
  // The coefficients of resamples 0..resamples-1 without those left out, in order. After estimate().
  const std::vector<double>& resample(std::uint64_t seed, std::uint64_t stream, Index resamples);
  // How often resample `resample` holds each common row: by table row, or by increasing x where ranks are used.
  Vector draws(std::uint64_t seed, std::uint64_t stream, Index resample);

 private:
  using Lanes = Eigen::Array<double, 8, 1>;
  using LaneRows = Eigen::Array<double, 8, Eigen::Dynamic>;
  struct Side {
    Vector values;           // of the common rows, centered; of ranks (but not of distances): twice the midranks, centered
    std::vector<int> order;  // of ranks: common rows by increasing value
    std::vector<int> runs;   // of ranks: where each run of ties begins in that order, and the end
  };
  void load_values(const SortedColumn& x, const SortedColumn& y);
  void load_ranks(const SortedColumn& x, const SortedColumn& y);
  void rank(const double* values, const std::vector<Index>& rows, Side& side) const;
  void draw(std::uint64_t seed, std::uint64_t stream, Index first);
  Lanes resampled_pearson() const;
  Lanes resampled_spearman();
  Lanes resampled_kendall();   // of the rows as often as times_ holds them
  Lanes resampled_distance();
  void load_distance(const SortedColumn& x, const SortedColumn& y);
  double kendall();
  double kendall_p() const;
  double distance();
  bool constant(const Side& side, Index lane) const;

  Coefficient kind_;
  bool ranks_;  // rows are numbered by increasing x
  Index n_ = 0;
  Side x_, y_;
  std::vector<int> label_;              // common row of a row of the table, -1: not common
  std::vector<Index> rows_x_, rows_y_;  // rows of the table that are common; of ranks: by increasing value
  LaneRows times_;                      // how often each common row is drawn
  LaneRows weighted_;                   // times_ times the rank of x within the resample
  std::vector<double> kept_;            // coefficients of the resamples
  std::vector<int> place_;              // of each row: in which run of ties of y it stands
  std::vector<LaneRows> trees_;         // Fenwick trees over those runs
  double concordance_ = 0;              // Kendall: pairs in the same order less those in opposite order
  double unbiased_ = 0;                 // squared distance correlation without bias
};

}  // namespace egov::detail
