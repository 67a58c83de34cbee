// Panel kriging: each indicator a Gaussian process over time around what similar units and auxiliaries say.
#include <algorithm>
#include <cmath>
#include <memory>

#include "detail/normal.hpp"
#include "detail/student.hpp"
#include "impute/column.hpp"
#include "impute/kriging/model.hpp"
#include "impute/rows.hpp"

namespace egov {
namespace {

using kriging::Holes;
using kriging::Lens;
using kriging::Model;

// Scales of an indicator to choose from, by its bounds. Values outside these widen them, with a note.
std::vector<Lens> lenses_of(const Args& args, Index column, const column::Extent& e, Index& note, Filling& out) {
  const auto link = static_cast<column::Link>(static_cast<int>(args[0]));
  const column::Bounds bounds = column::bounds_of(args[1], args[2], e, true);
  note = bounds.widened ? column::note(out, column::widened_note) : -1;
  column::require_bounds(link, bounds, "kriging", column);
  const auto lens = [&](column::Link of) { return column::lens_of(of, bounds, e.sd); };
  if (link != column::open || !bounds.above()) return {lens(link)};
  if (bounds.both()) return {lens(column::logit), lens(column::identity)};
  Lens between = lens(column::root);
  between.exponent = 0.75;
  return {lens(column::root), between, lens(column::identity)};
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
  const double q = holes.observed ? detail::normal_quantile(p)
                                  : detail::student_quantile(p, kriging::unseen_df);
  return model.lenses[static_cast<std::size_t>(holes.column)].limit(holes.center[spot.at] + q * holes.sd[spot.at], p < 0.5);
}

// The block as it is modelled: units in the order of their keys, so that it does not matter how they came, and values in
// units of a power of two near their spread, so that their size does not matter either.
struct Bench {
  Block block;
  Matrix auxiliaries;
  std::vector<Index> order;     // of the units
  std::vector<Index> columns;   // those that are modelled
  std::vector<double> unit;     // of each of them
  Index row(Index period, Index unit_at) const { return period * block.units + order[static_cast<std::size_t>(unit_at)]; }
};

Matrix in_order(const Matrix& rows, const std::vector<Index>& order) {
  Matrix out(rows.rows(), rows.cols());
  const auto units = static_cast<Index>(order.size());
  for (Index t = 0; t < rows.rows() / std::max<Index>(units, 1); ++t)
    for (Index u = 0; u < units; ++u) out.row(t * units + u) = rows.row(t * units + order[static_cast<std::size_t>(u)]);
  return out;
}

Bench bench_of(const Block& given) {
  Bench bench{given, {}, {}, {}, {}};
  for (Index u = 0; u < given.units; ++u) bench.order.push_back(u);
  const auto key = [&](Index u) { return given.keys[static_cast<std::size_t>(u)]; };
  std::stable_sort(bench.order.begin(), bench.order.end(), [&](Index a, Index b) { return key(a) < key(b); });
  bench.block.values = in_order(given.values, bench.order);
  for (Index u = 0; u < given.units; ++u) bench.block.keys[static_cast<std::size_t>(u)] = key(bench.order[static_cast<std::size_t>(u)]);
  const bool helped = given.args[0].has("auxiliaries");
  bench.auxiliaries = helped ? in_order(given.args[0].table("auxiliaries"), bench.order) : Matrix(given.values.rows(), 0);
  return bench;
}

Fill filled(const Model& model, const Bench& bench, const Holes& holes, Index at) {
  static const kriging::Nodes unseen(kriging::unseen_df);
  const kriging::Nodes& law = holes.observed ? kriging::Nodes::normal() : unseen;
  const auto j = static_cast<std::size_t>(holes.column);
  const Lens& lens = model.lenses[j];
  const double z = holes.center[at], sd = holes.sd[at];
  Fill fill{bench.row(holes.open[static_cast<std::size_t>(at)], holes.unit), bench.unit[j] * lens.mean(z, sd, law)};
  fill.sd = bench.unit[j] * lens.spread(z, sd, law);
  fill.column = bench.columns[j];
  fill.note = model.note[j];
  for (Index t = 0; t < bench.block.periods(); ++t)
    if (!std::isnan(bench.block.values(bench.block.row(t, holes.unit), holes.column))) {
      fill.first = fill.first < 0 ? t : fill.first;
      fill.last = t;
      ++fill.donors;
    }
  return fill;
}

// What is modelled, with the lenses of each; constants are filled at once.
std::vector<std::vector<Lens>> prepare(const Block& given, Bench& bench, std::vector<Index>& notes, Filling& out) {
  std::vector<std::vector<Lens>> lenses;
  for (Index j = 0; j < given.values.cols(); ++j) {
    const column::Extent e = column::extent(given.values.col(j));
    if (e.count == 0) throw DataError("nothing is observed, so there is nothing to learn from; leave the indicator out", {"impute", "kriging", "", -1, -1, static_cast<long>(j)});
    if (e.low == e.high) {
      column::fill_constant(given, j, e.low, 0, given.args[0][4], out);
      continue;
    }
    const double unit = std::exp2(std::floor(std::log2(std::max(e.high - e.low, 0x1p-1020))));
    bench.columns.push_back(j);
    bench.unit.push_back(unit);
    bench.block.values.col(j) /= unit;
    Args& args = bench.block.args[static_cast<std::size_t>(j)];
    args.numbers[1] /= unit, args.numbers[2] /= unit;
    notes.push_back(-1);
    lenses.push_back(lenses_of(args, j, column::extent(bench.block.values.col(j)), notes.back(), out));
  }
  bench.block.values = Matrix(bench.block.values(Eigen::all, bench.columns));
  return lenses;
}

Filling krige(const Block& given) {
  Filling out;
  auto bench = std::make_shared<Bench>(bench_of(given));
  std::vector<Index> notes;
  const auto lenses = prepare(given, *bench, notes, out);
  if (lenses.empty()) return out;
  const Args& args = given.args[0];
  if (args[6] != 0 && bench->auxiliaries.cols() == 0)
    throw SpecError("needs auxiliaries, which say how likely a unit is to report", {"impute", "kriging", "propensity"});
  auto model = std::make_shared<Model>(kriging::fit(bench->block, bench->auxiliaries, lenses, args[6] != 0));
  model->note = notes;
  out.notes.insert(out.notes.end(), model->remarks.begin(), model->remarks.end());
  const std::vector<Fill> fixed = out.fills;
  auto spots = std::make_shared<std::vector<Spot>>();
  for (std::size_t h = 0; h < model->holes.size(); ++h) {
    Holes& holes = model->holes[h];
    const auto column = static_cast<std::size_t>(bench->columns[static_cast<std::size_t>(holes.column)]);
    const double wider = holes.observed ? 1 : std::sqrt(kriging::unseen_df / (kriging::unseen_df - 2));
    holes.center += given.args[column][5] * wider * holes.sd;
    for (std::size_t k = 0; k < holes.open.size(); ++k) {
      if (!given.wanted[column][static_cast<std::size_t>(holes.open[k])]) continue;
      if (column::distance(bench->block.values.col(holes.column), given.times, given.units, given.row(holes.open[k], holes.unit)) > args[4]) continue;
      spots->push_back({h, static_cast<Index>(k)});
      out.fills.push_back(filled(*model, *bench, holes, static_cast<Index>(k)));
    }
  }
  if (spots->empty()) return out;
  bench->block.values.resize(0, 0);
  bench->auxiliaries.resize(0, 0);
  out.draw = [model, bench, spots, fixed](const Draw& number, double* values) {
    for (std::size_t k = 0; k < fixed.size(); ++k) values[k] = fixed[k].value;
    draw(*model, bench->block, *spots, number, values + fixed.size());
    for (std::size_t k = 0; k < spots->size(); ++k)
      values[fixed.size() + k] *= bench->unit[static_cast<std::size_t>(model->holes[(*spots)[k].holes].column)];
  };
  out.quantile = [model, bench, spots, fixed](std::size_t fill, double p) {
    if (fill < fixed.size()) return fixed[fill].value;
    const Spot& spot = (*spots)[fill - fixed.size()];
    return bench->unit[static_cast<std::size_t>(model->holes[spot.holes].column)] * quantile(*model, spot, p);
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
             max_gap_param(),
             {"delta", Kind::indicator, 0.0, -10, 10,
              "Not at random: what is not reported lies so many of its standard deviations above what is expected, on the model's scale."},
             {"propensity", Kind::flag, 0.0, 0, 1,
              "Not at random: units teach with weights inverse to how likely, by the auxiliaries, they are to report."}},
            needs_indicators},
           {}, krige}};
}

}  // namespace egov
