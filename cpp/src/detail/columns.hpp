// Arithmetic on contiguous columns, compiled for several instruction sets with the same bits on each.
#pragma once
#include "egov/panel.hpp"

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(EGOV_NO_CLONES)
#define EGOV_CLONES __attribute__((target_clones("default", "avx2")))
#else
#define EGOV_CLONES
#endif

namespace egov::detail {

void add_scaled(double* __restrict to, const double* __restrict from, double by, Index n);  // to += by * from
void set_scaled(double* __restrict to, const double* __restrict from, double by, Index n);  // to = by * from

}  // namespace egov::detail
