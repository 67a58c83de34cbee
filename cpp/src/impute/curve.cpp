#include "impute/curve.hpp"

#include <ceres/ceres.h>

#include <algorithm>
#include <cmath>

#include "detail/statistics.hpp"

namespace egov {
namespace {

struct Share {
  double value, by_x, by_floor;
};

Share share_at(Shape shape, double x, double floor) {
  if (shape == Shape::gompertz) {
    const double left = std::exp(-x), value = std::exp(-left);
    return {value, value > 0 ? value * left : 0, 0};
  }
  const double share = 1 / (1 + std::exp(-x)), steep = share * (1 - share);
  if (shape == Shape::logistic) return {share, steep, 0};
  const double value = (1 + floor) * share - floor;
  return value > 0 ? Share{value, (1 + floor) * steep, share - 1} : Share{0, 0, 0};
}

int shape_size(Shape shape) { return shape == Shape::bass ? 3 : 2; }

// Residuals of points first..end of a series, with parameter blocks {level} and {rate, midpoint, floor}.
class Residuals final : public ceres::CostFunction {
 public:
  Residuals(Shape shape, const std::vector<double>& t, const std::vector<double>& y, std::size_t first, std::size_t end)
      : shape_(shape), t_(t), y_(y), first_(first), end_(end) {
    set_num_residuals(static_cast<int>(end - first));
    *mutable_parameter_block_sizes() = {1, shape_size(shape)};
  }

  bool Evaluate(double const* const* p, double* out, double** slopes) const override {
    const double level = p[0][0], rate = p[1][0], midpoint = p[1][1], floor = shape_ == Shape::bass ? p[1][2] : 0;
    const auto wide = static_cast<std::size_t>(shape_size(shape_));
    for (std::size_t k = first_, i = 0; k < end_; ++k, ++i) {
      const Share share = share_at(shape_, rate * (t_[k] - midpoint), floor);
      const double steep = level * share.by_x;
      out[i] = level * share.value - y_[k];
      if (slopes && slopes[0]) slopes[0][i] = share.value;
      if (!slopes || !slopes[1]) continue;
      double* at = slopes[1] + wide * i;
      at[0] = steep * (t_[k] - midpoint), at[1] = -steep * rate;
      if (wide > 2) at[2] = level * share.by_floor;
    }
    return true;
  }

 private:
  Shape shape_;
  const std::vector<double>&t_, &y_;
  std::size_t first_, end_;
};

class Pulled final : public ceres::SizedCostFunction<1, 1> {
 public:
  explicit Pulled(const Pull& pull) : pull_(pull) {}
  bool Evaluate(double const* const* p, double* out, double** slopes) const override {
    out[0] = pull_.weight * (std::log(p[0][0]) - pull_.center);
    if (slopes && slopes[0]) slopes[0][0] = pull_.weight / p[0][0];
    return true;
  }

