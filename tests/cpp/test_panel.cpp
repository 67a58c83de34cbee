#include <doctest/doctest.h>

#include <limits>

#include "egov/panel.hpp"

using namespace egov;

namespace {

// Three units, two periods, two indicators.
Panel small() {
  Panel panel;
  panel.units = 3;
  panel.times = Vector::LinSpaced(2, 2020, 2022);
  panel.values = Matrix::Constant(6, 2, 1.5);
  return panel;
}

DataError refusal(const Panel& panel) {
  try {
    check(panel);
  } catch (const DataError& error) {
    return error;
  }
  FAIL("no error");
  return DataError("");
}

}  // namespace

TEST_CASE("a panel that fits is accepted, with holes and without rows") {
  Panel panel = small();
  panel.values(3, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK_NOTHROW(check(panel));
  CHECK(panel.row(1, 2) == 5);
  CHECK_NOTHROW(check(Panel{}));
  panel.values(0, 0) = std::numeric_limits<double>::max();
  CHECK_NOTHROW(check(panel));
}

TEST_CASE("rows must be units times periods") {
  Panel panel = small();
  panel.values.conservativeResize(5, 2);
  CHECK(std::string(refusal(panel).what()) == "the panel has 5 rows; 3 units in 2 periods make 6");
  panel = small();
  panel.units = -3;
  CHECK(std::string(refusal(panel).what()).find("-3 units") != std::string::npos);
}

TEST_CASE("times must increase and be finite") {
  Panel panel = small();
  panel.times[1] = 2020;
  CHECK(refusal(panel).place.period == 1);
  panel.times[1] = 2019;
  CHECK(refusal(panel).place.period == 1);
  panel.times[0] = std::numeric_limits<double>::quiet_NaN();
  CHECK(refusal(panel).place.period == 0);
}

TEST_CASE("an infinite value is refused with its place") {
  Panel panel = small();
  panel.values(panel.row(1, 2), 1) = -std::numeric_limits<double>::infinity();
  DataError error = refusal(panel);
  CHECK(error.place.unit == 2);
  CHECK(error.place.period == 1);
  CHECK(error.place.indicator == 1);
  CHECK(error.place.node == -1);
  CHECK(std::string(error.what()).find("is -inf") != std::string::npos);
}
