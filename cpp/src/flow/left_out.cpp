// Who and what leaves the index: units that the survey did not score, and what screening takes out.
#include <algorithm>
#include <cmath>

#include "egov/recipe.hpp"

namespace egov {

// A cell that holds its leaf's code for "not scored" becomes missing, and takes its unit out of that scored period.
void Flow::leave_out_unscored() {
  for (std::size_t i = 0; i < source_.size(); ++i) {
    const double code = framework_->nodes[i].not_scored;
    if (std::isnan(code)) continue;
    const auto node = static_cast<Index>(i);
    for (std::size_t k = 0; k < periods_.size(); ++k)
      for (Index u = 0; u < panel_->units; ++u) {
        if (panel_->values(panel_->row(source_[i][k], u), framework_->nodes[i].indicator) != code) continue;
        const Index row = static_cast<Index>(k) * panel_->units + u;
        now_.excluded[static_cast<std::size_t>(row)] = by_survey;
        if (k < scored_) now_.trail.push_back({"screen", "not_scored", row, node, code, missing_value});
      }
    for (double& v : now_.values.col(node))
      if (v == code) v = missing_value;
  }
}

Index Flow::row_of(std::size_t node, std::size_t period, Index unit) const {
  return gathered_ ? static_cast<Index>(period) * panel_->units + unit : panel_->row(source_[node][period], unit);
}

void Flow::screen(const Recipe& recipe) {
  if (!find("screen", screen_methods(), recipe.screen.method).judge) return;
  if (now_.dropped.empty()) now_.dropped.assign(periods_.size() * source_.size(), 0);
  for (std::size_t k = 0; k < periods_.size(); ++k) screen(k, recipe.screen);
  if (gathered_) clear_left_out();
}

namespace {

// Leaves that are in the index in a period, and the pillar of each: its parent, counted in the order of the leaves.
struct Standing {
  std::vector<std::size_t> leaves;
  std::vector<Index> pillar, parents;
};

Standing standing(const Framework& framework, const Scores& now, std::size_t period) {
  Standing s;
  for (std::size_t i = 0; i < framework.nodes.size(); ++i) {
    const Node& node = framework.nodes[i];
    if (!node.leaf() || now.drops(static_cast<Index>(period), i)) continue;
    const auto at = std::find(s.parents.begin(), s.parents.end(), node.parent);
    s.leaves.push_back(i);
    s.pillar.push_back(at - s.parents.begin());
    if (at == s.parents.end()) s.parents.push_back(node.parent);
  }
  return s;
}

}  // namespace

// A node leaves with the last of its children.
void drop_upwards(const Framework& framework, char* dropped) {
  std::vector<char> holds(framework.nodes.size(), 0);
  for (std::size_t i = framework.nodes.size(); i-- > 0;) {
    if (!framework.nodes[i].leaf()) dropped[i] = !holds[i];
    if (i > 0 && !dropped[i]) holds[static_cast<std::size_t>(framework.nodes[i].parent)] = 1;
  }
}

void leave_out_holes(Scores& scores, const Framework& framework, Index asked, Index units) {
  for (Index row = asked; row < scores.values.rows(); ++row) {
    char& out = scores.excluded[static_cast<std::size_t>(row)];
    for (std::size_t i = 0; i < framework.nodes.size() && out == is_in; ++i)
      if (framework.nodes[i].leaf() && std::isnan(scores.values(row, static_cast<Index>(i))) && !scores.drops(row / units, i)) out = by_holes;
    if (out == by_holes) scores.values.row(row).setConstant(missing_value);
  }
}

void Flow::screen(std::size_t k, const Choice& choice) {
  const Standing in = standing(*framework_, now_, k);
  const Index units = panel_->units, first = static_cast<Index>(k) * units;
  Matrix values = Matrix::Constant(units, static_cast<Index>(in.leaves.size()), missing_value);
  std::vector<char> out(static_cast<std::size_t>(units));
  for (Index u = 0; u < units; ++u) {
    out[static_cast<std::size_t>(u)] = now_.excluded[static_cast<std::size_t>(first + u)] != is_in;
    for (std::size_t j = 0; j < in.leaves.size() && !out[static_cast<std::size_t>(u)]; ++j)
      values(u, static_cast<Index>(j)) = now_.values(row_of(in.leaves[j], k, u), static_cast<Index>(in.leaves[j]));
  }
  const Screening found = egov::screen({values, in.pillar, out, {}}, choice);
  char* dropped = &now_.dropped[k * source_.size()];
  bool someone = false;
  for (Index u = 0; u < units; ++u) {
    const Verdict& verdict = found.units[static_cast<std::size_t>(u)];
    someone = someone || (!out[static_cast<std::size_t>(u)] && !verdict.leaves());
    if (!verdict.leaves()) continue;
    now_.excluded[static_cast<std::size_t>(first + u)] = by_screen;
    const Index node = verdict.pillar < 0 ? 0 : in.parents[static_cast<std::size_t>(verdict.pillar)];
    if (k < scored_) now_.trail.push_back({"screen", choice.method, first + u, node, missing_value, missing_value, verdict.rule, verdict.seen, verdict.of});
  }
  for (std::size_t j = 0; j < in.leaves.size(); ++j) {
    const Verdict& verdict = found.indicators[j];
    if (!verdict.leaves()) continue;
    dropped[in.leaves[j]] = 1;
    for (Index u = 0; u < units && k < scored_; ++u) {
      const double was = values(u, static_cast<Index>(j));
      if (!std::isnan(was) && !found.units[static_cast<std::size_t>(u)].leaves())
        now_.trail.push_back({"screen", choice.method, first + u, static_cast<Index>(in.leaves[j]), was, missing_value, verdict.rule, verdict.seen, verdict.of});
    }
  }
  drop_upwards(*framework_, dropped);
  if (k >= scored_ || (someone && !dropped[0])) return;
  throw DataError(someone ? "leaves no indicator in this period; lower the share" : "leaves no unit in this period; lower the shares",
                  {"screen", choice.method, someone ? "indicators" : "units", -1, static_cast<long>(periods_[k])});
}

void Flow::clear_left_out() {
  if (now_.dropped.empty() && std::all_of(now_.excluded.begin(), now_.excluded.end(), [](char out) { return out == is_in; })) return;
  for (std::size_t k = 0; k < periods_.size(); ++k)
    for (std::size_t i = 0; i < source_.size(); ++i) {
      if (!framework_->nodes[i].leaf()) continue;
      const bool all = now_.drops(static_cast<Index>(k), i);
      for (Index u = 0; u < panel_->units; ++u)
        if (all || now_.excluded[k * static_cast<std::size_t>(panel_->units) + static_cast<std::size_t>(u)])
          now_.values(row_of(i, k, u), static_cast<Index>(i)) = missing_value;
    }
}

// Rows of the panel that feed a scored period in which their unit is not scored; empty if there are none.
std::vector<char> Flow::left_out(std::size_t node) const {
  std::vector<char> rows;
  for (std::size_t row = 0; row < now_.excluded.size(); ++row) {
    if (!now_.excluded[row]) continue;
    rows.resize(static_cast<std::size_t>(panel_->units * panel_->periods()), 0);
    const auto units = static_cast<std::size_t>(panel_->units);
    rows[static_cast<std::size_t>(panel_->row(source_[node][row / units], static_cast<Index>(row % units)))] = 1;
  }
  return rows;
}

}  // namespace egov
