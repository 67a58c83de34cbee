#include "egov/design.hpp"

#include <algorithm>
#include <array>
#include <boost/random/sobol.hpp>

#include "detail/columns.hpp"
#include "detail/threads.hpp"
#include "egov/random.hpp"

namespace egov {
namespace {

constexpr Index sobol_limit = 3667;
constexpr Index aligned = 256;  // points made at a time: a power of two
constexpr Index chunk = 64;  // dimensions made at a time: the words fit into registers and the nearest cache

// Bits in reverse order.
inline std::uint32_t mirrored(std::uint32_t x) {
  x = (x >> 16) | (x << 16);
  x = ((x & 0xFF00FF00u) >> 8) | ((x & 0x00FF00FFu) << 8);
  x = ((x & 0xF0F0F0F0u) >> 4) | ((x & 0x0F0F0F0Fu) << 4);
  x = ((x & 0xCCCCCCCCu) >> 2) | ((x & 0x33333333u) << 2);
  return ((x & 0xAAAAAAAAu) >> 1) | ((x & 0x55555555u) << 1);
}

// A nested uniform scramble of mirrored digits: each bit is flipped by a hash of the bits below it. After Laine and
// Karras (2011), with the rounds and constants of Vegdahl (2021), which improve on those of Burley (2020).
inline std::uint32_t scrambled(std::uint32_t x, std::uint32_t key) {
  x ^= x * 0x3d20adeau;
  x += key;
  x *= (key >> 16) | 1u;
  x ^= x * 0x05526c56u;
  return x ^ (x * 0x53a22864u);
}

// Mirrored direction numbers, 32 x dimensions. Boost's engine runs in Gray code, where its points 2^k - 1 and 2^k
// (counting the zero it skips) differ by the direction of bit k alone.
std::vector<std::uint32_t> sobol_directions(Index dimensions) {
  std::size_t d = static_cast<std::size_t>(dimensions);
  boost::random::sobol engine(d);
  std::vector<std::uint32_t> directions(32 * d);
  for (unsigned bit = 0; bit < 32; ++bit) {
    std::uint32_t* row = directions.data() + bit * d;
    for (std::uint64_t i : {(std::uint64_t{1} << bit) - 1, std::uint64_t{1} << bit}) {
      if (i == 0) continue;
      engine.seed(i - 1);
      for (std::size_t k = 0; k < d; ++k) row[k] ^= mirrored(static_cast<std::uint32_t>(engine() >> 32));
    }
  }
  return directions;
}

inline double coordinate(std::uint32_t mirrored_word) {
  return (static_cast<double>(mirrored(mirrored_word)) + 0.5) * 0x1p-32;
}

// One coordinate of `aligned` points, whose numbers differ in the lowest bits only: word holds what the other bits give,
// `step` lies between the directions of one bit and the next. Scrambled unless key is null.
EGOV_CLONES void sobol_column(std::uint32_t word, const std::uint32_t* directions, Index step, const std::uint32_t* key, double* __restrict out) {
  std::uint32_t words[aligned];
  words[0] = word;
  for (Index have = 1; have < aligned; have *= 2, directions += step)
    for (Index k = 0; k < have; ++k) words[have + k] = words[k] ^ *directions;
  if (key)
    for (Index k = 0; k < aligned; ++k) words[k] = scrambled(words[k], *key);
  for (Index k = 0; k < aligned; ++k) out[k] = coordinate(words[k]);
}

std::vector<std::uint32_t> scramble_keys(Index dimensions, std::uint64_t seed) {
  std::vector<std::uint32_t> keys(static_cast<std::size_t>(dimensions));
  for (std::size_t k = 0; k < keys.size(); ++k)
    keys[k] = philox({static_cast<std::uint32_t>(k / 4), 0, 0, for_scrambles}, philox_key(seed))[k % 4];
  return keys;
}

[[noreturn]] void refuse(const std::string& param, const std::string& text) {
  throw SpecError(text, {"design", "", param});
}

// Whether each coordinate is made on its own, so that there may be any number of them.
bool independent(Points kind) { return kind == Points::montecarlo || kind == Points::lhs; }

void check_size(Points kind, Index dimensions, std::uint64_t length) {
  if (dimensions < 1)
    refuse("dimensions", "a design of " + std::to_string(dimensions) + " dimensions: at least 1 would be right");
  if (!independent(kind) && dimensions > sobol_limit)
    refuse("dimensions", "Sobol' points of " + std::to_string(dimensions) + " dimensions: at most " +
                             std::to_string(sobol_limit) + " are known; Monte Carlo points have no such limit");
  if (length < 1 || length > std::uint64_t{1} << 32)
    refuse("length", "a design of " + std::to_string(length) + " points: a number from 1 to 4294967296 would be right");
}

}  // namespace

Design::Design(Points kind, Index dimensions, std::uint64_t length, std::uint64_t seed)
    : kind_(kind), dimensions_(dimensions), length_(length), seed_(seed) {
  check_size(kind, dimensions, length);
  if (!independent(kind)) directions_ = sobol_directions(dimensions);
  if (kind == Points::sobol) scramble_ = scramble_keys(dimensions, seed);
  if (!independent(kind)) shift_.assign(static_cast<std::size_t>(dimensions), 0);
  if (kind == Points::linear_sobol) scramble_directions();
}

void Design::point(std::uint64_t i, Index first, Index count, double* out) const {
  if (i >= length_ || first < 0 || count < 0 || first + count > dimensions_)
    refuse("point", "point " + std::to_string(i) + ", coordinates " + std::to_string(first) + " to " +
                        std::to_string(first + count) + ": the design has " + std::to_string(length_) + " points of " +
                        std::to_string(dimensions_) + " coordinates");
  auto make = !levels_.empty()              ? &Design::crossed_point
              : kind_ == Points::montecarlo ? &Design::montecarlo_point
              : kind_ == Points::lhs        ? &Design::lhs_point
                                            : &Design::sobol_point;
  (this->*make)(static_cast<std::uint32_t>(i), first, count, out);
}

void Design::sobol_point(std::uint32_t i, Index first, Index count, double* out) const {
  std::array<std::uint32_t, chunk> word;
  for (Index done = 0; done < count; done += chunk) {
    Index width = std::min(chunk, count - done);
    std::copy_n(shift_.begin() + first + done, width, word.begin());
    const std::uint32_t* row = directions_.data() + first + done;
    for (std::uint32_t bits = i; bits != 0; bits >>= 1, row += dimensions_)
      if (bits & 1u)
        for (Index k = 0; k < width; ++k) word[static_cast<std::size_t>(k)] ^= row[k];
    if (!scramble_.empty()) {
      const std::uint32_t* key = scramble_.data() + first + done;
      for (Index k = 0; k < width; ++k)
        word[static_cast<std::size_t>(k)] = scrambled(word[static_cast<std::size_t>(k)], key[k]);
    }
    for (Index k = 0; k < width; ++k)
      out[done + k] = coordinate(word[static_cast<std::size_t>(k)]);
  }
}

// Points of one aligned stretch.
void Design::sobol_run(std::uint32_t first, Index count, double* out) const {
  std::array<double, aligned> column;
  const std::uint32_t from = first % aligned;
  for (Index d = 0; d < dimensions_; ++d) {
    std::uint32_t word = shift_[static_cast<std::size_t>(d)];
    const std::uint32_t* direction = directions_.data() + d;
    for (std::uint32_t bits = first - from; bits != 0; bits >>= 1, direction += dimensions_)
      if (bits & 1u) word ^= *direction;
    sobol_column(word, directions_.data() + d, dimensions_, scramble_.empty() ? nullptr : &scramble_[static_cast<std::size_t>(d)], column.data());
    for (Index k = 0; k < count; ++k) out[k * dimensions_ + d] = column[from + static_cast<std::size_t>(k)];
  }
}

void Design::points(std::uint64_t first, Index count, double* out) const {
  if (first > length_ || count < 0 || static_cast<std::uint64_t>(count) > length_ - first)
    refuse("point", std::to_string(count) + " points from " + std::to_string(first) + " on: the design has " + std::to_string(length_) + " points");
  if (!levels_.empty()) return crossed_run(first, count, out);
  for (Index done = 0; done < count;) {
    const std::uint64_t i = first + static_cast<std::uint64_t>(done);
    const Index run = independent(kind_) ? 1 : std::min(count - done, aligned - static_cast<Index>(i % aligned));
    if (independent(kind_)) point(i, out);
    else sobol_run(static_cast<std::uint32_t>(i), run, out);
    done += run;
    out += run * dimensions_;
  }
}

// Two coordinates of 52 bits from each block of four words.
void Design::montecarlo_point(std::uint32_t i, Index first, Index count, double* out) const {
  auto share = [](std::uint32_t high, std::uint32_t low) {
    return (static_cast<double>((std::uint64_t{high} << 32 | low) >> 12) + 0.5) * 0x1p-52;
  };
  for (Index pair = first / 2; 2 * pair < first + count; ++pair) {
    auto words = philox({i, static_cast<std::uint32_t>(pair), 0, for_points}, philox_key(seed_));
    if (2 * pair >= first) out[2 * pair - first] = share(words[0], words[1]);
    if (2 * pair + 1 < first + count) out[2 * pair + 1 - first] = share(words[2], words[3]);
  }
}

Matrix sample(const Design& design, const Monitor& monitor) {
  constexpr Index of_a_task = 1024;
  const auto length = static_cast<Index>(design.length());
  Matrix out(length, design.dimensions()), part(design.dimensions(), of_a_task);
  detail::parallel((length + of_a_task - 1) / of_a_task, 1, [&](Index task, int) {
    const Index first = task * of_a_task, count = std::min(of_a_task, length - first);
    design.points(static_cast<std::uint64_t>(first), count, part.data());
    out.middleRows(first, count) = part.leftCols(count).transpose();
  }, monitor);
  return out;
}

}  // namespace egov
