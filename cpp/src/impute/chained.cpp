// Chained equations: predictive mean matching and Bayesian linear regression, over all indicators and auxiliaries.
#include <algorithm>
#include <cmath>
#include <memory>

#include "detail/normal.hpp"
#include "detail/threads.hpp"
#include "impute/chained/remarks.hpp"
#include "impute/chained/setup.hpp"
#include "impute/rows.hpp"

namespace egov {
namespace {

using namespace chained;
using column::Extent;

constexpr std::uint32_t point_task = 0x63686169u;  // keeps the chains of the point value apart from all draws

// Chains behind the point value: what their kept iterations left, and how they moved.
struct Run {
  std::vector<std::vector<Drawn>> kept;  // by column, as many each
  std::vector<Matrix> means, sds;        // of the drawn values of each indicator: a row a chain, a column an iteration
};

Run run(const Setup& setup, Index count, const Block& block) {
  const Index steps = setup.rules.iterations, first = steps / 2, width = setup.columns.indicators;
  Run out;
  out.kept.assign(static_cast<std::size_t>(width), std::vector<Drawn>(static_cast<std::size_t>(count * (steps - first))));
  out.means.assign(static_cast<std::size_t>(width), Matrix::Constant(count, steps, missing_value));
  out.sds = out.means;
  detail::parallel(count, block.threads, [&](Index c, int) {
    Chain chain(setup.columns, setup.rules, {0, static_cast<std::uint32_t>(c), point_task});
    for (Index step = 0; step < steps; ++step) {
      chain.iterate();
      for (Index j = 0; j < width; ++j) {
        const auto at = static_cast<std::size_t>(j);
        const Scale& scale = setup.scales[at];
        const Extent s = column::extent(Vector(chain.column(j).values.unaryExpr([&](double z) { return scale.lens.from(scale.center + scale.sd * z); })));
        if (s.count > 0) out.means[at](c, step) = scale.y(s.mean), out.sds[at](c, step) = scale.y(s.sd);
        if (step >= first) out.kept[at][static_cast<std::size_t>(c * (steps - first) + step - first)] = chain.column(j);
      }
    }
  }, block.monitor);
  return out;
}

// Mean and sd over all donors that the kept iterations could have taken.
void from_pools(const Spot& spot, const std::vector<Drawn>& kept, Setup& setup, Fill& fill) {
  const int power = setup.scales[static_cast<std::size_t>(spot.column)].power;
  std::vector<double> values;
  for (const Drawn& one : kept) {
    const auto size = static_cast<Index>(one.pool.size() / one.donors.size());
    for (Index k = 0; k < size; ++k) values.push_back(std::ldexp(setup.values(one.pool[static_cast<std::size_t>(spot.hole * size + k)], spot.column), -power));
  }
  std::sort(values.begin(), values.end());
  const Extent s = column::extent(values);
  fill.value = std::ldexp(std::clamp(s.mean, s.low, s.high), power);
  fill.sd = std::ldexp(s.sd, power);
  for (double& v : values) v = std::ldexp(v, power);
  setup.pools.push_back(std::move(values));
}

// Mean and sd of the mixture of the regressions of the kept iterations.
void from_regressions(const Spot& spot, const std::vector<Drawn>& kept, Setup& setup, Fill& fill) {
  const Scale& scale = setup.scales[static_cast<std::size_t>(spot.column)];
  const auto count = static_cast<double>(kept.size());
  std::vector<double> centers, means;
  double within = 0, noise = 0;
  for (const Drawn& one : kept) {
    const double z = scale.center + scale.sd * one.center[spot.hole], sd = scale.sd * one.sd;
    centers.push_back(z);
    means.push_back(scale.lens.mean(z, sd));
    noise += sd * sd / count;
    within += std::pow(scale.lens.spread(z, sd), 2) / count;
  }
  const Extent values = column::extent(means), z = column::extent(centers);
  fill.value = scale.y(values.mean);
  fill.sd = scale.y(std::sqrt(within + values.sd * values.sd));
  setup.moments.emplace_back(z.mean, std::sqrt(noise + z.sd * z.sd));
}

double quantile(const Setup& setup, std::size_t k, double p) {
  if (k < setup.filling.fills.size()) return missing_value;
  k -= setup.filling.fills.size();
  if (setup.rules.step == Step::matching) {
    const std::vector<double>& pool = setup.pools[k];
    const double place = p * static_cast<double>(pool.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const double share = place - static_cast<double>(below), next = pool[std::min(below + 1, pool.size() - 1)];
    return pool[below] * (1 - share) + next * share;
  }
  const Scale& scale = setup.scales[static_cast<std::size_t>(setup.spots[k].column)];
  const auto& [mean, sd] = setup.moments[k];
  return scale.y(scale.lens.limit(mean + sd * detail::normal_quantile(p), p < 0.5));
}

// One chain of its own, at its end.
void draw(const Setup& setup, const Draw& number, double* values) {
  for (const Fill& fill : setup.filling.fills) *values++ = fill.value;
  Chain chain(setup.columns, setup.rules, number);
  for (Index step = 0; step < setup.rules.iterations; ++step) chain.iterate();
  for (const Spot& spot : setup.spots) {
    const Drawn& one = chain.column(spot.column);
    const auto at = static_cast<std::size_t>(spot.column);
    *values++ = setup.rules.step == Step::matching ? setup.values(one.donors[static_cast<std::size_t>(spot.hole)], spot.column)
                                                   : setup.scales[at].from(one.values[spot.hole]);
  }
}

// What is to be said of an indicator after the chains have run.
void remark(Setup& setup, Index j, const Run& chains_run) {
  const auto at = static_cast<std::size_t>(j);
  std::vector<std::string>& to = setup.remarks[at];
  const std::vector<Drawn>& kept = chains_run.kept[at];
  if (kept.back().short_of_rows) to.emplace_back("fewer observed values than twice the predictors: a stronger ridge holds the regression");
  if (std::any_of(kept.begin(), kept.end(), [](const Drawn& one) { return one.strayed; }))
    to.emplace_back("regressions went half the observed range beyond it and were held there: the chain has not settled");
  for (std::string& text : on_collinearity(setup.columns, setup.rules, j, kept.back())) to.push_back(std::move(text));
  const std::string apart = on_agreement(setup.columns.names[at], {&chains_run.means[at], &chains_run.sds[at]});
  if (!apart.empty()) to.push_back(apart);
}

// The note of each indicator: all remarks on it in one.
std::vector<Index> noted(Setup& setup, const Run& chains_run) {
  std::vector<Index> notes;
  for (Index j = 0; j < setup.columns.indicators; ++j) {
    const auto at = static_cast<std::size_t>(j);
    if (!setup.columns.holes[at].empty()) remark(setup, j, chains_run);
    std::string text;
    for (const std::string& one : setup.remarks[at]) text += (text.empty() ? "" : "; ") + one;
    notes.push_back(text.empty() ? -1 : column::note(setup.filling, text));
  }
  const bool iterated = setup.columns.order.size() > 1 || setup.rules.lags > 0;
  if (iterated && setup.rules.iterations < least_iterations)
    column::note(setup.filling, "too few iterations to tell whether the chains agree: at least " + std::to_string(least_iterations) + " would do");
  return notes;
}

Fill filled(const Spot& spot, const Run& chains_run, Setup& setup, Index note) {
  const auto at = static_cast<std::size_t>(spot.column);
  const Index row = setup.columns.holes[at][static_cast<std::size_t>(spot.hole)];
  Fill fill{setup.rows[static_cast<std::size_t>(row)], 0, -1, -1, static_cast<Index>(setup.columns.seen[at].size())};
  fill.column = setup.modelled[at];
  fill.note = note;
  if (setup.lonely[static_cast<std::size_t>(row % setup.columns.units)])
    fill.note = column::note(setup.filling, "nothing is known of the unit: values of the others");
  (setup.rules.step == Step::matching ? from_pools : from_regressions)(spot, chains_run.kept[at], setup, fill);
  return fill;
}

// Traces of the indicators with holes, in the order in which they came.
std::vector<Trace> traces_of(const Setup& setup, const Run& chains_run) {
  std::vector<Trace> out;
  for (std::size_t j = 0; j < setup.modelled.size(); ++j)
    if (!setup.columns.holes[j].empty()) {
      out.push_back({"mean", setup.modelled[j], chains_run.means[j]});
      out.push_back({"sd", setup.modelled[j], chains_run.sds[j]});
    }
  std::stable_sort(out.begin(), out.end(), [](const Trace& a, const Trace& b) { return a.column < b.column; });
  return out;
}

Filling impute_chained(const Block& block, const std::string& method, Step step) {
  auto setup = std::make_shared<Setup>(prepare(block, method, step));
  Filling out = setup->filling;
  if (setup->spots.empty()) return out;
  const Run chains_run = run(*setup, static_cast<Index>(block.args[0][chains]), block);
  const std::vector<Index> notes = noted(*setup, chains_run);
  for (const Spot& spot : setup->spots) out.fills.push_back(filled(spot, chains_run, *setup, notes[static_cast<std::size_t>(spot.column)]));
  out.traces = traces_of(*setup, chains_run);
  out.notes = setup->filling.notes;
  out.draw = [setup](const Draw& number, double* values) { draw(*setup, number, values); };
  out.quantile = [setup](std::size_t fill, double p) { return quantile(*setup, fill, p); };
  return out;
}

std::vector<Param> params(double scale, double ahead, double degree) {
  return {{"link", Kind::option, scale, 0.0, 3.0,
           "Scale of the regressions; auto: between two bounds logit, above one the square root, else identity.",
           {"auto", "identity", "logit", "sqrt"}},
          {"lower", Kind::indicator, missing_value, -infinite, infinite,
           "Lowest possible value, in the indicator's unit; left open: 0 where nothing observed is below.", {}, true},
          {"upper", Kind::indicator, missing_value, -infinite, infinite, "Highest possible value; left open: none.", {}, true},
          {"auxiliaries", Kind::indicators, missing_value, -infinite, infinite,
           "Indicators that help and are not filled: predictors, their own holes drawn along.", {}, true},
          max_gap_param(),
          {"iterations", Kind::integer, 5, 1, 10000, "Visits of each column in a chain; the point value is the mean over the second half."},
          {"chains", Kind::integer, 10, 1, 10000, "Chains behind the point value, its standard deviation and the traces."},
          {"lags", Kind::integer, ahead, 0, 20, "So many earlier and later periods of every indicator are predictors too."},
          {"trend", Kind::integer, degree, 0, 5, "Degree of the polynomial of time among the predictors; 0: none."}};
}

}  // namespace

std::vector<ImputeMethod> chained_rows() {
  std::vector<Param> matching = params(column::identity, 1, 1);
  matching.push_back({"donors", Kind::integer, 5, 1, 1000, "Observed values with the nearest predictions, one of which is taken."});
  const char* book = "van Buuren 2018, Flexible Imputation of Missing Data; van Buuren and Groothuis-Oudshoorn 2011, Journal of Statistical Software 45(3)";
  return {{{"pmm", "Chained equations by predictive mean matching: each hole takes an observed value with a near prediction.", book,
            matching, needs_indicators},
           {}, [](const Block& block) { return impute_chained(block, "pmm", Step::matching); }},
          {{"norm", "Chained equations by Bayesian linear regression on a scale that keeps bounds.", book, params(column::open, 1, 1), needs_indicators},
           {}, [](const Block& block) { return impute_chained(block, "norm", Step::normal); }}};
}

}  // namespace egov
