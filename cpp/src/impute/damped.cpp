// Gaps on the line between their ends, what lies beyond the observations by a damped local trend.
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "detail/normal.hpp"
#include "detail/statistics.hpp"
#include "impute/law.hpp"
#include "impute/link.hpp"
#include "impute/rows.hpp"
#include "impute/trend.hpp"

namespace egov {
namespace {

constexpr int horizon = 5;      // steps over which forecasts are tried out
constexpr double prior = 4;     // a unit's own variance counts as many errors as it has, that of all units as so many
constexpr Index enough = 20;    // errors that a factor of its own takes

// How far forecasts and lines miss, by what was tried out on the observations.
struct Misses {
  std::vector<double> ahead, inside;   // per unit: variance of one step ahead; of a random walk pinned at both ends
  double factor[horizon] = {1, 1, 1, 1, 1};  // of h steps ahead, over what the model says
  double width = 0.5, power = 0;       // inside a gap the variance grows by (width / this width)^power more
  double factor_at(int h) const { return factor[std::min(h, horizon) - 1]; }
};

struct Pool {
  double sum = 0;
  Index n = 0;
  void add(double x) { sum += x, ++n; }
  double mean() const { return n > 0 ? sum / static_cast<double>(n) : missing_value; }
};

std::vector<double> shrunk(const std::vector<Pool>& units) {
  Pool all;
  for (const Pool& unit : units) all.sum += unit.sum, all.n += unit.n;
  std::vector<double> out;
  for (const Pool& unit : units) out.push_back((prior * all.mean() + unit.sum) / (prior + static_cast<double>(unit.n)));
  return out;
}

// Visits each forecast of an observation from an earlier one: unit, steps, error.
template <class Visit>
void forecasts(const std::vector<Path>& paths, const Holt& holt, const Visit& visit) {
  for (std::size_t u = 0; u < paths.size(); ++u) {
    if (paths[u].z.empty()) continue;
    const auto states = locals(paths[u], holt);
    for (std::size_t i = 1; i < states.size(); ++i)
      for (std::size_t k = i + 1; k < states.size(); ++k) {
        const int h = paths[u].at[k] - paths[u].at[i];
        if (h <= horizon || k == i + 1) visit(u, h, paths[u].z[k] - states[i].level - states[i].slope * reach(holt.phi, h), k == i + 1);
      }
  }
}

// The same of each observation from the line between those `far` before and after it: unit, width, error.
template <class Visit>
void lines(const std::vector<Path>& paths, std::size_t far, const Visit& visit) {
  for (std::size_t u = 0; u < paths.size(); ++u)
    for (std::size_t i = far; i + far < paths[u].z.size(); ++i) {
      const auto& [at, z] = paths[u];
      const double a = at[i] - at[i - far], b = at[i + far] - at[i];
      visit(u, a * b / (a + b), z[i] - (z[i - far] * b + z[i + far] * a) / (a + b));
    }
}

Misses tried_out(const std::vector<Path>& paths, const Holt& holt) {
  Misses out;
  std::vector<Pool> ahead(paths.size()), inside(paths.size());
  forecasts(paths, holt, [&](std::size_t u, int h, double miss, bool next) { if (next) ahead[u].add(miss * miss / growth(holt, h)); });
  lines(paths, 1, [&](std::size_t u, double width, double miss) { inside[u].add(miss * miss / width); });
  out.ahead = shrunk(ahead), out.inside = shrunk(inside);
  Pool by_step[horizon], width[3], square[3];
  forecasts(paths, holt, [&](std::size_t u, int h, double miss, bool) {
    if (h <= horizon && out.ahead[u] > 0) by_step[h - 1].add(miss * miss / (out.ahead[u] * growth(holt, h)));
  });
  for (int h = 0; h < horizon; ++h) out.factor[h] = by_step[h].n >= enough ? by_step[h].mean() : h > 0 ? out.factor[h - 1] : 1;
  for (std::size_t k = 0; k < 3; ++k)
    lines(paths, k + 1, [&](std::size_t, double w, double miss) { width[k].add(w), square[k].add(miss * miss); });
  if (width[0].n > 0) out.width = width[0].mean();
  if (width[2].n >= enough && square[0].mean() > 0 && square[2].mean() > 0)
    out.power = std::clamp(std::log(square[2].mean() / square[0].mean()) / std::log(width[2].mean() / width[0].mean()) - 1, 0.0, 2.0);
  return out;
}

// A run of holes of one unit: before its observations, between two of them, or after.
struct Run {
  std::size_t first, end;  // among the fills
  std::uint32_t key, item;
  bool inside;
  int span;                // inside: steps between the ends
  double sd;               // of one step
};

struct Damped {
  BoundScale link;
  Holt holt;
  Misses misses;
  std::vector<Run> runs = {};
  std::vector<double> z = {}, sd = {};    // per fill, on the link scale
  std::vector<int> steps = {};            // per fill: from the end it hangs on, or from the left one

