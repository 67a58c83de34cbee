// A small index with everything in it, for tests of draws: three levels, several periods, holes, a lag, a unit that is
// not scored, both directions, groups, and inner nodes with a scale of their own.
#pragma once
#include <cmath>
#include <vector>

#include "egov/plan.hpp"
#include "egov/random.hpp"

namespace small_index {

using namespace egov;

inline const std::vector<Index> three_years = {1, 3, 4};
constexpr Index units = 14, years = 5, indicators = 6;
enum : std::size_t { root, access, services, policy, x0, x1, x2, x3, deep, x4, x5, nodes };

inline Choice named(const std::string& method, std::map<std::string, double> params = {}) {
  Choice choice{method};
  choice.params = std::move(params);
  return choice;
}

inline Choice onto(Choice choice, double low = 1, double high = 100) {
  choice.rescale_low = low;
  choice.rescale_high = high;
  return choice;
}

inline Choice by_group() {
  Choice choice{"group_mean"};
  for (Index u = 0; u < units; ++u) choice.groups.push_back(u == 3 ? -1 : static_cast<int>(u % 3));
  return choice;
}

// Positive values with a long tail, a fifth of them missing; the published code 0 for one unit in one year.
inline Panel panel(double share_missing = 0.2) {
  Panel p{Matrix(units * years, indicators), units, Vector::LinSpaced(years, 2018, 2022)};
  for (Index j = 0; j < indicators; ++j)
    for (Index row = 0; row < p.values.rows(); ++row) {
      const auto at = static_cast<std::uint64_t>(j * 1000 + row);
      const double u = uniform(7, 1, at);
      const bool hole = uniform(7, 2, at) < share_missing;
      p.values(row, j) = hole ? missing_value : 0.5 + 4 * u + (u > 0.93 ? 40 : 0);
    }
  p.values(p.row(3, 5), 2) = 0;  // policy, 2021
  return p;
}

inline Framework framework() {
  Framework f;
  f.nodes.resize(nodes);
  const Index parent[] = {-1, 0, 0, 0, 1, 1, 1, 2, 2, 8, 8};
  const double weight[] = {1, 2, 1, 0.5, 1, 3, 1, 1, 1, 0.25, 0.75};
  const Index column[] = {-1, -1, -1, 2, 0, 1, 3, 4, -1, 5, 0};
  for (std::size_t i = 0; i < nodes; ++i) {
    f.nodes[i].parent = parent[i];
    f.nodes[i].weight = weight[i];
    f.nodes[i].indicator = column[i];
  }
  f.nodes[x1].direction = -1;
  f.nodes[x2].lag = 1;
  f.nodes[policy].not_scored = 0;
  return f;
}

// The recipe's own choice at every node; inner nodes "access" and "deep" have a scale of their own.
inline std::vector<Choice> scales(const Choice& leaf, const Choice& inner) {
  std::vector<Choice> at(nodes, leaf);
  for (std::size_t i : {root, services}) at[i] = named("none");
  for (std::size_t i : {access, deep}) at[i] = inner;
  return at;
}

inline std::vector<std::vector<Choice>> chains(const std::vector<Choice>& chain) {
  return std::vector<std::vector<Choice>>(nodes, chain);
}

inline Recipe recipe() {
  Recipe r;
  const auto scale = scales(onto(named("minmax")), onto(named("minmax")));
  r.nodes.resize(nodes);
  for (std::size_t i = 0; i < nodes; ++i) {
    r.nodes[i].impute = {named("linear"), named("median")};
    r.nodes[i].treat = {named("none")};
    r.nodes[i].normalize = scale[i];
  }
  return r;
}

inline Alternatives alternatives() {
  Alternatives a;
  a.impute = {chains({named("linear"), named("median")}), chains({named("locf", {{"max_gap", 2}}), by_group(), named("mean")}),
              chains({named("mean")})};
  a.treat = {chains({named("none")}), chains({named("cap", {{"cap", 4}}), named("winsorize", {{"skew", 0.1}, {"kurt", -3}, {"most", 3}})})};
  a.normalize = {scales(onto(named("minmax")), onto(named("minmax"))), scales(onto(named("zscore")), onto(named("zscore"), 2, 30)),
                 scales(named("rank", {{"ties", 1}}), onto(named("none")))};
  a.aggregate = {std::vector<Choice>(nodes, named("arithmetic")), std::vector<Choice>(nodes, named("geometric"))};
  a.aggregate[0][services] = named("geometric");
  a.weights.noise.assign(nodes, 0.4);
  a.weights.noise[root] = 0;
  a.weights.noise[x2] = 0;
  return a;
}

// Coordinates in (0, 1) of the k-th of many points.
inline std::vector<double> point(const Plan& plan, std::uint64_t k) {
  std::vector<double> at;
  for (std::size_t i = 0; i < plan.factors().size(); ++i) at.push_back(uniform(11, k, i));
  return at;
}

// Largest difference between a draw and score(), relative to 1 or the score; -1 if a rank differs or a row is left out.
inline double distance(const Plan& plan, const Panel& data, const std::vector<double>& at, const std::vector<Index>& periods) {
  Plan::Desk desk(plan);
  plan.draw(at.data(), desk);
  const Scores slow = score(data, plan.framework_at(at.data()), plan.recipe_at(at.data()), periods);
  double worst = 0;
  Index there = 0;
  for (Index row = 0; row < slow.values.rows(); ++row) there += !std::isnan(slow.values(row, 0));
  if (there != plan.rows()) return -1;
  for (Index row = 0; row < plan.rows(); ++row) {
    const Index from = plan.kept()[static_cast<std::size_t>(row)];
    const double right = slow.values(from, 0);
    if (desk.ranks[static_cast<std::size_t>(row)] != static_cast<int>(slow.ranks(from, 0))) return -1;
    worst = std::max(worst, std::abs(desk.scores()[row] - right) / std::max(1.0, std::abs(right)));
  }
  return worst;
}

}  // namespace small_index
