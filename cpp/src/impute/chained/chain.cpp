#include "impute/chained/chain.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace egov::chained {
namespace {

constexpr std::uint32_t for_coefficients = 0x80000000u;  // items of the streams of the columns, an iteration each
constexpr double of_note = 0.01;  // share of a predictor's size from which on another one is said to be a part of it

std::size_t at(Index k) { return static_cast<std::size_t>(k); }

// Times as -1 to 1.
Vector centered(const Vector& times) {
  const Index last = times.size() - 1;
  if (last < 1) return Vector::Zero(times.size());
  return (2 * (times.array() - times[0]) / (times[last] - times[0]) - 1).matrix();
}

// Correlation of residuals with those a period later, at least 0; below 1.
double persistence(const Matrix& residuals) {
  double product = 0, square = 0;
  for (Index t = 1; t < residuals.cols(); ++t)
    for (Index unit = 0; unit < residuals.rows(); ++unit) {
      const double x = residuals(unit, t - 1), y = residuals(unit, t);
      if (std::isnan(x + y)) continue;
      product += x * y;
      square += (x * x + y * y) / 2;
    }
  return square > 0 ? std::clamp(product / square, 0.0, 0.999) : 0;
}

// Holes of a series drawn as a stationary autoregression of the first order, given what is observed before and after.
void walk(Eigen::Ref<Vector> series, double correlation, double sd, Stream& stream) {
  for (Index t = 0; t < series.size(); ++t) {
    if (!std::isnan(series[t])) continue;
    Index next = t + 1;
    while (next < series.size() && std::isnan(series[next])) ++next;
    const double before = t > 0 ? series[t - 1] : 0, after = next < series.size() ? series[next] : 0;
    const double p = t > 0 ? correlation : 0, q = next < series.size() ? std::pow(correlation, static_cast<double>(next - t)) : 0;
    const double rest = 1 - p * p * q * q;
    series[t] = (before * p * (1 - q * q) + after * q * (1 - p * p)) / rest + sd * std::sqrt((1 - p * p) * (1 - q * q) / rest) * stream.normal();
  }
}

// Predictors whose part in a linear function counts, the constant aside.
std::vector<Index> parts(const Eigen::Ref<const Vector>& coefficients, const Matrix& gram, double size) {
  std::vector<Index> out;
  for (Index k = 1; k < coefficients.size(); ++k)
    if (std::abs(coefficients[k]) * std::sqrt(gram(k, k)) > of_note * size) out.push_back(k);
  return out;
}

// Predictors of which those before them leave next to nothing, each with these.
std::vector<std::vector<Index>> dependent(const Matrix& lower, const Matrix& gram) {
  std::vector<std::vector<Index>> out;
  for (Index k = 1; k < gram.rows(); ++k) {
    if (!(lower(k, k) * lower(k, k) < collinear_below * gram(k, k))) continue;
    const Vector coefficients = lower.topLeftCorner(k, k).transpose().triangularView<Eigen::Upper>().solve(lower.row(k).head(k).transpose());
    out.push_back({k});
    for (Index part : parts(coefficients, gram, std::sqrt(gram(k, k)))) out.back().push_back(part);
  }
  return out;
}

}  // namespace

void rank(std::vector<std::pair<double, Index>>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (values.size() < 64 || !(low->first < high->first) || !std::isfinite(high->first - low->first)) return std::sort(values.begin(), values.end());
  const std::size_t count = values.size();
  const double least = low->first, scale = static_cast<double>(count - 1) / (high->first - low->first);
  std::vector<std::size_t> starts(count + 1, 0);
  const auto bucket = [&](double x) { return std::min(static_cast<std::size_t>((x - least) * scale), count - 1); };
  for (const auto& value : values) ++starts[bucket(value.first) + 1];
  for (std::size_t k = 0; k < count; ++k) starts[k + 1] += starts[k];
  std::vector<std::pair<double, Index>> placed(count);
  std::vector<std::size_t> next(starts.begin(), starts.end() - 1);
  for (const auto& value : values) placed[next[bucket(value.first)]++] = value;
  for (std::size_t k = 0; k < count; ++k)
    if (starts[k + 1] - starts[k] > 1)
      std::sort(placed.begin() + static_cast<std::ptrdiff_t>(starts[k]), placed.begin() + static_cast<std::ptrdiff_t>(starts[k + 1]));
  values.swap(placed);
}

Chain::Chain(const Columns& columns, const Rules& rules, const Draw& draw)
    : columns_(columns), rules_(rules), draw_(draw), drawn_(at(columns.values.cols())) {
  for (std::uint32_t code : columns.codes)
    for (std::uint32_t key : columns.keys) streams_.push_back(draw.of(key, code));
  lay_out();
  for (Index j : columns.order) {
    Drawn& to = drawn_[at(j)];
    const auto& holes = columns.holes[at(j)];
    const auto& seen = columns.seen[at(j)];
    to.values.resize(static_cast<Index>(holes.size()));
    for (std::size_t k = 0; k < holes.size(); ++k) {
      const Index donor = seen[stream(holes[k], j).below(static_cast<std::uint32_t>(seen.size()))];
      to.values[static_cast<Index>(k)] = columns.values(donor, j);
      set(holes[k], j, columns.values(donor, j));
    }
  }
  if (rules_.lags == 0) return;
  for (Index j : columns.order) approach(j);
  ++iteration_;
}

