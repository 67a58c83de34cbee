#include "impute/logistic.hpp"

#include <ceres/ceres.h>

#include <algorithm>
#include <cmath>

namespace egov {
namespace {

// Residual of one observation; time and value are scaled to about 1.
struct Residual {
  double time, value;
  template <class T>
  bool operator()(const T* p, T* out) const {
    using std::exp;
    out[0] = p[0] / (T(1) + exp(-p[1] * (T(time) - p[2]))) - T(value);
    return true;
  }
};

// Start from the straight line through logit(value / level).
void start_from_line(const std::vector<double>& t, const std::vector<double>& y, double* p) {
  double st = 0, sz = 0, stt = 0, stz = 0;
  const double n = static_cast<double>(t.size());
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double share = std::min(std::max(y[i] / p[0], 0.01), 0.99), z = std::log(share / (1 - share));
    st += t[i], sz += z, stt += t[i] * t[i], stz += t[i] * z;
  }
  const double slope = (n * stz - st * sz) / (n * stt - st * st);
  p[1] = std::abs(slope) < 1e-3 ? 1e-3 : slope;
  p[2] = (st - sz / p[1]) / n;
}

ceres::Solver::Options solver_options() {
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_QR;
  options.max_num_iterations = 100;
  options.logging_type = ceres::SILENT;
  options.num_threads = 1;
  return options;
}

}  // namespace

double Curve::at(double time) const { return level / (1 + std::exp(-rate * (time - midpoint))); }

Curve fit_logistic(const std::vector<double>& times, const std::vector<double>& values, double saturation, bool& good) {
  const double origin = times.front(), span = times.back() - origin;
  const double top = *std::max_element(values.begin(), values.end());
  std::vector<double> t, y;
  for (std::size_t i = 0; i < times.size(); ++i) t.push_back((times[i] - origin) / span), y.push_back(values[i] / top);
  const double limit = std::isnan(saturation) ? 10.0 : std::max(saturation / top, 1e-6);
  double p[3] = {std::min(limit, 1.05), 0, 0};
  start_from_line(t, y, p);
  ceres::Problem problem;
  for (std::size_t i = 0; i < t.size(); ++i)
    problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Residual, 1, 3>(new Residual{t[i], y[i]}), nullptr, p);
  problem.SetParameterLowerBound(p, 0, 1e-6);
  problem.SetParameterUpperBound(p, 0, limit);
  for (int k : {1, 2}) problem.SetParameterLowerBound(p, k, -200), problem.SetParameterUpperBound(p, k, 200);
  ceres::Solver::Summary summary;
  ceres::Solve(solver_options(), &problem, &summary);
  good = summary.termination_type == ceres::CONVERGENCE && std::isfinite(p[0]) && std::isfinite(p[1]) && std::isfinite(p[2]);
  return {p[0] * top, p[1] / span, origin + p[2] * span};
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

}  // namespace egov
