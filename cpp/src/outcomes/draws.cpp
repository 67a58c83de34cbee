#include "outcomes/draws.hpp"

#include <algorithm>

#include "detail/columns.hpp"
#include "egov/random.hpp"
#include "outcomes/pick.hpp"

namespace egov::detail {
namespace {

constexpr std::size_t lanes = Eight::lanes;
constexpr std::uint64_t lower = 0xFFFFFFFFu;
using Word8 = std::uint64_t __attribute__((vector_size(64)));
using Pick8 = std::uint32_t __attribute__((vector_size(32)));
using Words = Word8[2];

// Blocks from..from+many-1 of eight streams at once, each two words: Philox, as in philox() of egov/random.hpp.
EGOV_CLONES void make_words(std::uint32_t from, std::size_t many, std::uint32_t first, std::uint32_t low, std::uint32_t high,
                            std::uint32_t key_low, std::uint32_t key_high, Words* words) {
  for (std::size_t block = 0; block < many; ++block) {
    Word8 a, b, c, d;  // the lower half of each is in use
    for (std::uint32_t lane = 0; lane < lanes; ++lane) {
      a[lane] = from + static_cast<std::uint32_t>(block);
      b[lane] = first + lane;
      c[lane] = low;
      d[lane] = high;
    }
    for (std::uint32_t round = 0; round < 10; ++round) {
      const std::uint64_t one = key_low + round * 0x9E3779B9u, other = key_high + round * 0xBB67AE85u;
      const Word8 left = a * 0xD2511F53u, right = c * 0xCD9E8D57u;
      a = (right >> 32) ^ b ^ one;
      c = (left >> 32) ^ d ^ other;
      b = right & lower;
      d = left & lower;
    }
    words[block][0] = a << 32 | b;
    words[block][1] = c << 32 | d;
  }
}

// Numbers below n out of words, `picks` of each: the part of word * n above 64 bits, while the part below stays for the next.
// The products are put together from halves. to: 8 * number + lane.
EGOV_CLONES void pick(const Words* words, std::size_t many, std::uint64_t n, std::size_t picks, Pick8* to) {
  const Word8 lane = {0, 1, 2, 3, 4, 5, 6, 7};
  for (std::size_t at = 0; at < 2 * many; ++at) {
    Word8 word = words[at / 2][at % 2];
    for (std::size_t k = 0; k < picks; ++k, ++to) {
      const Word8 low = (word & lower) * n, high = (word >> 32) * n + (low >> 32);
      word = high << 32 | (low & lower);
      *to = __builtin_convertvector((high >> 32) * lanes + lane, Pick8);
    }
  }
}

}  // namespace

void draw(std::uint64_t seed, std::uint64_t stream, Index first, Index things, std::vector<std::int32_t>& counts) {
  constexpr std::size_t together = 16;
  Words words[together];
  Pick8 picked[2 * together * most_picks];
  const Index per_word = picks_per_word(things);
  const auto key = philox_key(seed);
  counts.assign(lanes * static_cast<std::size_t>(things), 0);
  std::int32_t* const count = counts.data();
  std::uint32_t block = 0;
  for (Index left = things; left > 0;) {
    const auto wanted = static_cast<std::size_t>((left + 2 * per_word - 1) / (2 * per_word)), many = std::min(wanted, together);
    make_words(block, many, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(stream),
               for_resamples ^ static_cast<std::uint32_t>(stream >> 32), key[0], key[1], words);
    pick(words, many, static_cast<std::uint64_t>(things), static_cast<std::size_t>(per_word), picked);
    block += static_cast<std::uint32_t>(many);
    const Index taken = std::min(left, 2 * per_word * static_cast<Index>(many));
    const auto* each = reinterpret_cast<const std::uint32_t*>(picked);
    for (Index k = 0; k < taken * Eight::lanes; ++k) ++count[each[k]];
    left -= taken;
  }
}

}  // namespace egov::detail
