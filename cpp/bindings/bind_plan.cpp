#include <algorithm>
#include <cmath>

#include "convert.hpp"
#include "egov/confidence.hpp"
#include "egov/delta.hpp"
#include "egov/fast.hpp"
#include "egov/filtering.hpp"
#include "egov/given.hpp"
#include "egov/morris.hpp"
#include "egov/pawn.hpp"
#include "egov/random.hpp"
#include "egov/regression.hpp"
#include "egov/sensitivity.hpp"
#include "egov/shapley.hpp"
#include "egov/sobol.hpp"
#include "egov/uncertainty.hpp"

namespace egov::bind {
namespace {

using namespace py::literals;

Alternatives make_alternatives(const py::list& impute, const py::list& treat, const py::list& normalize, const py::list& aggregate,
                               const py::dict& weights, const py::list& rescale, bool posterior, const std::shared_ptr<Measurement>& errors) {
  Alternatives to;
  for (const auto& item : impute) to.impute.push_back(chains(py::cast<py::list>(item)));
  for (const auto& item : treat) to.treat.push_back(chains(py::cast<py::list>(item)));
  to.normalize = chains(normalize);
  to.aggregate = chains(aggregate);
  to.weights = {py::cast<std::vector<double>>(weights["noise"]), py::cast<std::vector<double>>(weights["concentration"]),
                py::cast<std::vector<double>>(weights["lower"]), py::cast<std::vector<double>>(weights["upper"]),
                py::cast<Matrix>(weights["experts"]), py::cast<std::vector<Index>>(weights["exclude"])};
  to.posterior = posterior;
  to.errors = errors;
  for (const auto& item : rescale) to.rescale.push_back(range(py::cast<py::object>(item)));
  return to;
}

py::list factors(const Plan& plan) {
  py::list out;
  for (const Factor& factor : plan.factors()) out.append(py::make_tuple(factor.name, factor.levels, factor.node));
  return out;
}

// A stop that was asked for leaves what is done, any other exception comes through; later only Ctrl-C is looked for.
Monitor forgiving(const py::object& progress) {
  return [told = monitor(progress), alone = monitor(py::none()), stopped = std::make_shared<bool>(false)](double done) {
    if ((*stopped ? alone : told)(done)) return true;
    *stopped = true;
    py::gil_scoped_acquire acquire;
    if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) throw py::error_already_set();
    PyErr_Clear();
    return false;
  };
}

std::vector<Index> levels_of(const Plan& plan) {
  std::vector<Index> out;
  for (const Factor& factor : plan.factors()) out.push_back(factor.levels);
  return out;
}

// `n`: of the design; `first`: only so many of its draws, 0 for all.
py::dict draws(const Plan& plan, Points kind, std::uint64_t n, std::uint64_t seed, bool keep, int threads, const py::object& progress, bool pairs,
               bool enumerated, std::uint64_t first, bool partial) {
  const auto told = partial ? forgiving(progress) : monitor(progress);
  const Ensemble out = released([&] {
    const Design design = enumerated ? Design(kind, levels_of(plan), n, seed) : Design(kind, static_cast<Index>(plan.factors().size()), n, seed);
    return uncertainty(plan, design, keep, threads, told, {pairs, partial, first});
  });
  return py::dict("n"_a = out.draws, "counts"_a = out.counts, "mean_shift"_a = out.mean_shift, "shift_by_level"_a = out.shift_by_level,
                  "points"_a = out.points, "scores"_a = out.scores, "ranks"_a = out.ranks, "pairs"_a = out.pairs);
}

using Rowwise = py::array_t<double, py::array::c_style>;  // runs x outputs, or runs x columns

Crossing crossing(Index factors, bool reversed, bool third) {
  Crossing out;
  out.factors = factors, out.reversed = reversed, out.third = third;
  return out;
}

std::vector<Asked> asked_of(const py::list& from) {
  std::vector<Asked> out;
  for (const auto& item : from) {
    const auto one = py::cast<py::tuple>(item);
    out.push_back({py::cast<Output>(one[0]), py::cast<Index>(one[1]), py::cast<Index>(one[2]), py::cast<Index>(one[3])});
  }
  return out;
}

py::dict sobol_dict(const SobolIndices& out) {
  return py::dict("value"_a = out.value, "low"_a = out.low, "high"_a = out.high, "mean"_a = out.mean, "variance"_a = out.variance,
                  "constant"_a = out.constant, "pooled"_a = out.pooled, "scrambles"_a = out.scrambles);
}

// Outputs of runs x factors points of the unit cube, a row a run.
Rowwise evaluated(const Plan& plan, const py::list& from, const Rowwise& points, int threads, const py::object& progress) {
  const std::vector<Asked> asked = asked_of(from);
  const Index runs = points.shape(0);
  if (points.ndim() != 2 || points.shape(1) != static_cast<py::ssize_t>(plan.factors().size()))
    throw SpecError("points have a column for each factor", {"sensitivity", "", "points"});
  Rowwise out({static_cast<py::ssize_t>(runs), static_cast<py::ssize_t>(outputs_of(plan, asked))});
  const double* at = points.data();
  double* to = out.mutable_data();
  const auto told = monitor(progress);
  released([&] { return evaluate(plan, asked, at, runs, to, threads, told), 0; });
  return out;
}

py::dict indices(const Plan& plan, const py::list& from, const std::vector<Index>& group, bool enumerated, std::uint64_t n, Index scrambles,
                 std::uint64_t seed, const py::dict& by, bool reversed, bool third, bool dummy, double level, Index resamples, int threads,
                 const py::object& progress, bool partial) {
  const std::vector<Asked> asked = asked_of(from);
  Inference inference;
  inference.partial = partial;
  inference.by = {py::cast<std::string>(by["first"]), py::cast<std::string>(by["total"]), py::cast<std::string>(by["second"])};
  inference.reversed = reversed, inference.third = third, inference.dummy = dummy;
  inference.level = level, inference.resamples = resamples, inference.seed = seed;
  const auto told = partial ? forgiving(progress) : monitor(progress);
  return sobol_dict(released([&] {
    Index coordinates = 0;
    for (const Factor& factor : plan.factors()) coordinates += !enumerated || factor.levels == 0;
    std::vector<Design> designs;
    if (coordinates > 0) designs = scrambled_designs(Points::sobol, (third ? 3 : 2) * coordinates, n, scrambles, seed);
    return (enumerated ? enumerated_indices : sampled_indices)(plan, asked, group, designs, inference, threads, told);
  }));
}

Rowwise sobol_sample(Points kind, std::uint64_t n, Index scrambles, std::uint64_t seed, const std::vector<Index>& factor, Index factors,
                     bool reversed, bool third, const py::list& marginals, int threads) {
  const Crossing runs = crossing(factors, reversed, third);
  const std::vector<Choice> laws = chain(marginals);
  Rowwise out({static_cast<py::ssize_t>(n) * runs.runs(), static_cast<py::ssize_t>(factor.size())});
  double* to = out.mutable_data();
  const auto watched = monitor(py::none());
  released([&] {
    const auto columns = static_cast<Index>(factor.size());
    sample_runs(scrambled_designs(kind, columns * runs.points(), n, scrambles, seed), runs, factor, laws, threads, to, watched);
    return 0;
  });
  return out;
}

constexpr double half_done = 0.5;  // the share of an analysis that sums take, before resamples

// Indices of the sums of blocks, with their intervals.
SobolIndices concluded(std::vector<Sums> sums, const std::vector<PointBlock>& blocks, const Vector& origin, const Estimators& by, double level,
                       Index resamples, bool dummy, std::uint64_t seed, int threads, const Monitor& told) {
  if (dummy) std::transform(sums.begin(), sums.end(), sums.begin(), with_dummy);
  if (resamples > 0) return over_resamples(sums, origin, by, level, resamples, seed, threads, told, half_done);
  return over_scrambles(by_scramble(sums, blocks), origin, by, level);
}

py::dict sobol_analyze(const Rowwise& y, Index factors, bool reversed, bool third, Index scrambles, const std::string& first,
                       const std::string& total, const std::string& second, double level, Index resamples, bool dummy,
                       std::uint64_t seed, int threads, const py::object& progress) {
  const Crossing runs = crossing(factors, reversed, third);
  const Index outputs = y.shape(1), points = y.shape(0) / runs.runs();
  const double* from = y.data();
  const auto told = monitor(progress);
  return sobol_dict(released([&] {
    const Vector origin = mean_output(from, outputs, runs, points);
    const auto blocks = blocks_of(points, scrambles);
    const double share = resamples > 0 ? half_done : 1;
    auto sums = sum_blocks(from, outputs, runs, !second.empty(), blocks, origin, threads, told, share);
    return concluded(std::move(sums), blocks, origin, {first, total, second}, level, resamples, dummy, seed, threads, told);
  }));
}

py::dict sobol_analyze_combined(const Rowwise& y, const std::vector<Index>& levels, const std::vector<Index>& group, bool reversed, Index scrambles,
                                const std::string& second, double level, Index resamples, bool dummy, std::uint64_t seed, int threads,
                                const py::object& progress) {
  const Combined factors = {levels, group};
  const Index outputs = y.shape(1), rows = y.shape(0), points = rows / combined_runs(factors, reversed);
  const double* from = y.data();
  const auto told = monitor(progress);
  return sobol_dict(released([&] {
    const Vector origin = Eigen::Map<const Matrix>(from, outputs, rows).rowwise().mean();
    const auto blocks = blocks_of(points, scrambles);
    const double share = resamples > 0 ? half_done : 1;
    auto sums = sum_combined(from, outputs, factors, reversed, !second.empty(), blocks, origin, threads, told, share);
    Estimators by;
    by.second = second;
    return concluded(std::move(sums), blocks, origin, by, level, resamples, dummy, seed, threads, told);
  }));
}

Rowwise morris_sample(Walk walk, const std::vector<Index>& factor, Index factors, Index n, Index levels, Points kind, std::uint64_t seed) {
  Rowwise out({static_cast<py::ssize_t>(n * (factors + 1)), static_cast<py::ssize_t>(factor.size())});
  double* to = out.mutable_data();
  const auto watched = monitor(py::none());
  released([&] {
    if (walk == Walk::trajectory) sample_trajectories(factor, factors, n, levels, seed, to, watched);
    else sample_radial(factor, factors, Design(kind, 2 * static_cast<Index>(factor.size()), static_cast<std::uint64_t>(n), seed), to, watched);
    return 0;
  });
  return out;
}

py::dict morris_analyze(const Rowwise& y, Walk walk, Index factors, const std::vector<Index>& factor, const std::vector<double>& step,
                        double level, Index resamples, std::uint64_t seed, int threads, const py::object& progress) {
  const double* from = y.data();
  const Index outputs = y.shape(1);
  const auto told = monitor(progress);
  const Effects out = released(
      [&] { return elementary_effects(from, outputs, {walk, factors, factor, step}, level, resamples, seed, threads, told); });
  return py::dict("mu"_a = out.mu, "mu_star"_a = out.mu_star, "sigma"_a = out.sigma, "low"_a = out.low, "high"_a = out.high,
                  "total"_a = out.total);
}

py::dict given_analyze(const Input& x, const Input& y, Share by, Index classes, Index groups, double level, std::uint64_t seed, int threads,
                       const py::object& progress) {
  const auto told = monitor(progress);
  const GivenIndices out = released([&] { return given_first(x, y, by, classes, groups, level, seed, threads, told); });
  return py::dict("value"_a = out.value, "low"_a = out.low, "high"_a = out.high);
}

py::dict pawn_analyze(const Input& x, const Input& y, Index slices, Index dummies, Index resamples, double level, std::uint64_t seed,
                      int threads, const py::object& progress) {
  const auto told = monitor(progress);
  const PawnIndices out = released([&] { return pawn(x, y, slices, dummies, resamples, level, seed, threads, told); });
  return py::dict("minimum"_a = out.minimum, "median"_a = out.median, "mean"_a = out.mean, "maximum"_a = out.maximum,
                  "deviation"_a = out.deviation, "dummy"_a = out.dummy, "threshold"_a = out.threshold, "low"_a = out.low,
                  "high"_a = out.high);
}

template <class Some>
Rowwise fast_sample(Index inputs, Index points, Index harmonics, Index count, std::uint64_t seed) {
  const Some curves = {inputs, points, harmonics, count};
  Rowwise out({static_cast<py::ssize_t>(curves.rows()), static_cast<py::ssize_t>(inputs)});
  double* to = out.mutable_data();
  const auto watched = monitor(py::none());
  released([&] { return sample_curves(curves, seed, to, watched), 0; });
  return out;
}

template <class Some, auto Indices>
py::dict fast_analyze(const Rowwise& y, Index inputs, Index points, Index harmonics, Index count, double level, int threads,
                      const py::object& progress) {
  const double* from = y.data();
  const Index outputs = y.shape(1);
  const auto told = monitor(progress);
  const auto out = released([&] { return Indices(from, outputs, Some{inputs, points, harmonics, count}, level, threads, told); });
  return py::dict("value"_a = out.value, "low"_a = out.low, "high"_a = out.high);
}

py::dict balanced_analyze(const Input& x, const Input& y, Index harmonics, Index groups, double level, std::uint64_t seed, int threads,
                          const py::object& progress) {
  const auto told = monitor(progress);
  const GivenIndices out = released([&] { return balanced_first(x, y, harmonics, groups, level, seed, threads, told); });
  return py::dict("value"_a = out.value, "low"_a = out.low, "high"_a = out.high);
}

py::dict delta_analyze(const Input& x, const Input& y, Index classes, double bandwidth, Index resamples, double level, std::uint64_t seed,
                       int threads, const py::object& progress) {
  const auto told = monitor(progress);
  const DeltaIndices out = released([&] { return delta(x, y, classes, bandwidth, resamples, level, seed, threads, told); });
  return py::dict("plain"_a = out.plain, "reduced"_a = out.reduced, "low"_a = out.low, "high"_a = out.high);
}

py::dict regression_analyze(const Input& x, const Input& y, bool ranks, Index resamples, double level, std::uint64_t seed, int threads,
                            const py::object& progress) {
  const auto told = monitor(progress);
  const RegressionIndices out = released([&] { return regress(x, y, ranks, resamples, level, seed, threads, told); });
  return py::dict("value"_a = out.value, "low"_a = out.low, "high"_a = out.high, "r2"_a = out.r2, "r2_low"_a = out.r2_low,
                  "r2_high"_a = out.r2_high, "inflation"_a = out.inflation);
}

template <class Row>
py::list described(const Rows<Row>& table) {
  py::list out;
  for (const Row& row : table) {
    py::dict entry("name"_a = row.name, "sentence"_a = row.sentence, "citation"_a = row.citation);
    if constexpr (std::is_base_of_v<FirstOrderMethod, Row>)
      entry["needs"] = row.needs == Needs::third ? "third" : row.needs == Needs::reversed ? "reversed" : "";
    py::list params;
    for (const Param& param : row.params) params.append(py::make_tuple(param.name, std::isnan(param.fallback)));
    entry["params"] = params;
    out.append(entry);
  }
  return out;
}

}  // namespace

