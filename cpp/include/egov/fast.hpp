// The Fourier amplitude sensitivity test: inputs that swing at known frequencies are found again in the spectrum of the output.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "egov/given.hpp"
#include "egov/panel.hpp"
#include "egov/progress.hpp"

namespace egov {

// Curves of the extended test (Saltelli, Tarantola and Chan 1999, Technometrics 41, 39-56): on those of an input, it swings at
// the first frequency, and the others, in their order, at the rest, which lie below the first over 2 harmonics.
struct Curves {
  Index inputs = 0, points = 0, harmonics = 0, count = 1;
  Index rows() const { return inputs * count * points; }
  std::vector<Index> frequencies() const;  // SpecError unless points exceed 4 harmonics^2
};
// Points of the unit cube, row by row: the curves of each input in turn, each with phases of its own.
void sample_curves(const Curves& curves, std::uint64_t seed, double* out, const Monitor& monitor = {});

// One curve that all inputs share, each at a frequency of its own (Cukier et al. 1973, Journal of Chemical Physics 59, 3873-3878).
// No sum of up to five frequencies, with signs and repeated at will, is 0: free of interferences to order 4 (Cukier, Schaibly and
// Shuler 1975, ibid. 63, 1140-1149, table VI; McRae, Tilden and Seinfeld 1982, Computers & Chemical Engineering 6, 15-25). With up
// to 4 inputs no sum of up to eight is 0, so that harmonics do not meet what two inputs do together.
struct SharedCurves {
  static constexpr Index most_inputs = 50, most_harmonics = 4;
  Index inputs = 0, points = 0, harmonics = 0, count = 1;
  Index rows() const { return count * points; }
  std::vector<Index> frequencies() const;  // SpecError unless points exceed 2 harmonics times the highest
};
Index fewest_points(const SharedCurves& curves);
// Points of the unit cube, row by row: one curve after the other, each with phases of its own.
void sample_curves(const SharedCurves& curves, std::uint64_t seed, double* out, const Monitor& monitor = {});

// First and total order, outputs x inputs: means over the curves; low, high: t over them, NaN with one.
struct CurveIndices {
  std::array<Matrix, 2> value, low, high;
};
// y: outputs of all rows, row by row. NaN where the output does not vary along a curve.
CurveIndices curve_indices(const double* y, Index outputs, const Curves& curves, double level, int threads, const Monitor& monitor = {});

// First orders from shared curves (Saltelli, Tarantola and Chan 1999): the mean over the curves, and t over them, NaN with one.
GivenIndices shared_curve_first(const double* y, Index outputs, const SharedCurves& curves, double level, int threads,
                                const Monitor& monitor = {});

// First orders from any runs by random balance (Tarantola et al. 2006, Reliability Engineering & System Safety 91, 717-727), runs
// put up and down again by each input in turn (Plischke 2010, ibid. 95, 354-360), with the bias correction of Tissot and Prieur
// (2012, ibid. 107, 205-213). Intervals as of given_first.
GivenIndices balanced_first(const Matrix& x, const Matrix& y, Index harmonics, Index groups, double level, std::uint64_t seed,
                            int threads, const Monitor& monitor = {});

}  // namespace egov