// Random values next to each other would hold each other up through the lags. So holes start from the regression without
// lags, and an autoregression of its residuals through those that the series has.
void Chain::approach(Index column) {
  Drawn& to = drawn_[at(column)];
  const Fit fitted = fit(column, to, false);
  const Index units = columns_.units, periods = columns_.times.size();
  const Vector said = design_.transpose() * fitted.drawn;
  const Eigen::Map<const Matrix> centers(said.data(), units, periods);
  Matrix residuals = Eigen::Map<const Matrix>(columns_.values.col(column).data(), units, periods) - centers;
  const double correlation = persistence(residuals);
  Vector series(periods);
  for (Index unit = 0; unit < units; ++unit) {
    series = residuals.row(unit).transpose();
    if (!series.hasNaN()) continue;
    walk(series, correlation, fitted.sd, stream(unit, column));
    for (Index t = 0; t < periods; ++t)
      if (std::isnan(residuals(unit, t))) set(t * units + unit, column, centers(unit, t) + series[t]);
  }
}

// Where a lag would lie outside the panel: the period at its edge, of that period itself the one as far inside.
Index Chain::lag_source(Index period, Index lag, bool ahead) const {
  const Index last = columns_.times.size() - 1;
  if (ahead) return period == last ? last - lag : std::min(period + lag, last);
  return period == 0 ? lag : std::max<Index>(period - lag, 0);
}

void Chain::lay_out() {
  const Index periods = columns_.times.size(), rows = columns_.values.rows(), width = columns_.values.cols();
  readers_.resize(at(periods));
  for (Index t = 0; t < periods; ++t)
    for (Index place = 0; place < 2 * rules_.lags; ++place)
      readers_[at(lag_source(t, place / 2 + 1, place % 2 == 1))].emplace_back(t, place);
  const Index trend = 1 + width + 2 * rules_.lags * columns_.indicators;
  design_.setZero(trend + rules_.degree, rows);
  design_.row(0).setOnes();
  for (Index j = 0; j < width; ++j)
    for (Index row : columns_.seen[at(j)]) set(row, j, columns_.values(row, j));
  const Vector time = centered(columns_.times);
  for (Index row = 0; row < rows; ++row)
    for (Index power = 1; power <= rules_.degree; ++power)
      design_(trend + power - 1, row) = std::pow(time[row / columns_.units], static_cast<double>(power));
}

// Writes a value wherever the design holds it.
void Chain::set(Index row, Index column, double value) {
  design_(1 + column, row) = value;
  if (column >= columns_.indicators) return;
  const Index unit = row % columns_.units, lags = 1 + columns_.values.cols() + column;
  for (const auto& [period, place] : readers_[at(row / columns_.units)])
    design_(lags + place * columns_.indicators, period * columns_.units + unit) = value;
}

// Bayesian linear regression of the observed values, and a draw of its coefficients (van Buuren 2018, algorithm 3.1).
Chain::Fit Chain::fit(Index column, Drawn& to, bool lagged) {
  const auto& seen = columns_.seen[at(column)];
  const auto count = static_cast<double>(seen.size());
  const Index own = 1 + column, width = design_.rows();
  const Matrix x = design_(Eigen::all, seen);
  Matrix gram = x * x.transpose();
  Vector target = gram.col(own);
  const double whole = target[own];
  const Index lags = lagged ? 0 : 2 * rules_.lags * columns_.indicators, first = 1 + columns_.values.cols();
  const auto leave_out = [&](Index start, Index count_of) {
    gram.middleRows(start, count_of).setZero();
    gram.middleCols(start, count_of).setZero();
    target.segment(start, count_of).setZero();
  };
  leave_out(own, 1);
  leave_out(first, lags);
  const Index predictors = width - 1 - lags;
  to.short_of_rows = seen.size() < at(2 * predictors);
  gram.diagonal() *= 1 + (to.short_of_rows ? strong_ridge : ridge);
  for (double& d : gram.diagonal())
    if (!(d > 1e-12 * count)) d += count;  // what is left out, or 0 throughout
  const Eigen::LLT<Matrix> root(gram);
  const Matrix lower = root.matrixL();
  to.collinear = dependent(lower, gram);
  Fit out{root.solve(target), {}, 0};
  const double squares = (x.row(own).transpose() - x.transpose() * out.coefficients).squaredNorm();
  to.determined = squares < determined_below * whole ? parts(out.coefficients, gram, std::sqrt(whole)) : std::vector<Index>();
  Stream stream = draw_.of(columns_.codes[at(column)], for_coefficients + static_cast<std::uint32_t>(iteration_));
  Vector normal(width);
  for (double& z : normal) z = stream.normal();
  out.sd = std::sqrt(squares / stream.chi_squared(std::max(count - static_cast<double>(predictors), 1.0)));
  out.drawn = out.coefficients + out.sd * root.matrixU().solve(normal);
  out.drawn[own] = 0;
  out.drawn.segment(first, lags).setZero();
  return out;
}

