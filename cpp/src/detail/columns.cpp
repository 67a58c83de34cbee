#include "detail/columns.hpp"

namespace egov::detail {

EGOV_CLONES void add_scaled(double* __restrict to, const double* __restrict from, double by, Index n) {
  for (Index i = 0; i < n; ++i) to[i] += by * from[i];
}

EGOV_CLONES void set_scaled(double* __restrict to, const double* __restrict from, double by, Index n) {
  for (Index i = 0; i < n; ++i) to[i] = by * from[i];
}

}  // namespace egov::detail
