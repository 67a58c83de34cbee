#include "convert.hpp"
#include "egov/design.hpp"
#include "egov/random.hpp"

namespace egov::bind {

using namespace py::literals;

void design(py::module_& m) {
  m.def("philox", &philox, "counter"_a, "key"_a);
  py::enum_<Points>(m, "Points").value("sobol", Points::sobol).value("montecarlo", Points::montecarlo);
  py::class_<Design>(m, "Design")
      .def(py::init<Points, Index, std::uint64_t, std::uint64_t>(), "kind"_a, "dimensions"_a, "length"_a, "seed"_a)
      .def("sample", [](const Design& of) { return released([&] { return sample(of); }); });
}

}  // namespace egov::bind
