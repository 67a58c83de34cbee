// Maximum likelihood for the kernel of one indicator, by Ceres (L-BFGS).
#include <ceres/ceres.h>

#include <cmath>

#include "impute/kriging/series.hpp"

namespace egov::kriging {
namespace {

// Minus the log-likelihood with a weak pull to the start, at logs kept within bounds.
class Objective final : public ceres::FirstOrderFunction {
 public:
  Objective(const Matrix& residuals, const std::vector<Pattern>& patterns, const Clock& clock, const Spread& spread)
      : residuals_(residuals), patterns_(patterns), clock_(clock), spread_(spread), pull_(Kernel::start(clock.basis.cols())) {
    for (const Pattern& pattern : patterns)
      if (!pattern.seen.empty()) weight_ += 0.002 * static_cast<double>(pattern.units.size());
  }
  int NumParameters() const override { return static_cast<int>(pull_.size()); }
  bool Evaluate(const double* at, double* cost, double* slope) const override {
    const Eigen::Map<const Vector> logs(at, pull_.size());
    const Kernel kernel{within(logs)};
    Vector gradient;
    *cost = 0.5 * weight_ * (logs - pull_).squaredNorm() - log_likelihood(kernel, residuals_, patterns_, clock_, spread_, slope ? &gradient : nullptr);
    if (slope) {
      Eigen::Map<Vector> out(slope, pull_.size());
      for (Index k = 0; k < out.size(); ++k) out[k] = (kernel.logs[k] == logs[k] ? -gradient[k] : 0) + weight_ * (logs[k] - pull_[k]);
    }
    return std::isfinite(*cost);
  }
  static Vector within(const Vector& logs) {
    Vector out = logs.cwiseMax(std::log(1e-5)).cwiseMin(std::log(20.0));
    out[1] = std::min(std::max(logs[1], std::log(0.5)), std::log(100.0));
    out[2] = std::min(std::max(logs[2], std::log(1e-7)), 0.0);
    return out;
  }

 private:
  const Matrix& residuals_;
  const std::vector<Pattern>& patterns_;
  const Clock& clock_;
  const Spread& spread_;
  Vector pull_;
  double weight_ = 0;
};

}  // namespace

void fit(Kernel& kernel, const Matrix& residuals, const std::vector<Pattern>& patterns, const Clock& clock, const Spread& spread) {
  ceres::GradientProblemSolver::Options options;
  options.line_search_direction_type = ceres::LBFGS;
  options.max_num_iterations = 30;
  options.function_tolerance = 1e-6;
  options.gradient_tolerance = 1e-3;
  options.logging_type = ceres::SILENT;
  ceres::GradientProblemSolver::Summary summary;
  const ceres::GradientProblem problem(new Objective(residuals, patterns, clock, spread));
  Vector logs = kernel.logs;
  ceres::Solve(options, problem, logs.data(), &summary);
  if (logs.allFinite()) kernel.logs = Objective::within(logs);
}

}  // namespace egov::kriging
