#include "egov/removal.hpp"

#include "detail/threads.hpp"

namespace egov {
namespace {

// A tree without some of its nodes: which ones stay, and the rest of the request cut to them.
struct Pruned {
  std::vector<Index> kept;
  Framework framework;
  Recipe recipe;
};

// Nodes that stay: not below `gone`, and inner ones only as long as they have children.
std::vector<char> staying(const Framework& framework, Index gone) {
  const std::size_t n = framework.nodes.size();
  std::vector<char> stays(n, 1), has_child(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const Index parent = framework.nodes[i].parent;
    if (static_cast<Index>(i) == gone || (parent >= 0 && !stays[static_cast<std::size_t>(parent)])) stays[i] = 0;
  }
  for (std::size_t i = n; i-- > 0;) {
    if (!framework.nodes[i].leaf() && !has_child[i]) stays[i] = 0;
    if (stays[i] && i > 0) has_child[static_cast<std::size_t>(framework.nodes[i].parent)] = 1;
  }
  return stays;
}

Pruned without(const Framework& framework, const Recipe& recipe, Index gone) {
  const std::vector<char> stays = staying(framework, gone);
  Pruned out;
  out.recipe.order = recipe.order;
  out.recipe.rescale = recipe.rescale;
  out.recipe.missing = recipe.missing;
  out.recipe.rank = recipe.rank;
  out.recipe.rank_digits = recipe.rank_digits;
  std::vector<Index> place(stays.size(), -1);
  for (std::size_t i = 0; i < stays.size(); ++i) {
    if (!stays[i]) continue;
    place[i] = static_cast<Index>(out.kept.size());
    out.kept.push_back(static_cast<Index>(i));
    out.framework.nodes.push_back(framework.nodes[i]);
    out.recipe.nodes.push_back(recipe.nodes[i]);
    Node& node = out.framework.nodes.back();
    if (node.parent >= 0) node.parent = place[static_cast<std::size_t>(node.parent)];
  }
  return out;
}

// What the flow prepared, of the nodes that stay. A node whose other children are screened out goes with them.
Scores leaves_of(const Scores& prepared, const Pruned& pruned, const Axes& axes) {
  Scores scores;
  scores.values = prepared.values(Eigen::all, pruned.kept);
  scores.excluded = prepared.excluded;
  if (prepared.dropped.empty()) return scores;
  for (Index t = 0; t < axes.times.size(); ++t) {
    for (Index node : pruned.kept) scores.dropped.push_back(prepared.drops(t, static_cast<std::size_t>(node)));
    drop_upwards(pruned.framework, &scores.dropped[static_cast<std::size_t>(t) * pruned.kept.size()]);
  }
  return scores;
}

}  // namespace

Removal remove_each(const Panel& panel, const Framework& framework, const Recipe& recipe, Index period,
                    const std::vector<Index>& nodes, int threads, const Monitor& monitor) {
  for (Index node : nodes)
    if (node <= 0 || node >= static_cast<Index>(framework.nodes.size()))
      throw SpecError("the index itself cannot be removed; a node below it would be right", {"removal", "", "nodes", -1, -1, -1, static_cast<long>(node)});
  const Scores nominal = score(panel, framework, recipe, {period});
  const std::vector<Index> worked = worked_periods(panel, framework, recipe, {period});
  const Axes axes{panel.units, panel.times(worked)};
  Flow flow(panel, framework, worked, 1, recipe.order);
  for (Step step : recipe.order) flow.run(step, recipe);
  Recipe open = recipe;  // holes of a reference period count where their indicator stays
  open.missing = Missing::drop_weight;
  const Scores prepared = flow.finish(open);
  Removal out;
  const Index count = static_cast<Index>(nodes.size());
  out.scores = Matrix::Constant(panel.units, count + 1, missing_value);
  out.ranks = out.scores;
  out.reasons.resize(nodes.size());
  out.scores.col(0) = nominal.values.col(0);
  out.ranks.col(0) = nominal.ranks.col(0);
  detail::parallel(count, threads, [&](Index task, int) {
    const Pruned pruned = without(framework, recipe, nodes[static_cast<std::size_t>(task)]);
    std::string& reason = out.reasons[static_cast<std::size_t>(task)];
    if (pruned.kept.empty()) {
      reason = "nothing would be left";
      return;
    }
    Scores scores = leaves_of(prepared, pruned, axes);
    if (scores.drops(0, 0)) {
      reason = "screening leaves nothing else";
      return;
    }
    if (recipe.missing.what == Missing::refuse) leave_out_holes(scores, pruned.framework, panel.units, panel.units);
    try {
      climb(scores, axes, pruned.framework, pruned.recipe, panel.units);
      out.scores.col(task + 1) = scores.values.col(0).head(panel.units);
      out.ranks.col(task + 1) = scores.ranks.col(0).head(panel.units);
    } catch (const Error& error) {
      reason = error.what();
    }
  }, monitor);
  return out;
}

}  // namespace egov
