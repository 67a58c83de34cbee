#include "lines/slopes.hpp"

#include <cmath>

namespace egov::detail {
namespace {

constexpr double widest = 0.02;  // first step, over the size of the coefficient
constexpr int halvings = 9;
constexpr double enough = 1e-13;  // error over the largest derivative

struct Best {
  Vector slope, error;
  void keep(const Vector& value, const Vector& doubt) {
    for (Index i = 0; i < slope.size(); ++i)
      if (doubt[i] < error[i]) slope[i] = value[i], error[i] = doubt[i];
  }
};

Vector central(const Model& model, Vector coef, Index at, double step) {
  const double here = coef[at];
  coef[at] = here + step;
  const double above = coef[at];
  const Vector up = model(coef);
  coef[at] = here - step;
  return (up - model(coef)) / (above - coef[at]);
}

}  // namespace

Matrix differences(const Model& model, const Vector& coef, const Vector& size) {
  Matrix out;
  for (Index at = 0; at < coef.size(); ++at) {
    double step = widest * (coef[at] != 0 ? std::abs(coef[at]) : size[at]);
    std::vector<Vector> before = {central(model, coef, at, step)}, now;
    Best best{before[0], Vector::Constant(before[0].size(), infinite)};
    for (int row = 1; row <= halvings; ++row) {
      step /= 2;
      now = {central(model, coef, at, step)};
      double factor = 1;
      for (int order = 1; order <= row; ++order) {
        const auto k = static_cast<std::size_t>(order);
        factor *= 4;
        now.push_back((factor * now[k - 1] - before[k - 1]) / (factor - 1));
        best.keep(now[k], (now[k] - now[k - 1]).cwiseAbs().cwiseMax((now[k] - before[k - 1]).cwiseAbs()));
      }
      before.swap(now);
      if (best.error.maxCoeff() <= enough * best.slope.cwiseAbs().maxCoeff()) break;
    }
    if (at == 0) out.resize(best.slope.size(), coef.size());
    out.col(at) = best.slope;
  }
  return out;
}

}  // namespace egov::detail
