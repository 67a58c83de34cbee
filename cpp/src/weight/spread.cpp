#include "weight/spread.hpp"

#include <boost/math/special_functions/log1p.hpp>

#include <cmath>
#include <sstream>

#include "detail/statistics.hpp"
#include "weight/complete.hpp"

namespace egov {
namespace {

[[noreturn]] void refuse(const std::string& text, const std::string& method, Index child) {
  throw DataError(text, {"weight", method, "", -1, -1, static_cast<long>(child)});
}

std::string text_of(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

// (1 + d) ln(1 + d) - d, exact for small d; 1 at d = -1.
double divergence(double d) {
  if (d <= -1) return 1.0;
  return std::abs(d) > 0.25 ? (1 + d) * std::log(1 + d) - d : (1 + d) * boost::math::log1pmx(d) + d * d;
}

}  // namespace

Vector standard_deviations(const Matrix& x) {
  Vector out(x.cols());
  for (Index j = 0; j < x.cols(); ++j) out[j] = detail::deviation(detail::observed(x.col(j)));
  return out / out.maxCoeff();
}

Vector variation(const Matrix& x) {
  Vector out(x.cols());
  for (Index j = 0; j < x.cols(); ++j) {
    const auto column = detail::observed(x.col(j));
    const double mean = detail::mean(column);
    if (!(mean > 0))
      refuse("needs children with a mean above 0, this one has the mean " + text_of(mean) +
                 "; rescale the normalization to a positive range, e.g. rescale=(1, 100)", "variation", j);
    out[j] = detail::deviation(column) / mean;
  }
  return out;
}

// The shares are (1 + d) / rows with d = x / mean - 1, so 1 - H / ln(rows) is the mean of (1 + d) ln(1 + d) over ln(rows);
// as the d sum to 0, subtracting them changes nothing but the rounding.
Vector entropy(const Matrix& x) {
  Vector out(x.cols());
  for (Index j = 0; j < x.cols(); ++j) {
    const double least = x.col(j).minCoeff();
    if (least < 0)
      refuse("needs values of at least 0, got " + text_of(least) +
                 "; rescale the normalization to a range without negative values, e.g. rescale=(0, 100)", "entropy", j);
    const double mean = detail::mean(detail::observed(x.col(j)));
    double sum = 0;
    for (double v : x.col(j)) sum += divergence((v - mean) / mean);
    out[j] = sum;
  }
  return out;
}

Vector critic(const Matrix& x) {
  const Matrix conflict = 1 - correlation(x).array();
  const Vector apart = conflict.rowwise().sum();
  if (apart.maxCoeff() < 1e-12 * static_cast<double>(x.cols()))
    throw DataError("needs children that differ from one another, but all their correlations are 1", {"weight", "critic", ""});
  return standard_deviations(x).cwiseProduct(apart.cwiseMax(0));
}

}  // namespace egov
