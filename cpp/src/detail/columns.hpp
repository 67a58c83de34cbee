// Arithmetic on contiguous columns, compiled for several instruction sets with the same bits on each.
#pragma once
#include "egov/panel.hpp"

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(EGOV_NO_CLONES) && __GNUC__ >= 12
#define EGOV_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#elif defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(EGOV_NO_CLONES)
#define EGOV_CLONES __attribute__((target_clones("default", "avx2")))
#else
#define EGOV_CLONES
#endif

namespace egov::detail {

// A column as the sum of others times weights, added from the first to the last and taken up four at a time.
class WeightedSum {
 public:
  // `to` shares no memory with what is added.
  WeightedSum(double* to, Index n) : to_(to), n_(n) {}
  void add(const double* column, double weight);  // read by the next finish() at the latest
  void finish();                                  // writes what has been added so far; more may follow

 private:
  static constexpr Index most = 4;
  double* to_;
  Index n_, held_ = 0;
  const double* columns_[most];
  double weights_[most];
  bool empty_ = true;  // nothing has been written
};

// e^x in place, to within one unit in the last place.
void exponentials(double* values, Index n);

// Lowest and highest of the values (NaN does not count), carried on from what they hold.
void widen(const double* values, Index n, double& low, double& high);
// Maps from_low to low and from_high to high, both exactly, in between linearly; NaN stays.
void stretch(double* values, Index n, double from_low, double from_high, double low, double high);

}  // namespace egov::detail
