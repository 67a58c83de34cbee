// Methods written in Python as rows of the core's tables. The functions held here take plain arrays and are wrapped in
// egov_index.register, which checks what comes back.
#include "convert.hpp"

namespace egov::bind {
namespace {

using namespace py::literals;

constexpr std::pair<const char*, unsigned> trait_names[] = {
    {"needs_positive", needs_positive}, {"needs_nonnegative", needs_nonnegative}, {"needs_variation", needs_variation},
    {"gives_signed", gives_signed}, {"gives_unit", gives_unit}, {"keeps_range", keeps_range}, {"keeps_sign", keeps_sign}, {"needs_others", needs_others},
    {"takes_holes", takes_holes}, {"needs_indicators", needs_indicators}};

constexpr const char* kind_names[] = {"real", "integer", "flag", "option", "indicator", "groups", "unit", "table", "indicators"};

template <class T>
T item(const py::dict& from, const char* name) {
  return py::cast<T>(from[name]);
}

Param param(const py::dict& from) {
  const auto kind = std::find(std::begin(kind_names), std::end(kind_names), item<std::string>(from, "kind")) - std::begin(kind_names);
  return {item<std::string>(from, "name"), static_cast<Kind>(kind), item<double>(from, "default"), item<double>(from, "lower"),
          item<double>(from, "upper"), item<std::string>(from, "sentence"), item<std::vector<std::string>>(from, "options"),
          item<bool>(from, "optional")};
}

Method described(const py::dict& from) {
  Method to{item<std::string>(from, "name"), item<std::string>(from, "sentence"), item<std::string>(from, "citation"), {}};
  for (const auto& one : item<py::list>(from, "params")) to.params.push_back(param(py::cast<py::dict>(one)));
  const auto traits = item<std::vector<std::string>>(from, "traits");
  for (const auto& [name, bit] : trait_names)
    if (std::find(traits.begin(), traits.end(), name) != traits.end()) to.traits |= bit;
  return to;
}

Place place_of(const py::object& error, const std::string& stage, const std::string& method) {
  Place to{stage, method, ""};
  const py::dict from = py::getattr(error, "place", py::dict());
  if (from.contains("unit")) to.unit = item<long>(from, "unit");
  if (from.contains("indicator")) to.indicator = item<long>(from, "indicator");
  return to;
}

// A Python function that may be called from any thread. The reference is never given back: rows live as long as the
// process, and what they hold must not be released after the interpreter.
struct Callable {
  std::string stage, method;
  py::handle function;

