// M-estimates (Huber 1964; Beaton and Tukey 1974) in coordinates along orthonormal columns, where they are well conditioned.
#include <ceres/ceres.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "detail/statistics.hpp"
#include "detail/student.hpp"
#include "lines/factor.hpp"

namespace egov {

using namespace detail;

namespace {

constexpr double normal_mad = 0.67448975019608174;  // median absolute deviation of a standard normal
constexpr double huber_c = 1.345;                   // 95 % efficient under normal errors
constexpr Index whole_steps = 100;                   // after these the scale goes in circles
constexpr Index most_steps = 5000;

struct Bent {
  Bend bend;
  double c;
  double psi(double r) const {
    if (bend == Bend::huber) return std::clamp(r, -c, c);
    const double share = r / c, left = 1 - share * share;
    return left > 0 ? r * left * left : 0;
  }
  double slope(double r) const {
    if (bend == Bend::huber) return std::abs(r) <= c ? 1 : 0;
    const double square = r * r / (c * c), left = 1 - square;
    return left > 0 ? left * left - 4 * square * left : 0;
  }
  ceres::LossFunction* loss(double scale) const {
    if (bend == Bend::huber) return new ceres::HuberLoss(c * scale);
    return new ceres::TukeyLoss(c * scale);
  }
};

class Row final : public ceres::CostFunction {
 public:
  Row(const double* at, Index stride, Index cols, double y) : at_(at), stride_(stride), cols_(cols), y_(y) {
    set_num_residuals(1);
    *mutable_parameter_block_sizes() = {static_cast<int>(cols)};
  }
  bool Evaluate(double const* const* along, double* out, double** slopes) const override {
    out[0] = y_;
    for (Index k = 0; k < cols_; ++k) out[0] -= at_[k * stride_] * along[0][k];
    for (Index k = 0; slopes && slopes[0] && k < cols_; ++k) slopes[0][k] = -at_[k * stride_];
    return true;
  }

