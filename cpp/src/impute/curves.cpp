// Filling by diffusion curves: a curve a unit, levels pooled over units, and what a forecast along a curve may miss.
#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <memory>

#include "detail/normal.hpp"
#include "detail/statistics.hpp"
#include "impute/curve.hpp"
#include "impute/law.hpp"
#include "impute/link.hpp"
#include "impute/rows.hpp"

namespace egov {
namespace {

constexpr double prior = 4;      // a unit's own variance counts as many observations as it has, that of all units as so many
constexpr Index kept_back = 5;   // observations at the end that forecasts are tried out on
constexpr std::size_t enough = 20;

struct Options {
  Shape shape;
  double lower, upper;           // lower: of what may come out; upper: above that
  Index least;
  Loss loss;
  bool pool;
  double max_gap;
};

// One unit: its observations, its curve, and how residuals behave, over the highest value.
struct Unit {
  Index unit;
  std::vector<double> times, values;
  std::vector<Index> at;         // periods
  CurveFit fit;
  double level_sd = missing_value;    // of ln level
  double residual = 0, step = 0;      // variances: around the curve; of a residual from one observation to the next, per unit of time
  Matrix root = {};                   // of the covariance of the parameters
};

std::vector<Unit> units_of(const Series& s, const Options& o) {
  std::vector<Unit> out;
  for (Index u = 0; u < s.units; ++u) {
    Unit one{u, {}, {}, {}, {}};
    for (Index t = 0; t < s.periods(); ++t)
      if (!std::isnan(s.at(t, u))) one.times.push_back(s.times[t]), one.values.push_back(s.at(t, u) - o.lower), one.at.push_back(t);
    const auto [lo, hi] = std::minmax_element(one.values.begin(), one.values.end());
    if (static_cast<Index>(one.values.size()) >= o.least && *lo >= 0 && *lo != *hi) out.push_back(std::move(one));
  }
  return out;
}

// Lag-one correlation of residuals, all units together.
double correlation(const std::vector<Unit>& units) {
  double products = 0, squares = 0;
  for (const Unit& one : units)
    for (Index i = 0; i + 1 < one.fit.residuals.size(); ++i) {
      const double a = one.fit.residuals[i], b = one.fit.residuals[i + 1];
      products += a * b, squares += (a * a + b * b) / 2;
    }
  return squares > 0 ? std::clamp(products / squares, 0.0, 0.9) : 0;
}

// By what the variance of a mean of correlated residuals exceeds that of independent ones.
double excess(const std::vector<Unit>& units) {
  const double r = correlation(units);
  return (1 + r) / (1 - r);
}

// Mean and between-unit standard deviation of ln level, by the moments of DerSimonian and Laird (1986), from units whose
// own level is known to within half; nothing where these are fewer than three.
struct Levels {
  double center = missing_value, sd = missing_value;
};

Levels pooled(const std::vector<Unit>& units) {
  double w = 0, wx = 0, ww = 0, n = 0;
  const auto visit = [&](const auto& work) {
    for (const Unit& one : units)
      if (one.fit.good && one.level_sd < 0.5) work(std::log(one.fit.level) + std::log(one.fit.top), std::pow(std::max(one.level_sd, 0.01), 2));
  };
  visit([&](double x, double v) { w += 1 / v, wx += x / v, ww += 1 / (v * v), ++n; });
  if (n < 3) return {};
  double q = 0;
  visit([&](double x, double v) { q += std::pow(x - wx / w, 2) / v; });
  const double between = std::max((q - (n - 1)) / (w - ww / w), 0.0025);
  double weights = 0, sum = 0;
  visit([&](double x, double v) { weights += 1 / (v + between), sum += x / (v + between); });
  return {sum / weights, std::sqrt(between)};
}

Matrix covariance(const CurveFit& fit, double variance) {
  const Index k = fit.information.rows();
  const double ridge = 1e-9 * fit.information.trace();
  return variance * (fit.information + ridge * Matrix::Identity(k, k)).llt().solve(Matrix::Identity(k, k));
}

std::optional<Pull> pull_of(const Unit& one, const Levels& levels, double over) {
  if (std::isnan(levels.sd)) return {};
  return Pull{levels.center, one.fit.sd() * std::sqrt(over) / levels.sd};
}

// Variances around the curve, a unit's own drawn towards that of all.
void spread_out(std::vector<Unit>& units) {
  double residual = 0, step = 0, n = 0;
  for (Unit& one : units) {
    const auto& e = one.fit.residuals;
    one.residual = std::pow(one.fit.sd(), 2), one.step = 0;
    for (Index i = 0; i + 1 < e.size(); ++i)
      one.step += std::pow(e[i + 1] - e[i], 2) / (one.times[static_cast<std::size_t>(i + 1)] - one.times[static_cast<std::size_t>(i)]) / static_cast<double>(e.size() - 1);
    if (!one.fit.good) continue;
    residual += one.residual, step += one.step, ++n;
  }
  for (Unit& one : units) {
    const double own = static_cast<double>(one.values.size());
    one.residual = (own * one.residual + prior * residual / n) / (own + prior);
    one.step = (own * one.step + prior * step / n) / (own + prior);
  }
}

// Time from the observations to one outside them; 0 inside.
double outside(const Unit& one, double time) { return std::max({one.times.front() - time, time - one.times.back(), 0.0}); }

double variance_at(const Unit& one, const Matrix& cov, double time) {
  const Vector g = slopes_at(one.fit, time);
  return g.dot(cov * g) + one.residual + one.step * outside(one, time);
}

// Units without their last observations, with the curves that these have not seen.
std::vector<Unit> cut_short(const std::vector<Unit>& units, const Options& o, const Levels& levels, double over) {
  std::vector<Unit> out;
  for (const Unit& one : units) {
    const Index n = static_cast<Index>(one.values.size()) - kept_back;
    if (!one.fit.good || n < o.least) continue;
    Unit early = one;
    early.values.resize(static_cast<std::size_t>(n));
    early.times.resize(early.values.size());
    if (std::all_of(early.values.begin(), early.values.end(), [&](double y) { return y == early.values[0]; })) continue;
    early.fit = refit(one.fit, early.times, early.values, o.upper, o.loss, pull_of(one, levels, over));
    if (early.fit.good && early.fit.residuals.size() == n) out.push_back(std::move(early));
  }
  return out;
}

// Square of what standard errors must be multiplied by so that they hold 90 % of the forecasts of observations at the end.
double inflation(const std::vector<Unit>& units, const Options& o, const Levels& levels, double over) {
  std::vector<Unit> early = cut_short(units, o, levels, over);
  std::vector<double> sizes;
  spread_out(early);
  const double more = excess(early);
  for (std::size_t k = 0, u = 0; k < early.size(); ++k) {
    while (units[u].unit != early[k].unit) ++u;
    const Matrix cov = covariance(early[k].fit, early[k].residual * more);
    for (std::size_t i = early[k].times.size(); i < units[u].times.size(); ++i) {
      const double time = units[u].times[i], miss = (units[u].values[i] - early[k].fit.at(time)) / units[u].fit.top, v = variance_at(early[k], cov, time);
      if (v > 0) sizes.push_back(std::abs(miss) / std::sqrt(v));
    }
  }
  if (sizes.size() < enough) return 1;
  std::sort(sizes.begin(), sizes.end());
  return std::pow(std::max(detail::quantile(sizes, 0.9) / detail::normal_quantile(0.95), 0.5), 2);
}

struct Cell {
  std::size_t unit;
  Vector slopes;
  double away;  // time from the last observation, or less than 0: before the first; 0 between them
  Bounded law;  // over the highest value
};

struct Model {
  std::vector<Unit> units;
  std::vector<Cell> cells;          // unit by unit, in order of time
  std::vector<std::uint32_t> keys;  // of the units
  double lower = 0, factor = 1;
  void draw(const Draw& draw, double* values) const;
};

// Parameters, a residual that stays, and a random walk away from the observations at either end.
void Model::draw(const Draw& draw, double* values) const {
  for (std::size_t first = 0, end = 0; first < cells.size(); first = end) {
    const std::size_t u = cells[first].unit;
    const Unit& one = units[u];
    while (end < cells.size() && cells[end].unit == u) ++end;
    Stream stream = draw.of(keys[u]), before = draw.of(keys[u], 1), after = draw.of(keys[u], 2);
    const Vector off = one.root * Vector::NullaryExpr(one.root.cols(), [&](Index) { return stream.normal(); });
    const double residual = std::sqrt(one.residual) * stream.normal();
    std::vector<double> walk(end - first, 0.0);
    double at = 0, away = 0;
    const auto go = [&](std::size_t k, Stream& from) {
      at += std::sqrt(one.step * (std::abs(cells[k].away) - away)) * from.normal();
      away = std::abs(cells[k].away), walk[k - first] = at;
    };
    for (std::size_t k = first; k < end; ++k)
      if (cells[k].away > 0) go(k, after);
    at = away = 0;
    for (std::size_t k = end; k-- > first;)
      if (cells[k].away < 0) go(k, before);
    for (std::size_t k = first; k < end; ++k) {
      const double miss = (cells[k].slopes.dot(off) + residual + walk[k - first]) * std::sqrt(factor), sd = cells[k].law.sd;
      values[k] = lower + one.fit.top * cells[k].law.value(detail::normal_share(sd > 0 ? miss / sd : 0));
    }
  }
}

// All curves of an indicator, each pulled towards the pooled level if that is asked for.
double fit_all(std::vector<Unit>& units, const Options& o) {
  for (Unit& one : units) {
    one.fit = fit_curve(one.times, one.values, o.shape, o.upper);
    if (one.fit.good && o.loss != Loss::none) one.fit = refit(one.fit, one.times, one.values, o.upper, o.loss, {});
  }
  const double over = excess(units);
  for (Unit& one : units)
    if (one.fit.good) one.level_sd = std::sqrt(covariance(one.fit, std::pow(one.fit.sd(), 2) * over)(0, 0)) / one.fit.level;
  const Levels levels = o.pool ? pooled(units) : Levels{};
  for (Unit& one : units)
    if (const auto pull = pull_of(one, levels, over); pull && one.fit.good) one.fit = refit(one.fit, one.times, one.values, o.upper, o.loss, pull);
  spread_out(units);
  for (Unit& one : units)
    if (one.fit.good) one.root = covariance(one.fit, one.residual * over).llt().matrixL();
  return inflation(units, o, levels, over);
}

// Is the hole within max_gap of the observation beside it, or of each other those on both sides?
bool near(const Unit& one, double time, double max_gap) {
  const auto after = std::upper_bound(one.times.begin(), one.times.end(), time);
  if (after == one.times.begin() || after == one.times.end()) return !(outside(one, time) > max_gap);
  return !(*after - *(after - 1) > max_gap);
}

Filling by_curve(const Series& s, const Options& o) {
  const auto model = std::make_shared<Model>();
  auto& units = model->units = units_of(s, o);
  Filling made;
  if (units.empty()) return made;
  model->lower = o.lower, model->factor = fit_all(units, o);
  Index failed = 0;
  for (std::size_t k = 0; k < units.size(); ++k) {
    const Unit& one = units[k];
    model->keys.push_back(s.key(one.unit));
    for (Index t = 0; t < s.periods(); ++t) {
      if (!std::isnan(s.at(t, one.unit)) || !s.wanted[static_cast<std::size_t>(t)] || !near(one, s.times[t], o.max_gap)) continue;
      failed += !one.fit.good;
      if (!one.fit.good) continue;
      const double time = s.times[t], away = time < one.times.front() ? -outside(one, time) : outside(one, time), value = one.fit.at(time);
      const Vector g = slopes_at(one.fit, time);
      const double sd = std::sqrt(model->factor * ((one.root.transpose() * g).squaredNorm() + one.residual + one.step * std::abs(away)));
      const Bounded law{value / one.fit.top, sd, 0, o.upper / one.fit.top};
      made.fills.push_back({t * s.units + one.unit, std::min(o.lower + value, o.lower + o.upper), one.at.front(), one.at.back(), static_cast<Index>(one.at.size()), law.spread() * one.fit.top});
      model->cells.push_back({k, g, away, law});
    }
  }
  if (failed > 0) made.notes = {std::to_string(failed) + " holes left open: no such curve fits the unit"};
  const Index beyond = (s.values.array() > o.lower + o.upper).count();
  if (beyond > 0) made.notes.push_back("values above the given upper bound, which no curve goes beyond: " + std::to_string(beyond));
  made.draw = [model](const Draw& draw, double* values) { model->draw(draw, values); };
  made.quantile = [model](std::size_t k, double p) {
    const Cell& cell = model->cells[k];
    return model->lower + model->units[cell.unit].fit.top * cell.law.value(p);
  };
  return made;
}

ImputeMethod curve_row(const std::string& name, Shape shape, const std::string& sentence, const std::string& citation, double least) {
  const auto number = [](const std::string& of, double fewest, const std::string& what) { return Param{of, Kind::integer, fewest, fewest - 1, infinite, what}; };
  Param upper{"upper", Kind::indicator, missing_value, -infinite, infinite, "Highest level the curve may reach, in the indicator's unit; left open: any.", {}, true};
  return {{name, sentence, citation,
           {upper, number("least", least, "Observations a unit needs; with fewer its holes stay open."), lower_param(),
            {"loss", Kind::option, 0.0, -infinite, infinite, "What a residual costs: none, its square; huber and cauchy, less where it is large.", {"none", "huber", "cauchy"}},
            {"pool", Kind::flag, 1.0, 0.0, 1.0, "Draws levels towards that of all units, the more the less a unit's own is known."},
            max_gap_param()},
           needs_periods},
          [shape](const Series& s, const Args& a) {
            const double lower = std::isnan(a[2]) ? 0 : a[2];
            return by_curve(s, {shape, lower, a[0] - lower, static_cast<Index>(a[1]), static_cast<Loss>(a[3]), a[4] == 1, a[5]});
          }};
}

}  // namespace

std::vector<ImputeMethod> curve_rows() {
  return {curve_row("logistic", Shape::logistic, "Logistic diffusion curve through the unit's observations, by nonlinear least squares (Ceres).",
                    "Griliches 1957, Econometrica 25(4)", 5),
          curve_row("gompertz", Shape::gompertz, "Gompertz curve through the unit's observations: fast early, slow late.",
                    "Gregg, Hossell and Richardson 1964, Mathematical Trend Curves", 5),
          curve_row("bass", Shape::bass, "Bass curve through the unit's observations of who has adopted: by themselves, or because others have.",
                    "Bass 1969, Management Science 15(5)", 6)};
}

}  // namespace egov
