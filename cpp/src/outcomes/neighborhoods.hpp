// Neighbors of points in the plane by the larger of their two distances, for eight pairings of the same two columns at a time.
#pragma once
#include <cstdint>
#include <vector>

#include "outcomes/eight.hpp"

namespace egov::detail {

// A column in increasing order, with infinite values before and after so that no search has to look where it ends.
class Line {
 public:
  // Takes finite values and writes the place of each among them; equal ones stand as they come.
  void sort(const Vector& values, std::vector<int>& places);
  const double* first() const { return padded_.data() + pad_; }  // pad() more may be read on either side
  Index size() const { return n_; }
  Index pad() const { return pad_; }  // the smallest power of two that is not below the size

 private:
  std::vector<double> padded_;
  Index n_ = 0, pad_ = 1;
};

struct alignas(32) Places {
  std::int32_t of[Eight::lanes];
};

// The point at place i of x has in each lane the place at[i] of y, and y[i] is the value there. sums: over points, of
// psi[nx + 1] + psi[ny + 1] where nx and ny count the others strictly nearer in x, or in y, than the k-th neighbor is.
// best: room for k, below the number of points.
void neighborhoods(const Line& x, const Line& y, const Eight* values, const Places* at, Index k, const double* psi, Eight* best, Eight& sums);

}  // namespace egov::detail
