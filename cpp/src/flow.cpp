// The steps on cells: screen (in flow/left_out.cpp), denominate, impute, treat, normalize, in the order of the recipe.
#include <algorithm>
#include <cmath>

#include "egov/recipe.hpp"

namespace egov {
namespace {

bool changed(double before, double after) { return before != after && !(std::isnan(before) && std::isnan(after)); }

}  // namespace

const std::vector<std::string>& step_names() {
  static const std::vector<std::string> names = {"screen", "denominate", "impute", "treat", "normalize"};
  return names;
}

std::vector<Index> worked_periods(const Panel& panel, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods) {
  std::vector<Index> out = periods;
  const auto reachable = [&](Index t) {
    return std::all_of(framework.nodes.begin(), framework.nodes.end(),
                       [&](const Node& node) { return !node.leaf() || position(panel.times, panel.times[t] - node.lag) >= 0; });
  };
  const auto want = [&](Index t) {
    if (std::find(out.begin(), out.end(), t) == out.end()) out.push_back(t);
  };
  const auto see = [&](const Over& over) {
    const Index base = over.what == Over::base ? position(panel.times, over.base_time) : -1;
    if (base >= 0) want(base);  // where the data do not hold it, the step that needs it says so
    for (Index t = 0; over.what == Over::panel && t < panel.periods(); ++t)
      if (reachable(t)) want(t);
  };
  for (const Handling& node : recipe.nodes) {
    for (const Choice& choice : node.treat) see(choice.over);
    see(node.normalize.over);
  }
  return out;
}

Flow::Flow(const Panel& panel, const Framework& framework, const std::vector<Index>& periods, std::size_t scored,
           const std::vector<Step>& order, Monitor monitor)
    : panel_(&panel), framework_(&framework), periods_(periods), scored_(scored), order_(order), monitor_(std::move(monitor)) {
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
  leave_out_unscored();
  if (std::find(order_.begin(), order_.end(), Step::impute) == order_.end()) gather();
}

void Flow::run(Step step, const Recipe& recipe) {
  if (monitor_ && !monitor_(0)) throw Interrupted("stopped on request");
  switch (step) {
    case Step::screen: return screen(recipe);
    case Step::denominate: return denominate(recipe);
    case Step::impute: impute(recipe); return gather();
    case Step::treat: return treat(recipe);
    case Step::normalize: return normalize(recipe);
  }
}

void Flow::impute(const Recipe& recipe) {
  std::vector<std::vector<Choice>> chains;
  for (const Handling& node : recipe.nodes) chains.push_back(node.impute);
  auto made = std::make_shared<Imputation>(gaps(), std::move(chains));
  log_fills(made->trail());
  now_.notes = made->notes();
  imputation_ = made->stochastic() ? made : nullptr;
  now_.values = imputation_ && recipe.draw >= 0 ? made->draw(0, static_cast<std::uint32_t>(recipe.draw)) : made->take();
  if (recipe.errors) filled_ = std::make_shared<const Matrix>(now_.values);
  disturb(recipe, recipe.error_draw);
}

// Observed cells as they might have been measured; where they were divided before, divided again.
void Flow::disturb(const Recipe& recipe, std::int64_t draw) {
  if (!recipe.errors || draw < 0) return;
  const auto divided = std::find(order_.begin(), std::find(order_.begin(), order_.end(), Step::impute), Step::denominate);
  const bool divides = divided != order_.end() && *divided == Step::denominate;
  each_leaf([&](std::size_t i) {
    const Node& node = framework_->nodes[i];
    Vector drawn = measured(*recipe.errors, *panel_, node.indicator, static_cast<std::uint32_t>(draw));
    drawn = now_.values.col(static_cast<Index>(i)).array().isNaN().select(missing_value, drawn);
    if (divides && node.denominator >= 0) egov::denominate(drawn, panel_->values.col(node.denominator), panel_->units, recipe.nodes[i].denominate);
    auto column = now_.values.col(static_cast<Index>(i));
    for (Index row = 0; row < column.size(); ++row) {
      const double raw = panel_->values(row, node.indicator);
      if (!std::isnan(raw) && raw != node.not_scored && !std::isnan(column[row]) && !std::isnan(drawn[row])) column[row] = drawn[row];
    }
  });
}

Flow Flow::kept_for_draws() const {
  Flow other = *this;
  other.now_.values.resize(0, 0);
  other.now_.trail.clear();
  other.quiet_ = true;
  return other;
}

Flow Flow::drawn(const Recipe& recipe, std::int64_t imputation, std::int64_t errors) const {
  Flow other = *this;
  other.now_.values = imputation_ && imputation >= 0 ? imputation_->draw(0, static_cast<std::uint32_t>(imputation)) : *filled_;
  other.gathered_ = false;
  other.disturb(recipe, errors);
  other.gather();
  return other;
}

// The cells at hand, with what is known of them. The flow has none until it gets them back.
Gaps Flow::gaps() {
  const auto nodes = source_.size();
  Gaps out{std::move(now_.values), panel_->units, panel_->times, wanted_, {}, {}, Vector::Ones(static_cast<Index>(nodes)), {}, panel_->keys};
  out.monitor = monitor_;
  for (std::size_t i = 0; i < nodes; ++i) {
    const Node& node = framework_->nodes[i];
    if (!panel_->names.empty()) out.names.push_back(node.leaf() ? panel_->names[static_cast<std::size_t>(node.indicator)] : std::string());
    out.left_out.push_back(node.leaf() ? left_out(i) : std::vector<char>());
    out.directions[static_cast<Index>(i)] = node.direction;
    out.above.emplace_back();
    for (Index up = node.parent; up >= 0; up = framework_->nodes[static_cast<std::size_t>(up)].parent) out.above.back().push_back(up);
    out.dropped.emplace_back();
    for (std::size_t k = 0; k < source_[i].size(); ++k) {
      if (!now_.drops(static_cast<Index>(k), i)) continue;
      out.dropped.back().resize(static_cast<std::size_t>(panel_->periods()), 0);
      out.dropped.back()[static_cast<std::size_t>(source_[i][k])] = 1;
    }
  }
  return out;
}

// Into the trail, from the panel's periods to the scored ones; column by column.
void Flow::log_fills(const std::vector<Change>& filled) {
  const auto first = static_cast<std::ptrdiff_t>(now_.trail.size());
  for (Change change : filled) {
    const auto i = static_cast<std::size_t>(change.column);
    const Index from = change.row / panel_->units, unit = change.row % panel_->units;
    const auto k = std::find(source_[i].begin(), source_[i].end(), from) - source_[i].begin();
    if (static_cast<std::size_t>(k) >= scored_) continue;
    change.row = static_cast<Index>(k) * panel_->units + unit;
    if (!now_.excluded[static_cast<std::size_t>(change.row)] && !now_.drops(k, i)) now_.trail.push_back(change);
  }
  std::stable_sort(now_.trail.begin() + first, now_.trail.end(), [](const Change& a, const Change& b) { return a.column < b.column; });
}

// Are the rows of the worked periods those of the panel already, in its order?
bool Flow::in_place() const {
  for (std::size_t i = 0; i < source_.size(); ++i) {
    if (!framework_->nodes[i].leaf()) continue;
    if (static_cast<Index>(source_[i].size()) != panel_->periods()) return false;
    for (std::size_t k = 0; k < source_[i].size(); ++k)
      if (source_[i][k] != static_cast<Index>(k)) return false;
  }
  return static_cast<Index>(periods_.size()) == panel_->periods();
}

void Flow::gather() {
  gathered_ = true;
  if (in_place()) return clear_left_out();
  Matrix scored = Matrix::Constant(panel_->units * static_cast<Index>(periods_.size()), now_.values.cols(), missing_value);
  for (std::size_t i = 0; i < source_.size(); ++i)
    for (std::size_t k = 0; k < source_[i].size(); ++k)
      for (Index u = 0; u < panel_->units; ++u) {
        const Index row = static_cast<Index>(k) * panel_->units + u;
        if (!now_.excluded[static_cast<std::size_t>(row)] && !now_.drops(static_cast<Index>(k), i))
          scored(row, static_cast<Index>(i)) = now_.values(panel_->row(source_[i][k], u), static_cast<Index>(i));
      }
  now_.values = std::move(scored);
}

template <class Work>
void Flow::each_leaf(const Work& work) {
  for (std::size_t i = 0; i < source_.size(); ++i) {
    if (!framework_->nodes[i].leaf()) continue;
    try {
      work(i);
    } catch (Error& error) {
      error.place.node = static_cast<long>(i);
      if (gathered_ && error.place.period >= 0) error.place.period = static_cast<long>(periods_[static_cast<std::size_t>(error.place.period)]);
      throw;
    }
  }
}

// Gathered, a column is looked at as a whole. Before that, scopes within a period see only periods that are the source of
// a worked one, so that what nobody uses can do no harm.
template <class Work>
void Flow::each_stretch(const Over& over, std::size_t i, const Work& work) {
  const Index units = panel_->units;
  auto column = now_.values.col(static_cast<Index>(i));
  if (gathered_) return work(column, Axes{units, panel_->times(periods_)});
  if (over.what == Over::panel || over.what == Over::base) return work(column, Axes{units, panel_->times});
  for (Index t = 0; t < panel_->periods(); ++t)
    if (wanted_[i][static_cast<std::size_t>(t)]) try {
        work(column.segment(t * units, units), Axes{units, panel_->times.segment(t, 1)});
      } catch (Error& error) {
        error.place.period = static_cast<long>(t);
        throw;
      }
}

// A change in the rows of a scored period goes into the trail.
void Flow::log_changes(const std::string& stage, const std::string& method, Index node, const Vector& before) {
  const Index units = panel_->units;
  for (std::size_t k = 0; k < scored_ && !quiet_; ++k) {
    const Index period = gathered_ ? static_cast<Index>(k) : source_[static_cast<std::size_t>(node)][k];
    for (Index u = 0; u < units; ++u) {
      const double was = before[period * units + u], is = now_.values(period * units + u, node);
      if (changed(was, is)) now_.trail.push_back({stage, method, static_cast<Index>(k) * units + u, node, was, is});
    }
  }
}

// Denominators are those of the period that the value itself is of. Of a unit that is not in the index they do not matter.
void Flow::denominate(const Recipe& recipe) {
  each_leaf([&](std::size_t i) {
    const Choice& choice = recipe.nodes[i].denominate;
    const Index by = framework_->nodes[i].denominator;
    if (choice.method == "none" || by < 0) return;
    if (by >= panel_->values.cols()) throw SpecError("the panel has no such denominator", {"framework", "", "denominator"});
    auto column = now_.values.col(static_cast<Index>(i));
    Vector denominators = panel_->values.col(by);
    if (gathered_) {
      denominators.resize(column.size());
      for (std::size_t k = 0; k < source_[i].size(); ++k)
        denominators.segment(static_cast<Index>(k) * panel_->units, panel_->units) = panel_->values.col(by).segment(panel_->row(source_[i][k], 0), panel_->units);
    } else {
      const auto out = left_out(i);
      for (std::size_t row = 0; row < out.size(); ++row)
        if (out[row] && denominators[static_cast<Index>(row)] <= 0) column[static_cast<Index>(row)] = missing_value;
    }
    const Vector before = column;
    egov::denominate(column, denominators, panel_->units, choice);
    log_changes("denominate", choice.method, static_cast<Index>(i), before);
  });
}

void Flow::treat(const Recipe& recipe) {
  if (!gathered_) clear_left_out();
  each_leaf([&](std::size_t i) {
    for (const Choice& choice : recipe.nodes[i].treat) {
      if (choice.method == "none") continue;
      const Vector before = now_.values.col(static_cast<Index>(i));
      each_stretch(choice.over, i, [&](Column rows, const Axes& axes) { egov::treat(rows, choice, axes); });
      log_changes("treat", choice.method, static_cast<Index>(i), before);
    }
  });
}

void Flow::normalize(const Recipe& recipe) {
  if (!gathered_) clear_left_out();
  each_leaf([&](std::size_t i) {
    const Normalizer scale(recipe.nodes[i].normalize);
    each_stretch(scale.over(), i, [&](Column rows, const Axes& axes) { scale(rows, framework_->nodes[i].direction, axes); });
  });
}

Scores Flow::finish(const Recipe& recipe) {
  if (recipe.missing.what == Missing::drop_weight) return std::move(now_);
  MissingError error("no method of the chain could fill these cells");
  const Index asked = static_cast<Index>(scored_) * panel_->units;
  for (std::size_t i = 0; i < source_.size(); ++i)
    for (Index row = 0; framework_->nodes[i].leaf() && row < asked; ++row) {
      if (!std::isnan(now_.values(row, static_cast<Index>(i))) || now_.excluded[static_cast<std::size_t>(row)]) continue;
      if (!now_.drops(row / panel_->units, i)) error.cells.emplace_back(row, static_cast<Index>(i));
    }
  if (!error.cells.empty()) throw error;
  leave_out_holes(now_, *framework_, asked, panel_->units);
  return std::move(now_);
}

}  // namespace egov
