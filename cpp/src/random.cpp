#include "egov/random.hpp"

namespace egov {

double uniform(std::uint64_t seed, std::uint64_t stream, std::uint64_t position) {
  auto words = philox({static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(position >> 32),
                       static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)},
                      philox_key(seed));
  std::uint64_t bits = (std::uint64_t{words[0]} << 32 | words[1]) >> 11;
  return static_cast<double>(bits) * 0x1p-53;
}

}  // namespace egov
