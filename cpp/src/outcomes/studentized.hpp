// The statistic of one pair that permutations are compared by.
#pragma once
#include <vector>

#include "outcomes/sample.hpp"

namespace egov::detail {

// The square of sum(s) / sqrt(sum(s^2)), where s are the rows' parts of the coefficient: its influence function under no
// association. As the sum has this variance whether or not x and y are independent, its permutation distribution is right
// for the null hypothesis of no correlation too (DiCiccio and Romano 2017). The parts are
//   pearson   products of deviations, so that the square is n r^2 / tau^2; with controls, of residuals, and those of a permuted
//             y are taken again (Freedman and Lane 1983),
//   spearman  the same of midranks, and what a row does to the ranks of the others: without it the test rejects a true null
//             hypothesis too often where y rises and falls with x (benchmarks/calibrate_outcomes.py); with controls the products alone,
//   kendall   the sum of a row's concordances (Hajek's projection),
//   distance  none: its null hypothesis is independence itself, and n times the squared distance covariance over the product of
//             the mean distances is compared as it is.
class Studentized {
 public:
  Studentized(const Sample& sample, Coefficient kind);
  double observed();
  double permuted(const int* order);  // row k has the y of row order[k]
  // The same of sums over clusters, each with a sign; the observed statistic has + everywhere. Not for distances.
  void cluster(const std::vector<int>& clusters);  // of each row, before flipped()
  double flipped(const int* signs) const;          // by cluster
  // By how much the products alone make the square of Spearman's statistic too large: at most 1.
  double shrinkage();

 private:
  double products(const int* order);
  double residual_products(const int* order);
  double rank_products(const int* order);
  double concordances(const int* order);
  double distances(const int* order);
  void prepare_residuals();
  void prepare_distances();
  struct Sorted {
    std::vector<int> order, runs, place;  // rows by value, where each run of ties begins (and the end), the run of each row
  };
  static Sorted sorted(const Vector& values);

  Coefficient kind_;
  const Sample& sample_;
  Index n_;
  std::vector<int> identity_;
  Sorted x_, y_;
  Vector parts_;              // of the rows, after a call of one of the above
  std::vector<double> sums_;  // over clusters
  std::vector<int> cluster_;  // of those
  double total_ = 0;          // sum of the squares of those
  Vector residuals_;
  Matrix weights_, fit_squares_;
  std::vector<int> inverse_, tree_;
  Eigen::Array4Xd nodes_;
  Vector row_x_, row_y_;      // sums of the distances of a row
};

}  // namespace egov::detail
