#include "convert.hpp"
#include "egov/outcomes.hpp"

namespace egov::bind {
namespace {

using namespace py::literals;

py::dict describe(const Param& param) {
  static const char* const kinds[] = {"real", "integer", "flag", "option", "indicator", "groups", "unit", "table", "indicators"};
  return py::dict("name"_a = param.name, "kind"_a = kinds[static_cast<int>(param.kind)], "default"_a = param.fallback,
                  "lower"_a = param.lower, "upper"_a = param.upper, "sentence"_a = param.sentence,
                  "options"_a = param.options, "optional"_a = param.optional);
}

py::list describe_traits(unsigned traits) {
  static const std::pair<unsigned, const char*> names[] = {
      {needs_positive, "needs_positive"}, {needs_variation, "needs_variation"}, {needs_groups, "needs_groups"},
      {needs_periods, "needs_periods"}, {gives_signed, "gives_signed"}, {gives_unit, "gives_unit"},
      {keeps_range, "keeps_range"}, {gives_range, "gives_range"},
      {needs_others, "needs_others"}, {takes_holes, "takes_holes"}, {needs_indicators, "needs_indicators"},
      {changes_unit, "changes_unit"}, {needs_nonnegative, "needs_nonnegative"}, {keeps_sign, "keeps_sign"}};
  py::list out;
  for (const auto& [bit, name] : names)
    if (traits & bit) out.append(name);
  return out;
}

py::dict describe(const Method& row) {
  py::list params;
  for (const Param& param : row.params) params.append(describe(param));
  return py::dict("name"_a = row.name, "sentence"_a = row.sentence, "citation"_a = row.citation, "params"_a = params,
                  "traits"_a = describe_traits(row.traits));
}

template <class Table>
py::list describe_all(const Table& table) {
  py::list out;
  for (const auto& row : table)
    if (!row.withdrawn) out.append(describe(row));
  return out;
}

py::dict methods() {
  py::dict out;
  out["screen"] = describe_all(screen_methods());
  out["denominate"] = describe_all(denominate_methods());
  out["impute"] = describe_all(impute_methods());
  out["treat"] = describe_all(treat_methods());
  out["normalize"] = describe_all(normalize_methods());
  out["weight"] = describe_all(weight_methods());
  out["aggregate"] = describe_all(aggregate_methods());
  out["rank"] = describe_all(rank_methods());
  out["correlate"] = describe_all(correlate_methods());
  out["interval"] = describe_all(interval_methods());
  out["adjust"] = describe_all(adjust_methods());
  return out;
}

// Calls `use` with the row of that name in the table of that stage.
template <class Use>
auto with_row(const std::string& stage, const std::string& name, const Use& use) {
  if (stage == "screen") return use(find(stage, screen_methods(), name));
  if (stage == "denominate") return use(find(stage, denominate_methods(), name));
  if (stage == "impute") return use(find(stage, impute_methods(), name));
  if (stage == "treat") return use(find(stage, treat_methods(), name));
  if (stage == "normalize") return use(find(stage, normalize_methods(), name));
  if (stage == "weight") return use(find(stage, weight_methods(), name));
  if (stage == "aggregate") return use(find(stage, aggregate_methods(), name));
  if (stage == "rank") return use(find(stage, rank_methods(), name));
  if (stage == "correlate") return use(find(stage, correlate_methods(), name));
  if (stage == "interval") return use(find(stage, interval_methods(), name));
  return use(find(stage, adjust_methods(), name));
}

py::list check(const std::string& stage, const std::string& name, const std::map<std::string, double>& params, const py::dict& given) {
  py::list out;
  const Tables by_name = tables(given);
  const auto found = with_row(stage, name, [&](const Method& row) { return faults(row, params, by_name); });
  for (const Fault& fault : found) out.append(py::make_tuple(fault.param, fault.came, fault.right));
  return out;
}

}  // namespace

void method(py::module_& m) {
  m.def("methods", &methods, "The table of every stage, in the order of the stages.");
  m.def("faults", &check, "stage"_a, "method"_a, "params"_a, "tables"_a, "What is wrong with the parameters: (parameter, came, right).");
}

}  // namespace egov::bind
