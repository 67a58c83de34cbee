// What units that are alike have in common: each unit's series as predicted from all the others.
#pragma once
#include <vector>

#include "egov/panel.hpp"

namespace egov::kriging {

// How alike units are by one indicator: sums over its periods of products of standardized values (units x units).
struct Alike {
  Matrix products;
  double columns = 0;
  static Alike of(const Matrix& completed);  // periods x units; each period is standardized over the units
  void add(const Alike& other);
};

// Gaussian-process regression over units of series (periods x units) of the known ones: each known unit as predicted without
// its own series, the others from the known ones. The covariance of units is
// f exp(-d / 2 l^2) + v p + 1, d the mean squared distance and p the mean product of their features; f, v, l by likelihood.
// `weights` are those of the units: the noise of a known one is divided by its weight.
Matrix field(const Matrix& series, const std::vector<Index>& known, const Alike& alike, const Vector& weights);

}  // namespace egov::kriging
