// Which column of Sums holds what.
#pragma once
#include "egov/sobol.hpp"

namespace egov::detail {

enum Shared : Index { at_count, at_a, at_b, at_aa, at_bb, at_ab, shared_moments };
enum Own : Index { at_d, at_dd, at_ad, at_bd, at_e, at_ee, at_ae, at_be, at_de, at_ge };

// Moments of one factor.
inline Index width(const Crossing& crossing) { return crossing.third ? at_ge + 1 : crossing.reversed ? at_de + 1 : at_bd + 1; }
inline Index own(const Crossing& crossing, Index factor) { return shared_moments + factor * width(crossing); }
// The sum of e_i d_j.
inline Index pair(const Crossing& crossing, Index i, Index j) { return own(crossing, crossing.factors) + i * crossing.factors + j; }
inline Index moments(const Crossing& crossing, bool pairs) { return pair(crossing, pairs ? crossing.factors : 0, 0); }

// The moments of one output: the first of them, and how far it is to the next.
struct Strided {
  const double* first;
  Index stride;
  double operator[](Index moment) const { return first[moment * stride]; }
};

// Centered means of what has no part of a factor; mean: that of a and b together, less the origin.
inline Means shared_means(const Strided& sums, double& mean) {
  const double n = sums[at_count], a = sums[at_a] / n, b = sums[at_b] / n;
  mean = (a + b) / 2;
  Means of{};
  of.a = a - mean, of.b = b - mean;
  of.aa = sums[at_aa] / n - mean * (2 * a - mean);
  of.bb = sums[at_bb] / n - mean * (2 * b - mean);
  of.ab = sums[at_ab] / n - mean * (a + b - mean);
  return of;
}

inline Means means(const Strided& sums, const Crossing& crossing, Index factor, const Means& shared, double mean) {
  const double n = sums[at_count];
  const Index at = own(crossing, factor);
  Means of = shared;
  of.d = sums[at + at_d] / n, of.dd = sums[at + at_dd] / n;
  of.ad = sums[at + at_ad] / n - mean * of.d, of.bd = sums[at + at_bd] / n - mean * of.d;
  if (crossing.reversed) {
    of.e = sums[at + at_e] / n, of.ee = sums[at + at_ee] / n, of.de = sums[at + at_de] / n;
    of.ae = sums[at + at_ae] / n - mean * of.e, of.be = sums[at + at_be] / n - mean * of.e;
  }
  if (crossing.third) of.ge = sums[at + at_ge] / n;
  return of;
}

}  // namespace egov::detail
