// First-order indices from runs that are there, whatever design they come from. x: runs x inputs, y: runs x outputs, finite,
// no output constant.
#pragma once
#include <cstdint>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"
#include "egov/progress.hpp"

namespace egov {

// The class of each run by one input.
struct Classes {
  std::vector<Index> of, size;
  Index count() const { return static_cast<Index>(size.size()); }
};
// About `count` classes of as many runs each; equal values stay together, and each value has its own class where there are
// no more than `count` of them.
Classes equal_classes(ConstColumn x, Index count);
// Plischke et al. (2013), European Journal of Operational Research 226, 536-550: at most 48.
Index usual_classes(Index runs);

// Runs by increasing x; those with equal x in random order.
std::vector<Index> random_order(ConstColumn x, std::uint64_t seed, std::uint32_t item);

// Group of each run, at random and as even as can be.
std::vector<Index> random_groups(Index runs, Index groups, std::uint64_t seed);

enum class Share { binned, rank };

// Outputs x inputs; NaN for a constant input. low, high: t over a jackknife that leaves out one of `groups` random groups of
// runs in turn; NaN below 2 groups.
struct GivenIndices {
  Matrix value, low, high;
};
// binned: variance of the means of classes, less what noise in them adds. rank: mean product of runs that are neighbors by x
// (Gamboa et al. 2022, Bernoulli 28, 2345-2370), which asks that neighbors be independent in all other inputs.
GivenIndices given_first(const Matrix& x, const Matrix& y, Share by, Index classes, Index groups, double level, std::uint64_t seed,
                         int threads, const Monitor& monitor = {});

// Where runs that are neighbors by one input are least independent in another: the largest |z| of Wald and Wolfowitz's (1940)
// runs test on the first binary digits of the other's rank. p: after Bonferroni, 1 with one input.
struct Neighbors {
  Index by = -1, of = -1, digit = 0;
  double z = 0, p = 1;
};
Neighbors least_independent(const Matrix& x, std::uint64_t seed, int threads);

}  // namespace egov
