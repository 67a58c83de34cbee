// Base points of several scrambles, block by block, over threads; what follows from the sums.
#pragma once
#include <functional>

#include "egov/sensitivity.hpp"

namespace egov::detail {

// Adds base points first..first+count of a design to the sums; one for each thread.
using AddPoints = std::function<void(const Design& design, Index first, Index count, Sums& sums)>;

// Runs all base points, no more than `batch` at a time, and makes indices of the sums.
SobolIndices over_blocks(const std::vector<Design>& designs, const Crossing& crossing, const Vector& origin, const Inference& inference,
                         Index batch, int threads, const Monitor& monitor, const std::vector<AddPoints>& add);
// Indices of the sums of one point, without intervals.
SobolIndices indices_of(std::vector<Sums> sums, const Vector& origin, const Inference& inference);
// Threads of such a run, no more than there are blocks.
int block_threads(const std::vector<Design>& designs, int threads);
bool pairs_asked(const Inference& inference);

}  // namespace egov::detail