 private:
  Pull pull_;
};

// Start from the straight line through the shares of the level, on the scale on which the curve is one.
void start_from_line(Shape shape, const std::vector<double>& t, const std::vector<double>& y, double level, double* out) {
  double st = 0, sz = 0, stt = 0, stz = 0;
  const double n = static_cast<double>(t.size());
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double share = std::min(std::max(y[i] / level, 0.01), 0.99);
    const double z = shape == Shape::gompertz ? -std::log(-std::log(share)) : std::log(share / (1 - share));
    st += t[i], sz += z, stt += t[i] * t[i], stz += t[i] * z;
  }
  const double slope = (n * stz - st * sz) / (n * stt - st * st);
  out[0] = std::abs(slope) < 1e-3 ? 1e-3 : slope;
  out[1] = std::min(std::max((st - sz / out[0]) / n, -200.0), 200.0);
  out[2] = 0.05;
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
  double level, shape[3], cost;
  bool good;
};

struct Task {
  Shape shape;
  const std::vector<double>&t, &y;  // scaled to about 1
  double limit;                     // of the level
  Loss loss = Loss::none;
  double scale = 1;
  std::optional<Pull> pull = {};
};

ceres::LossFunction* loss_of(const Task& task) {
  if (task.loss == Loss::huber) return new ceres::HuberLoss(1.345 * task.scale);
  if (task.loss == Loss::cauchy) return new ceres::CauchyLoss(2.385 * task.scale);
  return nullptr;
}

// One descent from where the attempt stands; a held level stays as it is.
void descend(const Task& task, bool held, Attempt& a) {
  ceres::Problem problem;
  const std::size_t n = task.t.size(), each = task.loss == Loss::none ? n : 1;  // a loss is of a block
  for (std::size_t i = 0; i < n; i += each)
    problem.AddResidualBlock(new Residuals(task.shape, task.t, task.y, i, i + each), loss_of(task), &a.level, a.shape);
  if (task.pull) problem.AddResidualBlock(new Pulled(*task.pull), nullptr, &a.level);
  if (held) {
    problem.SetParameterBlockConstant(&a.level);
  } else {
    problem.SetParameterLowerBound(&a.level, 0, 1e-6);
    problem.SetParameterUpperBound(&a.level, 0, task.limit);
  }
  for (int k : {0, 1}) problem.SetParameterLowerBound(a.shape, k, -200), problem.SetParameterUpperBound(a.shape, k, 200);
  const bool rising = task.shape == Shape::bass;  // adoption is cumulative
  if (rising) problem.SetParameterLowerBound(a.shape, 0, 0), a.shape[0] = std::max(a.shape[0], 1e-3);
  if (rising) problem.SetParameterLowerBound(a.shape, 2, 0), problem.SetParameterUpperBound(a.shape, 2, 10);
  ceres::Solver::Summary summary;
  ceres::Solve(solver_options(), &problem, &summary);
  a.cost = summary.final_cost;
  a.good = summary.termination_type == ceres::CONVERGENCE && std::isfinite(a.level + a.shape[0] + a.shape[1] + a.shape[2]) &&
           !(rising && a.shape[0] < 1e-6);
}

Attempt from_level(const Task& task, double level, bool held) {
  Attempt a{level, {0, 0, 0}, 0, false};
  start_from_line(task.shape, task.t, task.y, level, a.shape);
  descend(task, held, a);
  return a;
}

// A descent that meets the limit of the level stops short of the optimum there, so one holds the level at it.
Attempt best_of(const Task& task) {
  Attempt best = from_level(task, task.limit, true);
  for (double start : {1.02, 1.3, 2.0, 4.0}) {
    const Attempt a = from_level(task, std::min(start, task.limit), false);
    if (a.good && (!best.good || a.cost < best.cost)) best = a;
    if (start >= task.limit) break;
  }
  return best;
}

// Points on the scales of a fit.
struct Scaled {
  std::vector<double> t, y;
  Scaled(const CurveFit& fit, const std::vector<double>& times, const std::vector<double>& values) {
    for (std::size_t i = 0; i < times.size(); ++i) t.push_back((times[i] - fit.origin) / fit.span), y.push_back(values[i] / fit.top);
  }
};

double limit_of(const CurveFit& fit, double saturation) { return std::isnan(saturation) ? 10.0 : std::max(saturation / fit.top, 1e-6); }

void keep(const Task& task, const Attempt& best, CurveFit& fit) {
  const double floor = task.shape == Shape::bass ? best.shape[2] : 0;
  fit.good = best.good, fit.loss = task.loss, fit.level = best.level;
  fit.curve = {best.level * fit.top, best.shape[0] / fit.span, fit.origin + best.shape[1] * fit.span, floor, task.shape};
  const auto n = static_cast<Index>(task.t.size());
  fit.residuals.resize(n);
  fit.information.setZero(1 + shape_size(task.shape), 1 + shape_size(task.shape));
  for (Index i = 0; i < n; ++i) {
    const double t = task.t[static_cast<std::size_t>(i)];
    fit.residuals[i] = task.y[static_cast<std::size_t>(i)] - best.level * share_at(task.shape, best.shape[0] * (t - best.shape[1]), floor).value;
    const Vector g = slopes_at(fit, fit.origin + t * fit.span);
    fit.information += g * g.transpose();
  }
  if (task.pull) fit.information(0, 0) += std::pow(task.pull->weight / best.level, 2);
}

}  // namespace

double Curve::at(double time) const { return level * share_at(shape, rate * (time - midpoint), floor).value; }

double CurveFit::at(double time) const { return top * (level * share_at(curve.shape, curve.rate * (time - curve.midpoint), curve.floor).value); }

double CurveFit::sd() const {
  if (loss == Loss::none) return std::sqrt(residuals.squaredNorm() / std::max(freedom(), 1.0));
  std::vector<double> sizes;
  for (double e : residuals) sizes.push_back(std::abs(e));
  return 1.4826 * detail::median(sizes) * std::sqrt(static_cast<double>(residuals.size()) / std::max(freedom(), 1.0));
}

Vector slopes_at(const CurveFit& fit, double time) {
  const Curve& c = fit.curve;
  const Share share = share_at(c.shape, c.rate * (time - c.midpoint), c.floor);
  const double steep = fit.level * share.by_x;
  Vector out(1 + shape_size(c.shape));
  out.head(3) << share.value, steep * (time - c.midpoint) / fit.span, -steep * c.rate * fit.span;
  if (out.size() > 3) out[3] = fit.level * share.by_floor;
  return out;
}

CurveFit fit_curve(const std::vector<double>& times, const std::vector<double>& values, Shape shape, double saturation) {
  CurveFit fit;
  fit.origin = times.front(), fit.span = times.back() - fit.origin, fit.top = *std::max_element(values.begin(), values.end());
  const Scaled points(fit, times, values);
  const Task task{shape, points.t, points.y, limit_of(fit, saturation)};
  keep(task, best_of(task), fit);
  return fit;
}

CurveFit refit(const CurveFit& from, const std::vector<double>& times, const std::vector<double>& values, double saturation, Loss loss,
               const std::optional<Pull>& pull) {
  CurveFit fit = from;
  const Scaled points(fit, times, values);
  Task task{from.curve.shape, points.t, points.y, limit_of(fit, saturation), loss};
  std::vector<double> sizes;
  for (double e : from.residuals) sizes.push_back(std::abs(e));
  task.scale = std::max(1.4826 * detail::median(sizes), 1e-6);
  if (pull) task.pull = Pull{pull->center - std::log(fit.top), pull->weight};
  Attempt a{std::min(from.level, task.limit), {from.curve.rate * fit.span, (from.curve.midpoint - fit.origin) / fit.span, from.curve.floor}, 0, false};
  descend(task, false, a);
  if (a.good) keep(task, a, fit);
  return fit;
}

Curve fit_logistic(const std::vector<double>& times, const std::vector<double>& values, double saturation, bool& good) {
  const CurveFit fit = fit_curve(times, values, Shape::logistic, saturation);
  good = fit.good;
  return fit.curve;
}

}  // namespace egov
