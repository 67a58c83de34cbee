#include <cmath>

#include "detail/columns.hpp"
#include "detail/statistics.hpp"
#include "impute/rows.hpp"

namespace egov {
namespace {

struct Extent {
  double low = infinite, high = -infinite;
};

// Lowest and highest donor of a column in a period; low above high where there is none.
Extent extremes(const Series& s, const Matrix& values, Index column, Index period) {
  Extent range;
  for (Index u = 0; u < s.units; ++u)
    if (s.donor(period, u)) detail::widen(&values(period * s.units + u, column), 1, range.low, range.high);
  return range;
}

// Indicators under the same ancestor so many levels up; all of them for 0.
std::vector<Index> family(const Across& across, Index column, std::size_t up) {
  std::vector<Index> out;
  for (Index j = 0; j < across.values.cols(); ++j) {
    const auto mine = static_cast<std::size_t>(column), other = static_cast<std::size_t>(j);
    if (up == 0 || (across.above[other].size() >= up && across.above[mine].size() >= up && across.above[other][up - 1] == across.above[mine][up - 1]))
      out.push_back(j);
  }
  return out;
}

const Param levels_up = {"up", Kind::integer, 0.0, 0.0, 100.0,
                  "Only indicators under the same ancestor so many levels up: 1 the same parent; 0: all."};
double mean_of(std::vector<double> x) { return detail::mean(x); }

std::vector<Fill> from_row(const Series& s, std::size_t up, double (*center)(std::vector<double>)) {
  const Across& across = *s.across;
  if (up > 0 && across.above.empty()) throw SpecError("needs the tree of an index to know which indicators belong together", {"impute", "", "up"});
  const auto columns = family(across, s.column, up);
  std::vector<Fill> fills;
  for (Index t = 0; t < s.periods(); ++t) {
    if (!s.wanted[static_cast<std::size_t>(t)]) continue;
    std::vector<Extent> ranges;
    for (Index j : columns) ranges.push_back(extremes(s, across.values, j, t));
    const Extent own = extremes(s, across.values, s.column, t);
    for (Index u = 0; u < s.units && own.low <= own.high; ++u) {
      if (!std::isnan(s.at(t, u)) || !s.donor(t, u)) continue;
      std::vector<double> shares;
      for (std::size_t k = 0; k < columns.size(); ++k) {
        double share = across.values(t * s.units + u, columns[k]);
        if (std::isnan(share) || !(ranges[k].low < ranges[k].high)) continue;
        detail::stretch(&share, 1, ranges[k].low, ranges[k].high, 0, 1);
        shares.push_back(across.directions[columns[k]] > 0 ? share : 1 - share);
      }
      if (shares.empty()) continue;
      const double share = across.directions[s.column] > 0 ? center(shares) : 1 - center(shares);
      fills.push_back({t * s.units + u, own.low * (1 - share) + own.high * share, t, t, static_cast<Index>(shares.size())});
    }
  }
  return fills;
}

}  // namespace

std::vector<ImputeMethod> row_rows() {
  return {
      {{"row_mean",
        "Mean of the unit's other indicators in the same period, each on its own range and in its own direction.",
        "Becker et al. 2022, COINr, Journal of Open Source Software 7(78)", {levels_up}, needs_indicators | keeps_range},
       [](const Series& s, const Args& a) { return from_row(s, static_cast<std::size_t>(a[0]), mean_of); }},
      {{"row_median",
        "Median of the unit's other indicators in the same period, each on its own range and in its own direction.",
        "Becker et al. 2022, COINr, Journal of Open Source Software 7(78)", {levels_up}, needs_indicators | keeps_range},
       [](const Series& s, const Args& a) { return from_row(s, static_cast<std::size_t>(a[0]), detail::median); }},
  };
}

}  // namespace egov
