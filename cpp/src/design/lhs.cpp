#include <algorithm>
#include <array>

#include "egov/design.hpp"
#include "egov/random.hpp"

namespace egov {
namespace {

inline std::uint32_t mixed(std::uint32_t x) {  // the finalizer of MurmurHash3
  x = (x ^ (x >> 16)) * 0x85ebca6bu;
  x = (x ^ (x >> 13)) * 0xc2b2ae35u;
  return x ^ (x >> 16);
}

// A permutation of 0..n-1 for each key: a Feistel network on the even number of bits that hold n, walked until the value
// is below n (Black and Rogaway 2002). Every stratum of a coordinate is met once, and point i needs no other point.
class Permutation {
 public:
  Permutation(std::uint64_t n, std::array<std::uint32_t, 4> key) : n_(n), key_(key) {
    while (half_ < 16 && (std::uint64_t{1} << (2 * half_)) < n) ++half_;
  }
  std::uint32_t operator()(std::uint32_t i) const {
    std::uint32_t x = i;
    do x = once(x);
    while (x >= n_);
    return x;
  }

 private:
  std::uint32_t once(std::uint32_t x) const {
    const std::uint32_t mask = (1u << half_) - 1;
    std::uint32_t left = x >> half_, right = x & mask;
    for (std::uint32_t round = 0; round < 8; ++round) {
      const std::uint32_t next = (left ^ (mixed(right + key_[round % 4] + round * 0x9E3779B9u) >> 8)) & mask;
      left = right;
      right = next;
    }
    return (left << half_) | right;
  }

  std::uint64_t n_;
  std::array<std::uint32_t, 4> key_;
  unsigned half_ = 1;
};

}  // namespace

void Design::lhs_point(std::uint32_t i, Index first, Index count, double* out) const {
  for (Index k = first; k < first + count; ++k) {
    const auto column = static_cast<std::uint32_t>(k);
    const Permutation stratum(length_, philox({column, 0, 1, for_scrambles}, philox_key(seed_)));
    const auto words = philox({i, column, 1, for_points}, philox_key(seed_));
    const double within = (static_cast<double>((std::uint64_t{words[0]} << 32 | words[1]) >> 12) + 0.5) * 0x1p-52;
    out[k - first] = std::min((stratum(i) + within) / static_cast<double>(length_), 1 - 0x1p-53);
  }
}

}  // namespace egov
