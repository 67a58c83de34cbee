#include "detail/normal.hpp"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/erf.hpp>

namespace egov::detail {

double normal_share(double x) { return 0.5 * boost::math::erfc(-x / 1.4142135623730950488); }

double normal_quantile(double p) { return boost::math::quantile(boost::math::normal(), p); }

}  // namespace egov::detail
