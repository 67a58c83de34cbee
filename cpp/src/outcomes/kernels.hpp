// The inner loops over rows, eight resamples at a time, compiled for several instruction sets with the same bits on each.
#pragma once
#include <cstdint>

#include "outcomes/eight.hpp"

namespace egov::detail {

// A column in increasing order: `order` holds rows, and runs[r] is where the r-th run of ties begins in it (one more: the end).
struct Ordered {
  const int* order;
  const int* runs;
  Index count;  // of runs
};

// times[i] = counts of the cluster of row i, and their sum.
void spread(const std::int32_t* counts, const int* cluster, Index n, Eight* times, Eight& total);
// scores[i] = values[i] less their mean within each resample.
void center(const Eight* times, const double* values, Index n, const Eight& total, Eight* scores);
// scores[i] = twice the midrank of row i within each resample, less the mean of these: 2 (draws before its run) +
// (draws of the run) - (all draws). Whole numbers.
void rank(const Eight* times, const Ordered& column, const Eight& total, Eight* scores);
// Weighted sums of products: aa, ab, bb.
void products(const Eight* times, const Eight* a, const Eight* b, Index n, Eight& aa, Eight& ab, Eight& bb);
// a -= factor * b.
void subtract(const Eight* b, const Eight& factor, Index n, Eight* a);
// What each row adds to the coefficient xy / sqrt(xx yy) in the first order, times n: p^2 = 1 / xx, q^2 = 1 / yy.
void influence(const Eight* x, const Eight* y, Index n, const Eight& r, const Eight& p, const Eight& q, Eight* phi);
// Adds to phi what the ranks of a column do: a row moves the rank of all rows above it, and half that of its ties. In g[i]
// stands what a rank of row i is worth: a x[i] + b y[i].
void shift(const Eight* times, const Ordered& column, const Eight* x, const Eight* y, const Eight& a, const Eight& b, Eight* phi);
// Sum over clusters of (copies of the cluster) * (sum of phi over its rows)^2; sums: room for the clusters.
void clustered_squares(const Eight* times, const Eight* phi, const int* cluster, Index n, Eight* sums, Index clusters, Eight& squares);

}  // namespace egov::detail
