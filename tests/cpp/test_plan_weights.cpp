// Draws of weights, of errors of measurement and of indicators left out, against score().
#include <doctest/doctest.h>

#include "small_index.hpp"

using namespace egov;
using namespace small_index;

namespace {

Plan hold(const Panel& data, const Recipe& chosen, const Alternatives& others, std::uint64_t draws) {
  const Plan plan(data, framework(), chosen, others, three_years);
  for (std::uint64_t k = 0; k < draws; ++k) {
    const double far = distance(plan, data, point(plan, k), three_years);
    CHECK(far >= 0);
    CHECK(far <= 1e-12);
  }
  return plan;
}

std::shared_ptr<const Measurement> errors(const Panel& data, Measurement::Law law, double size) {
  Measurement out;
  out.law = law;
  out.first = Matrix::Constant(data.values.rows(), data.values.cols(), size);
  if (law == Measurement::uniform) out.first = 0.9 * data.values, out.second = 1.2 * data.values;
  out.lower = out.upper = Vector::Constant(data.values.cols(), missing_value);
  out.lower[1] = 0, out.upper[1] = 5;
  return std::make_shared<const Measurement>(out);
}

}  // namespace

TEST_CASE("weights of every kind, and indicators left out, are what score() gives") {
  Alternatives others = alternatives();
  others.weights = {};
  others.weights.concentration.assign(nodes, 0);
  others.weights.concentration[access] = 30;
  others.weights.noise.assign(nodes, 0);
  others.weights.noise[x3] = 0.5;
  others.weights.lower.assign(nodes, missing_value), others.weights.upper = others.weights.lower;
  others.weights.lower[x4] = 0.1, others.weights.upper[x4] = 0.6;
  others.weights.experts = Matrix::Constant(nodes, 3, missing_value);
  others.weights.experts.middleRows(access, 3) << 1, 2, 3, 1, 1, 1, 0, 1, 4;
  others.weights.exclude = {x0, x3, static_cast<Index>(policy), x4};
  const Plan plan = hold(panel(), recipe(), others, 400);
  std::vector<std::string> names;
  for (const Factor& factor : plan.factors()) names.push_back(factor.name);
  CHECK(names == std::vector<std::string>{"impute", "treat", "normalize", "aggregate", "experts", "weight", "weight", "weight", "weight", "weights", "exclude"});
}

TEST_CASE("errors of measurement move observed cells alone, and draws are what score() gives") {
  const Panel data = panel();
  for (Measurement::Law law : {Measurement::normal, Measurement::lognormal, Measurement::uniform}) {
    Alternatives others = alternatives();
    others.errors = errors(data, law, 0.05);
    const Plan plan = hold(data, recipe(), others, 60);
    CHECK(plan.factors().back().name == "measurement");
    const Vector one = measured(*others.errors, data, 1, 5), same = measured(*others.errors, data, 1, 5), other = measured(*others.errors, data, 1, 6);
    for (Index row = 0; row < one.size(); ++row) {
      const double raw = data.values(row, 1);
      CHECK(std::isnan(one[row]) == std::isnan(raw));
      if (std::isnan(raw)) continue;
      CHECK(one[row] == same[row]);
      CHECK(one[row] != other[row]);
      if (law == Measurement::normal && raw <= 5) CHECK((one[row] >= 0 && one[row] <= 5));
      if (law == Measurement::uniform) CHECK((one[row] >= 0.9 * raw && one[row] <= 1.2 * raw));
    }
  }
}

TEST_CASE("a cut-off normal error has the moments of its law, whether the bounds are near or far") {
  Panel data{Matrix::Constant(1, 1, 1.0), 1, Vector::Constant(1, 2020)};
  for (double sd : {0.5, 4.0}) {
    Measurement law;
    law.first = Matrix::Constant(1, 1, sd);
    law.lower = Vector::Constant(1, 0.0), law.upper = Vector::Constant(1, 3.0);
    double mean = 0, density = 0, wanted = 0;
    for (std::uint32_t k = 0; k < 40000; ++k) mean += measured(law, data, 0, k)[0] / 40000;
    for (int k = 0; k < 3000; ++k) {  // by the midpoint rule
      const double x = (k + 0.5) / 1000, f = std::exp(-0.5 * std::pow((x - 1) / sd, 2));
      density += f, wanted += f * x;
    }
    CHECK(mean == doctest::Approx(wanted / density).epsilon(0.01));
  }
}

TEST_CASE("errors that make no sense are refused where they are") {
  const Panel data = panel();
  const auto refused = [&](Measurement law) {
    Alternatives others = alternatives();
    others.errors = std::make_shared<const Measurement>(law);
    CHECK_THROWS_AS(Plan(data, framework(), recipe(), others, three_years), Error);
  };
  Measurement law = *errors(data, Measurement::normal, -1);
  refused(law);
  law.first.resize(2, 2);
  refused(law);
  law = *errors(data, Measurement::uniform, 0);
  law.second = 0.95 * data.values;  // does not hold the value
  refused(law);
  Recipe chosen = recipe();
  chosen.order = {Step::treat, Step::impute, Step::normalize};
  Alternatives others = alternatives();
  others.errors = errors(data, Measurement::normal, 0.1);
  CHECK_THROWS_AS(Plan(data, framework(), chosen, others, three_years), SpecError);
}
