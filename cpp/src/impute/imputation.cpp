// Running chains of methods on a table, and running them again with other draws.
#include <algorithm>
#include <cmath>

#include "detail/normal.hpp"
#include "egov/impute.hpp"

namespace egov {
namespace {

bool same_tables(const Tables& a, const Tables& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.rows() == y.second.rows() && x.second.cols() == y.second.cols() &&
           (x.second.array() == y.second.array() || (x.second.array().isNaN() && y.second.array().isNaN())).all();
  });
}

// The same choice, parameters per indicator aside?
bool alike(const ImputeMethod& row, const Choice& a, const Choice& b) {
  if (a.method != b.method || a.groups != b.groups || !same_tables(a.tables, b.tables)) return false;
  const Args x = arguments("impute", row, a), y = arguments("impute", row, b);
  for (std::size_t k = 0; k < row.params.size(); ++k) {
    const bool open = std::isnan(x[k]) && std::isnan(y[k]);
    if (row.params[k].kind != Kind::indicator && !open && x[k] != y[k]) return false;
  }
  return true;
}

void require_groups(const ImputeMethod& row, const Choice& choice, Index units) {
  if ((row.traits & needs_groups) && static_cast<Index>(choice.groups.size()) != units)
    throw SpecError("needs the group of every unit", {"impute", row.name, "by"});
}

}  // namespace

Imputation::Imputation(Gaps gaps, std::vector<std::vector<Choice>> chains) : gaps_(std::move(gaps)), chains_(std::move(chains)) {
  const auto columns = static_cast<std::size_t>(gaps_.values.cols());
  if (gaps_.wanted.empty()) gaps_.wanted.assign(columns, std::vector<char>(static_cast<std::size_t>(gaps_.times.size()), 1));
  gaps_.left_out.resize(columns);
  gaps_.dropped.resize(columns);
  if (gaps_.directions.size() == 0) gaps_.directions.setOnes(gaps_.values.cols());
  if (gaps_.keys.empty())
    for (Index u = 0; u < gaps_.units; ++u) gaps_.keys.push_back(static_cast<std::uint32_t>(u));
  if (gaps_.names.empty())
    for (std::size_t j = 1; j <= columns; ++j) gaps_.names.push_back("indicator " + std::to_string(j));
  std::size_t longest = 0;
  for (const auto& chain : chains_) longest = std::max(longest, chain.size());
  for (std::size_t place = 0; place < longest; ++place) run(place);
}

// The methods at one place of all chains; what they see of other columns is as it was before.
void Imputation::run(std::size_t place) {
  const auto at = [&](Index j) -> const Choice* {
    const auto& chain = chains_[static_cast<std::size_t>(j)];
    return place < chain.size() ? &chain[place] : nullptr;
  };
  const std::size_t before = tasks_.size();
  std::vector<char> done(chains_.size(), 0);
  for (Index j = 0; j < gaps_.values.cols(); ++j) {
    if (!at(j) || done[static_cast<std::size_t>(j)]) continue;
    const ImputeMethod& row = find("impute", impute_methods(), at(j)->method);
    std::vector<Index> columns = {j};
    for (Index k = j + 1; row.together && k < gaps_.values.cols(); ++k)
      if (at(k) && !done[static_cast<std::size_t>(k)] && alike(row, *at(j), *at(k))) columns.push_back(k), done[static_cast<std::size_t>(k)] = 1;
    tasks_.push_back({columns, place, {}, static_cast<std::uint32_t>(tasks_.size())});
  }
  const bool across = std::any_of(tasks_.begin() + static_cast<std::ptrdiff_t>(before), tasks_.end(), [&](const Task& task) {
    return find("impute", impute_methods(), at(task.columns[0])->method).traits & needs_indicators;
  });
  const Matrix seen = across ? seen_across(gaps_.values) : Matrix();
  for (std::size_t k = before; k < tasks_.size(); ++k) {
    Task& task = tasks_[k];
    task.made = work(task.columns, place, gaps_.values, seen);
    if (task.made.draw && from_.size() == 0) from_ = gaps_.values, first_ = k;
    keep(task);
  }
}

namespace {

// Bounds of an indicator the wrong way round leave it no room.
void require_room(const Choice& choice) {
  const auto low = choice.params.find("lower"), high = choice.params.find("upper");
  if (low == choice.params.end() || high == choice.params.end() || !(low->second >= high->second)) return;
  throw SpecError("the lower bound must lie below the upper one", {"impute", choice.method, "lower"});
}

}  // namespace

// An error on its way out learns which indicator.
Filling Imputation::work(const std::vector<Index>& columns, std::size_t place, const Matrix& values, const Matrix& seen) const try {
  const auto j = static_cast<std::size_t>(columns[0]);
  const Choice& choice = chains_[j][place];
  const ImputeMethod& row = find("impute", impute_methods(), choice.method);
  require_groups(row, choice, gaps_.units);
  for (Index column : columns) require_room(chains_[static_cast<std::size_t>(column)][place]);
  if (row.together) return row.together(block(columns, place, values));
  const Across across{seen, gaps_.directions, gaps_.above};
  return row.fill({values.col(columns[0]), gaps_.units, gaps_.times, choice.groups, gaps_.wanted[j], gaps_.left_out[j], &across, columns[0], &gaps_.keys},
                  arguments("impute", row, choice));
} catch (Error& error) {
  const long at = error.place.indicator;  // of several, a position among them
  if (at < 0 && columns.size() > 1) throw;
  error.place.indicator = static_cast<long>(columns[at < 0 ? 0 : static_cast<std::size_t>(at)]);
  throw;
}

