// Points in the unit cube that a run of many draws stands on. Point i depends on (seed, i) alone.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "egov/panel.hpp"
#include "egov/progress.hpp"

namespace egov {

enum class Points {
  sobol,       // Sobol' points, directions of Joe and Kuo (2008), nested scramble by hash (Laine-Karras; Burley 2020)
  montecarlo,  // independent uniform numbers (Philox)
  lhs,         // Latin hypercube (McKay et al. 1979): one point in each of as many equal strata of each coordinate as there are points
  linear_sobol,  // Sobol' points under a random linear scramble of the digits and a random shift (Matousek 1998)
  plain_sobol  // Sobol' points without a scramble: the seed does nothing; for comparison with tables
};

class Design {
 public:
  // dimensions: 1 to 3667 for Sobol' points, any number from 1 else; length: 1 to 2^32 points. SpecError beyond.
  Design(Points kind, Index dimensions, std::uint64_t length, std::uint64_t seed);
  // Crossed: coordinates with levels (0: continuous) run through all combinations of their levels at each point of a design
  // over the continuous ones. Point i is point i / K of that with combination i % K, the last coordinate fastest, each in the
  // middle of its level. The length is `most` rounded down to whole points of K each; K where all have levels.
  // SpecError for `most` below K, and for more than 2^32 combinations.
  Design(Points kind, const std::vector<Index>& levels, std::uint64_t most, std::uint64_t seed);
  std::uint64_t combinations() const { return combinations_; }  // K; 1 where nothing is crossed
  Index dimensions() const { return dimensions_; }
  std::uint64_t length() const { return length_; }
  Points kind() const { return kind_; }
  std::uint64_t seed() const { return seed_; }
  // Writes the coordinates first..first+count of point i, each in (0, 1). Sobol' points stand in plain binary order,
  // not in Gray code, and begin with point 0; each coordinate is the middle of one of 2^32 equal cells.
  void point(std::uint64_t i, Index first, Index count, double* out) const;
  void point(std::uint64_t i, double* out) const { point(i, 0, dimensions_, out); }
  // The same for points first..first+count, one after the other; quicker than one at a time.
  void points(std::uint64_t first, Index count, double* out) const;

 private:
  void scramble_directions();
  void sobol_point(std::uint32_t i, Index first, Index count, double* out) const;
  void sobol_run(std::uint32_t first, Index count, double* out) const;
  void montecarlo_point(std::uint32_t i, Index first, Index count, double* out) const;
  void lhs_point(std::uint32_t i, Index first, Index count, double* out) const;
  void crossed_point(std::uint32_t i, Index first, Index count, double* out) const;
  void crossed_run(std::uint64_t first, Index count, double* out) const;
  void cross(const double* continuous, std::uint64_t combination, double* out) const;

  Points kind_;
  Index dimensions_;
  std::uint64_t length_, seed_;
  std::vector<std::uint32_t> directions_;  // 32 x dimensions: the directions of each bit of i, lowest bit = 1/2
  std::vector<std::uint32_t> scramble_;    // one key a dimension; empty without a nested scramble
  std::vector<std::uint32_t> shift_;       // what point 0 is, one word a dimension; 0 without a linear scramble
  std::vector<Index> levels_;              // of a crossed design; empty: nothing is crossed
  std::uint64_t combinations_ = 1;
  std::shared_ptr<const Design> continuous_;  // of a crossed design, over the coordinates without levels; none: there are none
};

Matrix sample(const Design& design, const Monitor& monitor = {});  // length x dimensions, for looking at

}  // namespace egov
