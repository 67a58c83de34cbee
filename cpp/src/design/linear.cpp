#include <algorithm>
#include <array>

#include "egov/design.hpp"
#include "egov/random.hpp"

namespace egov {
namespace {

bool odd(std::uint32_t x) {
  for (unsigned half = 16; half > 0; half /= 2) x ^= x >> half;
  return x & 1u;
}

}  // namespace

// Digit r of each coordinate becomes itself plus random multiples of the digits before it, which is linear, so that the
// directions alone change; bit r of a mirrored word is digit r.
void Design::scramble_directions() {
  for (Index k = 0; k < dimensions_; ++k) {
    std::array<std::uint32_t, 36> words;
    for (std::uint32_t block = 0; block < 9; ++block) {
      const auto four = philox({static_cast<std::uint32_t>(k), block, 2, for_scrambles}, philox_key(seed_));
      std::copy(four.begin(), four.end(), words.begin() + 4 * block);
    }
    shift_[static_cast<std::size_t>(k)] = words[32];
    for (std::uint32_t bit = 0; bit < 32; ++bit) {
      std::uint32_t& direction = directions_[static_cast<std::size_t>(bit * dimensions_ + k)];
      std::uint32_t made = 0;
      for (std::uint32_t r = 0; r < 32; ++r) {
        const std::uint32_t row = (words[r] & ((std::uint32_t{1} << r) - 1)) | std::uint32_t{1} << r;
        made |= static_cast<std::uint32_t>(odd(direction & row)) << r;
      }
      direction = made;
    }
  }
}

}  // namespace egov
