#include "detail/student.hpp"

#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace egov::detail {

namespace math = boost::math;

double student_p(double t, double freedom) {
  if (std::isnan(t) || !(freedom > 0)) return std::nan("");
  if (std::isinf(t)) return 0;
  if (std::isinf(freedom)) return 2 * math::cdf(math::complement(math::normal(), std::abs(t)));
  return 2 * math::cdf(math::complement(math::students_t(freedom), std::abs(t)));
}

double student_quantile(double p, double freedom) {
  if (!(freedom > 0)) return std::nan("");
  if (std::isinf(freedom)) return math::quantile(math::normal(), p);
  return math::quantile(math::students_t(freedom), p);
}

double upper_f(double f, double freedom, double denominator) {
  if (std::isnan(f)) return f;
  if (!(f > 0)) return 1;
  if (std::isinf(f)) return 0;
  // an F with infinite denominator is a chi-square over its degrees of freedom
  if (std::isinf(denominator)) return math::gamma_q(freedom / 2, f * freedom / 2);
  return math::cdf(math::complement(math::fisher_f(freedom, denominator), f));
}

}  // namespace egov::detail
