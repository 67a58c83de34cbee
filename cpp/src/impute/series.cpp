// From the unit's own series, without a model of it.
#include <algorithm>
#include <cmath>

#include "detail/statistics.hpp"
#include "impute/link.hpp"
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
template <class Between>
Fills on_line(const Series& s, double max_gap, const Between& between) {
  Fills fills;
  for (Index u = 0; u < s.units; ++u) {
    Index left = -1;
    for (Index right = 0; right < s.periods(); ++right) {
      if (std::isnan(s.at(right, u))) continue;
      const double span = left < 0 ? 0 : s.times[right] - s.times[left];
      for (Index t = left + 1; left >= 0 && t < right && !(span > max_gap); ++t) {
        const double share = (s.times[t] - s.times[left]) / span;
        const double from = s.at(left, u), to = s.at(right, u);
        fills.push_back({t * s.units + u, from == to ? from : between(from, to, share), left, right, 2});
      }
      left = right;
    }
  }
  return fills;
}

double on_plain_line(double from, double to, double share) { return from * (1 - share) + to * share; }

Filling linear(const Series& s, const Args& a) {
  const BoundScale link(static_cast<BoundScale::Kind>(a[1]), a[2], a[3], detail::observed(s.values));
  if (link.kind() == BoundScale::identity) return on_line(s, a[0], on_plain_line);
  bool fallback = false;
  Filling made = on_line(s, a[0], [&](double from, double to, double share) {
    if (!link.takes(from) || !link.takes(to)) return fallback = true, missing_value;
    const double z = on_plain_line(link.to(from), link.to(to), share);
    return std::clamp(link.from(z), std::min(from, to), std::max(from, to));  // against rounding
  });
  if (!fallback) return made;
  made.notes = {"a straight line, because an observation lies outside the bounds of the link"};
  for (Fill& fill : made.fills) {
    if (!std::isnan(fill.value)) continue;
    const Index u = fill.row % s.units, t = fill.row / s.units;
    const double share = (s.times[t] - s.times[fill.first]) / (s.times[fill.last] - s.times[fill.first]);
    fill.value = on_plain_line(s.at(fill.first, u), s.at(fill.last, u), share), fill.note = 0;
  }
  return made;
}

// Slope at the end of a curve from its first two steps h and secants m (Fritsch and Butland 1984; SciPy's PchipInterpolator).
double end_slope(double h0, double h1, double m0, double m1) {
  const double slope = ((2 * h0 + h1) * m0 - h0 * m1) / (h0 + h1);
  if (slope * m0 <= 0) return 0;
  return m0 * m1 <= 0 && std::abs(slope) > 3 * std::abs(m0) ? 3 * m0 : slope;
}

// Slopes of the cubic at its points: harmonic means of the secants, 0 where they turn.
std::vector<double> cubic_slopes(const std::vector<double>& x, const std::vector<double>& y) {
  const std::size_t n = x.size();
  std::vector<double> h(n - 1), m(n - 1), slopes(n, 0.0);
  for (std::size_t i = 0; i + 1 < n; ++i) h[i] = x[i + 1] - x[i], m[i] = (y[i + 1] - y[i]) / h[i];
  if (n == 2) return {m[0], m[0]};
  for (std::size_t i = 1; i + 1 < n; ++i) {
    if (!(m[i - 1] * m[i] > 0)) continue;
    const double before = 2 * h[i] + h[i - 1], after = h[i] + 2 * h[i - 1];
    slopes[i] = (before + after) / (before / m[i - 1] + after / m[i]);
  }
  slopes[0] = end_slope(h[0], h[1], m[0], m[1]);
  slopes[n - 1] = end_slope(h[n - 2], h[n - 3], m[n - 2], m[n - 3]);
  return slopes;
}

// The observations of a unit on a link scale.
struct Seen {
  std::vector<Index> at;
  std::vector<double> x, z;
  bool inside = true;  // all within the bounds of the link
};

