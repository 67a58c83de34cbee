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

// Which of the worked periods each node is computed in: those asked for, and others only where the scale of an aggregate, its
// own or of one above it, is taken from them. Node by node, the asked periods first.
using Computed = std::vector<std::vector<char>>;

void add_reference(std::vector<char>& computed, const Normalizer& scale, const Axes& axes) {
  if (!scale.takes_reference()) return;
  const Index base = scale.over().what == Over::base ? position(axes.times, scale.over().base_time) : -1;
  for (std::size_t t = 0; t < computed.size(); ++t)
    if (scale.over().what == Over::panel || static_cast<Index>(t) == base) computed[t] = 1;
}

// Runs work(first row, rows) over the periods asked for, then over each other one that the node is computed in. An error on its
// way out learns the stretch.
template <class Work>
void each_computed(const std::vector<char>& computed, Index asked, Index units, const Work& work) {
  const auto shift = [&](Error& error, Index first) {
    if (error.place.period >= 0) error.place.period += static_cast<long>(first / units);
    else if (error.place.unit >= 0) error.place.unit += static_cast<long>(first);
  };
  work(Index{0}, asked);
  for (Index first = asked; first < static_cast<Index>(computed.size()) * units; first += units) try {
      if (computed[static_cast<std::size_t>(first / units)]) work(first, units);
    } catch (DataError& error) {
      DataError told(std::string(error.what()) + "; this period was not asked for, but the scale of an aggregate is taken from it", error.place);
      shift(told, first);
      throw told;
    } catch (Error& error) {
      shift(error, first);
      throw;
    }
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

// The aggregates of the rows, which start with that of period `start`.
Vector together(const Scores& scores, const Matrix& parts, Index start, const Vector& weights, const std::vector<Index>& below, Index units,
                const Choice& choice, const MissingRule& missing) {
  if (scores.dropped.empty()) return aggregate(parts, weights, choice, missing, units);
  Vector out(parts.rows());
  for (Index first = 0; first < parts.rows(); first += units) try {
      std::vector<char> dropped;
      for (Index child : below) dropped.push_back(scores.drops(start + first / units, static_cast<std::size_t>(child)));
      out.segment(first, units) = aggregate_kept(parts.middleRows(first, units), weights, dropped, choice, missing);
    } catch (Error& error) {
      if (error.place.unit >= 0) error.place.unit += static_cast<long>(first);
      throw;
    }
  return out;
}

// A scale that looks beyond a period sees the whole column, where rows that are not computed are missing.
void scale_aggregate(Column values, const Normalizer& scale, const std::vector<char>& computed, const Axes& axes, Index asked) {
  if (scale.leaves_alone()) return;
  if (scale.over().what == Over::panel || scale.over().what == Over::base) return scale.of_aggregate(values, axes);
  each_computed(computed, asked, axes.units, [&](Index first, Index rows) {
    scale.of_aggregate(values.segment(first, rows), {axes.units, axes.times.segment(first / axes.units, rows / axes.units)});
  });
}

void combine(Scores& scores, Index node, const std::vector<Index>& below, const Axes& axes, const Framework& framework, const Recipe& recipe,
             const std::vector<char>& computed, Index asked) {
  const Handling& handling = recipe.nodes[static_cast<std::size_t>(node)];
  Matrix parts = side_by_side(scores.values, below);
  std::vector<char> moves;
  for (Index child : below)
    moves.push_back(shares_range(framework.nodes[static_cast<std::size_t>(child)], recipe.nodes[static_cast<std::size_t>(child)]));
  const Index units = axes.units;
  each_computed(computed, asked, units, [&](Index first, Index rows) { rescale_together(parts.middleRows(first, rows), units, moves, recipe.rescale); });
  for (std::size_t k = 0; k < below.size(); ++k) scores.values.col(below[k]) = parts.col(static_cast<Index>(k));
  const Vector weights = weigh_kept(scores, parts.topRows(asked), given_weights(framework, below), below, units, handling.weight);
  for (std::size_t k = 0; k < below.size(); ++k) scores.weights[below[k]] = weights[static_cast<Index>(k)];
  scores.values.col(node).setConstant(missing_value);
  const auto mean = [&](const Matrix& children, Index start) {
    return together(scores, children, start, weights, below, units, handling.aggregate, recipe.missing);
  };
  each_computed(computed, asked, units, [&](Index first, Index rows) {  // all of them without a copy
    scores.values.col(node).segment(first, rows) = rows == parts.rows() ? mean(parts, 0) : mean(parts.middleRows(first, rows), first / units);
  });
  scale_aggregate(scores.values.col(node), Normalizer(handling.normalize), computed, axes, asked);
}

// Turns the row and column of an aggregation's error into unit, period and child.
[[noreturn]] void placed(Error& error, Index node, const std::vector<Index>& below, Index units) {
  if (error.place.indicator >= 0) error.place.node = static_cast<long>(below[static_cast<std::size_t>(error.place.indicator)]);
  else error.place.node = static_cast<long>(node);
  error.place.indicator = -1;
  if (error.place.unit >= 0 && error.place.period < 0) error.place.period = error.place.unit / static_cast<long>(units), error.place.unit %= static_cast<long>(units);
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
  const auto each_inner = [&](Index node, const auto& work) {
    const auto& parts = below[static_cast<std::size_t>(node)];
    if (!parts.empty()) try {
        work(static_cast<std::size_t>(node), parts);
      } catch (Error& error) {
        placed(error, node, parts, axes.units);
      }
  };
  Computed computed(below.size(), std::vector<char>(static_cast<std::size_t>(axes.times.size()), 0));
  std::fill_n(computed[0].begin(), asked / std::max<Index>(axes.units, 1), char{1});
  for (Index node = 0; node < scores.values.cols(); ++node)
    each_inner(node, [&](std::size_t i, const auto&) {
      if (i > 0) computed[i] = computed[static_cast<std::size_t>(framework.nodes[i].parent)];
      add_reference(computed[i], Normalizer(recipe.nodes[i].normalize), axes);
    });
  for (Index node = scores.values.cols() - 1; node >= 0; --node)
    each_inner(node, [&](std::size_t i, const auto& parts) { combine(scores, node, parts, axes, framework, recipe, computed[i], asked); });
  scores.ranks = rank(scores.values, axes.units, recipe.rank, recipe.rank_digits);
}

namespace {

// `spent`: the panel itself, where its values may go once the flow has copied them; denominators are looked up later.
Scores run_flow(const Panel& panel, Panel* spent, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods, const Monitor& monitor = {}) {
  check(panel);
  children(framework);
  if (recipe.nodes.size() != framework.nodes.size()) throw SpecError("the recipe must handle every node of the framework", {"recipe", "", ""});
  const std::vector<Index> worked = worked_periods(panel, framework, recipe, periods);
  Flow flow(panel, framework, worked, periods.size(), recipe.order, monitor);
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
  return scores;
}

Scores asked_only(Scores scores, const Panel& panel, const std::vector<Index>& periods) {
  keep(scores, static_cast<Index>(periods.size()) * panel.units, panel.units);
  return scores;
}

}  // namespace

Scores score(const Panel& panel, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods, const Monitor& monitor) {
  return asked_only(run_flow(panel, nullptr, framework, recipe, periods, monitor), panel, periods);
}

Scores score_with_reference(const Panel& panel, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods) {
  return run_flow(panel, nullptr, framework, recipe, periods);
}

Scores score(Panel&& panel, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods, const Monitor& monitor) {
  Panel own = std::move(panel);
  return asked_only(run_flow(own, &own, framework, recipe, periods, monitor), own, periods);
}

}  // namespace egov