  void draw(const Draw& draw, double* values) const;
  void draw_beyond(const Run& run, Stream stream, double* values) const;
  void draw_inside(const Run& run, Stream stream, double* values) const;
};

void Damped::draw(const Draw& draw, double* values) const {
  for (const Run& run : runs)
    run.inside ? draw_inside(run, draw.of(run.key, run.item), values) : draw_beyond(run, draw.of(run.key, run.item), values);
}

// The state that makes the errors, step by step.
void Damped::draw_beyond(const Run& run, Stream stream, double* values) const {
  Local off{0, 0};
  int h = 0;
  for (std::size_t k = run.first; k < run.end; ++k) {
    double miss = 0;
    for (; h < steps[k]; ++h) {
      const double e = run.sd * stream.normal();
      miss = off.level + holt.phi * off.slope + e;
      off.level += holt.phi * off.slope + holt.alpha * e;
      off.slope = holt.phi * off.slope + holt.alpha * holt.beta * e;
    }
    values[k] = link.from(z[k] + miss * std::sqrt(misses.factor_at(h)));
  }
}

// A random walk pinned at both ends, stretched to the variance of each place.
void Damped::draw_inside(const Run& run, Stream stream, double* values) const {
  double walk = 0;
  int h = 0;
  for (std::size_t k = run.first; k < run.end; ++k) {
    const double go = steps[k] - h, left = run.span - h;
    walk = walk * (1 - go / left) + std::sqrt(go * (left - go) / left) * stream.normal();
    h = steps[k];
    const double width = h * (run.span - h) / static_cast<double>(run.span);
    values[k] = link.from(z[k] + walk * sd[k] / std::sqrt(width));
  }
}

// What is filled of one unit.
class Filler {
 public:
  Filler(const Series& s, double max_gap, const std::vector<int>& at, Damped& model, std::vector<Fill>& fills)
      : s_(s), max_gap_(max_gap), at_(at), model_(model), fills_(fills) {}

  void fill(Index unit, const Path& path, const std::vector<Index>& seen) {
    const auto u = static_cast<std::size_t>(unit);
    for (std::size_t i = 0; i + 1 < seen.size(); ++i) inside(unit, seen[i], seen[i + 1], std::sqrt(model_.misses.inside[u]));
    const double sd = std::sqrt(model_.misses.ahead[u]);
    beyond(unit, path, seen.back(), s_.periods(), 1, seen, sd);
    Path back;
    for (std::size_t i = path.z.size(); i-- > 0;) back.at.push_back(-path.at[i]), back.z.push_back(path.z[i]);
    beyond(unit, back, seen.front(), -1, -1, seen, sd);
  }

 private:
  void open(Index unit, Index item, bool inside, int span, double sd) {
    model_.runs.push_back({fills_.size(), fills_.size(), s_.key(unit), static_cast<std::uint32_t>(item), inside, span, std::isnan(sd) ? 0 : sd});
  }

  void put(Fill fill, double z, double sd, int steps) {
    if (!std::isfinite(fill.value)) return;
    fill.sd = std::isnan(sd) ? missing_value : model_.link.spread(z, sd);
    fills_.push_back(fill), model_.z.push_back(z), model_.sd.push_back(std::isnan(sd) ? 0 : sd), model_.steps.push_back(steps);
    model_.runs.back().end = fills_.size();
  }

  void inside(Index unit, Index left, Index right, double sd) {
    if (right == left + 1 || s_.times[right] - s_.times[left] > max_gap_) return;
    const auto place = [&](Index t) { return at_[static_cast<std::size_t>(t)]; };
    const int span = place(right) - place(left);
    const double from = s_.at(left, unit), to = s_.at(right, unit);
    open(unit, left + 1, true, span, sd);
    for (Index t = left + 1; t < right; ++t) {
      const int h = place(t) - place(left);
      const double share = static_cast<double>(h) / span, z = model_.link.to(from) * (1 - share) + model_.link.to(to) * share;
      const double width = h * (1 - share), more = std::pow(width / model_.misses.width, model_.misses.power / 2);
      const double value = from == to ? from : std::clamp(model_.link.from(z), std::min(from, to), std::max(from, to));
      put({t * s_.units + unit, value, left, right, 2}, z, sd * std::sqrt(width) * more, h);
    }
  }

