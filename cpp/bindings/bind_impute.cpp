#include "convert.hpp"

namespace egov::bind {
namespace {

using namespace py::literals;

std::unique_ptr<Imputation> run(const Input& values, Index units, const Vector& times, const py::list& from, const Vector& directions,
                                const std::vector<std::vector<Index>>& above, const std::vector<std::uint32_t>& keys, const std::vector<std::string>& names,
                                int threads, const py::object& progress) {
  auto by_column = chains(from);
  Gaps gaps{values, units, times, {}, {}, {}, directions, above, keys, threads, monitor(progress), names};
  return released([&] { return std::make_unique<Imputation>(std::move(gaps), std::move(by_column)); });
}

py::list traces(const Imputation& of) {
  py::list out;
  for (const Trace& trace : of.traces()) out.append(py::make_tuple(trace.name, trace.column, trace.values));
  return out;
}

// A value for each change of the trail.
Vector quantiles(const Imputation& of, double p) {
  Vector out(static_cast<Index>(of.trail().size()));
  for (Index k = 0; k < out.size(); ++k) out[k] = of.quantile(static_cast<std::size_t>(k), p);
  return out;
}

}  // namespace

void imputation(py::module_& m) {
  py::class_<Imputation>(m, "Imputation")
      .def(py::init(&run), "values"_a.noconvert(), "units"_a, "times"_a, "chains"_a, "directions"_a, "above"_a, "keys"_a, "names"_a, "threads"_a, "progress"_a = py::none())
      .def_property_readonly("values", [](const Imputation& of) { return of.values(); })
      .def_property_readonly("trail", [](const Imputation& of) { return trail(of.trail()); })
      .def_property_readonly("stochastic", &Imputation::stochastic)
      .def_property_readonly("notes", &Imputation::notes)
      .def_property_readonly("traces", &traces)
      .def("draw", [](const Imputation& of, std::uint64_t seed, std::uint32_t number) {
        return released([&] { return of.draw(seed, number); });
      }, "seed"_a, "number"_a)
      .def("quantiles", &quantiles, "p"_a);
}

}  // namespace egov::bind
