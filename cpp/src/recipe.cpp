// From prepared leaves up the tree to scores and ranks, and the whole flow in one function.
#include "egov/recipe.hpp"

#include <algorithm>
#include <cmath>

namespace egov {
namespace {

// The children of a node side by side.
Matrix side_by_side(const Matrix& values, const std::vector<Index>& columns) {
  Matrix out(values.rows(), static_cast<Index>(columns.size()));
  for (std::size_t k = 0; k < columns.size(); ++k) out.col(static_cast<Index>(k)) = values.col(columns[k]);
  return out;
}

Vector given_weights(const Framework& framework, const std::vector<Index>& nodes) {
  Vector given(static_cast<Index>(nodes.size()));
  for (std::size_t k = 0; k < nodes.size(); ++k) given[static_cast<Index>(k)] = framework.nodes[static_cast<std::size_t>(nodes[k])].weight;
  return given;
}

// Is the child screened out in every period?
bool always_dropped(const Scores& scores, Index child, Index periods) {
  for (Index period = 0; period < periods; ++period)
    if (!scores.drops(period, static_cast<std::size_t>(child))) return false;
  return periods > 0;
}

// Weights of the children; 0 for those that are in no period's index, whatever the method. Given ones if all are such.
Vector weigh_kept(const Scores& scores, const Matrix& parts, const Vector& given, const std::vector<Index>& below, Index units, const Choice& choice) {
  std::vector<Index> kept;
  for (std::size_t k = 0; k < below.size(); ++k)
    if (!always_dropped(scores, below[k], parts.rows() / std::max<Index>(units, 1))) kept.push_back(static_cast<Index>(k));
  if (kept.size() == below.size()) return weigh(parts, given, choice);
  if (kept.empty()) return weigh(parts, given, {"given"});
  Vector weights = Vector::Zero(given.size());
  weights(kept) = weigh(parts(Eigen::all, kept), given(kept), choice);
  return weights;
}

Vector together(const Scores& scores, const Matrix& parts, const Vector& weights, const std::vector<Index>& below, Index units,
                const Choice& choice, const MissingRule& missing) {
  if (scores.dropped.empty()) return aggregate(parts, weights, choice, missing, units);
  Vector out(parts.rows());
  for (Index first = 0; first < parts.rows(); first += units) try {
      std::vector<char> dropped;
      for (Index child : below) dropped.push_back(scores.drops(first / units, static_cast<std::size_t>(child)));
      out.segment(first, units) = aggregate_kept(parts.middleRows(first, units), weights, dropped, choice, missing);
    } catch (Error& error) {
      if (error.place.unit >= 0) error.place.unit += static_cast<long>(first);
      throw;
    }
  return out;
}

void combine(Scores& scores, Index node, const std::vector<Index>& below, const Axes& axes, const Framework& framework, const Recipe& recipe,
             Index asked) {
  const Handling& handling = recipe.nodes[static_cast<std::size_t>(node)];
  Matrix parts = side_by_side(scores.values, below);
  std::vector<char> moves;
  for (Index child : below)
    moves.push_back(shares_range(framework.nodes[static_cast<std::size_t>(child)], recipe.nodes[static_cast<std::size_t>(child)]));
  rescale_together(parts, axes.units, moves, recipe.rescale);
  for (std::size_t k = 0; k < below.size(); ++k) scores.values.col(below[k]) = parts.col(static_cast<Index>(k));
  const Vector weights = weigh_kept(scores, parts.topRows(asked), given_weights(framework, below), below, axes.units, handling.weight);
  for (std::size_t k = 0; k < below.size(); ++k) scores.weights[below[k]] = weights[static_cast<Index>(k)];
  scores.values.col(node) = together(scores, parts, weights, below, axes.units, handling.aggregate, recipe.missing);
  const Normalizer scale(handling.normalize);
  if (!scale.leaves_alone()) scale.of_aggregate(scores.values.col(node), axes);
}

// Turns the row and column of an aggregation's error into unit, period and child.
[[noreturn]] void placed(Error& error, Index node, const std::vector<Index>& below, Index units) {
  if (error.place.indicator >= 0) error.place.node = static_cast<long>(below[static_cast<std::size_t>(error.place.indicator)]);
  else error.place.node = static_cast<long>(node);
  error.place.indicator = -1;
  if (error.place.unit >= 0) error.place.period = error.place.unit / static_cast<long>(units), error.place.unit %= static_cast<long>(units);
  throw;
}

// The rows of the periods that were asked for.
void keep(Scores& scores, Index rows, Index units) {
  if (rows == scores.values.rows()) return;
  scores.values.conservativeResize(rows, Eigen::NoChange);
  scores.ranks.conservativeResize(rows, Eigen::NoChange);
  scores.excluded.resize(static_cast<std::size_t>(rows));
  if (!scores.dropped.empty()) scores.dropped.resize(static_cast<std::size_t>(rows / units * scores.values.cols()));
}

}  // namespace

Vector aggregate_kept(const Matrix& children, const Vector& weights, const std::vector<char>& dropped, const Choice& choice,
                      const MissingRule& missing) {
  std::vector<Index> kept;
  for (std::size_t k = 0; k < dropped.size(); ++k)
    if (!dropped[k]) kept.push_back(static_cast<Index>(k));
  if (kept.size() == dropped.size()) return aggregate(children, weights, choice, missing);
  if (kept.empty()) return Vector::Constant(children.rows(), missing_value);
  const Vector shares = weights(kept);
  if (!(shares.sum() > 0)) throw DataError("the indicators that screening leaves have no weight", {"aggregate", choice.method, ""});
  try {
    return aggregate(children(Eigen::all, kept), shares, choice, missing);
  } catch (Error& error) {
    if (error.place.indicator >= 0) error.place.indicator = static_cast<long>(kept[static_cast<std::size_t>(error.place.indicator)]);
    throw;
  }
}

void climb(Scores& scores, const Axes& axes, const Framework& framework, const Recipe& recipe, Index asked) {
  if (asked < 0) asked = scores.values.rows();
  const auto below = children(framework);
  scores.weights = Vector::Ones(scores.values.cols());
  for (Index node = scores.values.cols() - 1; node >= 0; --node) {
    const auto& parts = below[static_cast<std::size_t>(node)];
    if (parts.empty()) continue;
    try {
      combine(scores, node, parts, axes, framework, recipe, asked);
    } catch (Error& error) {
      placed(error, node, parts, axes.units);
    }
  }
  scores.ranks = rank(scores.values, axes.units, recipe.rank, recipe.rank_digits);
}

namespace {

// `spent`: the panel itself, where its values may go once the flow has copied them; denominators are looked up later.
Scores run_flow(const Panel& panel, Panel* spent, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods) {
  check(panel);
  children(framework);
  if (recipe.nodes.size() != framework.nodes.size()) throw SpecError("the recipe must handle every node of the framework", {"recipe", "", ""});
  const std::vector<Index> worked = worked_periods(panel, framework, recipe, periods);
  Flow flow(panel, framework, worked, periods.size(), recipe.order);
  const bool divides = std::any_of(framework.nodes.begin(), framework.nodes.end(), [](const Node& node) { return node.denominator >= 0; });
  if (spent && !divides) spent->values.resize(0, 0);
  for (Step step : recipe.order) flow.run(step, recipe);
  Scores scores = flow.finish(recipe);
  const Index asked = static_cast<Index>(periods.size()) * panel.units;
  try {
    climb(scores, {panel.units, panel.times(worked)}, framework, recipe, asked);
  } catch (Error& error) {
    if (error.place.period >= 0) error.place.period = static_cast<long>(worked[static_cast<std::size_t>(error.place.period)]);
    throw;
  }
  keep(scores, asked, panel.units);
  return scores;
}

}  // namespace

Scores score(const Panel& panel, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods) {
  return run_flow(panel, nullptr, framework, recipe, periods);
}

Scores score(Panel&& panel, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods) {
  Panel own = std::move(panel);
  return run_flow(own, &own, framework, recipe, periods);
}

}  // namespace egov
