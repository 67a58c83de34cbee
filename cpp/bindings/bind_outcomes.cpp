#include "convert.hpp"
#include "egov/outcomes.hpp"

namespace egov::bind {
namespace {

using namespace py::literals;

py::dict give(const std::vector<Association>& pairs) {
  static const char* const reasons[] = {"", "too few countries", "index constant", "outcome constant"};
  py::list n, estimate, low, high, p, reason;
  for (const Association& pair : pairs) {
    n.append(pair.n), estimate.append(pair.estimate), low.append(pair.low), high.append(pair.high), p.append(pair.p);
    reason.append(reasons[static_cast<int>(pair.reason)]);
  }
  return py::dict("n"_a = n, "estimate"_a = estimate, "low"_a = low, "high"_a = high, "p"_a = p, "reason"_a = reason);
}

}  // namespace

void outcomes(py::module_& m) {
  m.def("correlate", [](const Input& x, const Input& y, const py::dict& from, Index resamples, double level, std::uint64_t seed,
                        int threads, const py::object& progress) {
    const auto picked = choice(from);
    const auto told = monitor(progress);
    return give(released([&] { return correlate(Matrix(x), Matrix(y), picked, resamples, level, seed, threads, told); }));
  }, "x"_a.noconvert(), "y"_a.noconvert(), "method"_a, "resamples"_a, "level"_a, "seed"_a, "threads"_a, "progress"_a);
  m.def("adjust", [](const Vector& p, const py::dict& from) { return adjust(p, choice(from)); }, "p"_a, "method"_a);
  m.def("correlation_p", &correlation_p, "r"_a, "n"_a);
}

}  // namespace egov::bind
