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

// Lowest and highest of the values (NaN does not count), carried on from what they hold.
void widen(const double* values, Index n, double& low, double& high);
// Maps from_low to low and from_high to high, both exactly, in between linearly; NaN stays.
void stretch(double* values, Index n, double from_low, double from_high, double low, double high);

}  // namespace egov::detail