void design(py::module_& m) {
  m.def("philox", &philox, "counter"_a, "key"_a);
  py::enum_<Points>(m, "Points").value("sobol", Points::sobol).value("lhs", Points::lhs).value("montecarlo", Points::montecarlo)
      .value("linear_sobol", Points::linear_sobol)
      .value("plain_sobol", Points::plain_sobol);
  py::class_<Design>(m, "Design")
      .def(py::init<Points, Index, std::uint64_t, std::uint64_t>(), "kind"_a, "dimensions"_a, "length"_a, "seed"_a)
      .def("sample", [](const Design& of) {
        const auto watched = monitor(py::none());
        return released([&] { return sample(of, watched); });
      });
  m.def("sobol_methods", [] {
    return py::dict("first"_a = described(first_order_methods()), "total"_a = described(total_order_methods()),
                    "second"_a = described(second_order_methods()), "dists"_a = described(marginal_methods()));
  });
  m.def("law_faults", [](const py::dict& from) {
    const Choice law = choice(from);
    py::list out;
    for (const Fault& fault : faults(find("dists", marginal_methods(), law.method), law.params, law.tables))
      out.append(py::make_tuple(fault.param, fault.came, fault.right));
    return out;
  }, "law"_a);
  m.def("weight_shapley", [](const Input& scores, const Vector& alpha, int threads) {
    const Matrix from = scores;
    const WeightShapley out = released([&] { return weight_shapley(from, alpha, threads); });
    return py::dict("part"_a = out.part, "first"_a = out.first, "variance"_a = out.variance, "constant"_a = out.constant);
  }, "scores"_a.noconvert(), "alpha"_a, "threads"_a);
  m.def("reach_of_interval", &reach_of_interval, "level"_a, "freedom"_a);
  m.def("sobol_sample", &sobol_sample, "kind"_a, "n"_a, "scrambles"_a, "seed"_a, "factor"_a, "factors"_a, "reversed"_a, "third"_a,
        "marginals"_a, "threads"_a);
  m.def("sobol_analyze", &sobol_analyze, "y"_a.noconvert(), "factors"_a, "reversed"_a, "third"_a, "scrambles"_a, "first"_a, "total"_a,
        "second"_a, "level"_a, "resamples"_a, "dummy"_a, "seed"_a, "threads"_a, "progress"_a);
  m.def("sobol_analyze_combined", &sobol_analyze_combined, "y"_a.noconvert(), "levels"_a, "group"_a, "reversed"_a, "scrambles"_a, "second"_a,
        "level"_a, "resamples"_a, "dummy"_a, "seed"_a, "threads"_a, "progress"_a);
}

