#include "impute/law.hpp"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

namespace egov {

double normal_quantile(double p) { return boost::math::quantile(boost::math::normal(), p); }

double student_quantile(double df, double p) { return boost::math::quantile(boost::math::students_t(df), p); }

}  // namespace egov