// Of a hole's ticket for a row.
std::uint64_t Chain::lot(std::uint64_t ticket, Index row) const { return mixed(ticket ^ columns_.tags[at(row)]); }

// So many of the rows with the very same prediction, those with the smallest lots.
void Chain::draw_lots(const Ranked& ranked, const std::vector<Index>& seen, Index first, Index last, Index room, std::uint64_t ticket, Index* pool) const {
  std::vector<std::pair<std::uint64_t, Index>> lots;
  for (Index k = first; k <= last; ++k) {
    const Index row = seen[at(ranked[at(k)].second)];
    lots.emplace_back(lot(~ticket, row), row);
  }
  std::partial_sort(lots.begin(), lots.begin() + room, lots.end());
  for (Index k = 0; k < room; ++k) pool[k] = lots[at(k)].second;
}

// The k observed rows whose predictions are nearest, and the one of them with the smallest lot: a further unit changes
// nothing unless it is among them.
Index Chain::match(const Ranked& ranked, const std::vector<Index>& seen, double target, std::uint64_t ticket, Index* pool) const {
  const auto count = static_cast<Index>(ranked.size());
  const Index wanted = std::min(rules_.donors, count);
  const auto found = std::lower_bound(ranked.begin(), ranked.end(), target, [](const auto& one, double x) { return one.first < x; });
  Index right = found - ranked.begin(), left = right - 1;
  for (Index taken = 0; taken < wanted;) {
    const bool down = right >= count || (left >= 0 && target - ranked[at(left)].first <= ranked[at(right)].first - target);
    Index first = down ? left : right, last = first;
    const double x = ranked[at(first)].first;
    while (down && first > 0 && ranked[at(first - 1)].first == x) --first;
    while (!down && last + 1 < count && ranked[at(last + 1)].first == x) ++last;
    const Index room = std::min(last - first + 1, wanted - taken);
    if (room == 1 && first == last) pool[taken] = seen[at(ranked[at(first)].second)];
    else draw_lots(ranked, seen, first, last, room, ticket, pool + taken);
    taken += room;
    down ? left = first - 1 : right = last + 1;
  }
  Index best = pool[0];
  for (Index k = 1; k < wanted; ++k)
    if (lot(ticket, pool[k]) < lot(ticket, best)) best = pool[k];
  return best;
}

// Holes are drawn one after the other in the order of time, and back in the next iteration, so that a run of holes hears
// from both its ends.
void Chain::visit(Index column) {
  Drawn& to = drawn_[at(column)];
  const Fit fitted = fit(column, to, true);
  const auto& holes = columns_.holes[at(column)];
  const auto& seen = columns_.seen[at(column)];
  const bool matching = rules_.step == Step::matching;
  const Index wanted = std::min(rules_.donors, static_cast<Index>(seen.size()));
  const double low = columns_.values(seen.front(), column), high = columns_.values(seen.back(), column);
  const double least = low - stray * (high - low), most = high + stray * (high - low);
  Ranked ranked;
  if (matching) {
    ranked.reserve(seen.size());
    for (std::size_t k = 0; k < seen.size(); ++k) ranked.emplace_back(fitted.coefficients.dot(design_.col(seen[k])), static_cast<Index>(k));
    rank(ranked);
    to.donors.resize(holes.size());
    to.pool.resize(holes.size() * at(wanted));
  } else {
    to.strayed = false;
    to.center.resize(static_cast<Index>(holes.size()));
    to.sd = fitted.sd;
  }
  const auto count = static_cast<Index>(holes.size());
  for (Index step = 0; step < count; ++step) {
    const Index k = iteration_ % 2 == 0 ? step : count - 1 - step;
    const Index row = holes[at(k)];
    Stream& numbers = stream(row, column);
    const double center = fitted.drawn.dot(design_.col(row));
    if (matching) {
      to.donors[at(k)] = match(ranked, seen, center, mixed(static_cast<std::uint64_t>(numbers.uniform() * 0x1p52)), to.pool.data() + k * wanted);
      to.values[k] = columns_.values(to.donors[at(k)], column);
    } else {
      to.center[k] = std::clamp(center, least, most);
      to.strayed = to.strayed || to.center[k] != center;
      to.values[k] = to.center[k] + fitted.sd * numbers.normal();
    }
    set(row, column, to.values[k]);
  }
}

void Chain::iterate() {
  for (Index j : columns_.order) visit(j);
  ++iteration_;
}

}  // namespace egov::chained
