// Several whole numbers out of one random word.
#pragma once
#include <cstdint>

#include "egov/panel.hpp"

namespace egov::detail {

// How many numbers below n one word of 64 bits may give: n^k stays under 2^46, so that no outcome of the k picks
// together is likelier than another by more than one part in 2^18.
constexpr Index most_picks = 16;
inline Index picks_per_word(Index n) {
  Index picks = 1;
  for (double outcomes = static_cast<double>(n); outcomes * static_cast<double>(n) < 0x1p46 && picks < most_picks; ++picks)
    outcomes *= static_cast<double>(n);
  return picks;
}

// The next number below n out of a word: the part of word * n above 64 bits. The part below stays for the next pick.
inline std::uint64_t pick(std::uint64_t& word, std::uint64_t n) {
#ifdef __SIZEOF_INT128__
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(word) * n;
  word = static_cast<std::uint64_t>(product);
  return static_cast<std::uint64_t>(product >> 64);
#else
  std::uint64_t low = (word & 0xFFFFFFFFu) * n, high = (word >> 32) * n + (low >> 32);
  word = (high << 32) | (low & 0xFFFFFFFFu);
  return high >> 32;
#endif
}

}  // namespace egov::detail
