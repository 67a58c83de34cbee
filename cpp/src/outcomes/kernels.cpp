#include "outcomes/kernels.hpp"

#include <algorithm>

#include "detail/columns.hpp"

namespace egov::detail {
namespace {

// All eight at once, as wide as the processor has them. By reference throughout: passed by value, wide vectors would differ
// between instruction sets.
using Vector8 = double __attribute__((vector_size(64), may_alias));
inline const Vector8& all(const Eight& eight) { return reinterpret_cast<const Vector8&>(eight.of); }
inline Vector8& all(Eight& eight) { return reinterpret_cast<Vector8&>(eight.of); }

const Eight zeros{};

}  // namespace

EGOV_CLONES void spread(const std::int32_t* counts, const int* cluster, Index n, Eight* times, Eight& total) {
  Vector8 sum = all(zeros);
  for (Index i = 0; i < n; ++i) {
    const std::int32_t* from = counts + Eight::lanes * cluster[i];
    for (Index lane = 0; lane < Eight::lanes; ++lane) times[i].of[lane] = from[lane];
    sum += all(times[i]);
  }
  all(total) = sum;
}

EGOV_CLONES void center(const Eight* times, const double* values, Index n, const Eight& total, Eight* scores) {
  Vector8 sum = all(zeros);
  for (Index i = 0; i < n; ++i) sum += all(times[i]) * values[i];
  const Vector8 mean = sum / all(total);
  for (Index i = 0; i < n; ++i) all(scores[i]) = values[i] - mean;
}

EGOV_CLONES void rank(const Eight* times, const Ordered& column, const Eight& total, Eight* scores) {
  Vector8 at = -all(total);
  for (Index run = 0; run < column.count; ++run) {
    const int from = column.runs[run], to = column.runs[run + 1];
    Vector8 drawn = all(times[column.order[from]]);
    for (int k = from + 1; k < to; ++k) drawn += all(times[column.order[k]]);
    at += drawn;
    for (int k = from; k < to; ++k) all(scores[column.order[k]]) = at;
    at += drawn;
  }
}

EGOV_CLONES void products(const Eight* times, const Eight* a, const Eight* b, Index n, Eight& aa, Eight& ab, Eight& bb) {
  Vector8 sum_aa = all(zeros), sum_ab = sum_aa, sum_bb = sum_aa;
  for (Index i = 0; i < n; ++i) {
    const Vector8 x = all(a[i]), y = all(b[i]), w = all(times[i]), wx = w * x, wy = w * y;
    sum_aa += wx * x;
    sum_ab += wx * y;
    sum_bb += wy * y;
  }
  all(aa) = sum_aa;
  all(ab) = sum_ab;
  all(bb) = sum_bb;
}

EGOV_CLONES void subtract(const Eight* b, const Eight& factor, Index n, Eight* a) {
  const Vector8 times = all(factor);
  for (Index i = 0; i < n; ++i) all(a[i]) = all(a[i]) - times * all(b[i]);
}

EGOV_CLONES void influence(const Eight* x, const Eight* y, Index n, const Eight& r, const Eight& p, const Eight& q, Eight* phi) {
  const Vector8 half = 0.5 * all(r), scale_x = all(p), scale_y = all(q);
  for (Index i = 0; i < n; ++i) {
    const Vector8 a = scale_x * all(x[i]), b = scale_y * all(y[i]);
    all(phi[i]) = a * b - half * (a * a + b * b);
  }
}

// Weighted sums of g over all rows are 0, so those above are those not above with the other sign.
EGOV_CLONES void shift(const Eight* times, const Ordered& column, const Eight* x, const Eight* y, const Eight& a, const Eight& b, Eight* phi) {
  const Vector8 of_x = all(a), of_y = all(b);
  Vector8 so_far = all(zeros);
  for (Index run = 0; run < column.count; ++run) {
    const int from = column.runs[run], to = column.runs[run + 1];
    Vector8 sum = all(zeros);
    for (int k = from; k < to; ++k) {
      const int i = column.order[k];
      sum += all(times[i]) * (of_x * all(x[i]) + of_y * all(y[i]));
    }
    sum *= 0.5;
    so_far += sum;
    for (int k = from; k < to; ++k) all(phi[column.order[k]]) = all(phi[column.order[k]]) - so_far;
    so_far += sum;
  }
}

EGOV_CLONES void clustered_squares(const Eight* times, const Eight* phi, const int* cluster, Index n, Eight* sums, Index clusters,
                                   Eight& squares) {
  Vector8 total = all(zeros);
  if (clusters == n) {
    for (Index i = 0; i < n; ++i) total += all(times[i]) * (all(phi[i]) * all(phi[i]));
    all(squares) = total;
    return;
  }
  std::fill(sums, sums + clusters, zeros);
  for (Index i = 0; i < n; ++i) all(sums[cluster[i]]) = all(sums[cluster[i]]) + all(phi[i]);
  // each row takes its share of the square of its cluster
  for (Index i = 0; i < n; ++i) total += all(times[i]) * (all(phi[i]) * all(sums[cluster[i]]));
  all(squares) = total;
}

}  // namespace egov::detail
