#include <doctest/doctest.h>

#include <cmath>

#include "detail/normal.hpp"
#include "egov/impute.hpp"
#include "egov/random.hpp"
#include "impute/curve.hpp"
#include "impute/law.hpp"
#include "impute/likeness.hpp"
#include "impute/link.hpp"
#include "impute/trend.hpp"

using namespace egov;

namespace {

const double na = missing_value;

double noise(std::uint64_t stream, Index at) { return uniform(7, stream, static_cast<std::uint64_t>(at)) - 0.5; }

// Units that grow along bent lines, three indicators, a third of the cells missing.
Gaps bent(Index units, Index periods) {
  Matrix x(units * periods, 3);
  for (Index j = 0; j < 3; ++j)
    for (Index t = 0; t < periods; ++t)
      for (Index u = 0; u < units; ++u) {
        const Index row = t * units + u;
        const double rise = 0.1 + 0.05 * static_cast<double>(u % 5), middle = 4 + static_cast<double>((u + j) % 4);
        x(row, j) = 90 / (1 + std::exp(-rise * (static_cast<double>(t) - middle))) + 2 * noise(10 + static_cast<std::uint64_t>(j), row) + 2;
        if (noise(20 + static_cast<std::uint64_t>(j), row) < -0.17 && t != 3) x(row, j) = na;
      }
  return {x, units, Vector::LinSpaced(periods, 2000, 2000 + static_cast<double>(periods) - 1)};
}

Choice named(const std::string& method, std::map<std::string, double> params = {}) {
  Choice choice{method};
  choice.params = std::move(params);
  return choice;
}

Imputation run(const Gaps& gaps, const Choice& choice) {
  return {gaps, std::vector<std::vector<Choice>>(static_cast<std::size_t>(gaps.values.cols()), {choice})};
}

const char* const stochastic[] = {"damped_trend", "hot_deck", "regression", "logistic", "gompertz", "bass"};

}  // namespace

TEST_CASE("links go back to where they came from, keep bounds and know their slopes") {
  const std::vector<double> seen = {0, 3, 40, 99.5, 100};
  for (const BoundScale& link : {BoundScale(BoundScale::logit, 0, 100, seen), BoundScale(BoundScale::root, 0, na, seen), BoundScale(BoundScale::logarithm, 0, na, seen),
                           BoundScale(BoundScale::identity, na, na, seen), BoundScale(BoundScale::open, 0, 100, seen)}) {
    for (double y : seen) CHECK(link.from(link.to(y)) == doctest::Approx(y).epsilon(1e-12));
    for (double z : {-1.5, 0.3, 1.1}) CHECK(link.slope(z) == doctest::Approx((link.from(z + 1e-6) - link.from(z - 1e-6)) / 2e-6).epsilon(link.from(z) > 0 ? 1e-5 : 10));
  }
  const BoundScale shares(BoundScale::open, 0, 100, seen);
  CHECK(shares.kind() == BoundScale::logit);
  CHECK(shares.from(50) == 100);
  CHECK(shares.from(-50) == 0);
  for (double step : {-4e-15, -1e-15, 0.0, 1e-15, 4e-15}) {
    CHECK(shares.from(shares.to(0) + step) == 0);
    CHECK(shares.from(shares.to(100) + step) == 100);
  }
  CHECK(shares.from(shares.to(1e-9)) == doctest::Approx(1e-9).epsilon(1e-4));
  CHECK_FALSE(shares.takes(101));
  CHECK(BoundScale(BoundScale::open, 0, na, seen).kind() == BoundScale::root);
  CHECK(BoundScale(BoundScale::open, na, na, seen).kind() == BoundScale::identity);
  CHECK_THROWS_AS(BoundScale(BoundScale::logit, 0, na, seen), SpecError);
  CHECK_THROWS_AS(BoundScale(BoundScale::logit, 3, 3, seen), SpecError);
}

TEST_CASE("spread of a link is that of a sum over many quantiles") {
  const BoundScale link(BoundScale::logit, 0, 100, {50});
  double mean = 0, square = 0;
  const int n = 20000;
  for (int k = 0; k < n; ++k) {
    const double y = link.from(0.5 + 0.4 * detail::normal_quantile((k + 0.5) / n));
    mean += y / n, square += y * y / n;
  }
  CHECK(link.spread(0.5, 0.4) == doctest::Approx(std::sqrt(square - mean * mean)).epsilon(1e-3));
}

