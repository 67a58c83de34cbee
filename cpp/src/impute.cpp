#include "egov/impute.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "detail/statistics.hpp"
#include "impute/logistic.hpp"
#include "impute/row.hpp"

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

// The latest earlier observation, no older than max_gap.
Fills carry_forward(const Series& s, double max_gap) {
  Fills fills;
  for (Index u = 0; u < s.units; ++u) {
    Index last = -1;
    for (Index t = 0; t < s.periods(); ++t) {
      if (!std::isnan(s.at(t, u)))
        last = t;
      else if (last >= 0 && !(s.times[t] - s.times[last] > max_gap))
        fills.push_back({t * s.units + u, s.at(last, u), last, last, 1});
    }
  }
  return fills;
}

// The earliest later observation, no further ahead than max_gap.
Fills carry_backward(const Series& s, double max_gap) {
  Fills fills;
  for (Index u = 0; u < s.units; ++u) {
    Index next = -1;
    for (Index t = s.periods() - 1; t >= 0; --t) {
      if (!std::isnan(s.at(t, u)))
        next = t;
      else if (next >= 0 && !(s.times[next] - s.times[t] > max_gap))
        fills.push_back({t * s.units + u, s.at(next, u), next, next, 1});
    }
  }
  return fills;
}

// On the line between the observations on both sides, where they are no further apart than max_gap.
Fills between(const Series& s, double max_gap) {
  Fills fills;
  for (Index u = 0; u < s.units; ++u) {
    Index left = -1;
    for (Index right = 0; right < s.periods(); ++right) {
      if (std::isnan(s.at(right, u))) continue;
      const double span = left < 0 ? 0 : s.times[right] - s.times[left];
      for (Index t = left + 1; left >= 0 && t < right && !(span > max_gap); ++t) {
        const double share = (s.times[t] - s.times[left]) / span;
        const double from = s.at(left, u), to = s.at(right, u);
        fills.push_back({t * s.units + u, from == to ? from : from * (1 - share) + to * share, left, right, 2});
      }
      left = right;
    }
  }
  return fills;
}

const Param up = {"up", Kind::integer, 0.0, 0.0, 100.0,
                  "Only indicators under the same ancestor so many levels up: 1 the same parent; 0: all."};
const Param max_gap = {"max_gap", Kind::real, missing_value, 0.0, infinite,
                       "Longest gap bridged, in units of the period; left open: any.", {}, true};

}  // namespace

void impute(Column values, Index units, const Vector& times, const Choice& choice, const std::vector<char>& wanted, Index column,
            std::vector<Change>& trail, const std::vector<char>& left_out, const Across* across) {
  const ImputeMethod& row = find("impute", impute_methods(), choice.method);
  const Args args = arguments("impute", row, choice);
  if ((row.traits & needs_groups) && static_cast<Index>(choice.groups.size()) != units)
    throw SpecError("needs the group of every unit", {"impute", row.name, "by"});
  for (const Fill& fill : row.fill({values, units, times, choice.groups, wanted, left_out, across, column}, args)) {
    if (!std::isnan(values[fill.row])) throw DataError("an observed cell must never be written", {"impute", row.name, ""});
    values[fill.row] = fill.value;
    if (!wanted[static_cast<std::size_t>(fill.row / units)]) continue;
    trail.push_back({"impute", row.name, fill.row, column, missing_value, fill.value, fill.first, fill.last, fill.donors});
  }
}

bool looks_across(const std::vector<std::vector<Choice>>& chains, std::size_t place) {
  return std::any_of(chains.begin(), chains.end(), [&](const std::vector<Choice>& chain) {
    return place < chain.size() && (find("impute", impute_methods(), chain[place].method).traits & needs_indicators);
  });
}

std::vector<Change> impute(Panel& panel, const std::vector<std::vector<Choice>>& chains, const Across& across) {
  std::vector<Change> trail;
  const std::vector<char> everywhere(static_cast<std::size_t>(panel.periods()), 1);
  std::size_t longest = 0;
  for (const auto& chain : chains) longest = std::max(longest, chain.size());
  for (std::size_t place = 0; place < longest; ++place) {
    Across now{{}, across.directions, across.above};
    if (looks_across(chains, place)) now.values = panel.values;
    each_section(panel.values, panel.values.rows(), [&](Index j, Column values) {
      const auto& chain = chains[static_cast<std::size_t>(j)];
      if (place < chain.size()) impute(values, panel.units, panel.times, chain[place], everywhere, j, trail, {}, &now);
    });
  }
  return trail;
}

Rows<ImputeMethod>& impute_methods() {
  static Rows<ImputeMethod> table = {
      {{"none", "Leaves every hole open.", "", {}, keeps_range}, [](const Series&, const Args&) { return Fills{}; }},
      {{"mean", "Mean of the units observed in the same period.", "OECD/JRC 2008, step 4", {}, keeps_range},
       [](const Series& s, const Args&) { return from_section(s, false, mean_of); }},
      {{"median", "Median of the units observed in the same period.", "OECD/JRC 2008, step 4", {}, keeps_range},
       [](const Series& s, const Args&) { return from_section(s, false, detail::median); }},
      {{"group_mean", "Mean of the units of the same group observed in the same period.", "OECD/JRC 2008, step 4",
        {{"by", Kind::groups, missing_value, -infinite, infinite, "Grouping of the units, e.g. income_groups."}},
        needs_groups | keeps_range},
       [](const Series& s, const Args&) { return from_section(s, true, mean_of); }},
      {{"row_mean",
        "Mean of the unit's other indicators in the same period, each on its own range and in its own direction.",
        "Becker et al. 2022, COINr, Journal of Open Source Software 7(78)", {up}, needs_indicators | keeps_range},
       [](const Series& s, const Args& a) { return from_row(s, static_cast<std::size_t>(a[0]), mean_of); }},
      {{"row_median",
        "Median of the unit's other indicators in the same period, each on its own range and in its own direction.",
        "Becker et al. 2022, COINr, Journal of Open Source Software 7(78)", {up}, needs_indicators | keeps_range},
       [](const Series& s, const Args& a) { return from_row(s, static_cast<std::size_t>(a[0]), detail::median); }},
      {{"locf", "Last observation of the unit carried forward.",
        "United Nations E-Government Survey, technical appendix: the latest available value", {max_gap}, needs_periods | keeps_range},
       [](const Series& s, const Args& a) { return carry_forward(s, a[0]); }},
      {{"nocb", "Next observation of the unit carried backward; after linear and locf the value at each end goes on.",
        "Moritz and Bartz-Beielstein 2017, R Journal 9(1)", {max_gap}, needs_periods | keeps_range},
       [](const Series& s, const Args& a) { return carry_backward(s, a[0]); }},
      {{"linear", "Straight line between the unit's observations before and after; no extrapolation.",
        "Moritz and Bartz-Beielstein 2017, R Journal 9(1)", {max_gap}, needs_periods | keeps_range},
       [](const Series& s, const Args& a) { return between(s, a[0]); }},
      {{"logistic", "Logistic diffusion curve through the unit's observations, by nonlinear least squares (Ceres).",
        "Griliches 1957, Econometrica 25(4)",
        {{"upper", Kind::indicator, missing_value, -infinite, infinite,
          "Highest level the curve may reach, in the indicator's unit; left open: any.", {}, true},
         {"least", Kind::integer, 5.0, 4.0, infinite, "Observations a unit needs; with fewer its holes stay open."}},
        needs_periods},
       [](const Series& s, const Args& a) { return logistic(s, a[0], static_cast<Index>(a[1])); }},
  };
  return table;
}

}  // namespace egov
