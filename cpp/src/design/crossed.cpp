#include <algorithm>

#include "egov/design.hpp"

namespace egov {
namespace {

constexpr std::uint64_t most_points = std::uint64_t{1} << 32;

std::uint64_t product(const std::vector<Index>& levels) {
  std::uint64_t product = 1;
  for (Index one : levels) {
    if (one < 0) throw SpecError("a coordinate of " + std::to_string(one) + " levels: 0 or more would be right", {"design", "", "levels"});
    const auto width = static_cast<std::uint64_t>(std::max<Index>(one, 1));
    if (width > most_points / product)
      throw SpecError("the choices have more than " + std::to_string(most_points) + " combinations: so many cannot be run through, draws from them can be sampled",
                      {"design", "", "levels"});
    product *= width;
  }
  return product;
}

}  // namespace

Design::Design(Points kind, const std::vector<Index>& levels, std::uint64_t most, std::uint64_t seed)
    : kind_(kind), dimensions_(static_cast<Index>(levels.size())), length_(most), seed_(seed), levels_(levels), combinations_(product(levels)) {
  const auto continuous = static_cast<Index>(std::count(levels.begin(), levels.end(), 0));
  if (dimensions_ < 1) throw SpecError("a design of 0 dimensions: at least 1 would be right", {"design", "", "dimensions"});
  if (most < combinations_)
    throw SpecError("a run of " + std::to_string(most) + " draws: the choices have " + std::to_string(combinations_) +
                        " combinations; give at least as many draws, or sample them", {"design", "", "n"});
  const std::uint64_t points = continuous > 0 ? most / combinations_ : 1;
  length_ = points * combinations_;
  if (continuous > 0) continuous_ = std::make_shared<const Design>(kind, continuous, points, seed);
}

// Puts a combination in front of the continuous coordinates of its point, each where it belongs.
void Design::cross(const double* continuous, std::uint64_t combination, double* out) const {
  for (std::size_t k = 0; k < levels_.size(); ++k)
    if (levels_[k] == 0) out[k] = *continuous++;
  for (std::size_t k = levels_.size(); k-- > 0;) {
    if (levels_[k] == 0) continue;
    const auto levels = static_cast<std::uint64_t>(levels_[k]);
    out[k] = (static_cast<double>(combination % levels) + 0.5) / static_cast<double>(levels);
    combination /= levels;
  }
}

void Design::crossed_run(std::uint64_t first, Index count, double* out) const {
  if (count == 0) return;
  const std::uint64_t begin = first / combinations_, end = (first + static_cast<std::uint64_t>(count) - 1) / combinations_ + 1;
  Matrix continuous(continuous_ ? continuous_->dimensions_ : 0, static_cast<Index>(end - begin));
  if (continuous_) continuous_->points(begin, continuous.cols(), continuous.data());
  for (Index k = 0; k < count; ++k, out += dimensions_) {
    const std::uint64_t i = first + static_cast<std::uint64_t>(k);
    cross(continuous.data() + continuous.rows() * static_cast<Index>(i / combinations_ - begin), i % combinations_, out);
  }
}

void Design::crossed_point(std::uint32_t i, Index first, Index count, double* out) const {
  Vector whole(dimensions_);
  crossed_run(i, 1, whole.data());
  std::copy_n(whole.data() + first, count, out);
}

}  // namespace egov
