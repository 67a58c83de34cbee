// From the unit's own series, without a model of it.
#include <cmath>

#include "impute/rows.hpp"

namespace egov {
namespace {

using Fills = std::vector<Fill>;

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

}  // namespace

Param max_gap_param() {
  return {"max_gap", Kind::real, missing_value, 0.0, infinite, "Longest gap bridged, in units of the period; left open: any.", {}, true};
}

std::vector<ImputeMethod> series_rows() {
  return {
      {{"locf", "Last observation of the unit carried forward.",
        "United Nations E-Government Survey, technical appendix: the latest available value", {max_gap_param()}, needs_periods | keeps_range},
       [](const Series& s, const Args& a) { return carry_forward(s, a[0]); }},
      {{"nocb", "Next observation of the unit carried backward; after linear and locf the value at each end goes on.",
        "Moritz and Bartz-Beielstein 2017, R Journal 9(1)", {max_gap_param()}, needs_periods | keeps_range},
       [](const Series& s, const Args& a) { return carry_backward(s, a[0]); }},
      {{"linear", "Straight line between the unit's observations before and after; no extrapolation.",
        "Moritz and Bartz-Beielstein 2017, R Journal 9(1)", {max_gap_param()}, needs_periods | keeps_range},
       [](const Series& s, const Args& a) { return between(s, a[0]); }},
  };
}

}  // namespace egov
