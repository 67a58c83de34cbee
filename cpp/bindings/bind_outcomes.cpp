#include "convert.hpp"
#include "egov/outcomes.hpp"

namespace egov::bind {
namespace {

using namespace py::literals;

const char* code(Reason reason) {
  static const char* const codes[] = {"", "no-overlap", "too-few", "constant-index", "constant-outcome",
                                      "too-many-controls", "control-is-index", "control-is-outcome"};
  return codes[static_cast<int>(reason)];
}

py::dict give(const std::vector<Association>& pairs) {
  py::list n, clusters, estimate, low, high, p, p_family, reason, left_out;
  for (const Association& pair : pairs) {
    n.append(pair.n), clusters.append(pair.clusters), estimate.append(pair.estimate);
    low.append(pair.low), high.append(pair.high), p.append(pair.p), p_family.append(pair.p_family);
    reason.append(code(pair.reason)), left_out.append(pair.left_out);
  }
  return py::dict("n"_a = n, "clusters"_a = clusters, "estimate"_a = estimate, "low"_a = low, "high"_a = high, "p"_a = p,
                  "p_family"_a = p_family, "reason"_a = reason,
                  "left_out"_a = left_out);
}

View view(const std::string& word) {
  return word == "within" ? View::within : word == "between" ? View::between : View::rows;
}

Question question(const py::dict& from) {
  Question asked;
  asked.method = choice(from["method"]);
  asked.interval = choice(from["interval"]);
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
  return asked;
}

}  // namespace

void outcomes(py::module_& m) {
  m.def("correlate", [](const Input& x, const Input& y, const py::dict& from, const py::object& progress) {
    const auto asked = question(from);
    const auto told = monitor(progress);
    return give(released([&] { return correlate(Matrix(x), Matrix(y), asked, told); }));
  }, "x"_a.noconvert(), "y"_a.noconvert(), "question"_a, "progress"_a);
  m.def("adjust", [](const Vector& p, const py::dict& from) { return adjust(p, choice(from)); }, "p"_a, "method"_a);
  m.def("correlation_p", &correlation_p, "r"_a, "n"_a);
}

}  // namespace egov::bind