 private:
  const double* at_;
  Index stride_, cols_;
  double y_;
};

// y is what least squares leave, and coordinates are those beyond theirs: an offset of the outcome takes no digits.
struct Desk {
  Matrix q;
  Vector y;
  Vector rest(const Vector& along) const { return y - q * along; }
  double scale(const Vector& along) const {
    const Vector r = rest(along).cwiseAbs();
    return median(std::vector<double>(r.data(), r.data() + r.size())) / normal_mad;
  }
  Vector weights(const Bent& bent, double scale, const Vector& along) const {
    return (rest(along) / scale).unaryExpr([&](double r) { return std::abs(r) < 1e-300 ? 1.0 : bent.psi(r) / r; });
  }
  Vector gradient(const Bent& bent, double scale, const Vector& along) const {
    return q.transpose() * (rest(along) / scale).unaryExpr([&](double r) { return bent.psi(r); });
  }
};

void descend(const Desk& desk, const Bent& bent, double scale, Vector& along) {
  ceres::Problem problem;
  for (Index i = 0; i < desk.y.size(); ++i)
    problem.AddResidualBlock(new Row(desk.q.data() + i, desk.q.rows(), desk.q.cols(), desk.y[i]), bent.loss(scale), along.data());
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_QR;
  options.max_num_iterations = 500;
  options.function_tolerance = options.gradient_tolerance = options.parameter_tolerance = 1e-15;
  options.logging_type = ceres::SILENT;
  options.num_threads = 1;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
}

// Newton's steps at a fixed scale, as long as each brings the gradient down. How far the last one was, over the scale.
double polish(const Desk& desk, const Bent& bent, double scale, Vector& along) {
  Vector gradient = desk.gradient(bent, scale, along);
  for (int step = 0; step < 20; ++step) {
    const Vector slope = (desk.rest(along) / scale).unaryExpr([&](double r) { return bent.slope(r); });
    const Eigen::LLT<Matrix> found(desk.q.transpose() * slope.asDiagonal() * desk.q);
    if (found.info() != Eigen::Success) return gradient.norm();
    const Vector next = along + scale * found.solve(gradient), left = desk.gradient(bent, scale, next);
    if (!(left.norm() < gradient.norm())) break;
    along = next, gradient = left;
  }
  return gradient.norm();
}

// One step of weighted least squares, which is shorter than all the way to the optimum of this scale.
void reweigh(const Desk& desk, const Bent& bent, double scale, Vector& along) {
  const Vector weights = desk.weights(bent, scale, along);
  const Eigen::LLT<Matrix> found(desk.q.transpose() * weights.asDiagonal() * desk.q);
  if (found.info() == Eigen::Success) along = found.solve(desk.q.transpose() * weights.cwiseProduct(desk.y));
}

void optimize(const Desk& desk, const Bent& bent, double scale, bool first, Vector& along) {
  if (!first && polish(desk, bent, scale, along) <= 1e-10) return;
  descend(desk, bent, scale, along);
  polish(desk, bent, scale, along);
}

// The coefficients and the scale of their residuals, each of the other, until neither moves.
void settle(const Desk& desk, const Bent& bent, Vector& along, RobustLine& line) {
  double scale = desk.scale(along);
  for (line.steps = 1; line.steps <= most_steps && scale > rounding; ++line.steps) {
    const Vector before = along;
    if (line.steps <= whole_steps) optimize(desk, bent, scale, line.steps == 1, along);
    else reweigh(desk, bent, scale, along);
    const double next = desk.scale(along), moved = std::abs(next - scale) + (along - before).cwiseAbs().maxCoeff();
    scale = next;
    line.converged = line.steps > 1 && moved <= 1e-13 * scale;
    if (line.converged) break;
  }
  line.scale = scale;
}

// H1 of Huber (1981), with his correction k for the number of coefficients.
Wide spread(const Desk& desk, const Bent& bent, const Vector& along, RobustLine& line) {
  const Vector r = desk.rest(along) / line.scale, slope = r.unaryExpr([&](double v) { return bent.slope(v); });
  const double n = static_cast<double>(r.size()), p = static_cast<double>(desk.q.cols()), mean = slope.mean();
  const double k = 1 + p / n * (slope.array() - mean).square().mean() / (mean * mean);
  const double squares = r.unaryExpr([&](double v) { return bent.psi(v); }).squaredNorm() * line.scale * line.scale;
  line.weights = desk.weights(bent, line.scale, along);
  if (!(mean > 0)) line.reason = NoLine::no_scale;
  Wide out(desk.q.cols(), desk.q.cols());
  for (Index i = 0; i < out.rows(); ++i) out(i, i) = {k * k * squares / (n - p) / (mean * mean), 0};
  return out;
}

// Half of the rows lie on the line, so that nothing is known of its errors; nor of the line, if any rows as few lie on one.
void forget_errors(const Desk& desk, const Vector& along, RobustLine& line) {
  if ((desk.rest(along).cwiseAbs().array() < 16 * rounding).count() <= along.size()) line.coef.setConstant(missing_value);
  line.reason = NoLine::no_scale;
  line.se = line.t = line.p = line.low = line.high = Vector::Constant(line.coef.size(), missing_value);
  line.covariance = Matrix::Constant(line.coef.size(), line.coef.size(), missing_value);
}

// Where a given start lies along q.
Vector start_of(const Design& design, const Factor& f, const Vector& start) {
  Vector fitted = Vector::Zero(design.x.rows());
  if (design.intercept) fitted.setConstant(start[0]);
  fitted += design.x * start.tail(design.x.cols());
  const Projection found = project(f, fitted);
  Vector out(f.cols());
  for (Index k = 0; k < f.cols(); ++k) out[k] = std::ldexp(found.along[static_cast<std::size_t>(k)].high, found.exponent);
  return out;
}

}  // namespace

RobustLine robust(const Design& design, const Vector& y, Bend bend, double c, double level, const Vector& start) {
  if (!(c > 0)) throw SpecError("c is " + std::to_string(c) + "; a number above 0 would be right", {"lines", "robust", "c"});
  RobustLine line;
  static_cast<Line&>(line) = least_squares(design, y, {}, level);
  if (line.reason != NoLine::none) return line;
  const Factor f = factor(design, rounding);
  if (start.size() > 0 && (design.degree > 1 || start.size() != f.cols()))
    throw SpecError("start has " + std::to_string(start.size()) + " numbers; one for each of the " + std::to_string(f.cols()) +
                        " coefficients would be right", {"lines", "robust", "start"});
  const Projection plain = project(f, y);
  Desk desk{f.q.rounded(), Vector(y.size())};
  for (Index i = 0; i < y.size(); ++i) desk.y[i] = plain.rest[static_cast<std::size_t>(i)].high;
  Vector along = Vector::Zero(f.cols());
  if (start.size() > 0) along = start_of(design, f, start) * std::ldexp(1.0, -plain.exponent);
  for (Index k = 0; start.size() > 0 && k < f.cols(); ++k) along[k] -= plain.along[static_cast<std::size_t>(k)].high;
  if (bend == Bend::tukey && start.size() == 0) settle(desk, {Bend::huber, huber_c}, along, line);
  const Bent bent{bend, c};
  settle(desk, bent, along, line);
  line.r2 = line.f = line.f_p = line.rss = line.residual_sd = missing_value;
  line.exact = false;
  std::vector<Double> exact = plain.along;
  for (std::size_t k = 0; k < exact.size(); ++k) add(exact[k], {along[static_cast<Index>(k)], 0});
  line.coef = coefficients(f, exact, plain.exponent);
  line.residuals = desk.rest(along) * std::ldexp(1.0, plain.exponent / 2) * std::ldexp(1.0, plain.exponent - plain.exponent / 2);
  const bool spreads = line.scale > rounding;
  const Wide between = spreads ? spread(desk, bent, along, line) : Wide();
  line.scale = std::ldexp(line.scale, plain.exponent);
  if (spreads && line.reason == NoLine::none) judge(f, between, plain.exponent, level, line);
  else forget_errors(desk, along, line);
  return line;
}

}  // namespace egov
