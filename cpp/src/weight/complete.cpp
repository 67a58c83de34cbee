#include "weight/complete.hpp"

#include <cmath>
#include <sstream>
#include <vector>

#include "detail/statistics.hpp"

namespace egov {

Matrix complete_rows(const Matrix& children, const std::string& method) {
  std::vector<char> holes(static_cast<std::size_t>(children.rows()), 0);
  for (Index j = 0; j < children.cols(); ++j)
    for (Index i = 0; i < children.rows(); ++i) holes[static_cast<std::size_t>(i)] |= static_cast<char>(std::isnan(children(i, j)));
  std::vector<Index> whole;
  for (Index i = 0; i < children.rows(); ++i)
    if (!holes[static_cast<std::size_t>(i)]) whole.push_back(i);
  if (whole.size() < 3)
    throw DataError("needs at least 3 rows in which no child is missing, got " + std::to_string(whole.size()) +
                        "; impute the children, or use weights that do not come from the data (given, equal)",
                    {"weight", method, ""});
  Matrix kept(static_cast<Index>(whole.size()), children.cols());
  for (Index j = 0; j < kept.cols(); ++j)
    for (std::size_t i = 0; i < whole.size(); ++i) kept(static_cast<Index>(i), j) = children(whole[i], j);
  for (Index j = 0; j < kept.cols(); ++j) {
    if (detail::varies(kept.col(j))) continue;
    std::ostringstream text;
    text << "needs at least two distinct values of each child, but this one equals " << kept(0, j)
         << " in all rows without a hole; leave it out, or use given or equal weights";
    throw DataError(text.str(), {"weight", method, "", -1, -1, static_cast<long>(j)});
  }
  return kept;
}

Standard standardized(const Matrix& complete) {
  Standard out{complete, Vector(complete.cols())};
  for (Index j = 0; j < complete.cols(); ++j) {
    std::vector<double> x = detail::observed(complete.col(j));
    const double size = detail::to_size_one(x);
    for (double& v : x) v *= size;
    Vector centered = Eigen::Map<const Vector>(x.data(), complete.rows()).array() - detail::mean(x);
    centered /= centered.cwiseAbs().maxCoeff();
    out.z.col(j) = centered / centered.norm();
    out.scale[j] = detail::deviation(detail::observed(complete.col(j)));
  }
  const double least = out.scale.minCoeff();
  out.scale = least / out.scale.array();
  return out;
}

Matrix correlation(const Matrix& complete) {
  const Matrix z = standardized(complete).z;
  Matrix r = z.transpose() * z;
  r.diagonal().setOnes();
  return r;
}

}  // namespace egov
