#include "impute/chained/setup.hpp"

#include <algorithm>
#include <utility>

#include "impute/chained/order.hpp"

namespace egov::chained {
namespace {

using column::Extent;

// The scale of the regressions for an indicator. Matching on the values as they are gives observed values, within the bounds or not.
Lens lens_of(const Args& args, const std::string& method, Index column, const Extent& e, int power, std::vector<std::string>& remarks) {
  const auto asked = static_cast<column::Link>(static_cast<int>(args[link]));
  const column::Bounds bounds = column::bounds_of(std::ldexp(args[lower], -power), std::ldexp(args[upper], -power), e, true);
  if (bounds.widened) remarks.emplace_back(column::widened_note);
  if (asked == column::identity && method == "pmm") return {};
  column::require_bounds(asked, bounds, method, column);
  return column::lens_of(asked, bounds, e.sd);
}

// Column on the scale of the regressions; false where all its values are equal there.
bool standardize(Eigen::Ref<Vector> x, Scale& scale) {
  for (double& v : x) v = scale.lens.to(std::ldexp(v, -scale.power));
  const Extent s = column::extent(x);
  if (s.sd > 0) scale.center = s.mean, scale.sd = s.sd;
  x = (x.array() - scale.center) / scale.sd;
  return s.sd > 0;
}

int power_of(const Extent& e) {
  int power = 0;
  std::frexp(e.largest(), &power);
  return power;
}

Rules rules_of(const Args& args, Step step, Index periods) {
  Rules rules;
  rules.step = step;
  rules.iterations = static_cast<Index>(args[iterations]);
  rules.lags = std::min(static_cast<Index>(args[lags]), periods - 1);
  rules.degree = std::min(static_cast<Index>(args[trend]), periods - 1);
  if (step == Step::matching) rules.donors = static_cast<Index>(args[donors]);
  return rules;
}

// An indicator that varies, on its scale.
void take(const Ordered& ordered, const std::string& method, Index j, const Extent& raw, Setup& setup) {
  const auto at = static_cast<std::size_t>(j);
  const auto given = ordered.block.values.col(j);
  Scale scale;
  scale.power = power_of(raw);
  setup.remarks.emplace_back();
  const Vector scaled = given.unaryExpr([&](double v) { return std::ldexp(v, -scale.power); });
  scale.lens = lens_of(ordered.block.args[at], method, ordered.columns[at], column::extent(scaled), scale.power, setup.remarks.back());
  auto to = setup.columns.values.col(static_cast<Index>(setup.modelled.size()));
  to = given;
  standardize(to, scale);
  setup.scales.push_back(scale);
  setup.modelled.push_back(ordered.columns[at]);
  setup.wanted.push_back(ordered.block.wanted[at]);
  setup.columns.codes.push_back(ordered.codes[at]);
  setup.columns.names.push_back(ordered.block.names[at]);
}

// The indicators: those that vary are modelled, the others filled at once.
void take_indicators(const Block& given, const Ordered& ordered, const std::string& method, Setup& setup) {
  setup.columns.values.resize(given.values.rows(), given.values.cols());
  for (Index j = 0; j < given.values.cols(); ++j) {
    const Extent raw = column::extent(ordered.block.values.col(j));
    const Index stood = ordered.columns[static_cast<std::size_t>(j)];
    if (raw.count == 0) throw DataError("nothing is observed, so there is nothing to learn from", {"impute", method, "", -1, -1, static_cast<long>(stood)});
    if (raw.low == raw.high) column::fill_constant(given, stood, raw.low, raw.count, given.args[0][max_gap], setup.filling);
    else take(ordered, method, j, raw, setup);
  }
  setup.columns.indicators = static_cast<Index>(setup.modelled.size());
}

// Auxiliaries that vary follow the indicators.
void take_auxiliaries(const Matrix& given, Setup& setup) {
  Index width = setup.columns.indicators;
  setup.columns.values.conservativeResize(Eigen::NoChange, width + given.cols());
  for (Index a = 0; a < given.cols(); ++a) {
    const Extent raw = column::extent(given.col(a));
    const std::string name = "auxiliary " + std::to_string(a + 1);
    Scale scale;
    scale.power = raw.count > 0 ? power_of(raw) : 0;
    auto to = setup.columns.values.col(width);
    to = given.col(a);
    if (raw.count > 0 && raw.low < raw.high && standardize(to, scale)) {
      ++width;
      setup.columns.codes.push_back(key_of(name));
      setup.columns.names.push_back(name);
    } else {
      column::note(setup.filling, name + (raw.count > 0 ? " is constant and helps nothing" : " has no value and helps nothing"));
    }
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

// In the order in which units and indicators came.
void find_spots(double most, Setup& setup) {
  const Columns& c = setup.columns;
  for (Index j = 0; j < c.indicators; ++j) {
    const auto& holes = c.holes[static_cast<std::size_t>(j)];
    const auto& wanted = setup.wanted[static_cast<std::size_t>(j)];
    for (std::size_t k = 0; k < holes.size(); ++k)
      if (wanted[static_cast<std::size_t>(holes[k] / c.units)] && !(column::distance(c.values.col(j), c.times, c.units, holes[k]) > most))
        setup.spots.push_back({j, static_cast<Index>(k)});
  }
  const auto stood = [&](const Spot& spot) {
    const auto at = static_cast<std::size_t>(spot.column);
    return std::make_pair(setup.modelled[at], setup.rows[static_cast<std::size_t>(c.holes[at][static_cast<std::size_t>(spot.hole)])]);
  };
  std::sort(setup.spots.begin(), setup.spots.end(), [&](const Spot& a, const Spot& b) { return stood(a) < stood(b); });
}

void find_lonely(Setup& setup) {
  setup.lonely.assign(static_cast<std::size_t>(setup.columns.units), 1);
  for (const auto& seen : setup.columns.seen)
    for (Index row : seen) setup.lonely[static_cast<std::size_t>(row % setup.columns.units)] = 0;
}

}  // namespace

Setup prepare(const Block& block, const std::string& method, Step step) {
  const Ordered ordered = in_order(block);
  Setup setup;
  take_indicators(block, ordered, method, setup);
  take_auxiliaries(ordered.auxiliaries, setup);
  setup.rules = rules_of(block.args[0], step, block.periods());
  Columns& columns = setup.columns;
  columns.units = block.units;
  columns.times = block.times;
  columns.keys = ordered.block.keys;
  for (Index row = 0; row < block.values.rows(); ++row) {
    setup.rows.push_back(ordered.row(row));
    const std::uint64_t key = columns.keys[static_cast<std::size_t>(row % block.units)];
    columns.tags.push_back(mixed(key << 32 | static_cast<std::uint64_t>(row / block.units)));
  }
  setup.values = block.values(setup.rows, setup.modelled);
  find_holes(columns);
  find_spots(block.args[0][max_gap], setup);
  find_lonely(setup);
  return setup;
}

}  // namespace egov::chained