TEST_CASE("a bounded law has the quantiles and the spread of a normal one cut off") {
  for (const Bounded& law : {Bounded{0.3, 0.2, 0, 1}, Bounded{0.01, 0.5, 0, na}, Bounded{0.5, 40, 0, 1}, Bounded{0.5, 0.1, na, na}}) {
    double mean = 0, square = 0;
    const int n = 20000;
    for (int k = 0; k < n; ++k) {
      const double y = law.value((k + 0.5) / n);
      CHECK_FALSE(y < law.low);
      CHECK_FALSE(y > law.high);
      mean += y / n, square += y * y / n;
    }
    CHECK(law.spread() == doctest::Approx(std::sqrt(square - mean * mean)).epsilon(2e-3));
  }
}

TEST_CASE("a damped trend is the component form of Holt, and several steps at once are as many single ones of no news") {
  const Path path{{0, 1, 2, 3, 4}, {10, 12, 15, 17, 21}};
  const Holt holt{0.5, 0.4, 0.8};
  double level = 12, slope = 2;
  for (double y : {15.0, 17.0, 21.0}) {
    const double next = 0.5 * y + 0.5 * (level + 0.8 * slope);
    slope = 0.4 * (next - level) + 0.6 * 0.8 * slope, level = next;
  }
  CHECK(locals(path, holt).back().level == doctest::Approx(level).epsilon(1e-14));
  CHECK(locals(path, holt).back().slope == doctest::Approx(slope).epsilon(1e-14));
  CHECK(reach(0.8, 3) == doctest::Approx(0.8 + 0.64 + 0.512));
  CHECK(growth(holt, 1) == 1);
  CHECK(growth(holt, 3) == doctest::Approx(1 + std::pow(0.5 * (1 + 0.4 * 0.8), 2) + std::pow(0.5 * (1 + 0.4 * (0.8 + 0.64)), 2)));
  const Path wide{{0, 2, 5}, {10, 14, 20}};  // on a line, which without damping goes on
  CHECK(locals(wide, {0.7, 0.3, 1}).back().slope == doctest::Approx(2));
  CHECK(chosen({path}, {0.5, 0.4, 0.8}, 5).phi == 0.8);
  CHECK(chosen({{{0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 4, 5}}}, {na, na, na}, 5).phi == 1);
}

TEST_CASE("distances are scaled up to all columns") {
  const double a[] = {1, na, 3, na}, b[] = {4, 5, 7, na}, c[] = {na, 2, na, 1};
  CHECK(distance(a, b, 4) == doctest::Approx(std::sqrt(4.0 / 2 * (9 + 16))));
  CHECK(std::isnan(distance(a, c, 4)));
}

TEST_CASE("all curves are recovered from points on them, whatever the loss, and slopes are those of differences") {
  for (Shape shape : {Shape::logistic, Shape::gompertz, Shape::bass})
    for (double level : {0.02, 80.0}) {
      const Curve truth{level, 0.55, 2009, shape == Shape::bass ? 0.03 : 0, shape};
      std::vector<double> times, values;
      for (int year = 2003; year < 2019; ++year) times.push_back(year), values.push_back(truth.at(year));
      const CurveFit fit = fit_curve(times, values, shape, na);
      REQUIRE(fit.good);
      for (Loss loss : {Loss::none, Loss::huber, Loss::cauchy}) CHECK(refit(fit, times, values, na, loss, {}).at(2025) == doctest::Approx(truth.at(2025)).epsilon(1e-5));
      const Vector slopes = slopes_at(fit, 2011);
      CurveFit more = fit;
      more.level += 1e-6;
      CHECK(slopes[0] == doctest::Approx((more.at(2011) - fit.at(2011)) / fit.top / 1e-6).epsilon(1e-4));
      more = fit, more.curve.rate += 1e-6 / fit.span;
      CHECK(slopes[1] == doctest::Approx((more.at(2011) - fit.at(2011)) / fit.top / 1e-6).epsilon(1e-4));
      more = fit, more.curve.midpoint += 1e-6 * fit.span;
      CHECK(slopes[2] == doctest::Approx((more.at(2011) - fit.at(2011)) / fit.top / 1e-6).epsilon(1e-4));
    }
}

