#include "convert.hpp"
#include "egov/random.hpp"
#include "egov/sensitivity.hpp"

namespace egov::bind {
namespace {

using namespace py::literals;

Alternatives make_alternatives(const py::list& impute, const py::list& treat, const py::list& normalize, const py::list& aggregate,
                               const std::vector<double>& noise, const py::list& rescale, bool posterior) {
  Alternatives to;
  for (const auto& item : impute) to.impute.push_back(chains(py::cast<py::list>(item)));
  for (const auto& item : treat) to.treat.push_back(chains(py::cast<py::list>(item)));
  to.normalize = chains(normalize);
  to.aggregate = chains(aggregate);
  to.noise = noise;
  to.posterior = posterior;
  for (const auto& item : rescale) to.rescale.push_back(range(py::cast<py::object>(item)));
  return to;
}

py::list factors(const Plan& plan) {
  py::list out;
  for (const Factor& factor : plan.factors()) out.append(py::make_tuple(factor.name, factor.levels, factor.node));
  return out;
}

py::dict draws(const Plan& plan, Points kind, std::uint64_t n, std::uint64_t seed, bool keep, int threads, const py::object& progress) {
  const auto told = monitor(progress);
  const Ensemble out = released([&] {
    return uncertainty(plan, Design(kind, static_cast<Index>(plan.factors().size()), n, seed), keep, threads, told);
  });
  return py::dict("counts"_a = out.counts, "mean_shift"_a = out.mean_shift, "shift_by_level"_a = out.shift_by_level,
                  "points"_a = out.points, "scores"_a = out.scores, "ranks"_a = out.ranks);
}

py::dict indices(const Plan& plan, std::uint64_t n, Index count, std::uint64_t seed, const std::string& output, double level, int threads,
                 const py::object& progress) {
  const auto told = monitor(progress);
  const Output kind = output == "rank" ? Output::rank : output == "score" ? Output::score : Output::shift;
  const Indices out = released([&] { return sensitivity(plan, replicates(plan, n, count, seed), kind, level, threads, told); });
  return py::dict("first"_a = out.first, "total"_a = out.total, "first_half"_a = out.first_half, "total_half"_a = out.total_half,
                  "mean"_a = out.mean, "variance"_a = out.variance, "runs"_a = out.runs);
}

}  // namespace

void design(py::module_& m) {
  m.def("philox", &philox, "counter"_a, "key"_a);
  py::enum_<Points>(m, "Points").value("sobol", Points::sobol).value("montecarlo", Points::montecarlo);
  py::class_<Design>(m, "Design")
      .def(py::init<Points, Index, std::uint64_t, std::uint64_t>(), "kind"_a, "dimensions"_a, "length"_a, "seed"_a)
      .def("sample", [](const Design& of) { return released([&] { return sample(of); }); });
}

void plan(py::module_& m) {
  py::class_<Alternatives>(m, "Alternatives")
      .def(py::init(&make_alternatives), "impute"_a, "treat"_a, "normalize"_a, "aggregate"_a, "noise"_a, "rescale"_a,
           "posterior"_a);
  py::class_<Plan>(m, "Plan")
      .def(py::init([](const Panel& panel, const Framework& framework, const Recipe& recipe, const Alternatives& alternatives,
                       const std::vector<Index>& periods) {
             return released([&] { return std::make_unique<Plan>(panel, framework, recipe, alternatives, periods); });
           }), "panel"_a, "framework"_a, "recipe"_a, "alternatives"_a, "periods"_a)
      .def_property_readonly("factors", &factors)
      .def_property_readonly("kept", &Plan::kept)
      .def_property_readonly("nominal_ranks", &Plan::nominal_ranks)
      .def_property_readonly("nominal_scores", &Plan::nominal_scores)
      .def("recipe_at", [](const Plan& of, const std::vector<double>& point) { return of.recipe_at(point.data()); }, "point"_a)
      .def("framework_at", [](const Plan& of, const std::vector<double>& point) { return of.framework_at(point.data()); }, "point"_a)
      .def("uncertainty", &draws, "points"_a, "n"_a, "seed"_a, "keep"_a, "threads"_a, "progress"_a)
      .def("sensitivity", &indices, "n"_a, "replicates"_a, "seed"_a, "output"_a, "level"_a, "threads"_a, "progress"_a);
}

}  // namespace egov::bind
