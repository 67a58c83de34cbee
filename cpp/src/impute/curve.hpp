// Diffusion curves through the observations of one unit, fitted by Ceres.
#pragma once
#include <optional>
#include <vector>

#include "egov/impute.hpp"

namespace egov {

// x = rate (t - midpoint); shares of the level:
//   logistic  1 / (1 + exp(-x))
//   gompertz  exp(-exp(-x))
//   bass      (1 + floor) / (1 + exp(-x)) - floor, and 0 before that: of those left, the share p = rate floor / (1 + floor)
//             takes it up by itself, and q = rate / (1 + floor) for the share of all that have (Bass 1969); it never falls
enum class Shape { logistic, gompertz, bass };

struct Curve {
  double level, rate, midpoint, floor = 0;
  Shape shape = Shape::logistic;
  double at(double time) const;
};

enum class Loss { none, huber, cauchy };  // with scales of 1.345 and 2.385 robust standard deviations of the plain fit's residuals

// Adds (weight (ln level - center))^2 to the squares of residuals, which are over the highest value.
struct Pull {
  double center, weight;
};

// A curve, and how sure it is. Its own parameters are level / top, rate * span, (midpoint - origin) / span and floor.
struct CurveFit {
  Curve curve;
  bool good = false;          // it converged on finite parameters, and a bass curve rises
  double origin, span, top;   // first time, from it to the last, highest value
  double level = 0;           // over top
  Vector residuals;           // value minus curve, over top
  Matrix information;         // of its own parameters: J'J, a pull included
  double freedom() const { return static_cast<double>(residuals.size() - information.rows()); }
  double sd() const;          // of residuals, over top; robust where the loss is
  double at(double time) const;
  Loss loss = Loss::none;
};

// Least-squares curve, its level at most `saturation` (NaN: ten times the highest value). Values vary and are not below 0.
CurveFit fit_curve(const std::vector<double>& times, const std::vector<double>& values, Shape shape, double saturation);
// A fit carried on from there with a loss and a pull, or on fewer points.
CurveFit refit(const CurveFit& from, const std::vector<double>& times, const std::vector<double>& values, double saturation, Loss loss,
               const std::optional<Pull>& pull);
// Slopes of curve / top by its own parameters.
Vector slopes_at(const CurveFit& fit, double time);

Curve fit_logistic(const std::vector<double>& times, const std::vector<double>& values, double saturation, bool& good);

}  // namespace egov
