// Compiling a recipe with alternatives: factors, cached leaves, checks before any draw.
#include "egov/plan.hpp"

#include <algorithm>
#include <cmath>

namespace egov {
namespace {

const char* const part_names[] = {"impute", "treat", "normalize", "aggregate"};

// The argument of that name; NaN where there is no such parameter.
double named(const Method& row, const Args& args, const std::string& name) {
  for (std::size_t k = 0; k < row.params.size(); ++k)
    if (row.params[k].name == name) return args[k];
  return missing_value;
}

// What is known of the sign of values before any draw.
enum Sign { any, not_negative, above_zero };

Sign of_lowest(double low) { return low > 0 ? above_zero : low == 0 ? not_negative : any; }

// Of what a normalization gives whatever its input; "none" leaves that to the input.
Sign sign_of(const Choice& choice, Sign input) {
  if (choice.rescaled()) return of_lowest(choice.rescale_low);
  if (choice.method == "none") return input;
  const NormalizeMethod& row = find("normalize", normalize_methods(), choice.method);
  if (row.traits & gives_range) {
    const Args args = arguments("normalize", row, choice);
    return named(row, args, "truncate") == 0 ? any : of_lowest(named(row, args, "low"));
  }
  return row.traits & (gives_signed | gives_unit) ? any : above_zero;
}

}  // namespace

Plan::Desk::Desk(const Plan& plan)
    : inner(plan.rows(), static_cast<Index>(plan.framework_.nodes.size())), column(plan.rows()),
      weights(plan.framework_.nodes.size()), levels(4), together(static_cast<std::size_t>(plan.periods())), ranks(static_cast<std::size_t>(plan.rows())), ranker(plan.units()) {
  for (const auto& edition : plan.editions_) editions.emplace_back(*edition);
}

Plan::Plan(const Panel& panel, const Framework& framework, const Recipe& recipe, const Alternatives& alternatives,
           const std::vector<Index>& periods, const Monitor& monitor)
    : framework_(framework), recipe_(recipe), alternatives_(alternatives), children_(children(framework)), units_(panel.units),
      scored_(periods) {
  if (recipe.rank.method != "competition")
    throw SpecError("draws count whole places and so are ranked by competition; score with any, but draw with rank = \"competition\"",
                    {"rank", recipe.rank.method, ""});
  width_ = {std::max<std::size_t>(alternatives.impute.size(), 1), std::max<std::size_t>(alternatives.treat.size(), 1),
            std::max<std::size_t>(alternatives.normalize.size(), 1), std::max<std::size_t>(alternatives.aggregate.size(), 1)};
  panel_ = std::make_shared<const Panel>(panel);
  tree_ = std::make_shared<const Framework>(framework);
  list_factors();
  require_raw_cells();
  const Scores nominal = score(panel, framework, recipe, periods, monitor);
  starts_ = {0};
  for (Index row = 0; row < nominal.values.rows(); ++row) {
    if (!std::isnan(nominal.values(row, 0))) kept_.push_back(row);
    if ((row + 1) % units_ == 0) starts_.push_back(static_cast<Index>(kept_.size()));
  }
  nominal_scores_.resize(rows());
  for (Index row = 0; row < rows(); ++row) {
    nominal_scores_[row] = nominal.values(kept_[static_cast<std::size_t>(row)], 0);
    nominal_ranks_.push_back(static_cast<int>(nominal.ranks(kept_[static_cast<std::size_t>(row)], 0)));
  }
  compile(monitor);
}

void Plan::list_factors() {
  const bool given[] = {!alternatives_.impute.empty(), !alternatives_.treat.empty(), !alternatives_.normalize.empty()};
  const Step steps[] = {Step::impute, Step::treat, Step::normalize};
  for (std::size_t part = 0; part < 3; ++part)
    if (given[part] && std::find(recipe_.order.begin(), recipe_.order.end(), steps[part]) == recipe_.order.end())
      throw SpecError("has alternatives, but the recipe does not run this step", {part_names[part], "", ""});
  for (std::size_t part = 0; part < 4; ++part) {
    coordinate_[part] = width_[part] > 1 ? static_cast<Index>(factors_.size()) : -1;
    if (width_[part] > 1) factors_.push_back({part_names[part], static_cast<Index>(width_[part]), -1});
  }
  reweight_ = std::make_shared<const Reweight>(framework_, alternatives_.weights, static_cast<Index>(factors_.size()));
  factors_.insert(factors_.end(), reweight_->factors().begin(), reweight_->factors().end());
}

Recipe Plan::with_levels(const std::vector<std::size_t>& levels) const {
  Recipe recipe = recipe_;
  recipe.errors = alternatives_.errors;
  if (!alternatives_.rescale.empty()) recipe.rescale = alternatives_.rescale[levels[normalize_part]];
  for (std::size_t i = 0; i < recipe.nodes.size(); ++i) {
    if (!alternatives_.impute.empty()) recipe.nodes[i].impute = alternatives_.impute[levels[impute_part]][i];
    if (!alternatives_.treat.empty()) recipe.nodes[i].treat = alternatives_.treat[levels[treat_part]][i];
    if (!alternatives_.normalize.empty()) recipe.nodes[i].normalize = alternatives_.normalize[levels[normalize_part]][i];
    if (!alternatives_.aggregate.empty()) recipe.nodes[i].aggregate = alternatives_.aggregate[levels[aggregate_part]][i];
  }
  return recipe;
}

void Plan::compile(const Monitor& monitor) {
  for (std::size_t level = 0; level < width_[aggregate_part]; ++level) {
    const Recipe recipe = with_levels({0, 0, 0, level});
    means_.emplace_back();
    for (const Handling& node : recipe.nodes) {
      const AggregateMethod& row = find("aggregate", aggregate_methods(), node.aggregate.method);
      Mean mean{node.aggregate, {}, static_cast<bool>(row.link)};
      if (mean.linked) mean.link = row.link(arguments("aggregate", row, node.aggregate));
      const Index parent = framework_.nodes[means_.back().size()].parent;
      if (parent >= 0) {
        const Choice& above = recipe.nodes[static_cast<std::size_t>(parent)].aggregate;
        mean.same_as_parent = above.method == node.aggregate.method && above.params == node.aggregate.params;
      }
      means_.back().push_back(std::move(mean));
    }
  }
  for (std::size_t level = 0; level < width_[normalize_part]; ++level) {
    const Recipe recipe = with_levels({0, 0, level, 0});
    ranges_.push_back(recipe.rescale);
    scales_.emplace_back();
    moves_.emplace_back();
    rescales_.emplace_back(recipe.nodes.size(), 0);
    for (std::size_t i = 0; i < recipe.nodes.size(); ++i) {
      const Node& node = framework_.nodes[i];
      scales_.back().emplace_back(recipe.nodes[i].normalize);
      if (!node.leaf() && recipe.nodes[i].normalize.over.what != Over::period)
        throw SpecError("draws normalize an aggregate within each period only", {"normalize", recipe.nodes[i].normalize.method, "over", -1, -1, -1, static_cast<long>(i)});
      if (!node.leaf() && scales_.back().back().names_unit() && rows() < static_cast<Index>(scored_.size()) * units_)
        throw SpecError("draws measure an aggregate by a unit only where every unit is scored", {"normalize", recipe.nodes[i].normalize.method, "unit", -1, -1, -1, static_cast<long>(i)});
      moves_.back().push_back(recipe.rescale.given() && shares_range(node, recipe.nodes[i]));
      if (moves_.back()[i] && !node.leaf() && node.parent >= 0) rescales_.back()[static_cast<std::size_t>(node.parent)] = 1;
    }
  }
  blocks_.resize(width_[impute_part] * width_[treat_part] * width_[normalize_part]);
  std::vector<Index> worked = scored_;
  for (std::size_t level = 0; level < std::max(width_[treat_part], width_[normalize_part]); ++level)
    worked = worked_periods(*panel_, framework_, with_levels({0, std::min(level, width_[treat_part] - 1), std::min(level, width_[normalize_part] - 1), 0}), worked);
  // Flows that are kept for draws hold the monitor too: it is let go when they are made.
  const auto asked = std::make_shared<const Monitor*>(monitor ? &monitor : nullptr);
  branch(Flow(*panel_, *tree_, worked, scored_.size(), recipe_.order, [asked](double done) { return !*asked || (**asked)(done); }), 0, {0, 0, 0, 0}, nullptr);
  *asked = nullptr;
  if (alternatives_.posterior && std::any_of(blocks_.begin(), blocks_.end(), [](const Block& block) { return block.posterior && block.posterior->stochastic(); })) {
    draw_at_ = static_cast<Index>(factors_.size());
    factors_.push_back({"imputation", 0, -1});
  }
  if (!alternatives_.errors) return;
  error_at_ = static_cast<Index>(factors_.size());
  factors_.push_back({"measurement", 0, -1});
}

// Errors move observed cells as the imputation leaves them, which nothing may have changed before.
void Plan::require_raw_cells() const {
  if (!alternatives_.errors) return;
  check(*alternatives_.errors, *panel_);
  for (Step step : recipe_.order) {
    if (step == Step::impute) return;
    if (step == Step::treat || step == Step::normalize) break;
  }
  throw SpecError("errors of measurement move values right after the imputation; let the recipe impute before it treats or normalizes",
                  {"uncertainty", "measurement", "values"});
}

// Runs the remaining steps; where a step has alternatives, once for each, from the same state before it.
void Plan::branch(const Flow& flow, std::size_t step, std::vector<std::size_t> levels, std::shared_ptr<const Flow> posterior) {
  if (step == recipe_.order.size()) {
    Block& block = blocks_[(levels[0] * width_[1] + levels[1]) * width_[2] + levels[2]];
    const Scores leaves = leaves_of(flow, block);
    for (std::size_t level = 0; level < width_[aggregate_part]; ++level) {
      levels[aggregate_part] = level;
      require_positive(block.plain, with_levels(levels));
    }
    for (std::size_t level = 0; level < width_[aggregate_part]; ++level) {
      levels[aggregate_part] = level;
      fill(block, leaves, levels, with_levels(levels));
    }
    if (posterior) keep_posterior(block, posterior, levels);
    return;
  }
  const Step now = recipe_.order[step];
  const bool varies = now == Step::impute || now == Step::treat || now == Step::normalize;
  const std::size_t part = now == Step::impute ? impute_part : now == Step::treat ? treat_part : normalize_part;
  const std::size_t alternatives = varies ? width_[part] : 1;
  for (std::size_t level = 0; level < alternatives; ++level) {
    if (varies) levels[part] = level;
    Flow next = flow;
    next.run(now, with_levels(levels));
    if (now == Step::impute) {
      const bool draws = (alternatives_.posterior && next.stochastic()) || alternatives_.errors;
      posterior = draws ? std::make_shared<const Flow>(next.kept_for_draws()) : nullptr;
    }
    branch(next, step + 1, levels, posterior);
  }
}

// The leaves at the end of a flow; the block gets those of the rows that are scored.
Scores Plan::leaves_of(Flow flow, Block& block) const {
  Scores leaves = flow.finish(recipe_);
  leaves.values.conservativeResize(static_cast<Index>(scored_.size()) * units_, Eigen::NoChange);
  if (!leaves.dropped.empty()) leaves.dropped.resize(scored_.size() * framework_.nodes.size());
  block.dropped = leaves.dropped;
  block.plain.resize(rows(), leaves.values.cols());
  for (Index row = 0; row < rows(); ++row) block.plain.row(row) = leaves.values.row(kept_[static_cast<std::size_t>(row)]);
  for (std::size_t i = 0; i < framework_.nodes.size(); ++i)
    block.holes = block.holes || (framework_.nodes[i].leaf() && block.plain.col(static_cast<Index>(i)).hasNaN());
  return leaves;
}

// What a block holds for one aggregate alternative, which is the next one.
void Plan::fill(Block& block, const Scores& leaves, const std::vector<std::size_t>& levels, const Recipe& recipe) const {
  Scores climbed = leaves;
  climb_once(climbed, recipe);
  block.weights.push_back(climbed.weights);
  if (block.weights.size() == 1) rescale_leaves(block, climbed, levels[normalize_part]);
  add_links(block, levels[aggregate_part]);
  block.carried.push_back(carries(climbed.values, levels[aggregate_part]));
}

// The recipes of what follows the imputation; what it did itself is not needed any more.
void Plan::keep_posterior(Block& block, const std::shared_ptr<const Flow>& posterior, std::vector<std::size_t> levels) const {
  block.posterior = posterior;
  for (std::size_t level = 0; level < width_[aggregate_part]; ++level) {
    levels[aggregate_part] = level;
    auto recipe = std::make_shared<Recipe>(with_levels(levels));
    for (Handling& node : recipe->nodes) node.impute.clear();
    block.from_there.push_back(recipe);
  }
}

// Siblings that are all indicators share one map in every draw: the one that the climb has found.
void Plan::rescale_leaves(Block& block, const Scores& climbed, std::size_t level) const {
  for (std::size_t i = 1; i < framework_.nodes.size(); ++i) {
    const Node& node = framework_.nodes[i];
    if (!node.leaf() || !moves_[level][i] || rescales_[level][static_cast<std::size_t>(node.parent)]) continue;
    for (Index row = 0; row < rows(); ++row)
      block.plain(row, static_cast<Index>(i)) = climbed.values(kept_[static_cast<std::size_t>(row)], static_cast<Index>(i));
  }
}

void Plan::climb_once(Scores& leaves, const Recipe& recipe) const {
  try {
    climb(leaves, {units_, Vector::Zero(static_cast<Index>(scored_.size()))}, framework_, recipe);
    require_same_rows(leaves);
    require_no_bystanders(leaves, recipe);
  } catch (Error& error) {
    if (error.place.period >= 0) error.place.period = static_cast<long>(scored_[static_cast<std::size_t>(error.place.period)]);
    throw;
  }
}

// Draws rank the unit-periods of the nominal result, so every alternative must score those and no other.
void Plan::require_same_rows(const Scores& scores) const {
  for (Index row = 0, next = 0; row < scores.values.rows(); ++row) {
    const bool kept = next < rows() && kept_[static_cast<std::size_t>(next)] == row;
    next += kept;
    if (std::isnan(scores.values(row, 0)) != kept) continue;
    Place place{"uncertainty", "", "impute"};
    place.unit = static_cast<long>(row % units_);
    place.period = static_cast<long>(row / units_);
    throw DataError("scored under some alternatives and not under others, for want of data; give alternatives that fill the same cells", place);
  }
}

void Plan::add_links(Block& block, std::size_t level) const {
  Matrix through = block.plain;
  bool identity = true;
  for (std::size_t i = 1; i < framework_.nodes.size(); ++i) {
    const Mean& mean = means_[level][static_cast<std::size_t>(framework_.nodes[i].parent)];
    if (!framework_.nodes[i].leaf() || !mean.link.forward) continue;
    mean.link.forward(through.col(static_cast<Index>(i)));
    identity = false;
  }
  block.linked.push_back(identity ? Matrix() : std::move(through));
}

// A geometric mean needs positive children: leaves by their values, inner nodes by what their normalization can give.
void Plan::require_positive(const Matrix& leaves, const Recipe& recipe) const {
  std::vector<Sign> signs(framework_.nodes.size(), above_zero);
  auto mapped = [&](std::size_t i) { return i > 0 && recipe.rescale.given() && shares_range(framework_.nodes[i], recipe.nodes[i]); };
  for (std::size_t i = framework_.nodes.size(); i-- > 0;) {
    const Node& node = framework_.nodes[i];
    const Handling& handling = recipe.nodes[i];
    if (node.leaf()) {
      double lowest = infinite;
      for (double x : leaves.col(static_cast<Index>(i))) lowest = x < lowest ? x : lowest;
      signs[i] = mapped(i) ? of_lowest(recipe.rescale.low) : of_lowest(lowest);
      continue;
    }
    const AggregateMethod& row = find("aggregate", aggregate_methods(), handling.aggregate.method);
    const unsigned traits = traits_of(i, row, handling.aggregate);
    const Sign needed = traits & needs_positive ? above_zero : traits & needs_nonnegative ? not_negative : any;
    const auto lowest = *std::min_element(children_[i].begin(), children_[i].end(), [&](Index a, Index b) {
      return signs[static_cast<std::size_t>(a)] < signs[static_cast<std::size_t>(b)];
    });
    const Sign below = signs[static_cast<std::size_t>(lowest)];
    if (below < needed) {
      const Handling& child = recipe.nodes[static_cast<std::size_t>(lowest)];
      const Choice& scale = child.normalize;
      const bool mean = scale.method == "none" && !framework_.nodes[static_cast<std::size_t>(lowest)].leaf();
      throw SpecError(std::string("needs values ") + (needed == above_zero ? "above 0" : "of at least 0") + ", but " + (mean ? child.aggregate.method : scale.method) +
                          (scale.rescaled() ? " as rescaled" : "") + (needed == above_zero ? " may give 0 or less" : " may give less") +
                          "; rescale the normalization to a positive range, e.g. rescale=(1, 100)",
                      {"aggregate", row.name, "", -1, -1, -1, static_cast<long>(lowest)});
    }
    signs[i] = mapped(i) ? of_lowest(recipe.rescale.low) : sign_of(handling.normalize, traits & (keeps_range | keeps_sign) ? below : any);
  }
}

// Those of a method with its arguments at a node.
unsigned Plan::traits_of(std::size_t node, const AggregateMethod& row, const Choice& choice) const try {
  return traits_at(row, arguments("aggregate", row, choice), static_cast<Index>(children_[node].size()));
} catch (Error& error) {
  error.place.node = static_cast<long>(node);
  throw;
}

// Units that have a child of some node and no score count among the others there in score(), and not in draws, which
// keep the scored ones only.
void Plan::require_no_bystanders(const Scores& nominal, const Recipe& recipe) const {
  for (std::size_t i = 0; i < framework_.nodes.size(); ++i) {
    if (framework_.nodes[i].leaf()) continue;
    const Choice& choice = recipe.nodes[i].aggregate;
    if (!(find("aggregate", aggregate_methods(), choice.method).traits & needs_others)) continue;
    for (Index row = 0; row < nominal.values.rows(); ++row)
      for (Index child : children_[i])
        if (std::isnan(nominal.values(row, 0)) && !std::isnan(nominal.values(row, child))) {
          Place place{"aggregate", choice.method, ""};
          place.node = static_cast<long>(i), place.unit = static_cast<long>(row % units_);
          place.period = static_cast<long>(scored_[static_cast<std::size_t>(row / units_)]);
          throw DataError("compares units with one that has children here and no score; take it out of the panel, or impute it", place);
        }
  }
}

// Can the links of a level carry these values: nothing beyond the range of numbers, nothing lost below it?
bool Plan::carries(const Matrix& values, std::size_t level) const {
  for (std::size_t i = 1; i < framework_.nodes.size(); ++i) {
    const Mean& mean = means_[level][static_cast<std::size_t>(framework_.nodes[i].parent)];
    if (!mean.link.forward) continue;
    Vector through = values.col(static_cast<Index>(i));
    mean.link.forward(through);
    for (Index row = 0; row < through.size(); ++row) {
      const double size = std::abs(through[row]);
      const bool extreme = !(size < 1e290) || (size < 1e-290 && mean.choice.method != "geometric");
      if (extreme && values(row, static_cast<Index>(i)) != 0 && !std::isnan(values(row, static_cast<Index>(i)))) return false;
    }
  }
  return true;
}

}  // namespace egov