Block Imputation::block(const std::vector<Index>& columns, std::size_t place, const Matrix& values) const {
  Block out{values(Eigen::all, columns), gaps_.units, gaps_.times, {}, {}, {}, gaps_.keys, gaps_.threads, gaps_.monitor};
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const auto j = static_cast<std::size_t>(columns[k]);
    const Choice& choice = chains_[j][place];
    out.args.push_back(arguments("impute", find("impute", impute_methods(), choice.method), choice));
    out.wanted.push_back(gaps_.wanted[j]);
    out.names.push_back(gaps_.names[j]);
    out.groups = choice.groups;
    for (std::size_t row = 0; row < gaps_.left_out[j].size(); ++row)
      if (gaps_.left_out[j][row]) out.values(static_cast<Index>(row), static_cast<Index>(k)) = missing_value;
  }
  return out;
}

// The table without the indicators that are not in the index in the period they feed.
Matrix Imputation::seen_across(const Matrix& values) const {
  Matrix seen = values;
  for (std::size_t j = 0; j < gaps_.dropped.size(); ++j)
    for (std::size_t t = 0; t < gaps_.dropped[j].size(); ++t)
      if (gaps_.dropped[j][t]) seen.col(static_cast<Index>(j)).segment(static_cast<Index>(t) * gaps_.units, gaps_.units).setConstant(missing_value);
  return seen;
}

void Imputation::write(const Task& task, const std::vector<Fill>& fills, Matrix& values, const double* drawn) const {
  for (std::size_t k = 0; k < fills.size(); ++k) {
    const Fill& fill = fills[k];
    const Index column = task.columns[static_cast<std::size_t>(fill.column)];
    const auto& out = gaps_.left_out[static_cast<std::size_t>(column)];
    if (!std::isnan(values(fill.row, column))) {  // a left-out cell looked like a hole to a method of several
      if (!out.empty() && out[static_cast<std::size_t>(fill.row)]) continue;
      throw DataError("an observed cell must never be written", {"impute", chains_[static_cast<std::size_t>(column)][task.place].method, ""});
    }
    const double value = drawn ? drawn[k] : fill.value;
    if (drawn && !std::isfinite(value) && std::isfinite(fill.value)) {
      const std::string& method = chains_[static_cast<std::size_t>(column)][task.place].method;
      throw FitError("a draw is no finite number: the values are too large, or too near to each other for their link", {"impute", method, "", -1, -1, static_cast<long>(column)});
    }
    values(fill.row, column) = std::isfinite(value) ? value : missing_value;
  }
}

// Writes what a task filled and puts it on record.
void Imputation::keep(const Task& task) {
  const auto first_note = static_cast<Index>(notes_.size());
  Index not_finite = 0;
  for (std::size_t k = 0; k < task.made.fills.size(); ++k) {
    const Fill& fill = task.made.fills[k];
    const Index column = task.columns[static_cast<std::size_t>(fill.column)];
    const auto j = static_cast<std::size_t>(column);
    const bool observed = !std::isnan(gaps_.values(fill.row, column));
    if (observed || !gaps_.wanted[j][static_cast<std::size_t>(fill.row / gaps_.units)]) continue;
    if (!std::isfinite(fill.value)) {
      ++not_finite;
      continue;
    }
    trail_.push_back({"impute", chains_[j][task.place].method, fill.row, column, missing_value, fill.value, fill.first, fill.last, fill.donors,
                      fill.sd, fill.unit, fill.note < 0 ? -1 : first_note + fill.note});
    made_by_.emplace_back(task.number, k);
  }
  write(task, task.made.fills, gaps_.values, nullptr);
  notes_.insert(notes_.end(), task.made.notes.begin(), task.made.notes.end());
  if (not_finite > 0)
    notes_.push_back(std::to_string(not_finite) + (not_finite == 1 ? " hole" : " holes") + " left open, as " +
                     chains_[static_cast<std::size_t>(task.columns[0])][task.place].method + " found no finite number there");
  for (Trace trace : task.made.traces) {
    if (trace.column >= 0) trace.column = task.columns[static_cast<std::size_t>(trace.column)];
    traces_.push_back(std::move(trace));
  }
}

// Up to the first stochastic task all is as it was. Methods at the same place draw; later ones start from what was drawn,
// where they have anything to fill.
Matrix Imputation::draw(std::uint64_t seed, std::uint32_t number) const {
  if (!stochastic()) return gaps_.values;
  Matrix values = from_;
  Matrix seen;
  std::vector<double> drawn;
  std::size_t place = tasks_[first_].place;
  bool anew = false;
  for (std::size_t k = first_; k < tasks_.size(); ++k) {
    const Task& task = tasks_[k];
    if (task.place != place) place = task.place, anew = true, seen = seen_across(values);
    if (task.made.fills.empty()) continue;
    const Filling fresh = anew ? work(task.columns, task.place, values, seen) : Filling();
    const Filling& made = anew ? fresh : task.made;
    drawn.resize(made.fills.size());
    if (made.draw) made.draw({seed, number, task.number}, drawn.data());
    write(task, made.fills, values, made.draw ? drawn.data() : nullptr);
  }
  return values;
}

double Imputation::quantile(std::size_t change, double p) const {
  const auto& [task, k] = made_by_[change];
  const Filling& made = tasks_[task].made;
  if (made.quantile) return made.quantile(k, p);
  const Fill& fill = made.fills[k];
  return std::isnan(fill.sd) ? missing_value : fill.value + fill.sd * detail::normal_quantile(p);
}

std::vector<Change> impute(Panel& panel, const std::vector<std::vector<Choice>>& chains, const Across& across) {
  Gaps gaps{std::move(panel.values), panel.units, panel.times, {}, {}, {}, across.directions, across.above, panel.keys};
  gaps.names = panel.names;
  Imputation made(std::move(gaps), chains);
  panel.values = made.take();
  return made.trail();
}

}  // namespace egov
