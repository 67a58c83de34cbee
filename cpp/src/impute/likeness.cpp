#include "impute/likeness.hpp"

#include <cmath>

#include "detail/statistics.hpp"

namespace egov {

RowTable on_own_scales(const Matrix& values) {
  RowTable out(values.rows(), values.cols());
  for (Index j = 0; j < values.cols(); ++j) {
    const auto seen = detail::observed(values.col(j));
    const double unit = detail::to_size_one(seen), from = seen.empty() ? 0 : seen[0] * unit, n = static_cast<double>(seen.size());
    double center = 0, square = 0;
    for (double x : seen) center += (x * unit - from) / n;
    for (double x : seen) square += std::pow(x * unit - from - center, 2) / n;
    const double sd = square > 0 ? std::sqrt(square) : 1;
    for (Index i = 0; i < values.rows(); ++i) out(i, j) = (values(i, j) * unit - from - center) / sd;
  }
  return out;
}

double distance(const double* a, const double* b, Index columns) {
  double sum = 0;
  Index shared = 0;
  for (Index j = 0; j < columns; ++j) {
    const double d = a[j] - b[j];
    const bool both = !std::isnan(d);
    sum += both ? d * d : 0;
    shared += both;
  }
  return shared > 0 ? std::sqrt(sum * static_cast<double>(columns) / static_cast<double>(shared)) : missing_value;
}

}  // namespace egov
