#include "convert.hpp"
#include "egov/bound.hpp"
#include "egov/removal.hpp"

namespace egov::bind {
namespace {

using namespace py::literals;

Node node(const py::dict& from) {
  Node to;
  to.parent = py::cast<Index>(from["parent"]);
  to.weight = py::cast<double>(from["weight"]);
  to.indicator = py::cast<Index>(from["indicator"]);
  to.direction = py::cast<double>(from["direction"]);
  to.lag = py::cast<double>(from["lag"]);
  to.not_scored = py::cast<double>(from["not_scored"]);
  to.denominator = py::cast<Index>(from["denominator"]);
  return to;
}

Handling handling(const py::dict& from) {
  return {chain(py::cast<py::list>(from["impute"])), chain(py::cast<py::list>(from["treat"])),
          choice(py::cast<py::dict>(from["normalize"])), choice(py::cast<py::dict>(from["weight"])),
          choice(py::cast<py::dict>(from["aggregate"])), choice(py::cast<py::dict>(from["denominate"]))};
}

Step step(const std::string& name) {
  const auto& names = step_names();
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) throw SpecError(unknown(name, names), {"recipe", name, "order"});
  return static_cast<Step>(at - names.begin());
}

Framework make_framework(const py::list& nodes) {
  Framework to;
  for (const auto& item : nodes) to.nodes.push_back(node(py::cast<py::dict>(item)));
  return to;
}

Recipe make_recipe(const py::list& nodes, const std::vector<std::string>& order, const std::string& rule, double threshold, const py::dict& rank, int digits,
                   const py::object& rescale, const py::dict& screen) {
  Recipe to;
  for (const auto& item : nodes) to.nodes.push_back(handling(py::cast<py::dict>(item)));
  to.order.clear();
  for (const std::string& name : order) to.order.push_back(step(name));
  to.missing = missing(rule, threshold);
  to.rank = choice(rank);
  to.rank_digits = digits;
  to.rescale = range(rescale);
  to.screen = choice(screen);
  return to;
}

// Matrices are handed over without a copy.
py::dict give(Scores scores) {
  return py::dict("values"_a = std::move(scores.values), "ranks"_a = std::move(scores.ranks), "weights"_a = scores.weights,
                  "excluded"_a = std::vector<int>(scores.excluded.begin(), scores.excluded.end()),
                  "dropped"_a = std::vector<bool>(scores.dropped.begin(), scores.dropped.end()), "trail"_a = trail(scores.trail),
                  "imputation_notes"_a = scores.notes);
}

}  // namespace

void recipe(py::module_& m) {
  py::class_<Panel>(m, "Panel")
      .def(py::init([](const Input& values, Index units, const Vector& times, const std::vector<std::uint32_t>& keys,
                       const std::vector<std::string>& names) { return Panel{values, units, times, keys, names}; }),
           "values"_a.noconvert(), "units"_a, "times"_a, "keys"_a, "names"_a);
  py::class_<Framework>(m, "Framework").def(py::init(&make_framework), "nodes"_a);
  py::class_<Recipe>(m, "Recipe").def(py::init(&make_recipe), "nodes"_a, "order"_a, "missing"_a, "threshold"_a, "rank"_a, "rank_digits"_a, "rescale"_a,
                                                      "screen"_a);
  m.def("score", [](Panel& panel, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods, bool spend) {
    const auto watched = monitor(py::none());
    return give(released([&] {
      return spend ? score(std::move(panel), framework, recipe, periods, watched) : score(panel, framework, recipe, periods, watched);
    }));
  }, "panel"_a, "framework"_a, "recipe"_a, "periods"_a, "spend"_a = false);
  m.def("remove_each", [](const Panel& panel, const Framework& framework, const Recipe& recipe, Index period, const std::vector<Index>& nodes,
                          int threads, const py::object& progress) {
    const auto told = monitor(progress);
    const Removal out = released([&] { return remove_each(panel, framework, recipe, period, nodes, threads, told); });
    return py::dict("scores"_a = out.scores, "ranks"_a = out.ranks, "reasons"_a = out.reasons);
  }, "panel"_a, "framework"_a, "recipe"_a, "period"_a, "nodes"_a, "threads"_a, "progress"_a);
  m.def("bounds", [](const Panel& panel, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods) {
    const Bounds found = released([&] { return bounds(panel, framework, recipe, periods); });
    return py::dict("low"_a = found.low, "high"_a = found.high, "best_rank"_a = found.best_rank, "worst_rank"_a = found.worst_rank);
  }, "panel"_a, "framework"_a, "recipe"_a, "periods"_a);
}

}  // namespace egov::bind
