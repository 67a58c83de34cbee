// Random numbers that depend on (seed, position) alone, so that any thread may make any of them.
#pragma once
#include <array>
#include <cstdint>

namespace egov {

// Philox4x32-10 (Salmon et al. 2011): four words from a counter of four and a key of two.
inline std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  std::uint32_t a = counter[0], b = counter[1], c = counter[2], d = counter[3];
  for (std::uint32_t round = 0; round < 10; ++round) {
    std::uint64_t left = std::uint64_t{0xD2511F53u} * a, right = std::uint64_t{0xCD9E8D57u} * c;
    a = static_cast<std::uint32_t>(right >> 32) ^ b ^ (key[0] + round * 0x9E3779B9u);
    c = static_cast<std::uint32_t>(left >> 32) ^ d ^ (key[1] + round * 0xBB67AE85u);
    b = static_cast<std::uint32_t>(right);
    d = static_cast<std::uint32_t>(left);
  }
  return {a, b, c, d};
}

// A seed as the key of philox.
inline std::array<std::uint32_t, 2> philox_key(std::uint64_t seed) {
  return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
}

// The last word of the counter keeps the parts of the library apart under one seed: uniform() leaves it to the upper
// half of its stream (0 in practice), designs and resamples put one of these there.
enum Purpose : std::uint32_t {
  for_points = 0x706f696eu, for_scrambles = 0x73637261u, for_resamples = 0x72657361u,
  for_imputations = 0x696d7000u, for_measurement = 0x6d656173u,
  for_weights = 0x77656967u, for_propagation = 0x70726f70u, for_permutations = 0x7065726du
};

// A uniform number in [0, 1) at a position of a stream: 53 bits of philox(position, stream; seed).
double uniform(std::uint64_t seed, std::uint64_t stream, std::uint64_t position);

// A whole number in [0, n) from 32 random bits, by multiplication (bias below n / 2^32).
inline std::uint32_t below(std::uint32_t bits, std::uint32_t n) {
  return static_cast<std::uint32_t>((static_cast<std::uint64_t>(bits) * n) >> 32);
}

// The random numbers of one unit in one draw, one after the other. Another unit, draw or item has others.
class Stream {
 public:
  Stream(std::uint64_t seed, std::uint32_t draw, std::uint32_t unit, std::uint32_t task = 0, std::uint32_t item = 0);
  double uniform();                  // in (0, 1)
  double normal();                   // mean 0, variance 1 (Box and Muller 1958)
  double gamma(double shape);        // scale 1; shape above 0 (Marsaglia and Tsang 2000)
  double chi_squared(double df) { return 2 * gamma(df / 2); }
  std::uint32_t below(std::uint32_t n) { return egov::below(bits(), n); }

 private:
  std::uint32_t bits();
  std::array<std::uint32_t, 4> counter_, words_{};
  std::array<std::uint32_t, 2> key_;
  unsigned left_ = 0;                // words not used yet
  double kept_ = 0;                  // the second normal number of a pair
  bool has_kept_ = false;
};

}  // namespace egov
