// Panel kriging: each indicator a Gaussian process over time around what similar units and auxiliaries say.
#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <memory>

#include "impute/kriging/model.hpp"
#include "impute/rows.hpp"

namespace egov {
namespace {

using kriging::Holes;
using kriging::Lens;
using kriging::Model;

enum LinkOption { open, identity, logit, root };

struct Extent {
  double low = infinite, high = -infinite, mean = 0, sd = 0, count = 0;
};

Extent extent(const Eigen::Ref<const Vector>& x) {
  Extent e;
  for (double v : x)
    if (!std::isnan(v)) e.low = std::min(e.low, v), e.high = std::max(e.high, v), e.mean += v, ++e.count;
  e.mean /= std::max(e.count, 1.0);
  for (double v : x)
    if (!std::isnan(v)) e.sd += (v - e.mean) * (v - e.mean) / e.count;
  e.sd = std::sqrt(e.sd);
  return e;
}

// Scales of an indicator to choose from, by its bounds. Values outside these widen them, with a note.
std::vector<Lens> lenses_of(const Args& args, Index column, const Extent& e, std::string& note) {
  const auto link = static_cast<LinkOption>(static_cast<int>(args[0]));
  if (e.low < args[1] || e.high > args[2]) note = "values outside the given bounds: the bounds were widened to what was observed";
  const double lower = std::isnan(args[1]) ? (e.low >= 0 ? 0 : -infinite) : std::min(args[1], e.low);
  const double upper = std::isnan(args[2]) ? infinite : std::max(args[2], e.high);
  const bool above = !std::isinf(lower), both = above && !std::isinf(upper);
  const auto refuse = [&](const char* why) { throw SpecError(why, {"impute", "kriging", "link", -1, -1, static_cast<long>(column)}); };
  if (link == logit && !both) refuse("a logit needs a lower and an upper bound");
  if (link == root && !above) refuse("a square root needs a lower bound, as values below 0 are observed");
  const double offset = both ? 0.0005 * (upper - lower) : above || !std::isinf(upper) ? 0.002 * e.sd : 0;
  const auto power = [&](double exponent) { return Lens{Lens::power, exponent, lower, upper, offset}; };
  const Lens share{Lens::logit, 1, lower, upper, offset};
  if (link == logit) return {share};
  if (link == identity || !above) return {power(1)};
  if (link == root) return {power(0.5)};
  if (both) return {share, power(1)};
  return {power(0.5), power(0.75), power(1)};
}

// How far a period is from the nearest observation of its series; infinite without any.
double distance(const Block& block, Index column, Index unit, Index period) {
  double least = infinite;
  for (Index t = 0; t < block.periods(); ++t)
    if (!std::isnan(block.values(block.row(t, unit), column))) least = std::min(least, std::abs(block.times[t] - block.times[period]));
  return least;
}

// One fill: which holes, which of them.
struct Spot {
  std::size_t holes;
  Index at;
};

// Values of all fills in a draw: coefficients of the unit, the local process of each series, a scale where nothing was seen.
void draw(const Model& model, const Block& block, const std::vector<Spot>& spots, const Draw& number, double* values) {
  Vector coefficients, deviation;
  Index unit = -1;
  std::size_t next = 0;
  for (std::size_t h = 0; h < model.holes.size(); ++h) {
    const Holes& holes = model.holes[h];
    const std::uint32_t key = block.keys[static_cast<std::size_t>(holes.unit)];
    if (holes.unit != unit) {
      unit = holes.unit;
      Stream stream = number.of(key);
      const kriging::Known& known = model.known[static_cast<std::size_t>(unit)];
      Vector normal(known.root.cols());
      for (double& x : normal) x = stream.normal();
      coefficients = known.root * normal;
    }
    Stream stream = number.of(key, static_cast<std::uint32_t>(holes.column) + 1);
    Vector normal(holes.piece.root.cols());
    for (double& x : normal) x = stream.normal();
    const Index n_basis = holes.piece.by_coefficient.cols();
    deviation = holes.piece.by_coefficient * coefficients.segment(holes.column * n_basis, n_basis);
    deviation += holes.piece.root.triangularView<Eigen::Lower>() * normal;
    const double scale = holes.observed ? 1 : std::sqrt(kriging::unseen_df / stream.chi_squared(kriging::unseen_df));
    const Lens& lens = model.lenses[static_cast<std::size_t>(holes.column)];
    for (; next < spots.size() && spots[next].holes == h; ++next)
      values[next] = lens.from(holes.center[spots[next].at] + scale * holes.stretch[spots[next].at] * deviation[spots[next].at]);
  }
}

double quantile(const Model& model, const Spot& spot, double p) {
  const Holes& holes = model.holes[spot.holes];
  const double q = holes.observed ? boost::math::quantile(boost::math::normal(), p)
                                  : boost::math::quantile(boost::math::students_t(kriging::unseen_df), p);
  return model.lenses[static_cast<std::size_t>(holes.column)].limit(holes.center[spot.at] + q * holes.sd[spot.at], p < 0.5);
}

Fill filled(const Model& model, const Block& block, const Holes& holes, Index at) {
  const Lens& lens = model.lenses[static_cast<std::size_t>(holes.column)];
  const double z = holes.center[at], sd = holes.sd[at];
  Fill fill{block.row(holes.open[static_cast<std::size_t>(at)], holes.unit), lens.mean(z, sd)};
  fill.sd = lens.spread(z, sd);
  fill.column = holes.column;
  fill.note = model.note[static_cast<std::size_t>(holes.column)];
  for (Index t = 0; t < block.periods(); ++t)
    if (!std::isnan(block.values(block.row(t, holes.unit), holes.column))) {
      fill.first = fill.first < 0 ? t : fill.first;
      fill.last = t;
      ++fill.donors;
    }
  return fill;
}

Filling krige(const Block& given) {
  const double max_gap = given.args[0][4];
  Block block = given;
  std::vector<std::vector<Lens>> lenses;
  std::vector<Index> notes;
  std::vector<std::string> texts;
  std::vector<Index> modelled;
  Filling out;
  for (Index j = 0; j < block.values.cols(); ++j) {
    const Args& args = block.args[static_cast<std::size_t>(j)];
    const Extent e = extent(block.values.col(j));
    if (e.count == 0) throw DataError("nothing is observed, so there is nothing to learn from", {"impute", "kriging", "", -1, -1, static_cast<long>(j)});
    if (e.low == e.high) {
      texts.push_back("all observed values are equal");
      for (Index row = 0; row < block.values.rows(); ++row)
        if (std::isnan(block.values(row, j)) && block.wanted[static_cast<std::size_t>(j)][static_cast<std::size_t>(row / block.units)]) {
          Fill fill{row, e.low, -1, -1, static_cast<Index>(e.count), missing_value, -1, j, static_cast<Index>(texts.size()) - 1};
          out.fills.push_back(fill);
        }
      continue;
    }
    std::string note;
    lenses.push_back(lenses_of(args, j, e, note));
    notes.push_back(note.empty() ? -1 : static_cast<Index>(texts.size()));
    if (!note.empty()) texts.push_back(note);
    modelled.push_back(j);
  }
  out.notes = texts;
  if (modelled.empty()) return out;
  block.values = Matrix(given.values(Eigen::all, modelled));
  const Matrix auxiliaries = given.args[0].has("auxiliaries") ? given.args[0].table("auxiliaries") : Matrix(block.values.rows(), 0);
  auto model = std::make_shared<Model>(kriging::fit(block, auxiliaries, lenses));
  model->note = notes;
  auto spots = std::make_shared<std::vector<Spot>>();
  const std::size_t constants = out.fills.size();
  for (std::size_t h = 0; h < model->holes.size(); ++h) {
    const Holes& holes = model->holes[h];
    const Index column = modelled[static_cast<std::size_t>(holes.column)];
    for (std::size_t k = 0; k < holes.open.size(); ++k) {
      if (!block.wanted[static_cast<std::size_t>(column)][static_cast<std::size_t>(holes.open[k])]) continue;
      if (distance(block, holes.column, holes.unit, holes.open[k]) > max_gap) continue;
      spots->push_back({h, static_cast<Index>(k)});
      out.fills.push_back(filled(*model, block, holes, static_cast<Index>(k)));
      out.fills.back().column = column;
    }
  }
  if (spots->empty()) return out;
  auto kept = std::make_shared<Block>();
  kept->keys = block.keys;
  const std::vector<Fill> fixed(out.fills.begin(), out.fills.begin() + static_cast<std::ptrdiff_t>(constants));
  out.draw = [model, kept, spots, fixed](const Draw& number, double* values) {
    for (std::size_t k = 0; k < fixed.size(); ++k) values[k] = fixed[k].value;
    draw(*model, *kept, *spots, number, values + fixed.size());
  };
  out.quantile = [model, spots, fixed](std::size_t fill, double p) {
    return fill < fixed.size() ? missing_value : quantile(*model, (*spots)[fill - fixed.size()], p);
  };
  return out;
}

}  // namespace

std::vector<ImputeMethod> kriging_rows() {
  return {{{"kriging",
            "Gaussian process over time for every indicator, around what auxiliaries and similar units say; joint draws.",
            "Cressie 1993, Statistics for Spatial Data; Rasmussen and Williams 2006, Gaussian Processes for Machine Learning",
            {{"link", Kind::option, 0.0, 0.0, 3.0,
              "Scale of the model; auto: by likelihood, between two bounds logit or identity, above one the power 1/2, 3/4 or 1.",
              {"auto", "identity", "logit", "sqrt"}},
             {"lower", Kind::indicator, missing_value, -infinite, infinite,
              "Lowest possible value, in the indicator's unit; left open: 0 where nothing observed is below.", {}, true},
             {"upper", Kind::indicator, missing_value, -infinite, infinite, "Highest possible value; left open: none.", {}, true},
             {"auxiliaries", Kind::indicators, missing_value, -infinite, infinite,
              "Indicators that help and are not filled: they enter the mean, and say which units are alike.", {}, true},
             max_gap_param()},
            needs_indicators},
           {}, krige}};
}

}  // namespace egov
