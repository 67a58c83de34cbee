// Frequencies of the classical Fourier amplitude sensitivity test.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "egov/fast.hpp"
#include "egov/method.hpp"

using namespace egov;

namespace {

std::vector<Index> frequencies(Index inputs) {
  SharedCurves curves{inputs, 0, 4};
  curves.points = fewest_points(curves);
  return curves.frequencies();
}

// Whether `left` more signed frequencies, none with both signs, bring the sum to 0.
bool sums_to_zero(const std::vector<Index>& of, std::size_t from, Index left, Index sum) {
  if (left == 0) return sum == 0;
  for (std::size_t k = from; k < of.size(); ++k)
    for (Index times = 1; times <= left; ++times)
      for (Index sign : {-1, 1})
        if (sums_to_zero(of, k + 1, left - times, sum + sign * times * of[k])) return true;
  return false;
}

// Whether no sum of up to so many frequencies is 0. Sums of an odd number of odd ones never are.
bool free_to(const std::vector<Index>& of, Index together) {
  for (Index count = 2; count <= together; count += 2)
    if (sums_to_zero(of, 0, count, 0)) return false;
  return true;
}

}  // namespace

TEST_CASE("shared curves: frequencies are free of interferences") {
  CHECK(frequencies(5) == std::vector<Index>{11, 21, 27, 35, 39});  // Schaibly and Shuler (1973), table II
  for (Index inputs = 2; inputs <= SharedCurves::most_inputs; ++inputs) {
    const std::vector<Index> found = frequencies(inputs);
    REQUIRE(static_cast<Index>(found.size()) == inputs);
    CHECK(std::is_sorted(found.begin(), found.end()));
    CHECK(std::all_of(found.begin(), found.end(), [](Index each) { return each > 0 && each % 2 == 1; }));
    CHECK(free_to(found, inputs <= 4 ? 8 : 4));
  }
}

TEST_CASE("shared curves: too few points, too many inputs or harmonics") {
  CHECK(fewest_points({15, 0, 4}) == 2 * 4 * 513 + 1);
  CHECK_THROWS_AS((SharedCurves{15, 4104, 4}.frequencies()), SpecError);
  CHECK_THROWS_AS((SharedCurves{15, 100000, 5}.frequencies()), SpecError);
  CHECK_THROWS_AS(fewest_points({51, 0, 4}), SpecError);
}
