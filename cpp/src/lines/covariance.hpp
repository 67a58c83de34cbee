// What stands between the two inverses of a sandwich, in coordinates along the orthonormal columns.
#pragma once
#include "lines/factor.hpp"

namespace egov::detail {

// Sets line.df, line.clusters, line.leverage, and line.reason where the convention gives nothing.
Wide meat(const Factor& factor, const Projection& projection, const ErrorsChoice& errors, Line& line);

}  // namespace egov::detail