  // Result as a T. The package's own errors become the core's, so that they learn unit and node on their way; any other
  // exception travels to the caller as it is.
  template <class T, class... Given>
  T call(const Args& args, const Given&... given) const {
    py::gil_scoped_acquire acquire;
    try {
      return py::cast<T>(function(given..., args.numbers, args.tables));
    } catch (py::error_already_set& error) {
      const py::module_ errors = py::module_::import("egov_index.errors");
      const auto is = [&](const char* name) { return error.matches(errors.attr(name)); };
      if (!is("EgovError")) throw;
      const auto text = py::cast<std::string>(py::str(error.value()));
      const Place place = place_of(error.value(), stage, method);
      if (is("DataError")) throw DataError(text, place);
      if (is("SpecError")) throw SpecError(text, place);
      if (is("FitError")) throw FitError(text, place);
      throw;
    }
  }
};

void add_treat(const Method& row, const Callable& to) {
  add("treat", treat_methods(), TreatMethod{row, [to](Column x, const Args& a) { x = to.call<Vector>(a, Vector(x)); }});
}

// The reference is kept as it came, with a direction that turns the sign.
void add_normalize(const Method& row, const Callable& to) {
  NormalizeMethod made{row, {}, {}};
  made.fit = [](ConstColumn reference, double direction, const Args&) {
    Fitted fitted;
    fitted.sorted = reference * direction;
    return fitted;
  };
  made.map = [to](Column x, double direction, const Fitted& fitted, const Args& a) {
    x = to.call<Vector>(a, Vector(x * direction), fitted.sorted);
  };
  add("normalize", normalize_methods(), made);
}

void add_weight(const Method& row, const Callable& to) {
  add("weight", weight_methods(), WeightMethod{row, [to](const Matrix& children, const Vector& given, const Args& a) {
        return to.call<Vector>(a, children, given);
      }});
}

void add_aggregate(const Method& row, const Callable& to, bool together) {
  AggregateMethod made;
  static_cast<Method&>(made) = row;
  if (together)
    made.together = [to](const Matrix& children, const Vector& w, const Args& a) { return to.call<Vector>(a, children, w); };
  else
    made.combine = [to](const Vector& x, const Vector& w, const Args& a) { return to.call<double>(a, x, w); };
  add("aggregate", aggregate_methods(), made);
}

// Cells of a column that were holes and are none now.
void take_filled(ConstColumn before, ConstColumn after, Index column, std::vector<Fill>& fills) {
  for (Index row = 0; row < before.size(); ++row) {
    if (!std::isnan(before[row]) || std::isnan(after[row])) continue;
    Fill fill{row, after[row]};
    fill.column = column;
    fills.push_back(fill);
  }
}

// The function gives (units x periods) with the holes it fills; observed cells and cells it leaves open are not looked at.
Filling fill_one(const Callable& to, const Series& series, const Args& a) {
  const Eigen::Map<const Matrix> values(series.values.data(), series.units, series.periods());
  const Matrix filled = to.call<Matrix>(a, Matrix(values), series.times);
  std::vector<Fill> fills;
  take_filled(series.values, Eigen::Map<const Vector>(filled.data(), filled.size()), 0, fills);
  return Filling(fills);
}

// A filled table with rows as in the Block, notes in words, and which of them tells of each cell (-1: none).
using Told = std::tuple<Matrix, std::vector<std::string>, Eigen::MatrixXi>;

// The same for several indicators. Parameters per indicator travel as tables of one row.
Filling fill_together(const Callable& to, const std::vector<Param>& params, const Block& block) {
  Args args = block.args[0];
  for (std::size_t k = 0; k < params.size(); ++k) {
    if (params[k].kind != Kind::indicator) continue;
    Matrix& row = args.tables[params[k].name];
    row.resize(1, block.values.cols());
    for (std::size_t j = 0; j < block.args.size(); ++j) row(0, static_cast<Index>(j)) = block.args[j][k];
  }
  const auto [filled, notes, marks] = to.call<Told>(args, block.values, block.times, block.keys);
  Filling out;
  for (Index j = 0; j < filled.cols(); ++j) take_filled(block.values.col(j), filled.col(j), j, out.fills);
  for (Fill& fill : out.fills) fill.note = marks(fill.row, fill.column);
  out.notes = notes;
  return out;
}

void add_impute(const Method& row, const Callable& to, bool together) {
  ImputeMethod made;
  static_cast<Method&>(made) = row;
  if (together)
    made.together = [to, params = row.params](const Block& block) { return fill_together(to, params, block); };
  else
    made.fill = [to](const Series& series, const Args& a) { return fill_one(to, series, a); };
  add("impute", impute_methods(), made);
}

void add_row(const std::string& stage, const py::dict& from, const py::function& function, bool together) {
  const Method row = described(from);
  const Callable to{stage, row.name, function.inc_ref()};
  if (stage == "impute") add_impute(row, to, together);
  if (stage == "treat") add_treat(row, to);
  if (stage == "normalize") add_normalize(row, to);
  if (stage == "weight") add_weight(row, to);
  if (stage == "aggregate") add_aggregate(row, to, together);
}

void withdraw_row(const std::string& stage, const std::string& name) {
  if (stage == "impute") withdraw(stage, impute_methods(), name);
  if (stage == "treat") withdraw(stage, treat_methods(), name);
  if (stage == "normalize") withdraw(stage, normalize_methods(), name);
  if (stage == "weight") withdraw(stage, weight_methods(), name);
  if (stage == "aggregate") withdraw(stage, aggregate_methods(), name);
}

}  // namespace

void registration(py::module_& m) {
  m.def("register", &add_row, "stage"_a, "row"_a, "function"_a, "together"_a,
        "Adds a method that a Python function computes to the table of a stage.");
  m.def("unregister", &withdraw_row, "stage"_a, "method"_a, "Withdraws such a method.");
}

}  // namespace egov::bind
