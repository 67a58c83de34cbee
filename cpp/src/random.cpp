#include "egov/random.hpp"

#include <cmath>

namespace egov {

double uniform(std::uint64_t seed, std::uint64_t stream, std::uint64_t position) {
  auto words = philox({static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(position >> 32),
                       static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)},
                      philox_key(seed));
  std::uint64_t bits = (std::uint64_t{words[0]} << 32 | words[1]) >> 11;
  return static_cast<double>(bits) * 0x1p-53;
}

// The task and the item share a word with the purpose; they are spread over it so that none meets another's.
Stream::Stream(std::uint64_t seed, std::uint32_t draw, std::uint32_t unit, std::uint32_t task, std::uint32_t item)
    : counter_{0, unit, draw, for_imputations ^ (task * 0x9E3779B1u) ^ (item * 0x85EBCA77u)}, key_(philox_key(seed)) {}

std::uint32_t Stream::bits() {
  if (left_ == 0) {
    words_ = philox(counter_, key_);
    ++counter_[0];
    left_ = 4;
  }
  return words_[--left_];
}

double Stream::uniform() {
  const std::uint64_t high = bits();
  return (static_cast<double>((high << 32 | bits()) >> 12) + 0.5) * 0x1p-52;
}

double Stream::normal() {
  if (has_kept_) {
    has_kept_ = false;
    return kept_;
  }
  const double radius = std::sqrt(-2 * std::log(uniform())), angle = 6.283185307179586 * uniform();
  kept_ = radius * std::sin(angle);
  has_kept_ = true;
  return radius * std::cos(angle);
}

double Stream::gamma(double shape) {
  if (shape < 1) return gamma(shape + 1) * std::pow(uniform(), 1 / shape);
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = normal(), root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

}  // namespace egov
