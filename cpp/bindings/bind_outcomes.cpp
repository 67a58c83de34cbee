#include "convert.hpp"
#include "egov/outcomes.hpp"
#include "egov/propagation.hpp"
#include "egov/uncertainty.hpp"

namespace egov::bind {
namespace {

using namespace py::literals;

const char* code(Reason reason) {
  static const char* const codes[] = {"", "no-overlap", "too-few", "constant-index", "constant-outcome",
                                      "too-many-controls", "control-is-index", "control-is-outcome", "perfect"};
  return codes[static_cast<int>(reason)];
}

py::dict give(const std::vector<Association>& pairs) {
  py::list n, clusters, estimate, low, high, more, p, p_family, reason, left_out;
  for (const Association& pair : pairs) {
    py::list ends;
    for (const Ends& each : pair.more) ends.append(py::make_tuple(each.low, each.high));
    more.append(ends);
    n.append(pair.n), clusters.append(pair.clusters), estimate.append(pair.estimate);
    low.append(pair.low), high.append(pair.high), p.append(pair.p), p_family.append(pair.p_family);
    reason.append(code(pair.reason)), left_out.append(pair.left_out);
  }
  return py::dict("n"_a = n, "clusters"_a = clusters, "estimate"_a = estimate, "low"_a = low, "high"_a = high, "more"_a = more, "p"_a = p,
                  "p_family"_a = p_family, "reason"_a = reason,
                  "left_out"_a = left_out);
}

py::dict give(const std::vector<Information>& pairs) {
  py::list n, estimate, p, reason;
  for (const Information& pair : pairs) n.append(pair.n), estimate.append(pair.estimate), p.append(pair.p), reason.append(code(pair.reason));
  return py::dict("n"_a = n, "estimate"_a = estimate, "p"_a = p, "reason"_a = reason);
}

View view(const std::string& word) {
  return word == "within" ? View::within : word == "between" ? View::between : View::rows;
}

Question question(const py::dict& from) {
  Question asked;
  asked.method = choice(from["method"]);
  asked.intervals.clear();
  for (const auto& each : from["intervals"]) asked.intervals.push_back(choice(each.cast<py::object>()));
  asked.controls = from["controls"].cast<Matrix>();
  asked.clusters = from["clusters"].cast<std::vector<Index>>();
  asked.view = view(from["view"].cast<std::string>());
  asked.resamples = from["resamples"].cast<Index>();
  asked.level = from["level"].cast<double>();
  asked.together = from["together"].cast<bool>();
  asked.permutations = from["permutations"].cast<Index>();
  asked.family = from["family"].cast<bool>();
  asked.seed = from["seed"].cast<std::uint64_t>();
  asked.threads = from["threads"].cast<int>();
  asked.streams = from["streams"].cast<std::vector<std::uint64_t>>();
  return asked;
}

using Draws = py::array_t<double, py::array::c_style>;  // draws x rows x nodes

py::dict give(const std::vector<Propagated>& pairs) {
  py::list n, fewest, draws, resamples, estimate, low, high, index, country, p, reason;
  for (const Propagated& pair : pairs) {
    n.append(pair.n), fewest.append(pair.fewest), draws.append(pair.draws), resamples.append(pair.resamples);
    estimate.append(pair.estimate), low.append(pair.low), high.append(pair.high), p.append(pair.p);
    index.append(pair.index_variance), country.append(pair.country_variance), reason.append(code(pair.reason));
  }
  return py::dict("n"_a = n, "fewest"_a = fewest, "draws"_a = draws, "resamples"_a = resamples, "estimate"_a = estimate, "low"_a = low,
                  "high"_a = high, "index_variance"_a = index, "country_variance"_a = country, "p"_a = p, "reason"_a = reason);
}

void add_draws(Propagation& to, Index rows, Index nodes, const Draws& draws, const py::object& progress) {
  if (draws.ndim() != 3 || draws.shape(1) != rows || draws.shape(2) != nodes)
    throw DataError("draws have the rows of the outcomes and the nodes announced: (draws, rows, nodes)", {"propagate", "", "draws"});
  const auto told = monitor(progress);
  const double* from = draws.data();
  const Index count = draws.shape(0);
  released([&] { return to.add(from, count, told), 0; });
}

Draws make_draws(const Plan& plan, Points kind, std::uint64_t n, std::uint64_t seed, bool enumerated, std::uint64_t first, Index count,
                 Index period, const std::vector<std::vector<Index>>& nodes, int threads, const py::object& progress) {
  std::vector<Index> levels;
  for (const Factor& factor : plan.factors()) levels.push_back(factor.levels);
  Draws out({static_cast<py::ssize_t>(count), static_cast<py::ssize_t>(plan.start(period + 1) - plan.start(period)),
             static_cast<py::ssize_t>(nodes.at(0).size())});
  double* to = out.mutable_data();
  const auto told = monitor(progress);
  released([&] {
    const Design design = enumerated ? Design(kind, levels, n, seed) : Design(kind, static_cast<Index>(levels.size()), n, seed);
    return node_draws(plan, design, first, count, period, nodes, to, threads, told), 0;
  });
  return out;
}

// A propagation with the shape that its draws must have.
struct Announced {
  Propagation propagation;
  Index rows, nodes;
};

void propagation(py::module_& m) {
  py::class_<Announced>(m, "Propagation")
      .def(py::init([](const Input& y, const py::dict& from, Index nodes, Index draws) {
             return std::unique_ptr<Announced>(new Announced{Propagation(Matrix(y), question(from), nodes, draws), y.rows(), nodes});
           }), "y"_a.noconvert(), "question"_a, "nodes"_a, "draws"_a)
      .def("add", [](Announced& to, const Draws& draws, const py::object& progress) {
        add_draws(to.propagation, to.rows, to.nodes, draws, progress);
      }, "draws"_a.noconvert(), "progress"_a)
      .def("results", [](const Announced& of) { return give(of.propagation.results()); });
  m.def("resample_rows", &resample_rows, "seed"_a, "draw"_a, "n"_a);
  m.def("node_draws", &make_draws, "plan"_a, "points"_a, "n"_a, "seed"_a, "enumerated"_a, "first"_a, "count"_a, "period"_a, "nodes"_a,
        "threads"_a, "progress"_a);
}

}  // namespace

void outcomes(py::module_& m) {
  m.def("correlate", [](const Input& x, const Input& y, const py::dict& from, const py::object& progress) {
    const auto asked = question(from);
    const auto told = monitor(progress);
    return give(released([&] { return correlate(Matrix(x), Matrix(y), asked, told); }));
  }, "x"_a.noconvert(), "y"_a.noconvert(), "question"_a, "progress"_a);
  m.def("mutual_information", [](const Input& x, const Input& y, Index neighbors, bool ranks, Index permutations, std::uint64_t seed, int threads,
                                 const std::vector<std::uint64_t>& streams,
                                 const py::object& progress) {
    const auto told = monitor(progress);
    return give(released([&] { return mutual_information(Matrix(x), Matrix(y), {neighbors, ranks, permutations, seed, threads, streams}, told); }));
  }, "x"_a.noconvert(), "y"_a.noconvert(), "neighbors"_a, "ranks"_a, "permutations"_a, "seed"_a, "threads"_a, "streams"_a, "progress"_a);
  m.def("adjust", [](const Vector& p, const py::dict& from) { return adjust(p, choice(from)); }, "p"_a, "method"_a);
  m.def("correlation_p", [](double r, Index n) { return correlation_p(r, n); }, "r"_a, "n"_a);
  m.def("f_tail", &f_tail, "f"_a, "above"_a, "below"_a);
  propagation(m);
}

}  // namespace egov::bind