void analyses(py::module_& m) {
  m.def("to_marginals", [](Rowwise points, const py::list& marginals, int threads) {
    const std::vector<Choice> laws = chain(marginals);
    const Index rows = points.shape(0);
    double* at = points.mutable_data();
    const auto watched = monitor(py::none());
    released([&] { return to_marginals(laws, rows, threads, at, watched), 0; });
  }, "points"_a.noconvert(), "marginals"_a, "threads"_a);
  py::enum_<Walk>(m, "Walk").value("trajectory", Walk::trajectory).value("radial", Walk::radial);
  m.def("morris_sample", &morris_sample, "walk"_a, "factor"_a, "factors"_a, "n"_a, "levels"_a, "kind"_a, "seed"_a);
  m.def("farthest_walks", [](const Rowwise& points, Index runs, Index chosen, int threads) {
    const double* from = points.data();
    const Index inputs = points.shape(1), count = points.shape(0) / runs;
    const auto watched = monitor(py::none());
    return released([&] { return farthest_walks(from, inputs, runs, count, chosen, threads, watched); });
  }, "points"_a.noconvert(), "runs"_a, "chosen"_a, "threads"_a);
  m.def("morris_analyze", &morris_analyze, "y"_a.noconvert(), "walk"_a, "factors"_a, "factor"_a, "step"_a, "level"_a, "resamples"_a,
        "seed"_a, "threads"_a, "progress"_a);
  py::enum_<Share>(m, "Share").value("binned", Share::binned).value("rank", Share::rank);
  m.def("usual_classes", &usual_classes, "runs"_a);
  m.def("given_analyze", &given_analyze, "x"_a.noconvert(), "y"_a.noconvert(), "by"_a, "classes"_a, "groups"_a, "level"_a, "seed"_a,
        "threads"_a, "progress"_a);
  m.def("least_independent", [](const Input& x, std::uint64_t seed, int threads) {
    const Neighbors found = released([&] { return least_independent(x, seed, threads); });
    return py::make_tuple(found.by, found.of, found.digit, found.z, found.p);
  }, "x"_a.noconvert(), "seed"_a, "threads"_a);
  m.def("fast_sample", &fast_sample<Curves>, "inputs"_a, "points"_a, "harmonics"_a, "count"_a, "seed"_a);
  m.def("fast_analyze", &fast_analyze<Curves, curve_indices>, "y"_a.noconvert(), "inputs"_a, "points"_a, "harmonics"_a, "count"_a,
        "level"_a, "threads"_a, "progress"_a);
  m.def("fewest_points", [](Index inputs, Index harmonics) { return fewest_points({inputs, 0, harmonics}); }, "inputs"_a, "harmonics"_a);
  m.def("shared_curves", &fast_sample<SharedCurves>, "inputs"_a, "points"_a, "harmonics"_a, "count"_a, "seed"_a);
  m.def("shared_curve_first", &fast_analyze<SharedCurves, shared_curve_first>, "y"_a.noconvert(), "inputs"_a, "points"_a, "harmonics"_a,
        "count"_a, "level"_a, "threads"_a, "progress"_a);
  m.def("balanced_analyze", &balanced_analyze, "x"_a.noconvert(), "y"_a.noconvert(), "harmonics"_a, "groups"_a, "level"_a, "seed"_a,
        "threads"_a, "progress"_a);
  m.def("filter_runs", [](const Input& x, const Input& passes, int threads, const py::object& progress) {
    const auto told = monitor(progress);
    const Filtered out = released([&] { return filter_runs(x, passes, threads, told); });
    return py::dict("distance"_a = out.distance, "distance_p"_a = out.distance_p, "above"_a = out.above, "above_p"_a = out.above_p);
  }, "x"_a.noconvert(), "passes"_a.noconvert(), "threads"_a, "progress"_a);
  m.def("delta_analyze", &delta_analyze, "x"_a.noconvert(), "y"_a.noconvert(), "classes"_a, "bandwidth"_a, "resamples"_a, "level"_a,
        "seed"_a, "threads"_a, "progress"_a);
  m.def("regression_analyze", &regression_analyze, "x"_a.noconvert(), "y"_a.noconvert(), "ranks"_a, "resamples"_a, "level"_a, "seed"_a,
        "threads"_a, "progress"_a);
  m.def("pawn_analyze", &pawn_analyze, "x"_a.noconvert(), "y"_a.noconvert(), "slices"_a, "dummies"_a, "resamples"_a, "level"_a, "seed"_a,
        "threads"_a, "progress"_a);
}

