#include <ceres/ceres.h>

#include <algorithm>
#include <cmath>
#include <exception>

#include "detail/student.hpp"
#include "lines/factor.hpp"
#include "lines/slopes.hpp"

namespace egov {

using namespace detail;

namespace {

constexpr double told_apart = 1e-13;  // share of its norm that a column of slopes must keep beside the others

// The model and its slopes, which throw nothing through the solver: the first exception is kept.
struct Task {
  const Model& model;
  const Slopes& slopes;
  const Vector& y;
  Vector size;
  std::exception_ptr thrown = {};

  bool residuals(const Vector& coef, Vector& out) {
    return guarded([&] {
      out = fitted(coef) - y;
      return out.allFinite();
    });
  }
  bool slopes_at(const Vector& coef, Matrix& out) {
    return guarded([&] {
      out = slopes ? slopes(coef) : differences([this](const Vector& at) { return fitted(at); }, coef, size);
      if (out.rows() != y.size() || out.cols() != coef.size()) refuse("the slopes", out.size(), "rows of y times coefficients");
      return out.allFinite();
    });
  }
  void rethrow() const {
    if (thrown) std::rethrow_exception(thrown);
  }

 private:
  [[noreturn]] static void refuse(const std::string& what, Index came, const std::string& right) {
    throw DataError(what + " are " + std::to_string(came) + " numbers; " + right + " would be right", {"lines", "nonlinear", ""});
  }
  Vector fitted(const Vector& coef) const {
    Vector out = model(coef);
    if (out.size() != y.size()) refuse("fitted values", out.size(), "one for each of the " + std::to_string(y.size()) + " rows of y");
    return out;
  }
  template <class Work>
  bool guarded(const Work& work) {
    if (thrown) return false;
    try {
      return work();
    } catch (...) {
      thrown = std::current_exception();
      return false;
    }
  }
};

using ByRow = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

class Cost final : public ceres::CostFunction {
 public:
  Cost(Task& task, double scale) : task_(task), scale_(scale) {
    set_num_residuals(static_cast<int>(task.y.size()));
    *mutable_parameter_block_sizes() = {static_cast<int>(task.size.size())};
  }
  bool Evaluate(double const* const* at, double* out, double** slopes) const override {
    const Vector coef = Eigen::Map<const Vector>(at[0], task_.size.size());
    Vector rest;
    Matrix table;
    if (!task_.residuals(coef, rest)) return false;
    Eigen::Map<Vector>(out, rest.size()) = rest * scale_;
    if (!slopes || !slopes[0]) return true;
    if (!task_.slopes_at(coef, table)) return false;
    Eigen::Map<ByRow>(slopes[0], table.rows(), table.cols()) = table * scale_;
    return true;
  }

