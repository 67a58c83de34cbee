#include "impute/chained/setup.hpp"

#include <algorithm>

namespace egov::chained {
namespace {

Lens lens_of(const Args& args, const std::string& method, Index column, const Spread& s, int power, std::string& note) {
  const auto asked = static_cast<LinkOption>(static_cast<int>(args[link]));
  if (asked == identity && method == "pmm") return {};
  const double low = std::ldexp(args[lower], -power), high = std::ldexp(args[upper], -power);
  if (s.low < low || s.high > high) note = "values outside the given bounds: the bounds were widened to what was observed";
  Lens lens;
  lens.lower = std::isnan(low) ? (s.low >= 0 ? 0 : -infinite) : std::min(low, s.low);
  lens.upper = std::isnan(high) ? infinite : std::max(high, s.high);
  const bool above = !std::isinf(lens.lower), both = above && !std::isinf(lens.upper);
  const auto refuse = [&](const char* why) { throw SpecError(why, {"impute", method, "link", -1, -1, static_cast<long>(column)}); };
  if (asked == logit && !both) refuse("a logit needs a lower and an upper bound");
  if (asked == root && !above) refuse("a square root needs a lower bound, as values below 0 are observed");
  lens.offset = Lens::offset_of(lens.lower, lens.upper, s.sd);
  if (asked == logit || (asked == automatic && both)) lens.what = Lens::logit;
  if (asked == root || (asked == automatic && above && !both)) lens.exponent = 0.5;
  return lens;
}

// Column on the scale of the regressions; false where all its values are equal there.
bool standardize(Eigen::Ref<Vector> x, Scale& scale) {
  for (double& v : x) v = scale.lens.to(std::ldexp(v, -scale.power));
  const Spread s = spread(x);
  if (s.sd > 0) scale.center = s.mean, scale.sd = s.sd;
  x = (x.array() - scale.center) / scale.sd;
  return s.sd > 0;
}

int power_of(const Spread& s) {
  int power = 0;
  std::frexp(std::max(std::abs(s.low), std::abs(s.high)), &power);
  return power;
}

Rules rules_of(const Args& args, Step step) {
  Rules rules;
  rules.step = step;
  rules.iterations = static_cast<Index>(args[iterations]);
  rules.lags = static_cast<Index>(args[lags]);
  rules.degree = static_cast<Index>(args[trend]);
  if (step == Step::matching) rules.donors = static_cast<Index>(args[donors]);
  return rules;
}

// Holes of a column that are wanted, constant throughout.
void fill_constant(const Block& block, Index column, const Spread& s, Setup& setup) {
  setup.notes.push_back("all observed values are equal");
  for (Index row = 0; row < block.values.rows(); ++row) {
    if (!std::isnan(block.values(row, column)) || !block.wanted[static_cast<std::size_t>(column)][static_cast<std::size_t>(row / block.units)]) continue;
    Fill fill{row, s.low, -1, -1, static_cast<Index>(s.count)};
    fill.column = column;
    fill.note = static_cast<Index>(setup.notes.size()) - 1;
    setup.fixed.push_back(fill);
  }
}

// The indicators that vary, on their scales.
void take_indicators(const Block& block, const std::string& method, Setup& setup) {
  setup.columns.values.resize(block.values.rows(), block.values.cols());
  for (Index j = 0; j < block.values.cols(); ++j) {
    const Spread raw = spread(block.values.col(j));
    if (raw.count == 0) throw DataError("nothing is observed, so there is nothing to learn from", {"impute", method, "", -1, -1, static_cast<long>(j)});
    if (raw.low == raw.high) {
      fill_constant(block, j, raw, setup);
      continue;
    }
    Scale scale;
    scale.power = power_of(raw);
    std::string note;
    const Vector scaled = block.values.col(j).unaryExpr([&](double v) { return std::ldexp(v, -scale.power); });
    scale.lens = lens_of(block.args[static_cast<std::size_t>(j)], method, j, spread(scaled), scale.power, note);
    auto to = setup.columns.values.col(static_cast<Index>(setup.modelled.size()));
    to = block.values.col(j);
    standardize(to, scale);
    setup.scales.push_back(scale);
    setup.modelled.push_back(j);
    setup.note_of.push_back(note.empty() ? -1 : static_cast<Index>(setup.notes.size()));
    if (!note.empty()) setup.notes.push_back(note);
  }
  setup.columns.indicators = static_cast<Index>(setup.modelled.size());
}

// Auxiliaries that vary follow the indicators.
void take_auxiliaries(const Args& args, Setup& setup) {
  Index width = setup.columns.indicators;
  const Matrix given = args.has("auxiliaries") ? args.table("auxiliaries") : Matrix(setup.columns.values.rows(), 0);
  setup.columns.values.conservativeResize(Eigen::NoChange, width + given.cols());
  for (Index a = 0; a < given.cols(); ++a) {
    const Spread raw = spread(given.col(a));
    Scale scale;
    scale.power = raw.count > 0 ? power_of(raw) : 0;
    auto to = setup.columns.values.col(width);
    to = given.col(a);
    if (raw.count > 0 && raw.low < raw.high && standardize(to, scale)) ++width;
    else setup.notes.push_back("auxiliary " + std::to_string(a + 1) + (raw.count > 0 ? " is constant and helps nothing" : " has no value and helps nothing"));
  }
  setup.columns.values.conservativeResize(Eigen::NoChange, width);
}

void find_holes(Columns& columns) {
  const Index width = columns.values.cols();
  for (Index j = 0; j < width; ++j) {
    std::vector<Index> seen, holes;
    for (Index row = 0; row < columns.values.rows(); ++row) (std::isnan(columns.values(row, j)) ? holes : seen).push_back(row);
    if (!holes.empty()) columns.order.push_back(j);
    std::stable_sort(seen.begin(), seen.end(), [&](Index a, Index b) { return columns.values(a, j) < columns.values(b, j); });
    columns.seen.push_back(std::move(seen));
    columns.holes.push_back(std::move(holes));
  }
  std::stable_sort(columns.order.begin(), columns.order.end(), [&](Index a, Index b) {
    return columns.holes[static_cast<std::size_t>(a)].size() < columns.holes[static_cast<std::size_t>(b)].size();
  });
}

// How far a period is from the nearest observation of its series; infinite without any.
double distance(const Columns& columns, Index column, Index row, const Vector& times) {
  double least = infinite;
  for (Index t = 0; t < times.size(); ++t)
    if (!std::isnan(columns.values(t * columns.units + row % columns.units, column)))
      least = std::min(least, std::abs(times[t] - times[row / columns.units]));
  return least;
}

void find_spots(const Block& block, Setup& setup) {
  for (Index j = 0; j < setup.columns.indicators; ++j) {
    const auto& holes = setup.columns.holes[static_cast<std::size_t>(j)];
    const auto& wanted = block.wanted[static_cast<std::size_t>(setup.modelled[static_cast<std::size_t>(j)])];
    for (std::size_t k = 0; k < holes.size(); ++k)
      if (wanted[static_cast<std::size_t>(holes[k] / block.units)] && !(distance(setup.columns, j, holes[k], block.times) > block.args[0][max_gap]))
        setup.spots.push_back({j, static_cast<Index>(k)});
  }
}

void find_lonely(Setup& setup) {
  setup.lonely.assign(static_cast<std::size_t>(setup.columns.units), 1);
  for (const auto& seen : setup.columns.seen)
    for (Index row : seen) setup.lonely[static_cast<std::size_t>(row % setup.columns.units)] = 0;
}

}  // namespace

Setup prepare(const Block& block, const std::string& method, Step step) {
  Setup setup;
  take_indicators(block, method, setup);
  take_auxiliaries(block.args[0], setup);
  setup.rules = rules_of(block.args[0], step);
  setup.columns.units = block.units;
  setup.columns.times = block.times;
  setup.columns.keys = block.keys;
  setup.values = block.values(Eigen::all, setup.modelled);
  find_holes(setup.columns);
  find_spots(block, setup);
  find_lonely(setup);
  return setup;
}

}  // namespace egov::chained
