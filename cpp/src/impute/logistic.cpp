#include "impute/logistic.hpp"

#include <ceres/ceres.h>

#include <algorithm>
#include <cmath>

#include "impute/rows.hpp"

namespace egov {
namespace {

// Residuals of a series, with parameter blocks {level} and {rate, midpoint}; times and values are scaled to about 1.
class Residuals final : public ceres::CostFunction {
 public:
  Residuals(const std::vector<double>& t, const std::vector<double>& y) : t_(t), y_(y) {
    set_num_residuals(static_cast<int>(t.size()));
    *mutable_parameter_block_sizes() = {1, 2};
  }

  bool Evaluate(double const* const* p, double* out, double** slopes) const override {
    const double level = p[0][0], rate = p[1][0], midpoint = p[1][1];
    for (std::size_t i = 0; i < t_.size(); ++i) {
      const double share = 1 / (1 + std::exp(-rate * (t_[i] - midpoint))), steep = level * share * (1 - share);
      out[i] = level * share - y_[i];
      if (slopes && slopes[0]) slopes[0][i] = share;
      if (slopes && slopes[1]) slopes[1][2 * i] = steep * (t_[i] - midpoint), slopes[1][2 * i + 1] = -steep * rate;
    }
    return true;
  }

 private:
  const std::vector<double>&t_, &y_;
};

// Start from the straight line through logit(value / level).
void start_from_line(const std::vector<double>& t, const std::vector<double>& y, double level, double* shape) {
  double st = 0, sz = 0, stt = 0, stz = 0;
  const double n = static_cast<double>(t.size());
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double share = std::min(std::max(y[i] / level, 0.01), 0.99), z = std::log(share / (1 - share));
    st += t[i], sz += z, stt += t[i] * t[i], stz += t[i] * z;
  }
  const double slope = (n * stz - st * sz) / (n * stt - st * st);
  shape[0] = std::abs(slope) < 1e-3 ? 1e-3 : slope;
  shape[1] = std::min(std::max((st - sz / shape[0]) / n, -200.0), 200.0);
}

ceres::Solver::Options solver_options() {
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_QR;
  options.max_num_iterations = 1000;
  options.function_tolerance = 1e-14;
  options.gradient_tolerance = 1e-12;
  options.parameter_tolerance = 1e-12;
  options.logging_type = ceres::SILENT;
  options.num_threads = 1;
  return options;
}

struct Attempt {
  double level, shape[2], cost;
  bool good;
};

// One descent from a level; a held level stays as it is.
Attempt descend(const std::vector<double>& t, const std::vector<double>& y, double level, double limit, bool held) {
  Attempt a{level, {0, 0}, 0, false};
  start_from_line(t, y, level, a.shape);
  ceres::Problem problem;
  problem.AddResidualBlock(new Residuals(t, y), nullptr, &a.level, a.shape);
  if (held) {
    problem.SetParameterBlockConstant(&a.level);
  } else {
    problem.SetParameterLowerBound(&a.level, 0, 1e-6);
    problem.SetParameterUpperBound(&a.level, 0, limit);
  }
  for (int k : {0, 1}) problem.SetParameterLowerBound(a.shape, k, -200), problem.SetParameterUpperBound(a.shape, k, 200);
  ceres::Solver::Summary summary;
  ceres::Solve(solver_options(), &problem, &summary);
  a.cost = summary.final_cost;
  a.good = summary.termination_type == ceres::CONVERGENCE && std::isfinite(a.level + a.shape[0] + a.shape[1]);
  return a;
}

}  // namespace

double Curve::at(double time) const { return level / (1 + std::exp(-rate * (time - midpoint))); }

Curve fit_logistic(const std::vector<double>& times, const std::vector<double>& values, double saturation, bool& good) {
  const double origin = times.front(), span = times.back() - origin;
  const double top = *std::max_element(values.begin(), values.end());
  std::vector<double> t, y;
  for (std::size_t i = 0; i < times.size(); ++i) t.push_back((times[i] - origin) / span), y.push_back(values[i] / top);
  const double limit = std::isnan(saturation) ? 10.0 : std::max(saturation / top, 1e-6);
  // A descent that meets the limit of the level stops short of the optimum there, so one holds the level at it.
  Attempt best = descend(t, y, limit, limit, true);
  for (double start : {1.02, 1.3, 2.0, 4.0}) {
    const Attempt a = descend(t, y, std::min(start, limit), limit, false);
    if (a.good && (!best.good || a.cost < best.cost)) best = a;
    if (start >= limit) break;
  }
  good = best.good;
  return {best.level * top, best.shape[0] / span, origin + best.shape[1] * span};
}

std::vector<Fill> logistic(const Series& s, double saturation, Index least) {
  std::vector<Fill> fills;
  for (Index u = 0; u < s.units; ++u) {
    std::vector<double> times, values;
    std::vector<Index> holes;
    Index first = -1, last = -1;
    for (Index t = 0; t < s.periods(); ++t) {
      if (!std::isnan(s.at(t, u))) {
        times.push_back(s.times[t]), values.push_back(s.at(t, u));
        first = first < 0 ? t : first, last = t;
      } else if (s.wanted[static_cast<std::size_t>(t)]) {
        holes.push_back(t);
      }
    }
    const auto [lo, hi] = std::minmax_element(values.begin(), values.end());
    if (holes.empty() || static_cast<Index>(values.size()) < std::max<Index>(least, 4) || *lo < 0 || *lo == *hi) continue;
    bool good = false;
    const Curve curve = fit_logistic(times, values, saturation, good);
    for (Index t : holes)
      if (good) fills.push_back({t * s.units + u, curve.at(s.times[t]), first, last, static_cast<Index>(values.size())});
  }
  return fills;
}

std::vector<ImputeMethod> curve_rows() {
  return {
      {{"logistic", "Logistic diffusion curve through the unit's observations, by nonlinear least squares (Ceres).",
        "Griliches 1957, Econometrica 25(4)",
        {{"upper", Kind::indicator, missing_value, -infinite, infinite,
          "Highest level the curve may reach, in the indicator's unit; left open: any.", {}, true},
         {"least", Kind::integer, 5.0, 4.0, infinite, "Observations a unit needs; with fewer its holes stay open."}},
        needs_periods},
       [](const Series& s, const Args& a) { return logistic(s, a[0], static_cast<Index>(a[1])); }},
  };
}

}  // namespace egov
