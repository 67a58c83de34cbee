#include "outcomes/rearrangement.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "egov/random.hpp"
#include "outcomes/pick.hpp"

namespace egov::detail {
namespace {

constexpr std::uint32_t for_permutations = 0x7065726du;  // beside those of Purpose

// Words of 64 bits of one permutation, one after the other.
class Words {
 public:
  Words(std::uint64_t seed, std::uint64_t stream, Index number)
      : counter_{0, static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(stream), for_permutations ^ static_cast<std::uint32_t>(stream >> 32)},
        key_(philox_key(seed)) {}
  std::uint64_t next() {
    if (second_) {
      second_ = false;
      return kept_;
    }
    const auto bits = philox(counter_, key_);
    ++counter_[0];
    kept_ = std::uint64_t{bits[2]} << 32 | bits[3];
    second_ = true;
    return std::uint64_t{bits[0]} << 32 | bits[1];
  }

 private:
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 2> key_;
  std::uint64_t kept_ = 0;
  bool second_ = false;
};

}  // namespace

// Fisher and Yates (1938), Durstenfeld (1964).
void shuffle(std::uint64_t seed, std::uint64_t stream, Index number, Index n, int* order) {
  std::iota(order, order + n, 0);
  const Index per_word = picks_per_word(n);
  Words words(seed, stream, number);
  for (Index left = n; left > 1;) {
    std::uint64_t word = words.next();
    for (Index end = std::max<Index>(left - per_word, 1); left > end; --left)
      std::swap(order[left - 1], order[pick(word, static_cast<std::uint64_t>(left))]);
  }
}

void signs(std::uint64_t seed, std::uint64_t stream, Index number, Index n, int* to) {
  Words words(seed, stream, number);
  std::uint64_t word = 0;
  for (Index k = 0; k < n; ++k, word >>= 1) {
    if (k % 64 == 0) word = words.next();
    to[k] = word & 1 ? 1 : -1;
  }
}

void restrict_to(const int* order, const std::vector<int>& units, const std::vector<int>& label, int* to) {
  for (std::size_t k = 0; k < units.size(); ++k) {
    int unit = order[units[k]];
    while (label[static_cast<std::size_t>(unit)] < 0) unit = order[unit];
    to[k] = label[static_cast<std::size_t>(unit)];
  }
}

}  // namespace egov::detail