TEST_CASE("a robust loss sees through an outlier and a pull moves what is not known") {
  const Curve truth{80, 0.5, 2010};
  std::vector<double> times, values;
  for (int year = 2000; year < 2011; ++year) times.push_back(year), values.push_back(truth.at(year) + 0.3 * noise(1, year));
  values[4] += 20;
  const CurveFit fit = fit_curve(times, values, Shape::logistic, na);
  const double plain = std::abs(fit.at(2004) - truth.at(2004));
  for (Loss loss : {Loss::huber, Loss::cauchy}) CHECK(std::abs(refit(fit, times, values, na, loss, {}).at(2004) - truth.at(2004)) < plain / 2);
  const double far = refit(fit, times, values, na, Loss::none, Pull{std::log(200.0), 1e-3}).curve.level;
  CHECK(std::abs(std::log(refit(fit, times, values, na, Loss::none, Pull{std::log(200.0), 10}).curve.level / 200)) < 0.01);
  CHECK(far == doctest::Approx(fit.curve.level).epsilon(0.05));
}

TEST_CASE("draws spread as their methods say, and hang on seed, number and unit alone") {
  const Gaps gaps = bent(24, 14);
  for (const std::string method : stochastic) {
    CAPTURE(method);
    const Imputation made = run(gaps, named(method));
    REQUIRE(made.stochastic());
    const int n = 400;
    Matrix mean = Matrix::Zero(gaps.values.rows(), 3), square = mean;
    for (int k = 0; k < n; ++k) {
      const Matrix off = made.draw(1, static_cast<std::uint32_t>(k)) - made.values();
      mean += off / n, square += off.cwiseProduct(off) / n;
    }
    CHECK((made.draw(1, 3).array() == made.draw(1, 3).array() || made.values().array().isNaN()).all());
    double said = 0, was = 0;
    Index below = 0, cells = 0;
    for (std::size_t c = 0; c < made.trail().size(); ++c) {
      const Change& cell = made.trail()[c];
      if (!(cell.sd > 0)) continue;
      said += cell.sd, was += std::sqrt(square(cell.row, cell.column));
      CHECK(made.quantile(c, 0.05) <= made.quantile(c, 0.95));
      for (std::uint32_t k = 0; k < 40; ++k, ++cells) below += made.draw(2, k)(cell.row, cell.column) <= made.quantile(c, 0.2);
      if (c > 30) break;
    }
    CHECK(was / said == doctest::Approx(1).epsilon(method == "hot_deck" ? 0.05 : 0.12));
    if (method != "hot_deck") CHECK(static_cast<double>(below) / static_cast<double>(cells) == doctest::Approx(0.2).epsilon(0.3));
  }
}

TEST_CASE("numbers of threads and other units change no draw") {
  Gaps gaps = bent(12, 10);
  for (const std::string& method : {std::string("knn"), std::string("regression"), std::string("damped_trend")}) {
    gaps.threads = 1;
    const Imputation one = run(gaps, named(method));
    gaps.threads = 4;
    const Imputation four = run(gaps, named(method));
    CHECK((one.values().array() == four.values().array() || one.values().array().isNaN()).all());
    CHECK((one.draw(5, 1).array() == four.draw(5, 1).array() || one.values().array().isNaN()).all());
  }
}

TEST_CASE("bounds hold for every value and draw") {
  const Gaps gaps = bent(15, 12);
  for (const std::string method : {"damped_trend", "regression", "logistic", "gompertz", "bass"}) {
    CAPTURE(method);
    const Imputation made = run(gaps, named(method, {{"lower", 0}, {"upper", 95}}));
    CHECK_FALSE(made.trail().empty());
    for (std::uint32_t k = 0; k < 20; ++k) {
      const Matrix drawn = made.draw(1, k);
      for (const Change& cell : made.trail()) CHECK((drawn(cell.row, cell.column) >= 0 && drawn(cell.row, cell.column) <= 95));
    }
  }
}

TEST_CASE("what is left out of the index is no neighbor and is not filled") {
  Matrix x(4, 1);
  x << 1, 2, 900, na;
  Gaps gaps{x, 4, Vector::Constant(1, 2000)};
  gaps.left_out = {{0, 0, 1, 0}};
  const Imputation made = run(gaps, named("knn", {{"k", 5}}));
  CHECK(made.values()(2, 0) == 900);
  CHECK(made.values()(3, 0) == 1.5);
  REQUIRE(made.trail().size() == 1);
  CHECK(made.trail()[0].note == 0);
  CHECK(run(gaps, named("hot_deck")).values()(3, 0) == 1);
}
