#include "impute/joint/normal.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "detail/normal.hpp"

namespace egov::joint {
namespace {

// Where each missing column of a pattern stands, -1 for an observed one.
std::vector<Index> places(const Pattern& pattern, Index columns) {
  std::vector<Index> out(static_cast<std::size_t>(columns), -1);
  for (std::size_t k = 0; k < pattern.missing.size(); ++k) out[static_cast<std::size_t>(pattern.missing[k])] = static_cast<Index>(k);
  return out;
}

// An eigenvalue of the correlations that EM, ending where it did, cannot tell from 0.
bool singular(const Matrix& covariance, double tolerance) {
  const Vector scale = covariance.diagonal().cwiseSqrt().cwiseInverse();
  const Matrix correlations = scale.asDiagonal() * covariance * scale.asDiagonal();
  return Eigen::SelfAdjointEigenSolver<Matrix>(correlations, Eigen::EigenvaluesOnly).eigenvalues()[0] < std::min(10 * tolerance, 1e-6);
}

Law fitted(const Matrix& cells, const Plan& plan, const FitOptions& options, double prior, const Gaussian* start) {
  EmOptions em_options;
  em_options.prior = prior;
  em_options.tolerance = options.tolerance;
  em_options.steps = options.steps;
  em_options.start = start;
  Law out{em(cells, em_options), {}, prior > options.prior};
  if (prior == 0 && singular(out.gaussian.covariance, options.tolerance)) throw FitError("the covariance is singular");
  for (const auto& observed : plan.observed) out.given.push_back(conditional(out.gaussian, observed));
  return out;
}

double enough(const Matrix& cells) { return std::max(1.0, 0.01 * static_cast<double>(cells.rows())); }

// Mean of the holes of a row.
Vector center(const Table& table, const Plan::Row& row, const Law& law) {
  return expected(law.gaussian, law.given[row.pattern], table.cells.row(row.row).transpose());
}

double deviation(const Conditional& given, Index at) { return std::sqrt(std::max(given.covariance(at, at), 0.0)); }

}  // namespace

Plan plan(const Block& block, const Table& table, std::size_t before) {
  Plan out;
  out.fills = before;
  for (const Pattern& pattern : patterns(table.cells)) {
    const std::vector<Index> place = places(pattern, table.cells.cols());
    const std::size_t first = out.rows.size();
    for (Index row : pattern.rows) {
      Plan::Row holes{row, out.observed.size(), {}};
      for (std::size_t j = 0; j < table.targets.size(); ++j)
        if (place[j] >= 0 && block.wanted[static_cast<std::size_t>(table.targets[j])][static_cast<std::size_t>(row / block.units)])
          holes.holes.push_back({j, out.fills++, place[j]});
      if (!holes.holes.empty()) out.rows.push_back(std::move(holes));
    }
    if (out.rows.size() > first) out.observed.push_back(pattern.observed);
  }
  return out;
}

Law law(const Matrix& cells, const Plan& plan, const FitOptions& options, const Gaussian* start) {
  Index rows = 0;  // with something observed
  for (Index row = 0; row < cells.rows(); ++row) rows += !cells.row(row).array().isNaN().all();
  if (options.prior > 0 || rows > cells.cols()) try {
      return fitted(cells, plan, options, options.prior, start);
    } catch (const FitError&) {  // singular
    }
  return fitted(cells, plan, options, std::max(options.prior, enough(cells)), start);
}

void fill(const Block& block, const Table& table, const Plan& plan, const Law& law, Filling& out) {
  Index all = -1;  // the note on the whole fit
  if (law.ridged) all = note(out, "the covariance is singular (columns that determine one another, or few rows): a prior of a hundredth of the rows was added");
  if (!law.gaussian.converged) all = note(out, "EM did not converge in the steps it had: the means are those of the last one");
  for (const Plan::Row& row : plan.rows) {
    const Conditional& given = law.given[row.pattern];
    const Vector mean = center(table, row, law);
    for (const Plan::Hole& hole : row.holes) {
      const Scale& scale = table.scales[hole.target];
      const double sd = deviation(given, hole.at);
      Fill made{row.row, scale.mean(mean[hole.at], sd)};
      made.sd = scale.spread(mean[hole.at], sd);
      made.first = made.last = given.observed.empty() ? -1 : row.row / block.units;
      made.donors = static_cast<Index>(given.observed.size());
      made.column = table.targets[hole.target];
      made.note = table.notes[hole.target] >= 0 ? table.notes[hole.target] : all;
      if (given.observed.empty()) made.note = note(out, "nothing of the row is observed: the mean of all");
      out.fills.push_back(made);
    }
  }
}

void draw(const Table& table, const Plan& plan, const Law& law, const Block& of, const Draw& number, double* values) {
  for (const Plan::Row& row : plan.rows) {
    const Conditional& given = law.given[row.pattern];
    const auto unit = static_cast<std::size_t>(row.row % of.units);
    Stream stream = number.of(of.keys[unit], static_cast<std::uint32_t>(row.row / of.units) + 1);
    Vector normal(given.root.cols());
    for (double& x : normal) x = stream.normal();
    const Vector z = center(table, row, law) + given.root * normal;
    for (const Plan::Hole& hole : row.holes) values[hole.fill] = table.scales[hole.target].from(z[hole.at]);
  }
}

std::function<double(std::size_t, double)> quantiles(const Table& table, const Plan& plan, const Law& law) {
  struct Spot {
    double mean, sd;
    std::size_t target;
  };
  const std::size_t before = plan.rows.empty() ? plan.fills : plan.rows.front().holes.front().fill;
  std::vector<Spot> spots;
  for (const Plan::Row& row : plan.rows) {
    const Vector mean = center(table, row, law);
    for (const Plan::Hole& hole : row.holes) spots.push_back({mean[hole.at], deviation(law.given[row.pattern], hole.at), hole.target});
  }
  return [before, spots, scales = table.scales](std::size_t fill, double p) {
    if (fill < before) return missing_value;
    const Spot& spot = spots[fill - before];
    return scales[spot.target].limit(spot.mean + spot.sd * detail::normal_quantile(p), p < 0.5);
  };
}

std::vector<Param> normal_params() {
  return {{"lags", Kind::integer, 0.0, 0.0, 10.0, "So many earlier and so many later values of every indicator help."},
          {"trend", Kind::integer, 0.0, 0.0, 5.0, "Degree of a polynomial of time that helps, the same for all units."},
          {"prior", Kind::real, 0.0, 0.0, 1e9,
           "So many rows of uncorrelated columns are added; 0: none, but a hundredth of the rows where the covariance is singular."},
          {"tolerance", Kind::real, 1e-8, 1e-14, 1.0, "Largest change in the last step of EM, in standard deviations and correlations."},
          {"steps", Kind::integer, 2000.0, 1.0, 1e6, "Steps of EM at most."}};
}

}  // namespace egov::joint
