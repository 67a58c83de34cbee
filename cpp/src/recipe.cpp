// From prepared leaves up the tree to scores and ranks, and the whole flow in one function.
#include "egov/recipe.hpp"

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

void combine(Scores& scores, Index node, const std::vector<Index>& below, const Axes& axes, const Framework& framework, const Recipe& recipe) {
  const Handling& handling = recipe.nodes[static_cast<std::size_t>(node)];
  Matrix parts = side_by_side(scores.values, below);
  std::vector<char> moves;
  for (Index child : below)
    moves.push_back(shares_range(framework.nodes[static_cast<std::size_t>(child)], recipe.nodes[static_cast<std::size_t>(child)]));
  rescale_together(parts, axes.units, moves, recipe.rescale);
  for (std::size_t k = 0; k < below.size(); ++k) scores.values.col(below[k]) = parts.col(static_cast<Index>(k));
  const Vector weights = weigh(parts, given_weights(framework, below), handling.weight);
  for (std::size_t k = 0; k < below.size(); ++k) scores.weights[below[k]] = weights[static_cast<Index>(k)];
  scores.values.col(node) = aggregate(parts, weights, handling.aggregate, recipe.missing, axes.units);
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
void keep(Scores& scores, Index rows) {
  if (rows == scores.values.rows()) return;
  scores.values.conservativeResize(rows, Eigen::NoChange);
  scores.ranks.conservativeResize(rows, Eigen::NoChange);
  scores.excluded.resize(static_cast<std::size_t>(rows));
}

}  // namespace

void climb(Scores& scores, const Axes& axes, const Framework& framework, const Recipe& recipe) {
  const auto below = children(framework);
  scores.weights = Vector::Ones(scores.values.cols());
  for (Index node = scores.values.cols() - 1; node >= 0; --node) {
    const auto& parts = below[static_cast<std::size_t>(node)];
    if (parts.empty()) continue;
    try {
      combine(scores, node, parts, axes, framework, recipe);
    } catch (Error& error) {
      placed(error, node, parts, axes.units);
    }
  }
  scores.ranks = rank(scores.values, axes.units, recipe.rank, recipe.rank_digits);
}

Scores score(const Panel& panel, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods) {
  check(panel);
  children(framework);
  if (recipe.nodes.size() != framework.nodes.size()) throw SpecError("the recipe must handle every node of the framework", {"recipe", "", ""});
  const std::vector<Index> worked = worked_periods(panel, framework, recipe, periods);
  Flow flow(panel, framework, worked, periods.size(), recipe.order);
  for (Step step : recipe.order) flow.run(step, recipe);
  Scores scores = flow.finish(recipe);
  try {
    climb(scores, {panel.units, panel.times(worked)}, framework, recipe);
  } catch (Error& error) {
    if (error.place.period >= 0) error.place.period = static_cast<long>(worked[static_cast<std::size_t>(error.place.period)]);
    throw;
  }
  keep(scores, static_cast<Index>(periods.size()) * panel.units);
  return scores;
}

}  // namespace egov
