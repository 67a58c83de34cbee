#include "egov/bound.hpp"

#include <algorithm>
#include <cmath>

namespace egov {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& stage, const std::string& method, std::size_t node) {
  throw SpecError("has no bounds for missing values: " + what + "; choose another method, or let missing children drop out with their weight",
                  {stage, method, "missing", -1, -1, -1, static_cast<long>(node)});
}

void require_rising(const Framework& framework, const Recipe& recipe) {
  if (recipe.rank.method != "competition") throw SpecError("bounds are of competition ranks", {"rank", recipe.rank.method, ""});
  for (std::size_t i = 0; i < framework.nodes.size(); ++i) {
    const Handling& node = recipe.nodes[i];
    if (framework.nodes[i].leaf()) continue;
    const AggregateMethod& mean = find("aggregate", aggregate_methods(), node.aggregate.method);
    if (mean.together || !(mean.link || (mean.traits & rises)))
      refuse(mean.together ? "units are compared with one another" : "it may fall where a child rises", "aggregate", mean.name, i);
    const NormalizeMethod& scale = find("normalize", normalize_methods(), node.normalize.method);
    if (scale.fit || node.normalize.rescaled()) refuse("the scale of the aggregate depends on the other units", "normalize", scale.name, i);
    if (i > 0 && recipe.rescale.given() && shares_range(framework.nodes[i], node))
      refuse("the range to which the aggregate is brought depends on the other units", "normalize", scale.name, i);
  }
}

// What the normalization gives whatever the data; NaN where that is open.
Range declared(const Choice& choice) {
  if (choice.rescaled()) return {choice.rescale_low, choice.rescale_high};
  const NormalizeMethod& row = find("normalize", normalize_methods(), choice.method);
  const Args args = arguments("normalize", row, choice);
  Range range;
  for (std::size_t k = 0; k < row.params.size(); ++k) {
    const std::string& name = row.params[k].name;
    if (name == "truncate" && args[k] == 0) return {};
    if (name == "low") range.low = args[k];
    if (name == "high") range.high = args[k];
  }
  if (row.traits & gives_range) return std::isnan(range.high) ? Range{} : range;
  return row.traits & gives_unit ? Range{0, 1} : Range{};
}

// The ends for a missing leaf in one period: what is declared, widened to what is observed in the rows of its scale.
Range ends(const Matrix& leaves, std::size_t i, Index period, Index units, const Node& node, const Handling& handling, const Range& together) {
  const Choice& choice = handling.normalize;
  const bool shared = together.given() && shares_range(node, handling);  // its period's values lie within that range
  const Range fixed = shared ? together : declared(choice);
  const bool whole = !shared && (choice.over.what == Over::panel || choice.over.what == Over::base);
  Together seen;
  seen.see(leaves.col(static_cast<Index>(i)).segment(whole ? 0 : period * units, whole ? leaves.rows() : units));
  if (fixed.given()) seen.low = std::min(seen.low, fixed.low), seen.high = std::max(seen.high, fixed.high);
  if (seen.low > seen.high)
    throw DataError("no value is observed, so that nothing bounds the missing ones",
                    {"normalize", choice.method, "missing", -1, static_cast<long>(period), -1, static_cast<long>(i)});
  return {seen.low, seen.high};
}

// Leaves with their holes at the ends, and which rows had any.
struct Filled {
  Scores low, high;
  std::vector<char> open;
};

Filled fill(const Scores& nominal, const Framework& framework, const Recipe& recipe, Index units) {
  Filled f{nominal, nominal, std::vector<char>(static_cast<std::size_t>(nominal.values.rows()), 0)};
  const Index periods = nominal.values.rows() / std::max<Index>(units, 1);
  for (std::size_t i = 0; i < framework.nodes.size(); ++i)
    for (Index period = 0; period < periods && framework.nodes[i].leaf(); ++period) {
      if (nominal.drops(period, i)) continue;
      Range range;
      for (Index row = period * units; row < (period + 1) * units; ++row) {
        const auto node = static_cast<Index>(i);
        if (!std::isnan(nominal.values(row, node)) || std::isnan(nominal.values(row, 0))) continue;
        if (!range.given()) range = ends(nominal.values, i, period, units, framework.nodes[i], recipe.nodes[i], recipe.rescale);
        f.low.values(row, node) = range.low;
        f.high.values(row, node) = range.high;
        f.open[static_cast<std::size_t>(row)] = 1;
      }
    }
  return f;
}

// 1 + how many others are ahead, for each unit of one period.
void place(const Vector& low, const Vector& high, int digits, Eigen::Ref<Vector> best, Eigen::Ref<Vector> worst) {
  std::vector<double> lows, highs;
  double largest = 1;
  for (Index u = 0; u < low.size(); ++u) {
    if (std::isnan(low[u])) continue;
    lows.push_back(rounded(low[u], digits)), highs.push_back(rounded(high[u], digits));
    largest = std::max({largest, std::abs(lows.back()), std::abs(highs.back())});
  }
  std::sort(lows.begin(), lows.end());
  std::sort(highs.begin(), highs.end());
  const double tie = tie_tolerance * largest;
  const auto ahead = [&](const std::vector<double>& of, double score) { return static_cast<double>(of.end() - std::upper_bound(of.begin(), of.end(), score + tie)); };
  for (Index u = 0; u < low.size(); ++u) {
    if (std::isnan(low[u])) continue;
    const double lowest = rounded(low[u], digits), highest = rounded(high[u], digits);
    best[u] = 1 + ahead(lows, highest);
    worst[u] = 1 + ahead(highs, lowest) - (highest > lowest + tie);
  }
}

}  // namespace

Bounds bounds(const Panel& panel, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods) {
  require_rising(framework, recipe);
  Recipe dropping = recipe;
  dropping.missing.what = Missing::drop_weight;
  const std::vector<Index> worked = worked_periods(panel, framework, recipe, periods);  // whatever shares a scale
  const Scores nominal = score_with_reference(panel, framework, dropping, periods);
  const Index rows = static_cast<Index>(periods.size()) * panel.units;
  Filled filled = fill(nominal, framework, dropping, panel.units);
  Framework held = framework;
  for (std::size_t i = 0; i < held.nodes.size(); ++i) held.nodes[i].weight = nominal.weights[static_cast<Index>(i)];
  dropping.rescale = {};
  for (Handling& node : dropping.nodes) node.weight = {"given"};
  for (Scores* end : {&filled.low, &filled.high}) climb(*end, {panel.units, panel.times(worked)}, held, dropping, rows);
  Bounds b{filled.low.values.col(0).head(rows), filled.high.values.col(0).head(rows), {}, {}};
  for (Index row = 0; row < b.low.size(); ++row)
    if (!filled.open[static_cast<std::size_t>(row)]) b.low[row] = b.high[row] = nominal.values(row, 0);
  b.best_rank = b.worst_rank = Vector::Constant(b.low.size(), missing_value);
  for (Index first = 0; first < b.low.size(); first += panel.units)
    place(b.low.segment(first, panel.units), b.high.segment(first, panel.units), recipe.rank_digits, b.best_rank.segment(first, panel.units),
          b.worst_rank.segment(first, panel.units));
  return b;
}

}  // namespace egov