Seen seen_of(const Series& s, Index u, const BoundScale& link) {
  Seen out;
  for (Index t = 0; t < s.periods(); ++t)
    if (!std::isnan(s.at(t, u))) out.at.push_back(t), out.x.push_back(s.times[t]), out.inside = out.inside && link.takes(s.at(t, u));
  for (Index t : out.at) out.z.push_back(link.to(s.at(t, u)));
  return out;
}

Filling monotone_cubic(const Series& s, const Args& a) {
  const auto all = detail::observed(s.values);
  const BoundScale link(static_cast<BoundScale::Kind>(a[1]), a[2], a[3], all), plain = BoundScale::none(all);
  Filling made;
  for (Index u = 0; u < s.units; ++u) {
    Seen seen = seen_of(s, u, link);
    if (seen.at.size() < 2) continue;
    const BoundScale& on = seen.inside ? link : plain;
    if (!seen.inside) seen = seen_of(s, u, plain), made.notes = {"on the plain scale, because an observation lies outside the bounds of the link"};
    const auto slopes = cubic_slopes(seen.x, seen.z);
    for (std::size_t i = 0; i + 1 < seen.at.size(); ++i) {
      const double h = seen.x[i + 1] - seen.x[i], from = s.at(seen.at[i], u), to = s.at(seen.at[i + 1], u);
      const auto first = i > 0 ? i - 1 : 0, last = std::min(i + 2, seen.at.size() - 1);
      for (Index t = seen.at[i] + 1; t < seen.at[i + 1] && !(h > a[0]); ++t) {
        const double q = (s.times[t] - seen.x[i]) / h, r = 1 - q;
        const double z = seen.z[i] * r * r * (1 + 2 * q) + seen.z[i + 1] * q * q * (1 + 2 * r) + h * q * r * (r * slopes[i] - q * slopes[i + 1]);
        const double value = from == to ? from : std::clamp(on.from(z), std::min(from, to), std::max(from, to));  // against rounding
        made.fills.push_back({t * s.units + u, value, seen.at[first], seen.at[last], static_cast<Index>(last - first + 1)});
        if (!made.notes.empty() && &on == &plain) made.fills.back().note = 0;
      }
    }
  }
  return made;
}

}  // namespace

Param max_gap_param() {
  return {"max_gap", Kind::real, missing_value, 0.0, infinite, "Longest gap bridged, in units of the period; left open: any.", {}, true};
}

Param auxiliaries_param() {
  return {"auxiliaries", Kind::indicators, missing_value, -infinite, infinite, "Indicators that help and are not filled.", {}, true};
}

std::vector<ImputeMethod> series_rows() {
  return {
      {{"locf", "Last observation of the unit carried forward.",
        "United Nations E-Government Survey, technical appendix: the latest available value", {max_gap_param()}, needs_periods | keeps_range},
       [](const Series& s, const Args& a) { return carry_forward(s, a[0]); }},
      {{"nocb", "Next observation of the unit carried backward; after linear and locf the value at each end goes on.",
        "Moritz and Bartz-Beielstein 2017, R Journal 9(1)", {max_gap_param()}, needs_periods | keeps_range},
       [](const Series& s, const Args& a) { return carry_backward(s, a[0]); }},
      {{"linear", "Straight line between the unit's observations before and after, on a link scale if asked; no extrapolation.",
        "Moritz and Bartz-Beielstein 2017, R Journal 9(1)", {max_gap_param(), link_param(BoundScale::identity), lower_param(), upper_param()},
        needs_periods | keeps_range},
       linear},
      {{"monotone_cubic", "Cubic between the unit's observations that rises and falls only where they do; no extrapolation.",
        "Fritsch and Butland 1984, SIAM Journal on Scientific and Statistical Computing 5(2)",
        {max_gap_param(), link_param(BoundScale::identity), lower_param(), upper_param()}, needs_periods | keeps_range},
       monotone_cubic},
  };
}

}  // namespace egov