 private:
  Task& task_;
  double scale_;
};

struct Strategy {
  const char* name;
  ceres::TrustRegionStrategyType type;
  double radius;  // of the first step
};
const Strategy strategies[] = {{"Levenberg-Marquardt", ceres::LEVENBERG_MARQUARDT, 1e4},
                               {"dogleg", ceres::DOGLEG, 0.1}};

ceres::Solver::Options options_of(const Strategy& strategy) {
  ceres::Solver::Options options;
  options.trust_region_strategy_type = strategy.type;
  options.dogleg_type = ceres::SUBSPACE_DOGLEG;
  options.initial_trust_region_radius = strategy.radius;
  options.linear_solver_type = ceres::DENSE_QR;
  options.jacobi_scaling = true;
  options.max_num_iterations = 2000;
  options.function_tolerance = options.parameter_tolerance = 1e-16;
  options.gradient_tolerance = 1e-20;
  options.logging_type = ceres::SILENT;
  options.num_threads = 1;
  return options;
}

// One Gauss-Newton step from a point, solved in double-double, and how large it is beside the residuals.
struct Step {
  bool good = false;
  Vector residuals, by;
  double length = infinite, rest = 0;
  Factor factor;
  int exponent = 0;
};

Step step_at(Task& task, const Vector& coef) {
  Step out;
  Matrix slopes;
  if (!task.residuals(coef, out.residuals) || !task.slopes_at(coef, slopes)) return out;
  out.factor = factor({slopes, false, 1}, told_apart);
  if (out.factor.reason != NoLine::none) return out;
  const Projection along = project(out.factor, out.residuals);
  out.exponent = along.exponent;
  out.by = coefficients(out.factor, along.along, along.exponent);
  const auto norm = [&](const std::vector<Double>& of) { return std::sqrt(dot(of.data(), of.data(), static_cast<Index>(of.size())).high); };
  out.rest = std::ldexp(norm(along.rest), along.exponent), out.length = std::ldexp(norm(along.along), along.exponent);
  out.good = out.by.allFinite();
  return out;
}

// Gauss-Newton from where the solver stopped, as far as each step is shorter than the one before.
Step polish(Task& task, Vector& coef) {
  Step now = step_at(task, coef);
  for (int turn = 0; turn < 50 && now.good && now.length > 0; ++turn) {
    const Vector next = coef - now.by;
    Step then = step_at(task, next);
    if (!then.good || !(then.length < now.length)) break;
    coef = next, now = std::move(then);
  }
  return now;
}

void finish(Task& task, Vector coef, double level, Curve& line) {
  const Step at = polish(task, coef);
  line.coef = coef, line.residuals = -at.residuals;
  if (at.residuals.size() == 0) return;
  if (!at.good) {
    line.reason = at.factor.reason, line.column = at.factor.column;
    return;
  }
  line.offset = at.length / std::hypot(at.length, at.rest);
  const bool still = (at.by.cwiseAbs().array() <= 1e-7 * coef.cwiseAbs().array()).all();
  line.converged = line.offset < 1e-5 || still;
  line.exact = line.residuals.cwiseAbs().maxCoeff() <= rounding * task.y.cwiseAbs().maxCoeff();
  const double scale = std::ldexp(1.0, -at.exponent), squares = (line.residuals * scale).squaredNorm();
  line.residual_sd = std::sqrt(squares / line.freedom) / scale;
  line.rss = squares / scale / scale;
  Wide between(coef.size(), coef.size());
  for (Index k = 0; k < coef.size(); ++k) between(k, k) = {squares / line.freedom, 0};
  line.df.setConstant(coef.size(), line.freedom);
  judge(at.factor, between, at.exponent, level, line);
}

void check(const Vector& y, const Vector& start, double level) {
  const auto refuse = [](const std::string& param, const std::string& text) { throw SpecError(text, {"lines", "nonlinear", param}); };
  if (!y.allFinite() || !start.allFinite())
    throw DataError("a value of y or start that is missing or infinite; numbers would be right", {"lines", "nonlinear", ""});
  if (start.size() == 0) refuse("start", "start is empty; a number for each coefficient would be right");
  if (!(level > 0 && level < 1)) refuse("level", "level is " + std::to_string(level) + "; a number between 0 and 1 would be right");
}

// What counts as large for each coefficient.
Vector sizes(const Vector& start) {
  const double most = start.cwiseAbs().maxCoeff(), typical = most > 0 ? most : 1;
  return start.unaryExpr([&](double value) { return value != 0 ? std::abs(value) : typical; });
}

// The lowest point that a strategy comes to.
Vector lowest(Task& task, const Vector& start, Curve& line) {
  int exponent = 0;
  std::frexp(task.y.cwiseAbs().maxCoeff(), &exponent);
  const double scale = std::ldexp(1.0, -exponent);
  double least = infinite;
  Vector best = start, rest;
  for (const Strategy& strategy : strategies) {
    Vector coef = start;
    ceres::Problem problem;
    problem.AddResidualBlock(new Cost(task, scale), nullptr, coef.data());
    ceres::Solver::Summary summary;
    ceres::Solve(options_of(strategy), &problem, &summary);
    task.rethrow();
    line.steps += static_cast<Index>(summary.iterations.size());
    const double squares = task.residuals(coef, rest) ? (rest * scale).squaredNorm() : infinite;
    if (squares < least * (1 - 1e-10) || std::isinf(least)) least = squares, best = coef, line.strategy = strategy.name;
  }
  return best;
}

}  // namespace

Curve nonlinear(const Model& model, const Slopes& slopes, const Vector& y, const Vector& start, double level) {
  check(y, start, level);
  Curve line;
  line.n = y.size(), line.freedom = static_cast<double>(y.size() - start.size());
  if (!(line.freedom > 0)) return line.reason = NoLine::too_few, line;
  Task task{model, slopes, y, sizes(start)};
  Vector rest;
  const bool defined = task.residuals(start, rest);
  task.rethrow();
  if (!defined) throw DataError("the model is not finite at start; another start would be right", {"lines", "nonlinear", "start"});
  const Vector best = lowest(task, start, line);
  finish(task, best, level, line);
  task.rethrow();
  return line;
}

}  // namespace egov
