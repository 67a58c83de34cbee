// Levels and slopes of all indicators of a unit together: given these, the indicators are independent of one another.
#pragma once
#include <vector>

#include "impute/kriging/series.hpp"

namespace egov::kriging {

// One indicator with its kernel and what remains of it, in units of its scale.
struct Strand {
  Kernel kernel;
  Matrix local;                    // of the kernel
  Matrix residuals;                // periods x units, NaN unobserved
  std::vector<Pattern> patterns;
  std::vector<Solved> solved;      // per pattern
  std::vector<std::size_t> which;  // per unit: its pattern
};

Strand strand(const Kernel& kernel, const Matrix& residuals, const std::vector<Pattern>& patterns, const Clock& clock);

// What is known of the coefficients of a unit, indicator by indicator: mean, and a root of the covariance.
struct Known {
  Vector mean;
  Matrix root;
};

// Covariance of the coefficients of all indicators, by EM from independence.
Matrix couple(const std::vector<Strand>& strands, const Clock& clock, Index units, int sweeps);
Known known(const std::vector<Strand>& strands, const Clock& clock, const Matrix& root, Index unit);
// A root R of a covariance, R R' = covariance.
Matrix root_of(const Matrix& covariance);

// One series with its missing periods, given its coefficients c: B_u c + K (r - B_o c) + root e, e standard normal.
struct Piece {
  std::vector<Index> open;
  Matrix by_coefficient;  // open x basis: B_u - K B_o
  Vector from_own;        // K r
  Matrix root;
};

Piece piece(const Strand& strand, const Clock& clock, Index unit, bool with_root);

}  // namespace egov::kriging
