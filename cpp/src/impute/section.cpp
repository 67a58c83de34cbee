// From the other units of the same period.
#include <cmath>
#include <map>

#include "detail/statistics.hpp"
#include "impute/rows.hpp"

namespace egov {
namespace {

using Fills = std::vector<Fill>;

// Every hole of the wanted periods gets `center` of its cross-section, or of the same group's part of it.
Fills from_section(const Series& s, bool grouped, double (*center)(std::vector<double>)) {
  Fills fills;
  for (Index t = 0; t < s.periods(); ++t) {
    if (!s.wanted[static_cast<std::size_t>(t)]) continue;
    std::map<int, std::vector<double>> donors;
    auto group = [&](Index u) { return grouped ? s.groups[static_cast<std::size_t>(u)] : 0; };
    for (Index u = 0; u < s.units; ++u)
      if (!std::isnan(s.at(t, u)) && group(u) >= 0 && s.donor(t, u)) donors[group(u)].push_back(s.at(t, u));
    std::map<int, double> centers;
    for (const auto& [key, values] : donors) centers[key] = center(values);
    for (Index u = 0; u < s.units; ++u)
      if (std::isnan(s.at(t, u)) && centers.count(group(u)))
        fills.push_back({t * s.units + u, centers[group(u)], t, t, static_cast<Index>(donors[group(u)].size())});
  }
  return fills;
}

double mean_of(std::vector<double> x) { return detail::mean(x); }

}  // namespace

std::vector<ImputeMethod> section_rows() {
  return {
      {{"mean", "Mean of the units observed in the same period.", "OECD/JRC 2008, step 4", {}, keeps_range},
       [](const Series& s, const Args&) { return from_section(s, false, mean_of); }},
      {{"median", "Median of the units observed in the same period.", "OECD/JRC 2008, step 4", {}, keeps_range},
       [](const Series& s, const Args&) { return from_section(s, false, detail::median); }},
      {{"group_mean", "Mean of the units of the same group observed in the same period.", "OECD/JRC 2008, step 4",
        {{"by", Kind::groups, missing_value, -infinite, infinite, "Grouping of the units, e.g. income_groups."}},
        needs_groups | keeps_range},
       [](const Series& s, const Args&) { return from_section(s, true, mean_of); }},
      {{"group_median", "Median of the units of the same group observed in the same period.", "OECD/JRC 2008, step 4",
        {{"by", Kind::groups, missing_value, -infinite, infinite, "Grouping of the units, e.g. income_groups."}},
        needs_groups | keeps_range},
       [](const Series& s, const Args&) { return from_section(s, true, detail::median); }},
  };
}

}  // namespace egov
