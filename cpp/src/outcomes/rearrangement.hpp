// Random orders and signs: what the numbers of one permutation are.
#pragma once
#include <cstdint>
#include <vector>

#include "egov/panel.hpp"

namespace egov::detail {

constexpr std::uint64_t shared_by_all_pairs = ~std::uint64_t{0};  // a stream that is no pair's

// Permutation `number` of a stream: position k gets order[k], below n; every order is equally likely.
void shuffle(std::uint64_t seed, std::uint64_t stream, Index number, Index n, int* order);
// Likewise a sign, +1 or -1, for each of n.
void signs(std::uint64_t seed, std::uint64_t stream, Index number, Index n, int* to);

// A permutation of all units as one of some of them: each goes on until it meets one of them again. That is equally
// likely to be any permutation of theirs, and most units go where they go among all of them.
class Restriction {
 public:
  Restriction(const std::vector<int>& units, Index all);  // some of 0..all-1
  // Their permutation, by their positions in `units`, out of one of all and its inverse.
  void restrict(const int* order, const int* inverse, int* to);

 private:
  const std::vector<int>& units_;
  std::vector<int> label_, others_;  // position of each of all; those that are not among them
  std::vector<int> order_, inverse_;
};

}  // namespace egov::detail
