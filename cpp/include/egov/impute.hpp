// Filling holes: a chain of methods, each seeing what the ones before it filled. Observed cells are never written.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"
#include "egov/progress.hpp"
#include "egov/random.hpp"

namespace egov {

// The other indicators, for methods that look across them: all as they stood before the method ran.
struct Across {
  Matrix values;                          // rows as in Series, a column an indicator; NaN throughout for what is none
  Vector directions;                      // per column: -1 where less is better
  std::vector<std::vector<Index>> above;  // per column: its ancestors in the tree, the parent first; empty without a tree
};

// One indicator as an imputation method sees it.
struct Series {
  ConstColumn values;              // units x periods, row = period * units + unit
  Index units;
  const Vector& times;
  const std::vector<int>& groups;  // group of each unit, -1 without; empty unless the method needs groups
  const std::vector<char>& wanted; // per period: is a value needed there? others may be left open
  const std::vector<char>& left_out;  // per row: the unit is not in the index in that period, so it is nobody's donor
  const Across* across = nullptr;  // only where the method needs_indicators
  Index column = 0;                // of this indicator in across
  const std::vector<std::uint32_t>* keys = nullptr;  // per unit: what its random numbers hang on
  Index periods() const { return times.size(); }
  bool donor(Index period, Index unit) const {
    return left_out.empty() || !left_out[static_cast<std::size_t>(period * units + unit)];
  }
  double at(Index period, Index unit) const { return values[period * units + unit]; }
  std::uint32_t key(Index unit) const { return keys ? (*keys)[static_cast<std::size_t>(unit)] : static_cast<std::uint32_t>(unit); }
};

// Several indicators that one method fills together. Cells of units that are not in the index are missing here.
struct Block {
  Matrix values;                            // rows as in Series, a column an indicator
  Index units;
  Vector times;
  std::vector<std::vector<char>> wanted;    // per column, as in Series
  std::vector<Args> args;                   // per column: alike but for parameters per indicator (bounds) of the method
  std::vector<int> groups;                  // of each unit, -1 without; empty unless the method needs groups
  std::vector<std::uint32_t> keys;          // per unit: what its random numbers hang on
  int threads = 1;                          // results do not depend on it
  Monitor monitor = {};
  std::vector<std::string> names = {};      // per column: for notes, and what its random numbers hang on
  Index periods() const { return times.size(); }
  Index row(Index period, Index unit) const { return period * units + unit; }
};

// A value for a hole, and where it came from: the first and last period of its donors, and how many they were.
struct Fill {
  Index row;
  double value;
  Index first = -1, last = -1, donors = 0;
  double sd = missing_value;  // standard deviation of what is not known, in the indicator's unit; NaN: the method knows none
  Index unit = -1;            // the donor, where it is one unit
  Index column = 0;           // in the Block, of a method that fills several
  Index note = -1;            // which of the notes tells of a fallback taken here
};

// One draw of all that is random in a chain of methods.
struct Draw {
  std::uint64_t seed = 0;
  std::uint32_t number = 0, task = 0;  // task: of the chain, so that two methods of it draw apart
  Stream of(std::uint32_t unit, std::uint32_t item = 0) const { return {seed, number, unit, task, item}; }
};

// How a sampler moved: a row a chain, a column an iteration. Column of the Block; -1: of all together.
struct Trace {
  std::string name;
  Index column;
  Matrix values;
};

// Fills of one method and, of a stochastic one, how they vary. The functions may be called from any thread.
struct Filling {
  std::vector<Fill> fills;
  // Writes a value for each fill: one joint draw, which hangs on the Draw alone. Empty: the method is not stochastic.
  std::function<void(const Draw&, double* values)> draw = {};
  // The value below which a share p of the distribution of a fill lies. Empty: normal with its sd.
  std::function<double(std::size_t fill, double p)> quantile = {};
  std::vector<std::string> notes = {};  // fallbacks taken, in words
  std::vector<Trace> traces = {};
  Filling() = default;
  Filling(std::vector<Fill> made) : fills(std::move(made)) {}  // of a method that is not stochastic
};

// Either fills one indicator or several together. Several are those with the same choice at the same place of their
// chains, parameters per indicator aside.
struct ImputeMethod : Method {
  std::function<Filling(const Series&, const Args&)> fill = {};
  std::function<Filling(const Block&)> together = {};
};

Rows<ImputeMethod>& impute_methods();

// A table with holes and what is known of it. Whatever is left empty: nothing special.
struct Gaps {
  Matrix values;  // row = period * units + unit, a column an indicator
  Index units = 0;
  Vector times;
  std::vector<std::vector<char>> wanted = {};    // per column, a flag a period: is a value needed there?
  std::vector<std::vector<char>> left_out = {};  // per column, a flag a row (or empty): the unit is not in the index there
  std::vector<std::vector<char>> dropped = {};   // per column, a flag a period (or empty): others do not see it there
  Vector directions = {};
  std::vector<std::vector<Index>> above = {};    // as in Across
  std::vector<std::uint32_t> keys = {};          // per unit: what its random numbers hang on; its position if empty
  int threads = 1;
  Monitor monitor = {};
  std::vector<std::string> names = {};           // per column: for notes, and what its random numbers hang on; by position if empty
};

// Chains of methods run on a table, one chain a column: the first methods of all chains, then the second ones, and so on,
// so that a method that looks across the indicators sees all of them equally far.
class Imputation {
 public:
  Imputation(Gaps gaps, std::vector<std::vector<Choice>> chains);
  const Matrix& values() const { return gaps_.values; }  // holes filled
  Matrix take() { return std::move(gaps_.values); }      // the same, leaving none; draws and quantiles still work
  const std::vector<Change>& trail() const { return trail_; }  // one a filled cell that is wanted
  bool stochastic() const { return from_.size() > 0; }
  // All values of one draw: cells filled by stochastic methods, and what later methods made of them, are drawn anew.
  Matrix draw(std::uint64_t seed, std::uint32_t number) const;
  // Quantile of the cell of a change; NaN where its method says nothing of that.
  double quantile(std::size_t change, double p) const;
  const std::vector<std::string>& notes() const { return notes_; }
  const std::vector<Trace>& traces() const { return traces_; }  // columns are those of the table

 private:
  struct Task {                  // one method on one column, or on several together
    std::vector<Index> columns;
    std::size_t place;
    Filling made;
    std::uint32_t number;
  };
  void run(std::size_t place);
  Filling work(const std::vector<Index>& columns, std::size_t place, const Matrix& values, const Matrix& seen) const;
  Block block(const std::vector<Index>& columns, std::size_t place, const Matrix& values) const;
  Matrix seen_across(const Matrix& values) const;
  void keep(const Task& task);
  void write(const Task& task, const std::vector<Fill>& fills, Matrix& values, const double* drawn) const;

  Gaps gaps_;
  std::vector<std::vector<Choice>> chains_;
  std::vector<Task> tasks_;
  std::size_t first_ = 0;        // task that is the first stochastic one
  Matrix from_;                  // the table before it; empty: none is stochastic
  std::vector<Change> trail_;
  std::vector<std::pair<std::size_t, std::size_t>> made_by_;  // per change: task and fill
  std::vector<std::string> notes_;
  std::vector<Trace> traces_;
};

// A chain a column on a whole panel, in place. `across` says directions and ancestors.
std::vector<Change> impute(Panel& panel, const std::vector<std::vector<Choice>>& chains, const Across& across = {});

}  // namespace egov
