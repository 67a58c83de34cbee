// Lines and curves through outcomes: least squares in twice the working precision, M-estimates, nonlinear least squares.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

enum class Errors { classical, hc0, hc1, hc2, hc3, hc4, hc4m, hc5, newey_west, cr0, cr1, cr1s, cr2, cr3 };
// A convention of standard errors; its name goes with every number that follows it.
struct ErrorsMethod : Method {
  Errors kind = Errors::classical;
};
const std::vector<ErrorsMethod>& errors_methods();
bool clustered(Errors kind);

// Why there is no line.
enum class NoLine { none, too_few, constant_outcome, constant_column, collinear, too_few_clusters, full_leverage, no_scale, out_of_range };

// What is asked of a line: columns of x beside an intercept, or powers 1..degree of its only column.
struct Design {
  Matrix x;  // finite
  bool intercept = true;
  Index degree = 1;
};

struct Line {
  NoLine reason = NoLine::none;
  Index column = -1;  // of the design, intercept first: the one at fault
  Index n = 0, clusters = 0;
  bool exact = false;  // passes through every point, but for rounding of the outcome
  double freedom = missing_value;  // n less coefficients
  // A number a coefficient, intercept first. df: of Student's t, from which p and the interval low..high come.
  Vector coef, se, t, df, p, low, high;
  Matrix covariance;
  Vector residuals, leverage;
  // residual_sd: square root of rss / freedom. r2, f: against the mean, or against 0 without an intercept; f_p assumes classical errors.
  double residual_sd = missing_value, rss = missing_value, r2 = missing_value, f = missing_value, f_p = missing_value;
};

struct ErrorsChoice {
  Errors kind = Errors::classical;
  Index lag = 0;            // of newey_west; rows stand in order of time
  std::vector<int> groups;  // of clustered ones: cluster of each row, from 0 on
};
// Least squares by Gram-Schmidt with reorthogonalization, and the covariance of the coefficients, in double-double throughout.
Line least_squares(const Design& design, const Vector& y, const ErrorsChoice& errors, double level);

enum class Bend { huber, tukey };
struct RobustLine : Line {
  double scale = missing_value;  // median absolute residual over that of a standard normal
  bool converged = false;
  Index steps = 0;
  Vector weights;
};
// M-estimate with tuning constant c, its scale estimated along with it. Standard errors: H1 of Huber (1981, section 7.6).
// huber starts from least squares, tukey from the Huber estimate with c = 1.345, or from `start` where that is not empty.
RobustLine robust(const Design& design, const Vector& y, Bend bend, double c, double level, const Vector& start = {});

using Model = std::function<Vector(const Vector& coef)>;     // fitted values
using Slopes = std::function<Matrix(const Vector& coef)>;    // rows x coefficients
struct Curve : Line {
  bool converged = false;
  Index steps = 0;
  std::string strategy;  // which of those tried came lowest
  double offset = missing_value;  // relative offset of Bates and Watts (1981, Technometrics 23, 179-183): 0 at an optimum
};
// Nonlinear least squares by Levenberg-Marquardt with long and by a dogleg with short first steps from the same start; the lower
// sum of squares is taken, and brought home by Gauss-Newton steps solved in double-double. Without slopes these are central
// differences extrapolated to step 0 (Ridders 1982). Exceptions of model and slopes come out as they are.
Curve nonlinear(const Model& model, const Slopes& slopes, const Vector& y, const Vector& start, double level);

}  // namespace egov
