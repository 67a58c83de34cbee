#include "convert.hpp"

namespace egov::bind {

using namespace py::literals;

namespace {

py::dict give(const std::vector<Treatment>& all) {
  py::dict out;
  auto put = [&](const char* name, const auto& of) {
    py::list items;
    for (const Treatment& one : all) items.append(of(one));
    out[name] = items;
  };
  put("skew_before", [](const Treatment& one) { return one.before.skew; });
  put("kurt_before", [](const Treatment& one) { return one.before.kurt; });
  put("passed_before", [](const Treatment& one) { return one.before.passes; });
  put("high", [](const Treatment& one) { return one.done.high; });
  put("low", [](const Treatment& one) { return one.done.low; });
  put("transform", [](const Treatment& one) { return one.done.transform; });
  put("power", [](const Treatment& one) { return one.done.power; });
  put("skew_after", [](const Treatment& one) { return one.after.skew; });
  put("kurt_after", [](const Treatment& one) { return one.after.kurt; });
  put("passed_after", [](const Treatment& one) { return one.after.passes; });
  return out;
}

py::list give(const std::vector<Verdict>& verdicts) {
  py::list out;
  for (const Verdict& v : verdicts) out.append(py::make_tuple(v.rule, v.seen, v.of, v.pillar));
  return out;
}

}  // namespace

void stages(py::module_& m) {
  m.def("screen", [](const Input& values, const std::vector<Index>& pillar, const std::vector<int>& units,
                     const std::vector<int>& indicators, const py::dict& from) {
    const Matrix table = values;
    const auto picked = choice(from);
    const std::vector<char> out(static_cast<std::size_t>(table.rows()), 0);
    const auto found = released([&] { return screen({table, pillar, out, {units, indicators}}, picked); });
    return py::dict("units"_a = give(found.units), "indicators"_a = give(found.indicators), "observed"_a = found.observed,
                    "nonzero"_a = found.nonzero, "within"_a = found.within, "coverage"_a = found.coverage);
  }, "values"_a.noconvert(), "pillar"_a, "units"_a, "indicators"_a, "choice"_a);

  m.def("denominate", [](const Input& values, const Input& denominators, Index units, const py::list& from) {
    Matrix table = values;
    const auto choices = chain(from);
    released([&] { denominate(table, denominators, units, choices); });
    return table;
  }, "values"_a.noconvert(), "denominators"_a.noconvert(), "units"_a, "choices"_a);

  m.def("treat", [](const Input& values, Index units, const Vector& times, const py::list& from) {
    Matrix table = values;
    const auto choices = chain(from);
    released([&] { treat(table, {units, times}, choices); });
    return table;
  }, "values"_a.noconvert(), "units"_a, "times"_a, "choices"_a);

  m.def("treatments", [](const Input& values, Index units, const Vector& times, const py::list& from) {
    Matrix table = values;
    const auto choices = chain(from);
    return give(released([&] { return treatments(table, {units, times}, choices); }));
  }, "values"_a.noconvert(), "units"_a, "times"_a, "choices"_a);

  m.def("normalize", [](const Input& values, Index units, const Vector& times, const Vector& directions, const py::list& from) {
    Matrix table = values;
    const auto choices = chain(from);
    released([&] { normalize(table, {units, times}, directions, choices); });
    return table;
  }, "values"_a.noconvert(), "units"_a, "times"_a, "directions"_a, "choices"_a);

  m.def("normalize_by", [](const Input& values, const Input& reference, Index units, const Vector& times, const Vector& directions,
                           const py::list& from) {
    Matrix table = values;
    const auto choices = chain(from);
    released([&] { normalize_by(table, reference, {units, times}, directions, choices); });
    return table;
  }, "values"_a.noconvert(), "reference"_a.noconvert(), "units"_a, "times"_a, "directions"_a, "choices"_a);

  m.def("weight", [](const Input& children, const Vector& given, const py::dict& from) {
    const auto picked = choice(from);
    return released([&] { return weigh(children, given, picked); });
  }, "children"_a.noconvert(), "given"_a, "choice"_a);

  m.def("optimize_weights", [](const Input& values, const std::vector<Index>& group, const Vector& shares, const Vector& rest,
                               const Vector& targets, bool infomax, bool squared, bool negative) {
    const Aim aim{values, group, shares, rest, targets, infomax, squared, negative};
    const auto found = released([&] { return optimize_weights(aim); });
    return py::dict("weights"_a = found.weights, "correlations"_a = found.correlations, "importance"_a = found.importance,
                    "objective"_a = found.objective);
  }, "values"_a.noconvert(), "group"_a, "shares"_a, "rest"_a, "targets"_a, "infomax"_a, "squared"_a, "negative"_a);

  m.def("judge", [](const Matrix& matrices, bool geometric) {
    const auto found = released([&] { return judge(matrices, geometric); });
    py::list triples;
    for (const auto& at : found.triples) triples.append(py::make_tuple(at.i, at.j, at.k, at.product));
    return py::dict("weights"_a = found.weights, "index"_a = found.index, "ratio"_a = found.ratio,
                    "expert_ratios"_a = found.expert_ratios, "triples"_a = triples);
  }, "matrices"_a, "geometric"_a);

  m.def("aggregate", [](const Input& children, const Vector& weights, const py::dict& from, const std::string& rule, double threshold,
                      Index section) {
    const auto picked = choice(from);
    return released([&] { return aggregate(children, weights, picked, missing(rule, threshold), section); });
  }, "children"_a.noconvert(), "weights"_a, "choice"_a, "missing"_a, "threshold"_a, "section"_a);

  m.def("outranking", [](const Input& children, const Vector& weights) {
    return released([&] { return outranking(children, weights); });
  }, "children"_a.noconvert(), "weights"_a);

  m.def("rank", [](const Input& scores, Index section, const py::dict& from, int digits) {
    const auto picked = choice(from);
    return released([&] { return rank(Matrix(scores), section, picked, digits); });
  }, "scores"_a.noconvert(), "section"_a, "choice"_a, "digits"_a);
}

}  // namespace egov::bind
