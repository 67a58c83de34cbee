// From other sources of the same quantity, and in proportion to a reference.
#include <algorithm>
#include <cmath>

#include "detail/statistics.hpp"
#include "impute/link.hpp"
#include "impute/rows.hpp"

namespace egov {
namespace {

// Cascade

// The latest period before t in which `seen` holds, no longer than max_gap ago; -1 if there is none.
template <class Seen>
Index latest(const Series& s, Index t, double max_gap, const Seen& seen) {
  for (Index from = t; from-- > 0 && !(s.times[t] - s.times[from] > max_gap);)
    if (seen(from)) return from;
  return -1;
}

// The position of a note among the notes, to which it is added if it is new.
Index noted(std::vector<std::string>& notes, const std::string& text) {
  const auto at = std::find(notes.begin(), notes.end(), text);
  if (at != notes.end()) return at - notes.begin();
  notes.push_back(text);
  return static_cast<Index>(notes.size()) - 1;
}

Filling cascade(const Series& s, const Args& a) {
  const Matrix none(s.values.size(), 0);
  const Matrix& sources = a.has("auxiliaries") ? a.table("auxiliaries") : none;
  Filling made;
  const auto fill = [&](Index t, Index u) {
    const auto value = [&](Index k, Index at) { return sources(at * s.units + u, k); };
    const auto put = [&](double x, Index from, const std::string& note) {
      made.fills.push_back({t * s.units + u, x, from, from, 1});
      made.fills.back().note = noted(made.notes, note);
    };
    const auto named = [](Index k) { return "auxiliary " + std::to_string(k + 1); };
    for (Index k = 0; k < sources.cols(); ++k)
      if (!std::isnan(value(k, t))) return put(value(k, t), t, named(k) + " of the same period");
    const Index last = latest(s, t, a[0], [&](Index at) { return !std::isnan(s.at(at, u)); });
    if (last >= 0) return put(s.at(last, u), last, "last value");
    for (Index k = 0; k < sources.cols(); ++k) {
      const Index from = latest(s, t, a[0], [&](Index at) { return !std::isnan(value(k, at)); });
      if (from >= 0) return put(value(k, from), from, "last value of " + named(k));
    }
  };
  for (Index t = 0; t < s.periods(); ++t)
    for (Index u = 0; u < s.units; ++u)
      if (std::isnan(s.at(t, u)) && s.wanted[static_cast<std::size_t>(t)]) fill(t, u);
  return made;
}

// Ratio

const std::string at_bound = "held at the bound, beyond which the reference would carry it";

// How a reference moves between two periods.
class Reference {
 public:
  Reference(const Series& s, const Args& a)
      : s_(s), beside_(a.has("auxiliaries") ? &a.table("auxiliaries") : nullptr), unit_(detail::to_size_one(detail::observed(s.values))) {
    if (beside_ && beside_->cols() != 1)
      throw SpecError("one auxiliary is the reference, but " + std::to_string(beside_->cols()) + " were named", {"impute", "ratio", "auxiliaries"});
  }

  // Its value at `to` over that at `from`; NaN where one of them is missing or not above 0. Of the mean of other units:
  // over those observed in both, so that who reports does not move it.
  double growth(Index unit, Index from, Index to) const {
    double before = 0, after = 0;
    if (beside_) {
      before = (*beside_)(from * s_.units + unit, 0), after = (*beside_)(to * s_.units + unit, 0);
    } else {
      for (Index v = 0; v < s_.units; ++v)
        if (v != unit && gives(unit, v, from) && gives(unit, v, to)) before += s_.at(from, v) * unit_, after += s_.at(to, v) * unit_;
    }
    return before > 0 && after > 0 ? after / before : missing_value;
  }

  Index donors(Index unit, Index from, Index to) const {
    Index count = 1;
    for (Index v = 0; v < s_.units && !beside_; ++v) count += v != unit && gives(unit, v, from) && gives(unit, v, to);
    return count;
  }

 private:
  bool gives(Index unit, Index v, Index t) const {
    const auto group = [&](Index u) { return s_.groups.empty() ? 0 : s_.groups[static_cast<std::size_t>(u)]; };
    return group(unit) >= 0 && group(v) == group(unit) && !std::isnan(s_.at(t, v)) && s_.donor(t, v);
  }

  const Series& s_;
  const Eigen::MatrixXd* beside_;
  double unit_;
};

// The nearest observation in a direction from which the reference leads to t; -1 if none within max_gap.
Index anchor(const Series& s, const Reference& reference, double max_gap, Index t, Index u, Index way) {
  for (Index from = t + way; from >= 0 && from < s.periods() && !(std::abs(s.times[t] - s.times[from]) > max_gap); from += way)
    if (!std::isnan(s.at(from, u))) return std::isnan(reference.growth(u, from, t)) ? -1 : from;
  return -1;
}

Filling ratio(const Series& s, const Args& a) {
  const Reference reference(s, a);
  Filling made;
  for (Index u = 0; u < s.units; ++u)
    for (Index t = 0; t < s.periods(); ++t) {
      if (!std::isnan(s.at(t, u)) || !s.wanted[static_cast<std::size_t>(t)]) continue;
      const Index left = anchor(s, reference, a[1], t, u, -1), right = anchor(s, reference, a[1], t, u, 1);
      if (left < 0 && right < 0) continue;
      const auto carried = [&](Index from) { return s.at(from, u) * reference.growth(u, from, t); };
      const Index first = left < 0 ? right : left, last = right < 0 ? left : right;
      double value = carried(first);
      if (first != last) {
        const double share = (s.times[t] - s.times[left]) / (s.times[right] - s.times[left]), to = carried(right);
        value = value == to ? value : value * (1 - share) + to * share;
      }
      if (!std::isfinite(value)) continue;
      Fill fill{t * s.units + u, value, first, last, reference.donors(u, first, t) + (first != last)};
      if (value < a[2]) fill.value = a[2], fill.note = 0;
      if (value > a[3]) fill.value = a[3], fill.note = 0;
      if (fill.note == 0) made.notes = {at_bound};
      made.fills.push_back(fill);
    }
  return made;
}

}  // namespace

std::vector<ImputeMethod> source_rows() {
  return {
      {{"cascade",
        "Other sources in their order, then the last value of the indicator, then the last value of the other sources; notes say which.",
        "United Nations E-Government Survey 2022, technical appendix", {max_gap_param(), auxiliaries_param()}, plain},
       cascade},
      {{"ratio",
        "Nearest observation, moved in proportion to a reference: an auxiliary, or the units of the group (or all) that are observed in both periods.",
        "UNDP Human Development Report, technical notes; OECD/JRC 2008, step 4",
        {{"by", Kind::groups, missing_value, -infinite, infinite, "Grouping of the units whose mean is the reference; left open: all.", {}, true},
         max_gap_param(), lower_param(), upper_param(), auxiliaries_param()},
        needs_periods},
       ratio},
  };
}

}  // namespace egov