void plan(py::module_& m) {
  py::enum_<Measurement::Law>(m, "Law").value("normal", Measurement::normal).value("lognormal", Measurement::lognormal).value("uniform", Measurement::uniform);
  py::class_<Measurement, std::shared_ptr<Measurement>>(m, "Measurement")
      .def(py::init([](Measurement::Law law, const Input& first, const Input& second, const Vector& lower, const Vector& upper) {
             return Measurement{law, first, second, lower, upper};
           }), "law"_a, "first"_a.noconvert(), "second"_a.noconvert(), "lower"_a, "upper"_a);
  m.attr("most_draws") = most_draws;
  py::class_<Alternatives>(m, "Alternatives")
      .def(py::init(&make_alternatives), "impute"_a, "treat"_a, "normalize"_a, "aggregate"_a, "weights"_a, "rescale"_a,
           "posterior"_a, "errors"_a.none(true));
  m.def("gamma_quantile", py::vectorize(&gamma_quantile), "shape"_a, "p"_a);
  m.def("gamma_probability", py::vectorize(&gamma_probability), "shape"_a, "x"_a);
  m.def("rank_confidence", [](const Matrix& draws, double level, bool simultaneous, int threads, const py::object& progress) {
    const auto told = monitor(progress);
    const RankSets out = released([&] { return rank_confidence(draws, level, simultaneous, threads, told); });
    return py::dict("low"_a = out.low, "high"_a = out.high, "above"_a = out.above);
  }, "draws"_a, "level"_a, "simultaneous"_a, "threads"_a, "progress"_a = py::none());
  py::enum_<Output>(m, "Output").value("rank", Output::rank).value("score", Output::score).value("scaled", Output::scaled).value("top", Output::top)
      .value("shift", Output::shift).value("above", Output::above).value("distance", Output::distance);
  py::class_<Plan, std::shared_ptr<Plan>>(m, "Plan")
      .def(py::init([](const Panel& panel, const Framework& framework, const Recipe& recipe, const Alternatives& alternatives,
                       const std::vector<Index>& periods) {
             const auto watched = monitor(py::none());
             return released([&] { return std::make_shared<Plan>(panel, framework, recipe, alternatives, periods, watched); });
           }), "panel"_a, "framework"_a, "recipe"_a, "alternatives"_a, "periods"_a)
      .def_property_readonly("factors", &factors)
      .def_property_readonly("kept", &Plan::kept)
      .def_property_readonly("nominal_ranks", &Plan::nominal_ranks)
      .def_property_readonly("nominal_scores", &Plan::nominal_scores)
      .def("with_editions", [](const Plan& of, const std::vector<std::shared_ptr<Plan>>& editions, const py::list& factors,
                               const std::vector<std::vector<Index>>& coordinates) {
        std::vector<Factor> all;
        for (const auto& item : factors) {
          const auto one = py::cast<py::tuple>(item);
          all.push_back({py::cast<std::string>(one[0]), py::cast<Index>(one[1]), py::cast<Index>(one[2])});
        }
        return std::make_shared<Plan>(of.with_editions({editions.begin(), editions.end()}, all, coordinates));
      }, "editions"_a, "factors"_a, "coordinates"_a)
      .def_property_readonly("shares", &Plan::shares)
      .def("recipe_at", [](const Plan& of, const std::vector<double>& point) { return of.recipe_at(point.data()); }, "point"_a)
      .def("framework_at", [](const Plan& of, const std::vector<double>& point) { return of.framework_at(point.data()); }, "point"_a)
      .def("uncertainty", &draws, "points"_a, "n"_a, "seed"_a, "keep"_a, "threads"_a, "progress"_a, "pairs"_a = false,
           "enumerated"_a = false, "first"_a = 0, "partial"_a = false)
      .def("evaluate", &evaluated, "asked"_a, "points"_a.noconvert(), "threads"_a, "progress"_a)
      .def("nominal", [](const Plan& of, const py::list& asked) { return nominal_outputs(of, asked_of(asked)); }, "asked"_a)
      .def("discrete_combinations", &discrete_combinations)
      .def("sensitivity", &indices, "asked"_a, "group"_a, "enumerated"_a, "n"_a, "scrambles"_a, "seed"_a, "by"_a, "reversed"_a, "third"_a,
           "dummy"_a, "level"_a, "resamples"_a, "threads"_a, "progress"_a, "partial"_a = false);
}

}  // namespace egov::bind
