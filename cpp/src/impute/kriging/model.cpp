#include "impute/kriging/model.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "detail/threads.hpp"
#include "impute/kriging/auxiliary.hpp"
#include "impute/kriging/field.hpp"

namespace egov::kriging {
namespace {

constexpr double local_weight = 4;       // degrees of freedom of a series' own scale before its data
constexpr double step = 0.01, step_b = 0.002;  // variances of the steps of the mean, in units of the residuals'
constexpr double largest_fit = 2e7;      // patterns x periods^3 up to which every unit takes part in a fit

// One indicator on its way through the two passes.
struct Work {
  Matrix z;                        // periods x units on the modelled scale, NaN unobserved
  std::vector<Pattern> patterns;
  Kernel kernel;
  Matrix mean, field;              // periods x units
  double scale = 1;
  Spread spread;
  Vector weights;                  // of the units in the mean and the field
};

double root_mean_square(const Matrix& x) {
  double sum = 0, count = 0;
  for (Index i = 0; i < x.size(); ++i)
    if (!std::isnan(x.data()[i])) sum += x.data()[i] * x.data()[i], ++count;
  return count > 0 ? std::sqrt(sum / count) : 0;
}

// Units that take part in the fit of a kernel: all, or as many as many periods allow.
std::vector<Pattern> part(const std::vector<Pattern>& all, Index units, Index periods) {
  const double cube = std::pow(static_cast<double>(periods), 3);
  Index stride = 1;
  while (static_cast<double>(units / stride) * cube > largest_fit && units / stride > 40) ++stride;
  std::vector<Pattern> out;
  for (const Pattern& pattern : all) {
    Pattern kept{pattern.seen, {}};
    for (Index unit : pattern.units)
      if (unit % stride == 0) kept.units.push_back(unit);
    if (!kept.units.empty()) out.push_back(kept);
  }
  return out;
}

// Scales for the mean: a unit of twice the weight counts as if its variances were half as large.
Spread weighted(const Work& w) {
  return {w.spread.coefficients.cwiseQuotient(w.weights), w.spread.local.cwiseQuotient(w.weights)};
}

// Covariance over time and mean by turns, from the mean that stands; z less the field is what they are of.
void refine(Work& w, const Clock& clock, const Matrix& features, const Matrix* along, int rounds) {
  const Matrix z = w.z - w.field;
  w.scale = std::max(root_mean_square(z - w.mean), 1e-9);
  const auto some = part(w.patterns, w.z.cols(), clock.periods);
  for (int round = 0; round < rounds; ++round) {
    const Matrix residuals = (z - w.mean) / w.scale;
    fit(w.kernel, residuals, some, clock, w.spread);
    if (along) w.spread = spreads(w.kernel, residuals, w.patterns, clock, *along, local_weight);
    w.mean = w.scale * mean(z / w.scale, w.patterns, clock, w.kernel.local(clock), w.kernel.coefficients(), weighted(w), features, step, step_b);
  }
}

// First pass: each indicator around a mean over time and auxiliaries.
void begin(Work& w, const Clock& clock, const Matrix& features) {
  w.kernel = {Kernel::start(clock.basis.cols())};
  w.spread = Spread::equal(w.z.cols());
  w.field = Matrix::Zero(w.z.rows(), w.z.cols());
  w.mean = mean(w.z, w.patterns, clock, Matrix::Identity(clock.periods, clock.periods), Vector::Zero(clock.basis.cols()), weighted(w), features,
                100 * step, 100 * step_b);
  refine(w, clock, features, nullptr, 2);
}

// Log-likelihood of the observed values themselves, whatever the lens.
double evidence(const Work& w, const Clock& clock, const Lens& lens, const Matrix& values) {
  double sum = log_likelihood(w.kernel, (w.z - w.mean) / w.scale, w.patterns, clock, w.spread, nullptr);
  for (Index i = 0; i < values.size(); ++i)
    if (!std::isnan(values.data()[i])) sum += std::log(lens.slope(values.data()[i]) / w.scale);
  return sum;
}

// First pass under each lens; the work under the likeliest of them.
Lens choose(Work& best, const Matrix& values, const std::vector<Lens>& lenses, const Clock& clock, const Matrix& features, const Vector& weights) {
  Lens chosen;
  double highest = -infinite;
  for (const Lens& lens : lenses) {
    Work w;
    w.weights = weights;
    w.z = values.unaryExpr([&](double y) { return lens.to(y); });
    w.patterns = patterns(w.z);
    begin(w, clock, features);
    const double value = lenses.size() > 1 ? evidence(w, clock, lens, values) : 0;
    if (value <= highest) continue;
    highest = value, chosen = lens, best = std::move(w);
  }
  return chosen;
}

// Observed values, and what the coupled model makes of the holes.
Matrix completed(const Work& w, const Strand& strand, const Clock& clock, const std::vector<Known>& known, Index column) {
  Matrix out = w.z;
  const Index n_basis = clock.basis.cols();
  for (Index unit = 0; unit < w.z.cols(); ++unit) {
    const Piece holes = piece(strand, clock, unit, false);
    if (holes.open.empty()) continue;
    const Vector values = holes.by_coefficient * known[static_cast<std::size_t>(unit)].mean.segment(column * n_basis, n_basis) + holes.from_own;
    for (std::size_t k = 0; k < holes.open.size(); ++k)
      out(holes.open[k], unit) = w.mean(holes.open[k], unit) + w.scale * values[static_cast<Index>(k)];
  }
  return out;
}

// Units that the field of an indicator is learned from: those observed in five periods at least, or at all where these are few.
std::vector<Index> teachers(const Work& w) {
  for (std::size_t least : {std::min<std::size_t>(5, std::max<std::size_t>(1, static_cast<std::size_t>(w.z.rows() / 2))), std::size_t{1}}) {
    std::vector<Index> out;
    for (const Pattern& pattern : w.patterns)
      if (pattern.seen.size() >= least) out.insert(out.end(), pattern.units.begin(), pattern.units.end());
    std::sort(out.begin(), out.end());
    if (out.size() >= 10) return out;
  }
  return {};
}

// Of a series with observations only the slow part of the field counts, a parabola in time: its own data say the rest better.
void smooth(Work& w, const Clock& clock) {
  const Index degree = std::min<Index>(2, clock.periods - 1);
  Matrix powers(clock.periods, degree + 1);
  for (Index d = 0; d <= degree; ++d) powers.col(d) = clock.basis.rightCols(1).array().pow(static_cast<double>(d));
  const Matrix onto = powers * powers.colPivHouseholderQr().solve(Matrix::Identity(clock.periods, clock.periods));
  for (const Pattern& pattern : w.patterns)
    for (Index unit : pattern.units)
      if (!pattern.seen.empty()) w.field.col(unit) = onto * w.field.col(unit);
}

Matrix constant_and(const Matrix& features) {
  Matrix out(features.rows(), features.cols() + 1);
  out << Vector::Ones(features.rows()), features;
  return out;
}

// Mean and standard deviation of the holes of one series, from the second pass.
void predict(Holes& holes, const Work& w, const Clock& clock, const Matrix& local) {
  const Index unit = holes.unit;
  const Vector variances = w.kernel.coefficients();
  const double h = w.spread.coefficients[unit], g = w.spread.local[unit];
  const Matrix basis = clock.basis(holes.open, Eigen::all);
  Vector variance = h * (basis.cwiseAbs2() * variances) + g * local.diagonal()(holes.open);
  holes.center = w.mean(holes.open, unit) + w.field(holes.open, unit);
  std::vector<Index> seen;
  for (Index t = 0; t < clock.periods; ++t)
    if (!std::isnan(w.z(t, unit))) seen.push_back(t);
  holes.observed = !seen.empty();
  if (holes.observed) {
    const Solved solved = solve(local, clock.basis, seen);
    const Matrix m = middle(solved, variances, g / h);
    const Matrix across = h * basis * variances.asDiagonal() * clock.basis(seen, Eigen::all).transpose() + g * local(holes.open, seen);
    const Matrix weights = (solved.inverse - solved.through * m * solved.through.transpose()) / g, gain = across * weights;
    const Vector r = w.z(seen, unit) - w.mean(seen, unit) - w.field(seen, unit);
    holes.center += gain * r;
    variance -= gain.cwiseProduct(across).rowwise().sum();
  }
  holes.sd = w.scale * variance.cwiseMax(1e-12).cwiseSqrt();
}

}  // namespace

Model fit(const Block& block, const Matrix& rows, const std::vector<std::vector<Lens>>& lenses, bool by_propensity) {
  const Index k = block.values.cols(), units = block.units, T = block.periods();
  const Clock clock(block.times);
  Auxiliary aux = see(rows, units, T);
  std::vector<Work> works(static_cast<std::size_t>(k));
  Model out{std::vector<Lens>(static_cast<std::size_t>(k)), {}, std::vector<Known>(static_cast<std::size_t>(units)), {}, aux.notes};
  const int threads = detail::thread_count(block.threads, k);
  detail::parallel(k, threads, [&](Index j, int) {
    const auto at = static_cast<std::size_t>(j);
    const Matrix values = Eigen::Map<const Matrix>(block.values.col(j).data(), units, T).transpose();
    const Vector seen = values.array().isNaN().select(Matrix::Zero(T, units), Matrix::Ones(T, units)).colwise().mean();
    const Vector weights = by_propensity ? inverse_propensity(seen, aux.levels) : Vector::Ones(units);
    out.lenses[at] = choose(works[at], values, lenses[at], clock, aux.levels, weights);
  }, block.monitor, 0, 0.5);

  std::vector<Strand> strands;
  for (const Work& w : works) strands.push_back(strand(w.kernel, (w.z - w.mean) / w.scale, w.patterns, clock));
  const Matrix root = root_of(couple(strands, clock, units, 4));
  for (Index u = 0; u < units; ++u) out.known[static_cast<std::size_t>(u)] = known(strands, clock, root, u);

  std::vector<Alike> alike(static_cast<std::size_t>(k));
  std::vector<Matrix> whole(static_cast<std::size_t>(k));  // each indicator completed
  Alike all;
  for (Index j = 0; j < k; ++j) {
    const auto at = static_cast<std::size_t>(j);
    whole[at] = completed(works[at], strands[at], clock, out.known, j);
    alike[at] = Alike::of(whole[at]);
    all.add(alike[at]);
  }
  complete(aux, all);
  for (const Matrix& series : aux.completed) all.add({series.transpose() * series, static_cast<double>(T)});
  const Matrix along = constant_and(aux.levels);
  detail::parallel(k, threads, [&](Index j, int) {
    const auto at = static_cast<std::size_t>(j);
    Work& w = works[at];
    const auto from = teachers(w);
    Alike others{all.products - alike[at].products, all.columns - alike[at].columns};
    if (from.empty() || others.columns < 1) return;
    w.field = field(whole[at] - w.mean, from, others, w.weights);
    smooth(w, clock);
    refine(w, clock, aux.levels, &along, 1);
  }, block.monitor, 0.5, 1);

  std::vector<Matrix> locals;  // of the kernels of the second pass
  for (const Work& w : works) locals.push_back(w.kernel.local(clock));
  for (Index u = 0; u < units; ++u)
    for (Index j = 0; j < k; ++j) {
      const auto at = static_cast<std::size_t>(j);
      Piece free = piece(strands[at], clock, u, true);
      if (free.open.empty()) continue;
      Holes holes{j, u, free.open, {}, {}, std::move(free), {}, false};
      predict(holes, works[at], clock, locals[at]);
      const Index n_basis = clock.basis.cols();
      const Matrix moved = holes.piece.by_coefficient * out.known[static_cast<std::size_t>(u)].root.middleRows(j * n_basis, n_basis);
      const Vector spread = (moved.rowwise().squaredNorm() + holes.piece.root.rowwise().squaredNorm()).cwiseSqrt();
      holes.stretch = holes.sd.cwiseQuotient(spread);
      out.holes.push_back(std::move(holes));
    }
  return out;
}

}  // namespace egov::kriging
