// One draw of a plan: pick cached leaves, perturb weights, aggregate up the tree, rank.
#include <cmath>
#include <functional>
#include <numeric>

#include "detail/columns.hpp"
#include "egov/plan.hpp"

namespace egov {

void Plan::levels_at(const double* point, std::vector<std::size_t>& levels) const {
  for (std::size_t part = 0; part < 4; ++part)
    levels[part] = coordinate_[part] < 0 ? 0 : static_cast<std::size_t>(level(point[coordinate_[part]], static_cast<Index>(width_[part])));
}

Index Plan::combination(const double* point) const {
  Index found = 0;
  if (!editions_.empty()) {
    const Index which = level(point[0], editions());
    for (Index e = 0; e < which; ++e) found += editions_[static_cast<std::size_t>(e)]->combinations();
    std::vector<double> own;
    return found + edition_at(point, own).combination(own.data());
  }
  for (std::size_t part = 0; part < 4; ++part) {
    const auto width = static_cast<Index>(width_[part]);
    found = found * width + (coordinate_[part] < 0 ? 0 : level(point[coordinate_[part]], width));
  }
  return found;
}

Index Plan::combinations() const {
  if (!editions_.empty()) {
    Index sum = 0;
    for (const auto& edition : editions_) sum += edition->combinations();
    return sum;
  }
  return static_cast<Index>(std::accumulate(width_.begin(), width_.end(), std::size_t{1}, std::multiplies<>()));
}

Matrix Plan::shares() const {
  Matrix out(static_cast<Index>(framework_.nodes.size()), combinations());
  Index column = 0;
  for (const Block& block : blocks_)
    for (const Vector& weights : block.weights) out.col(column++) = weights;
  return out;
}

Recipe Plan::recipe_at(const double* point) const {
  std::vector<double> own;
  if (!editions_.empty()) return edition_at(point, own).recipe_at(own.data());
  std::vector<std::size_t> levels(4);
  levels_at(point, levels);
  Recipe recipe = with_levels(levels);
  recipe.draw = imputation_at(block_at(levels), point);
  recipe.error_draw = error_at(point);
  for (Handling& node : recipe.nodes) node.weight = Choice{"given"};
  return recipe;
}

Framework Plan::framework_at(const double* point) const {
  std::vector<double> own;
  if (!editions_.empty()) return edition_at(point, own).framework_at(own.data());
  Framework framework = framework_;
  std::vector<std::size_t> levels(4);
  levels_at(point, levels);
  Block scratch;
  const Block& block = block_for(point, levels, scratch);
  const Vector& shares = block.weights[&block == &scratch ? 0 : levels[aggregate_part]];
  std::vector<double> weights(framework.nodes.size());
  (*reweight_)(point, shares, weights);
  for (std::size_t i = 0; i < weights.size(); ++i) framework.nodes[i].weight = weights[i];
  return framework;
}

const Plan::Block& Plan::block_at(const std::vector<std::size_t>& levels) const {
  return blocks_[(levels[impute_part] * width_[treat_part] + levels[treat_part]) * width_[normalize_part] + levels[normalize_part]];
}

// Which draw of the imputation or of the errors a point stands for: its coordinate in 2^32 steps. -1: none.
std::int64_t Plan::imputation_at(const Block& block, const double* point) const {
  return draw_at_ >= 0 && block.posterior && block.posterior->stochastic() ? static_cast<std::int64_t>(point[draw_at_] * 0x1p32) : -1;
}

std::int64_t Plan::error_at(const double* point) const { return error_at_ >= 0 ? static_cast<std::int64_t>(point[error_at_] * 0x1p32) : -1; }

// The block of these levels. Where the imputation draws or data carry errors, the steps after it run anew, for one aggregate alternative only.
const Plan::Block& Plan::block_for(const double* point, const std::vector<std::size_t>& levels, Block& scratch) const {
  const Block& cached = block_at(levels);
  if (!cached.posterior) return cached;
  const Recipe& recipe = *cached.from_there[levels[aggregate_part]];
  Flow flow = cached.posterior->drawn(recipe, imputation_at(cached, point), error_at(point));
  bool after = false;
  for (Step step : recipe.order) {
    if (after) flow.run(step, recipe);
    after = after || step == Step::impute;
  }
  scratch = Block();
  const Scores leaves = leaves_of(std::move(flow), scratch);
  require_positive(scratch.plain, recipe);
  fill(scratch, leaves, levels, recipe);
  return scratch;
}

void Plan::scores_at(const double* point, Desk& desk) const {
  if (!editions_.empty()) {
    const Plan& edition = edition_at(point, desk.point);
    Desk& own = desk.editions[static_cast<std::size_t>(level(point[0], editions()))];
    own.takes_logs = desk.takes_logs;
    edition.scores_at(desk.point.data(), own);
    desk.logs = own.logs;
    desk.inner.col(0) = own.inner.col(0);
    return;
  }
  desk.logs = false;
  levels_at(point, desk.levels);
  const Block& block = block_for(point, desk.levels, desk.drawn);
  desk.at = &block == &desk.drawn ? 0 : desk.levels[aggregate_part];
  (*reweight_)(point, block.weights[desk.at], desk.weights);
  for (std::size_t node = framework_.nodes.size(); node-- > 0;)
    if (!framework_.nodes[node].leaf()) aggregate_node(node, block, desk);
  if (block.holes || !block.carried[desk.at]) require_scores(desk);
}

// Ranks need a number for each row: what a unit has may all lose its weight in a draw, or be too large to add up.
void Plan::require_scores(const Desk& desk) const {
  for (Index row = 0; row < rows(); ++row) {
    if (!std::isnan(desk.scores()[row])) continue;
    const Index from = kept_[static_cast<std::size_t>(row)];
    throw DataError("has no score in some draws: what it has is given no weight there, or is too large; leave the unit out, fill its holes, or let weights vary less",
                    {"uncertainty", "", "weights", static_cast<long>(from % units_), static_cast<long>(scored_[static_cast<std::size_t>(from / units_)])});
  }
}

void Plan::draw(const double* point, Desk& desk) const {
  scores_at(point, desk);
  for (Index period = 0; period < periods(); ++period)
    desk.ranker(desk.scores() + start(period), start(period + 1) - start(period), recipe_.rank_digits, desk.ranks.data() + start(period));
}

// An inner node whose parent takes the same link needs no way back and forth, unless it is normalized or rescaled.
bool Plan::stays_linked(std::size_t node, const Desk& desk) const {
  const Mean& mean = means_[desk.levels[aggregate_part]][node];
  return mean.link.forward && mean.same_as_parent && scales_[desk.levels[normalize_part]][node].leaves_alone() && !moves_[desk.levels[normalize_part]][node];
}

bool Plan::rescales(std::size_t node, const Desk& desk) const { return rescales_[desk.levels[normalize_part]][node]; }

const double* Plan::child_column(Index child, const Matrix& leaves, const Desk& desk) const {
  return framework_.nodes[static_cast<std::size_t>(child)].leaf() ? leaves.col(child).data() : desk.inner.col(child).data();
}

void Plan::see_children(std::size_t node, const Block& block, Desk& desk) const {
  for (Index period = 0; period < periods(); ++period) {
    Together& all = desk.together[static_cast<std::size_t>(period)];
    all = Together{};
    const Index first = start(period), n = start(period + 1) - first;
    for (Index child : children_[node])
      if (moves_[desk.levels[normalize_part]][static_cast<std::size_t>(child)])
        all.see(Eigen::Map<const Vector>(child_column(child, block.plain, desk) + first, n));
    all.require_variation(static_cast<long>(period));
  }
}

void Plan::map_child(Index child, Column values, const Desk& desk) const {
  if (!moves_[desk.levels[normalize_part]][static_cast<std::size_t>(child)]) return;
  const Range& range = ranges_[desk.levels[normalize_part]];
  for (Index period = 0; period < periods(); ++period)
    desk.together[static_cast<std::size_t>(period)].map(values.segment(start(period), start(period + 1) - start(period)), range.low, range.high);
}

void Plan::aggregate_node(std::size_t node, const Block& block, Desk& desk) const {
  const Mean& mean = means_[desk.levels[aggregate_part]][node];
  auto out = desk.inner.col(static_cast<Index>(node));
  if (!mean.linked || block.holes || !block.carried[desk.at]) {
    aggregate_plainly(node, block, mean, desk);
  } else {
    add_children(node, block, mean, desk);
    if (stays_linked(node, desk)) return;
    desk.logs = node == 0 && desk.takes_logs && mean.choice.method == "geometric" && scales_[desk.levels[normalize_part]][0].leaves_alone();
    if (mean.link.inverse && !desk.logs) mean.link.inverse(out);
  }
  const Normalizer& scale = scales_[desk.levels[normalize_part]][node];
  for (Index period = 0; period < periods() && !scale.leaves_alone(); ++period)
    scale.of_aggregate(out.segment(start(period), start(period + 1) - start(period)));
}

// The weighted sum of the children through the link of the node.
void Plan::add_children(std::size_t node, const Block& block, const Mean& mean, Desk& desk) const {
  const bool rescaled = rescales(node, desk);
  if (rescaled) see_children(node, block, desk);
  const Matrix& leaves = mean.link.forward && !rescaled ? block.linked[desk.at] : block.plain;
  detail::WeightedSum sum(desk.inner.col(static_cast<Index>(node)).data(), rows());
  for (Index child : children_[node]) {
    const auto below = static_cast<std::size_t>(child);
    const double* column = child_column(child, leaves, desk);
    const bool linked = framework_.nodes[below].leaf() ? !rescaled : stays_linked(below, desk);
    if (rescaled || (mean.link.forward && !linked)) {
      sum.finish();  // what has been added may be the column that is now written over
      desk.column = Eigen::Map<const Vector>(column, rows());
      if (rescaled) map_child(child, desk.column, desk);
      if (mean.link.forward && !linked) mean.link.forward(desk.column);
      column = desk.column.data();
    }
    sum.add(column, desk.weights[below]);
  }
  sum.finish();
}

// Turns the row and column of an aggregation's error into unit, period and node.
void Plan::placed(Error& error, std::size_t node, Index first) const {
  Place& at = error.place;
  at.node = static_cast<long>(at.indicator < 0 ? static_cast<Index>(node) : children_[node][static_cast<std::size_t>(at.indicator)]);
  at.indicator = -1;
  if (at.unit < 0) return;
  const Index row = kept_[static_cast<std::size_t>(first + at.unit)];
  at.unit = static_cast<long>(row % units_), at.period = static_cast<long>(scored_[static_cast<std::size_t>(row / units_)]);
}

// The way of score(): for means without a link, and where children may be missing.
void Plan::aggregate_plainly(std::size_t node, const Block& block, const Mean& mean, Desk& desk) const {
  const auto& below = children_[node];
  if (rescales(node, desk)) see_children(node, block, desk);
  Matrix parts(rows(), static_cast<Index>(below.size()));
  Vector weights(static_cast<Index>(below.size()));
  for (std::size_t k = 0; k < below.size(); ++k) {
    parts.col(static_cast<Index>(k)) = Eigen::Map<const Vector>(child_column(below[k], block.plain, desk), rows());
    if (rescales(node, desk)) map_child(below[k], parts.col(static_cast<Index>(k)), desk);
    weights[static_cast<Index>(k)] = desk.weights[static_cast<std::size_t>(below[k])];
  }
  for (Index period = 0; period < periods(); ++period) {
    const Index first = start(period), n = start(period + 1) - first;
    std::vector<char> dropped(below.size(), 0);
    for (std::size_t k = 0; k < below.size() && !block.dropped.empty(); ++k)
      dropped[k] = block.dropped[static_cast<std::size_t>(period) * framework_.nodes.size() + static_cast<std::size_t>(below[k])];
    try {
      desk.inner.col(static_cast<Index>(node)).segment(first, n) = aggregate_kept(parts.middleRows(first, n), weights, dropped, mean.choice, recipe_.missing);
    } catch (Error& error) {
      placed(error, node, first);
      throw;
    }
  }
}

}  // namespace egov
