// Which of numbered things eight resamples hold, drawn with replacement.
#pragma once
#include <cstdint>
#include <vector>

#include "outcomes/eight.hpp"

namespace egov::detail {

// counts[8 * thing + lane]: how often resample first + lane of a stream holds each of `things` things, which is how many are
// drawn. Depends on seed, stream and the number of the resample alone.
void draw(std::uint64_t seed, std::uint64_t stream, Index first, Index things, std::vector<std::int32_t>& counts);

}  // namespace egov::detail
