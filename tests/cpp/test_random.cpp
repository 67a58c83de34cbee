#include <doctest/doctest.h>

#include <set>

#include "egov/random.hpp"

using namespace egov;

using Words = std::array<std::uint32_t, 4>;

// Known answers of philox4x32-10: file tests/kat_vectors of Random123 (D. E. Shaw Research).
TEST_CASE("philox gives the known answers") {
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint32_t ones = 0xffffffff;
  CHECK(philox({ones, ones, ones, ones}, {ones, ones}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("uniform numbers are 53 bits of philox and depend on all three arguments") {
  auto words = philox({5, 1, 7, 2}, {3, 9});
  std::uint64_t bits = (std::uint64_t{words[0]} << 32 | words[1]) >> 11;
  CHECK(uniform(0x900000003, 0x200000007, 0x100000005) == static_cast<double>(bits) / 9007199254740992.0);
  std::set<double> values;
  for (std::uint64_t seed : {0ull, 1ull, 1ull << 32})
    for (std::uint64_t stream : {0ull, 1ull, 1ull << 32})
      for (std::uint64_t position : {0ull, 1ull, 1ull << 32}) values.insert(uniform(seed, stream, position));
  CHECK(values.size() == 27);
}

TEST_CASE("uniform numbers fill the unit interval evenly") {
  int counts[16] = {};
  for (std::uint64_t i = 0; i < 16000; ++i) {
    double u = uniform(11, 4, i);
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    ++counts[static_cast<int>(16 * u)];
  }
  double chi2 = 0;
  for (int count : counts) chi2 += (count - 1000.0) * (count - 1000.0) / 1000.0;
  CHECK(chi2 < 37.7);  // 99.9 % point of 15 degrees of freedom
  CHECK(chi2 > 3.48);  // 0.1 % point
}

TEST_CASE("below maps 32 bits onto 0..n-1 in equal shares") {
  CHECK(below(0, 7) == 0);
  CHECK(below(0xffffffff, 7) == 6);
  CHECK(below(0x80000000, 2) == 1);
  CHECK(below(0x7fffffff, 2) == 0);
  CHECK(below(0xffffffff, 0xffffffff) == 0xfffffffe);
}
