#include "outcomes/rearrangement.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "egov/random.hpp"
#include "outcomes/pick.hpp"

namespace egov::detail {
namespace {

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

Restriction::Restriction(const std::vector<int>& units, Index all)
    : units_(units), label_(static_cast<std::size_t>(all), -1), order_(label_.size()), inverse_(label_.size()) {
  for (std::size_t k = 0; k < units.size(); ++k) label_[static_cast<std::size_t>(units[k])] = static_cast<int>(k);
  for (int unit = 0; unit < static_cast<int>(all); ++unit)
    if (label_[static_cast<std::size_t>(unit)] < 0) others_.push_back(unit);
}

// The others are taken out of their cycles one by one, so that no step has to be guessed.
void Restriction::restrict(const int* order, const int* inverse, int* to) {
  std::copy(order, order + order_.size(), order_.begin());
  std::copy(inverse, inverse + inverse_.size(), inverse_.begin());
  for (int unit : others_) {
    const auto before = static_cast<std::size_t>(inverse_[static_cast<std::size_t>(unit)]), after = static_cast<std::size_t>(order_[static_cast<std::size_t>(unit)]);
    order_[before] = static_cast<int>(after);
    inverse_[after] = static_cast<int>(before);
  }
  for (std::size_t k = 0; k < units_.size(); ++k)
    to[k] = label_[static_cast<std::size_t>(order_[static_cast<std::size_t>(units_[k])])];
}

}  // namespace egov::detail