  // From an end of the observations on, in the direction of `way`; the path runs towards that end.
  void beyond(Index unit, const Path& path, Index from, Index stop, Index way, const std::vector<Index>& seen, double sd) {
    const Local end = locals(path, model_.holt).back();
    open(unit, way > 0 ? s_.periods() + 1 : s_.periods() + 2, false, 0, sd);
    for (Index t = from + way; t != stop; t += way) {
      if (std::abs(s_.times[t] - s_.times[from]) > max_gap_) return;
      const int h = std::abs(at_[static_cast<std::size_t>(t)] - at_[static_cast<std::size_t>(from)]);
      const double z = end.level + end.slope * reach(model_.holt.phi, h), last = s_.at(from, unit);
      const double value = z == model_.link.to(last) ? last : model_.link.from(z);
      put({t * s_.units + unit, value, seen.front(), seen.back(), static_cast<Index>(seen.size())}, z,
          sd * std::sqrt(growth(model_.holt, h) * model_.misses.factor_at(h)), h);
    }
  }

  const Series& s_;
  double max_gap_;
  const std::vector<int>& at_;
  Damped& model_;
  std::vector<Fill>& fills_;
};

// Periods as whole numbers of the smallest step between two.
std::vector<int> in_steps(const Vector& times) {
  double step = infinite;
  for (Index t = 1; t < times.size(); ++t) step = std::min(step, times[t] - times[t - 1]);
  std::vector<int> at;
  for (Index t = 0; t < times.size(); ++t) at.push_back(t > 0 ? static_cast<int>(std::lround((times[t] - times[0]) / step)) : 0);
  return at;
}

Filling damped_trend(const Series& s, const Args& a) {
  const auto all = detail::observed(s.values);
  if (all.empty()) return {};
  BoundScale link(static_cast<BoundScale::Kind>(a[4]), a[5], a[6], all);
  Filling made;
  if (!std::all_of(all.begin(), all.end(), [&](double y) { return link.takes(y); }))
    link = BoundScale::none(all), made.notes = {"on the plain scale, because an observation of the indicator lies outside the bounds of the link"};
  const auto at = in_steps(s.times);
  std::vector<Path> paths(static_cast<std::size_t>(s.units));
  std::vector<std::vector<Index>> seen(paths.size());
  for (std::size_t u = 0; u < paths.size(); ++u)
    for (Index t = 0; t < s.periods(); ++t)
      if (const double y = s.at(t, static_cast<Index>(u)); !std::isnan(y))
        seen[u].push_back(t), paths[u].at.push_back(at[static_cast<std::size_t>(t)]), paths[u].z.push_back(link.to(y));
  std::vector<Path> known;
  for (const Path& path : paths)
    if (!path.z.empty()) known.push_back(path);
  const Holt holt = chosen(known, {a[0], a[1], a[2]}, horizon);
  const auto model = std::make_shared<Damped>(Damped{link, holt, tried_out(paths, holt)});
  Filler filler(s, a[3], at, *model, made.fills);
  for (std::size_t u = 0; u < paths.size(); ++u)
    if (!seen[u].empty()) filler.fill(static_cast<Index>(u), paths[u], seen[u]);
  if (!made.notes.empty())
    for (Fill& fill : made.fills) fill.note = 0;
  made.draw = [model](const Draw& draw, double* values) { model->draw(draw, values); };
  made.quantile = [model, fills = made.fills](std::size_t k, double p) {
    return std::isnan(fills[k].sd) ? missing_value : model->link.from(model->z[k] + model->sd[k] * detail::normal_quantile(p));
  };
  return made;
}

Param share_param(const std::string& name, const std::string& what) {
  return {name, Kind::real, missing_value, 0.0, 1.0, what + "; left open: chosen so that forecasts of 1 to 5 steps miss least, all units together.", {}, true};
}

}  // namespace

std::vector<ImputeMethod> damped_rows() {
  return {
      {{"damped_trend",
        "Damped local trend after the last observation and, backwards, before the first; the line between observations; on a link scale.",
        "Gardner and McKenzie 1985, Management Science 31(10)",
        {share_param("alpha", "Share of a surprise that the level takes"), share_param("beta", "Share of a change of level that the slope takes"),
         share_param("phi", "Share of the slope that is left after a step"), max_gap_param(), link_param(BoundScale::open), lower_param(), upper_param()},
        needs_periods},
       damped_trend},
  };
}

}  // namespace egov
