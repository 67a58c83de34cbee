// One indicator of all units: z = mean + scale (level + slope tau + local process + noise), each unit on its own given the
// mean. Level and slope of unit i have their variances times h_i, the local process and the noise theirs times g_i.
#pragma once
#include <vector>

#include "egov/panel.hpp"

namespace egov::kriging {

// The axis of time: distances in median steps, and the basis of levels and slopes (1, tau), tau on [-1, 1].
struct Clock {
  explicit Clock(const Vector& times);
  Index periods;
  Matrix distance;  // periods x periods
  Matrix basis;     // periods x 2; x 1 with a single period
};

// Units with the same observed periods.
struct Pattern {
  std::vector<Index> seen, units;
};

std::vector<Pattern> patterns(const Matrix& z);  // periods x units, NaN unobserved; units without any make one too

// Covariance over time by the logs of: local variance, range (in steps), noise; then the variances of level and slope.
struct Kernel {
  Vector logs;
  static Vector start(Index basis);
  Vector coefficients() const { return logs.tail(logs.size() - 3).array().exp(); }
  // Local process and noise: v (M32(h; L) + exp(-h / 2.5 L)) / 2 + noise 1{same}, M32 the Matern covariance of order 3/2.
  Matrix local(const Clock& clock) const;
};

// What the units of a pattern share: the inverse of the local covariance of their observed periods, and the basis through it.
struct Solved {
  Matrix inverse, through, inner;  // L^-1; L^-1 B; B' L^-1 B
  double log_det = 0;
};

Solved solve(const Matrix& local, const Matrix& basis, const std::vector<Index>& seen);

// Scales of each unit's variances.
struct Spread {
  Vector coefficients, local;
  static Spread equal(Index units) { return {Vector::Ones(units), Vector::Ones(units)}; }
};

// (D^-1 g/h + B' L^-1 B)^-1, with D the variances of the coefficients; S^-1 = (L^-1 - through M through') / g.
Matrix middle(const Solved& solved, const Vector& variances, double ratio);

// Fits the kernel to residuals (periods x units, NaN unobserved) by penalized maximum likelihood, from where it stands.
void fit(Kernel& kernel, const Matrix& residuals, const std::vector<Pattern>& patterns, const Clock& clock, const Spread& spread);

// Log-likelihood and its gradient by the logs.
double log_likelihood(const Kernel& kernel, const Matrix& residuals, const std::vector<Pattern>& patterns, const Clock& clock,
                      const Spread& spread, Vector* gradient);

// Scales of the units: those of the coefficients log-linear in `along` (units x features, the first a constant), the local
// ones inverse-gamma around such a log-linear mean, with `weight` degrees of freedom; of a unit without data that mean.
Spread spreads(const Kernel& kernel, const Matrix& residuals, const std::vector<Pattern>& patterns, const Clock& clock,
               const Matrix& along, double weight);

// Generalized least squares for a mean a(t) + sum over features of b_f(t) x_f, where a and b are random walks in time with
// steps of variance `step` and `step_b` (of residuals with variance one). Periods x units.
Matrix mean(const Matrix& z, const std::vector<Pattern>& patterns, const Clock& clock, const Matrix& local, const Vector& variances,
            const Spread& spread, const Matrix& features, double step, double step_b);

}  // namespace egov::kriging
