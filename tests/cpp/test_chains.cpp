#include <doctest/doctest.h>

#include <cmath>

#include "egov/chains.hpp"
#include "egov/random.hpp"

using namespace egov;

namespace {

Matrix walks(Index chains, Index iterations, double memory, std::uint64_t seed) {
  Matrix out(chains, iterations);
  for (Index i = 0; i < chains; ++i) {
    Stream draw(seed, 0, static_cast<std::uint32_t>(i));
    double at = draw.normal() / std::sqrt(1 - memory * memory);
    for (Index j = 0; j < iterations; ++j) out(i, j) = at = memory * at + draw.normal();
  }
  return out;
}

}  // namespace

TEST_CASE("the reduction of two short chains by hand") {
  Matrix traces(1, 4);
  traces << 0, 2, 3, 7;  // halves: means 1 and 5, variances 2 and 8; between 2 * 8
  CHECK(rhat(traces, false) == doctest::Approx(std::sqrt((16.0 / 5 + 1) / 2)).epsilon(1e-14));
  Matrix odd(1, 5);
  odd << 0, 2, 1e9, 3, 7;  // the middle one is left out
  CHECK(rhat(odd, false) == rhat(traces, false));
}

TEST_CASE("chains from one distribution agree, and are worth what their memory leaves") {
  const Matrix free = walks(4, 1000, 0, 3), slow = walks(4, 1000, 0.5, 5);
  CHECK(rhat(free, true) < 1.01);
  CHECK(ess(free, Size::bulk) == doctest::Approx(4000).epsilon(0.15));
  CHECK(ess(slow, Size::mean) == doctest::Approx(4000.0 / 3).epsilon(0.2));  // (1 - a) / (1 + a)
  CHECK(ess(walks(4, 1000, -0.5, 7), Size::mean) > 6000);                    // better than independent
}

TEST_CASE("ranks do not care for the scale; folding sees chains that differ in spread only") {
  Matrix traces = walks(4, 200, 0, 9);
  CHECK(rhat(traces.array().exp().matrix(), true) == doctest::Approx(rhat(traces, true)).epsilon(0.05));
  CHECK(ess(traces.array().exp().matrix(), Size::bulk) == ess(traces, Size::bulk));
  traces.row(0) *= 10;
  CHECK(rhat(traces, false) < 1.05);
  CHECK(rhat(traces, true) > 1.1);
}

TEST_CASE("chains that stand still") {
  Matrix still = Matrix::Ones(2, 20);
  CHECK(std::isnan(rhat(still, true)));
  CHECK(std::isnan(ess(still, Size::bulk)));
  still.row(1).setConstant(2);
  CHECK(std::isinf(rhat(still, false)));
  CHECK(std::isfinite(ess(still, Size::mean)));
}

TEST_CASE("traces that are too short or have holes are refused") {
  CHECK_THROWS_AS(rhat(Matrix::Ones(2, 3), true), DataError);
  CHECK_THROWS_AS(ess(Matrix::Ones(2, 11), Size::tail), DataError);
  Matrix holed = walks(2, 20, 0, 1);
  holed(1, 7) = missing_value;
  try {
    rhat(holed, true);
    CHECK(false);
  } catch (const DataError& error) {
    CHECK(error.place.unit == 1);
    CHECK(error.place.period == 7);
  }
}
