// The steps on cells: screen, impute, treat, normalize, in the order of the recipe.
#include <algorithm>
#include <cmath>

#include "egov/recipe.hpp"

namespace egov {
namespace {

// Runs `work`; an error on its way out learns the node and period it came from.
template <class Work>
void at(Index node, Index period, const Work& work) {
  try {
    work();
  } catch (Error& error) {
    error.place.node = static_cast<long>(node);
    if (error.place.period < 0) error.place.period = static_cast<long>(period);
    throw;
  }
}

Index position(const Vector& times, double time) {
  for (Index t = 0; t < times.size(); ++t)
    if (std::abs(times[t] - time) < 1e-9) return t;
  return -1;
}

bool changed(double before, double after) { return before != after && !(std::isnan(before) && std::isnan(after)); }

}  // namespace

const std::vector<std::string>& step_names() {
  static const std::vector<std::string> names = {"screen", "impute", "treat", "normalize"};
  return names;
}

Flow::Flow(const Panel& panel, const Framework& framework, const std::vector<Index>& periods, const std::vector<Step>& order)
    : panel_(&panel), framework_(&framework), periods_(periods), order_(order) {
  const auto n = framework.nodes.size();
  source_.resize(n);
  wanted_.assign(n, std::vector<char>(static_cast<std::size_t>(panel.periods()), 0));
  now_.values = Matrix::Constant(panel.values.rows(), static_cast<Index>(n), missing_value);
  now_.excluded.assign(static_cast<std::size_t>(panel.units) * periods.size(), 0);
  for (std::size_t i = 0; i < n; ++i) {
    const Node& node = framework.nodes[i];
    if (!node.leaf()) continue;
    if (node.indicator >= panel.values.cols())
      throw SpecError("the panel has no such indicator", {"framework", "", "indicator", -1, -1, -1, static_cast<long>(i)});
    now_.values.col(static_cast<Index>(i)) = panel.values.col(node.indicator);
    for (Index period : periods) {
      const Index from = position(panel.times, panel.times[period] - node.lag);
      if (from < 0)
        throw DataError("the panel does not hold the period that the lag asks for",
                        {"framework", "", "lag", -1, static_cast<long>(period), -1, static_cast<long>(i)});
      source_[i].push_back(from);
      wanted_[i][static_cast<std::size_t>(from)] = 1;
    }
  }
  if (std::find(order_.begin(), order_.end(), Step::impute) == order_.end()) gather();
}

void Flow::run(Step step, const Recipe& recipe) {
  switch (step) {
    case Step::screen: return screen();
    case Step::impute: impute(recipe); return gather();
    case Step::treat: return treat(recipe);
    case Step::normalize: return normalize(recipe);
  }
}

// A cell that holds its leaf's code for "not scored" becomes missing, and takes its unit out of that scored period.
void Flow::screen() {
  for (std::size_t i = 0; i < source_.size(); ++i) {
    const double code = framework_->nodes[i].not_scored;
    if (std::isnan(code)) continue;
    const auto node = static_cast<Index>(i);
    for (std::size_t k = 0; k < periods_.size(); ++k)
      for (Index u = 0; u < panel_->units; ++u) {
        if (panel_->values(panel_->row(source_[i][k], u), framework_->nodes[i].indicator) != code) continue;
        const Index row = static_cast<Index>(k) * panel_->units + u;
        now_.excluded[static_cast<std::size_t>(row)] = 1;
        now_.trail.push_back({"screen", "not_scored", row, node, code, missing_value});
      }
    for (double& v : now_.values.col(node))
      if (v == code) v = missing_value;
  }
  for (Index row = 0; gathered_ && row < now_.values.rows(); ++row)
    if (now_.excluded[static_cast<std::size_t>(row)]) now_.values.row(row).setConstant(missing_value);
}

// Rows of the panel that feed a scored period in which their unit is not scored; empty if there are none.
std::vector<char> Flow::left_out(std::size_t node) const {
  std::vector<char> rows;
  for (std::size_t row = 0; row < now_.excluded.size(); ++row) {
    if (!now_.excluded[row]) continue;
    rows.resize(static_cast<std::size_t>(panel_->values.rows()), 0);
    const auto units = static_cast<std::size_t>(panel_->units);
    rows[static_cast<std::size_t>(panel_->row(source_[node][row / units], static_cast<Index>(row % units)))] = 1;
  }
  return rows;
}

void Flow::impute(const Recipe& recipe) {
  for (std::size_t i = 0; i < source_.size(); ++i) {
    if (!framework_->nodes[i].leaf()) continue;
    const auto node = static_cast<Index>(i);
    std::vector<Change> filled;
    at(node, -1, [&] {
      egov::impute(now_.values.col(node), panel_->units, panel_->times, recipe.nodes[i].impute, wanted_[i], node, filled,
                   left_out(i));
    });
    for (Change& change : filled) {  // from the panel's periods to the scored ones
      const Index from = change.row / panel_->units, unit = change.row % panel_->units;
      const auto k = std::find(source_[i].begin(), source_[i].end(), from) - source_[i].begin();
      change.row = static_cast<Index>(k) * panel_->units + unit;
      if (!now_.excluded[static_cast<std::size_t>(change.row)]) now_.trail.push_back(change);
    }
  }
}

void Flow::gather() {
  Matrix scored = Matrix::Constant(panel_->units * static_cast<Index>(periods_.size()), now_.values.cols(), missing_value);
  for (std::size_t i = 0; i < source_.size(); ++i)
    for (std::size_t k = 0; k < source_[i].size(); ++k)
      for (Index u = 0; u < panel_->units; ++u) {
        const Index row = static_cast<Index>(k) * panel_->units + u;
        if (!now_.excluded[static_cast<std::size_t>(row)])
          scored(row, static_cast<Index>(i)) = now_.values(panel_->row(source_[i][k], u), static_cast<Index>(i));
      }
  now_.values = std::move(scored);
  gathered_ = true;
}

template <class Work>
void Flow::each_section(const Work& work) {
  const Index sections = now_.values.rows() / std::max<Index>(panel_->units, 1);
  for (std::size_t i = 0; i < source_.size(); ++i) {
    if (!framework_->nodes[i].leaf()) continue;
    for (Index t = 0; t < sections; ++t) {
      if (!gathered_ && !wanted_[i][static_cast<std::size_t>(t)]) continue;
      const auto node = static_cast<Index>(i);
      at(node, gathered_ ? periods_[static_cast<std::size_t>(t)] : t,
         [&] { work(node, t, now_.values.col(node).segment(t * panel_->units, panel_->units)); });
    }
  }
}

void Flow::log_changes(const std::string& method, Index node, Index period, const Vector& before, ConstColumn after) {
  const auto& source = source_[static_cast<std::size_t>(node)];
  const auto k = gathered_ ? static_cast<std::size_t>(period)
                           : static_cast<std::size_t>(std::find(source.begin(), source.end(), period) - source.begin());
  if (k >= periods_.size()) return;
  for (Index u = 0; u < before.size(); ++u)
    if (changed(before[u], after[u]))
      now_.trail.push_back({"treat", method, static_cast<Index>(k) * panel_->units + u, node, before[u], after[u]});
}

void Flow::treat(const Recipe& recipe) {
  each_section([&](Index node, Index period, Column values) {
    for (const Choice& choice : recipe.nodes[static_cast<std::size_t>(node)].treat) {
      const Vector before = values;
      egov::treat(values, choice);
      log_changes(choice.method, node, period, before, values);
    }
  });
}

void Flow::normalize(const Recipe& recipe) {
  each_section([&](Index node, Index, Column values) {
    egov::normalize(values, framework_->nodes[static_cast<std::size_t>(node)].direction,
                    recipe.nodes[static_cast<std::size_t>(node)].normalize);
  });
}

Scores Flow::finish(const Recipe& recipe) {
  if (recipe.missing == Missing::drop_weight) return now_;
  MissingError error("no method of the chain could fill these cells");
  for (std::size_t i = 0; i < source_.size(); ++i)
    for (Index row = 0; framework_->nodes[i].leaf() && row < now_.values.rows(); ++row)
      if (std::isnan(now_.values(row, static_cast<Index>(i))) && !now_.excluded[static_cast<std::size_t>(row)])
        error.cells.emplace_back(row, static_cast<Index>(i));
  if (!error.cells.empty()) throw error;
  return now_;
}

}  // namespace egov
