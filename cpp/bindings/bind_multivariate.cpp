#include "convert.hpp"
#include "egov/chains.hpp"
#include "egov/lines.hpp"
#include "egov/missing.hpp"
#include "egov/multivariate.hpp"
#include "egov/pool.hpp"

namespace egov::bind {
namespace {

using namespace py::literals;

py::dict summaries(const Input& table) {
  const auto found = released([&] { return summarize(Matrix(table)); });
  py::dict out;
  const auto take = [&](const char* name, const auto member) {
    py::list column;
    for (const ColumnSummary& each : found) column.append(each.*member);
    out[name] = column;
  };
  take("n", &ColumnSummary::n), take("missing", &ColumnSummary::missing), take("zeros", &ColumnSummary::zeros);
  take("negative", &ColumnSummary::negative), take("distinct", &ColumnSummary::distinct), take("same", &ColumnSummary::same);
  take("most_common", &ColumnSummary::most_common), take("min", &ColumnSummary::min), take("max", &ColumnSummary::max);
  take("mean", &ColumnSummary::mean), take("median", &ColumnSummary::median), take("deviation", &ColumnSummary::deviation);
  take("lower_quartile", &ColumnSummary::lower_quartile), take("upper_quartile", &ColumnSummary::upper_quartile);
  take("skewness", &ColumnSummary::skewness), take("kurtosis", &ColumnSummary::kurtosis);
  return out;
}

py::dict principal(const Input& table, bool correlations) {
  const auto found = released([&] { return components(Matrix(table), correlations); });
  return py::dict("rows"_a = found.rows, "eigenvalues"_a = found.eigenvalues, "rotation"_a = found.rotation,
                  "loadings"_a = found.loadings, "scores"_a = found.scores);
}

py::dict cronbach(const Input& table, bool pairwise) {
  const auto found = released([&] { return alpha(Matrix(table), pairwise); });
  return py::dict("least"_a = found.least, "most"_a = found.most, "raw"_a = found.raw, "standardized"_a = found.standardized,
                  "raw_without"_a = found.raw_without, "standardized_without"_a = found.standardized_without);
}

py::dict factor(const Input& table) {
  const auto found = released([&] { return one_factor(Matrix(table)); });
  return py::dict("n"_a = found.n, "loadings"_a = found.loadings, "uniquenesses"_a = found.uniquenesses, "omega"_a = found.omega);
}

py::dict measures(const Input& table) {
  const auto found = released([&] { return adequacy(Matrix(table)); });
  return py::dict("n"_a = found.n, "kmo"_a = found.kmo, "kmo_each"_a = found.kmo_each, "chi2"_a = found.chi2,
                  "freedom"_a = found.freedom, "p"_a = found.p, "inflation"_a = found.inflation);
}

py::dict ratios(const Input& x, const Vector& y, const std::string& kind, int threads, const py::object& progress) {
  const auto told = monitor(progress);
  const Smoother smoother = kind == "linear" ? Smoother::linear : kind == "spline" ? Smoother::spline : Smoother::gaussian_process;
  const auto found = released([&] { return importance(Matrix(x), y, smoother, threads, told); });
  py::list n, ratio, smoothing, noise, reason;
  for (const Importance& each : found)
    n.append(each.n), ratio.append(each.ratio), smoothing.append(each.smoothing), noise.append(each.noise), reason.append(each.reason);
  return py::dict("n"_a = n, "ratio"_a = ratio, "smoothing"_a = smoothing, "noise"_a = noise, "reason"_a = reason);
}

Gaussian gaussian(const Vector& mean, const Matrix& covariance) {
  Gaussian out;
  out.mean = mean;
  out.covariance = covariance;
  return out;
}

py::dict fitted(const Input& table, double prior, double tolerance, Index steps, bool accelerate) {
  const auto found = released([&] { return em(Matrix(table), {prior, tolerance, steps, accelerate}); });
  return py::dict("mean"_a = found.mean, "covariance"_a = found.covariance, "loglik"_a = found.loglik, "rows"_a = found.rows,
                  "steps"_a = found.steps, "converged"_a = found.converged, "change"_a = found.change, "apart"_a = found.apart);
}

py::list groups_of_rows(const Input& table) {
  py::list out;
  for (const Pattern& each : released([&] { return patterns(Matrix(table)); }))
    out.append(py::dict("observed"_a = each.observed, "missing"_a = each.missing, "rows"_a = each.rows));
  return out;
}

py::dict tested(const Input& table, const Vector& mean, const Matrix& covariance) {
  const auto found = released([&] { return little(Matrix(table), gaussian(mean, covariance)); });
  py::list observed, rows;
  for (const Pattern& each : found.patterns) observed.append(each.observed), rows.append(each.rows.size());
  return py::dict("statistic"_a = found.statistic, "freedom"_a = found.freedom, "p"_a = found.p, "each"_a = found.each,
                  "observed"_a = observed, "rows"_a = rows);
}

py::dict rubin(const Input& estimates, const Input& variances, double complete, double level) {
  const auto found = released([&] { return pool(Matrix(estimates), Matrix(variances), complete, level); });
  return py::dict("estimate"_a = found.estimate, "within"_a = found.within, "between"_a = found.between, "total"_a = found.total,
                  "df"_a = found.freedom, "riv"_a = found.riv, "lambda"_a = found.lambda, "fmi"_a = found.fmi, "error"_a = found.error,
                  "t"_a = found.t, "p"_a = found.p, "low"_a = found.low, "high"_a = found.high);
}

py::dict several(const Input& estimates, const std::vector<Matrix>& covariances, const Vector& at, double complete) {
  const auto found = released([&] { return wald(Matrix(estimates), covariances, at, complete); });
  return py::dict("f"_a = found.f, "freedom"_a = found.freedom, "denominator"_a = found.denominator, "p"_a = found.p,
                  "riv"_a = found.riv, "rule"_a = found.rule);
}

double reduction(const Input& traces, bool ranked) {
  return released([&] { return rhat(Matrix(traces), ranked); });
}

double sample_size(const Input& traces, const std::string& kind) {
  const Size of = kind == "bulk" ? Size::bulk : kind == "tail" ? Size::tail : Size::mean;
  return released([&] { return ess(Matrix(traces), of); });
}

py::list conventions() {
  py::list out;
  for (const ErrorsMethod& each : errors_methods())
    out.append(py::dict("name"_a = each.name, "sentence"_a = each.sentence, "citation"_a = each.citation, "clustered"_a = clustered(each.kind)));
  return out;
}

Errors convention(const std::string& name) {
  for (const ErrorsMethod& each : errors_methods())
    if (each.name == name) return each.kind;
  throw SpecError("no convention of standard errors is called " + name, {"lines", "", "errors"});
}

py::dict line_of(const Line& line) {
  static const char* const reasons[] = {"", "too-few", "constant-outcome", "constant-column", "collinear", "too-few-clusters",
                                        "full-leverage", "no-scale", "out-of-range"};
  py::dict out("reason"_a = reasons[static_cast<int>(line.reason)], "column"_a = line.column, "n"_a = line.n, "clusters"_a = line.clusters,
               "exact"_a = line.exact, "freedom"_a = line.freedom, "coef"_a = line.coef, "se"_a = line.se, "t"_a = line.t, "df"_a = line.df,
               "p"_a = line.p, "low"_a = line.low, "high"_a = line.high);
  out["covariance"] = line.covariance, out["residuals"] = line.residuals, out["leverage"] = line.leverage;
  out["residual_sd"] = line.residual_sd, out["rss"] = line.rss, out["r2"] = line.r2, out["f"] = line.f, out["f_p"] = line.f_p;
  return out;
}

py::dict linear(const Input& x, const Vector& y, bool intercept, Index degree, const std::string& errors, Index lag,
                const std::vector<int>& groups, double level) {
  const ErrorsChoice how{convention(errors), lag, groups};
  return line_of(released([&] { return least_squares({Matrix(x), intercept, degree}, y, how, level); }));
}

py::dict bent(const Input& x, const Vector& y, bool intercept, const std::string& bend, double c, double level, const Vector& start) {
  const auto found = released([&] { return robust({Matrix(x), intercept}, y, bend == "huber" ? Bend::huber : Bend::tukey, c, level, start); });
  py::dict out = line_of(found);
  out["scale"] = found.scale, out["converged"] = found.converged, out["steps"] = found.steps, out["weights"] = found.weights;
  return out;
}

py::dict curved(const Model& model, const Slopes& slopes, const Vector& y, const Vector& start, double level) {
  const auto found = nonlinear(model, slopes, y, start, level);
  py::dict out = line_of(found);
  out["converged"] = found.converged, out["steps"] = found.steps, out["strategy"] = found.strategy, out["offset"] = found.offset;
  return out;
}

}  // namespace

void multivariate(py::module_& m) {
  m.def("summarize", &summaries, "table"_a.noconvert());
  m.def("components", &principal, "table"_a.noconvert(), "correlations"_a);
  m.def("alpha", &cronbach, "table"_a.noconvert(), "pairwise"_a);
  m.def("one_factor", &factor, "table"_a.noconvert());
  m.def("adequacy", &measures, "table"_a.noconvert());
  m.def("importance", &ratios, "x"_a.noconvert(), "y"_a, "kind"_a, "threads"_a, "progress"_a);
  m.def("patterns", &groups_of_rows, "table"_a.noconvert());
  m.def("em", &fitted, "table"_a.noconvert(), "prior"_a, "tolerance"_a, "steps"_a, "accelerate"_a);
  m.def("pool", &rubin, "estimates"_a.noconvert(), "variances"_a.noconvert(), "complete"_a, "level"_a);
  m.def("wald", &several, "estimates"_a.noconvert(), "covariances"_a, "at"_a, "complete"_a);
  m.def("rhat", &reduction, "traces"_a.noconvert(), "ranked"_a);
  m.def("ess", &sample_size, "traces"_a.noconvert(), "kind"_a);
  m.def("standard_errors", &conventions);
  m.def("least_squares", &linear, "x"_a.noconvert(), "y"_a, "intercept"_a, "degree"_a, "errors"_a, "lag"_a, "groups"_a, "level"_a);
  m.def("robust", &bent, "x"_a.noconvert(), "y"_a, "intercept"_a, "bend"_a, "c"_a, "level"_a, "start"_a);
  m.def("nonlinear", &curved, "model"_a, "slopes"_a, "y"_a, "start"_a, "level"_a);
  m.def("little", &tested, "table"_a.noconvert(), "mean"_a, "covariance"_a);
}

}  // namespace egov::bind
