#include "impute/joint/table.hpp"

#include <algorithm>
#include <cmath>

namespace egov::joint {
namespace {

using column::Bounds;
using column::Extent;
using column::extent;
using kriging::Lens;

// Spread against the largest of the numbers below which a column is one number with noise.
constexpr double no_variation = 1e-13;

// Where a bound lies at most, in units of about the largest value, so that it is finite.
constexpr double farthest = 1e290;
// Beyond this a bound leaves no digits of the values in a difference from it.
constexpr double out_of_sight = 1e6;

bool varies(const Extent& e) { return e.count > 1 && e.sd > no_variation * e.largest(); }

// The power of two that brings the largest of the numbers to between 1 and 2.
int exponent_of(const Vector& x) {
  double largest = 0;
  for (double v : x)
    if (!std::isnan(v)) largest = std::max(largest, std::abs(v));
  return largest > 0 ? std::ilogb(largest) : 0;
}

Vector scaled(Vector x, int exponent) {
  for (double& v : x) v = std::ldexp(v, -exponent);
  return x;
}

// In units of the power of two. A lower bound is 0 only where the link needs one and none is given.
Bounds bounds_of(const Args& args, const Extent& e, int exponent, bool needs_lower) {
  const auto near = [&](double bound) { return std::isinf(bound) ? bound : std::clamp(std::ldexp(bound, -exponent), -farthest, farthest); };
  return column::bounds_of(args[1] == -infinite ? missing_value : near(args[1]), near(args[2]), e, needs_lower);
}

// For values that a link cannot tell apart, as they are so near to each other and so far from a bound.
Lens as_they_are(const Bounds& bounds, const Extent& e) {
  const double most = out_of_sight * e.largest();
  const double lower = bounds.lower < -most ? -infinite : bounds.lower, upper = bounds.upper > most ? infinite : bounds.upper;
  return {Lens::power, 1, lower, upper, std::isinf(lower) && std::isinf(upper) ? 0 : 0.002 * e.sd};
}

Vector linked(Vector y, const Scale& scale) {
  for (double& v : y) v = std::isnan(v) ? v : scale.to(v);
  return y;
}

void add_indicator(const Block& block, Index at, const std::string& method, Table& out, std::vector<Vector>& columns) {
  const Args& args = block.args[static_cast<std::size_t>(at)];
  const Vector given = block.values.col(at);
  const int exponent = exponent_of(given);
  const Vector x = scaled(given, exponent);
  const Extent e = extent(x);
  if (e.count == 0) throw DataError("nothing is observed, so there is nothing to learn from; leave it out", {"impute", method, "", -1, -1, static_cast<long>(at)});
  const auto link = static_cast<column::Link>(static_cast<int>(args[0]));
  if (!varies(e)) return column::fill_constant(block, at, std::ldexp(e.low == e.high ? e.low : e.mean, exponent), e.count, infinite, out.filling);
  const Bounds bounds = bounds_of(args, e, exponent, link == column::root);
  column::require_bounds(link, bounds, method, at);
  out.notes.push_back(bounds.widened ? note(out.filling, column::widened_note) : -1);
  out.targets.push_back(at);
  Scale scale{column::lens_of(link, bounds, e.sd), exponent};
  Vector z = linked(given, scale);
  if (!varies(extent(z))) {
    scale.lens = as_they_are(bounds, e);
    z = linked(given, scale);
    if (out.notes.back() < 0) out.notes.back() = note(out.filling, "values too close together for the link between their bounds: taken as they are");
  }
  out.scales.push_back(scale);
  columns.push_back(std::move(z));
}

void add_helper(Vector x, const char* what, Table& out, std::vector<Vector>& columns) {
  x = scaled(x, exponent_of(x));
  if (varies(extent(x))) columns.push_back(std::move(x));
  else note(out.filling, std::string(what) + " without variation was left out");
}

// Values of so many periods before (after where negative).
Vector lagged(const Vector& x, Index units, Index by) {
  Vector out = Vector::Constant(x.size(), missing_value);
  const Index shift = std::abs(by) * units, left = x.size() - shift;
  if (left <= 0) return out;
  if (by > 0) out.tail(left) = x.head(left);
  else out.head(left) = x.tail(left);
  return out;
}

void add_lags(const Block& block, Index lags, Table& out, std::vector<Vector>& columns) {
  for (std::size_t j = 0; j < out.targets.size(); ++j)
    for (Index by = 1; by <= lags; ++by)
      for (Index sign : {1, -1}) add_helper(lagged(columns[j], block.units, sign * by), "a column of earlier or later values", out, columns);
}

// A power of time is determined by the ones before where there are no more periods than that.
void add_trend(const Block& block, Index degree, Table& out, std::vector<Vector>& columns) {
  const Index periods = block.periods(), most = std::min(degree, periods - 1);
  if (most < degree) note(out.filling, "powers of time beyond the number of periods less one were left out");
  const double first = block.times[0], span = periods > 1 ? block.times[periods - 1] - first : 1;
  for (Index power = 1; power <= most; ++power) {
    Vector x(block.values.rows());
    for (Index t = 0; t < periods; ++t)
      x.segment(t * block.units, block.units).setConstant(std::pow(2 * (block.times[t] - first) / span - 1, static_cast<double>(power)));
    if (varies(extent(x))) columns.push_back(std::move(x));  // of two periods the square is constant
  }
}

}  // namespace

double Scale::to(double y) const { return lens.to(std::ldexp(y, -exponent)); }
double Scale::from(double z) const { return std::ldexp(plain() ? z : lens.from(z), exponent); }
double Scale::limit(double z, bool low) const { return std::ldexp(plain() ? z : lens.limit(z, low), exponent); }
double Scale::mean(double z, double sd) const { return std::ldexp(plain() ? z : lens.mean(z, sd), exponent); }
double Scale::spread(double z, double sd) const { return std::ldexp(plain() ? sd : lens.spread(z, sd), exponent); }

Table table(const Block& block, const std::string& method, Helpers helpers) {
  Table out;
  std::vector<Vector> columns;
  for (Index j = 0; j < block.values.cols(); ++j) add_indicator(block, j, method, out, columns);
  if (columns.empty()) return out;
  const Args& args = block.args[0];
  if (args.has("auxiliaries"))
    for (Index j = 0; j < args.table("auxiliaries").cols(); ++j) add_helper(args.table("auxiliaries").col(j), "an auxiliary", out, columns);
  add_lags(block, helpers.lags, out, columns);
  add_trend(block, helpers.trend, out, columns);
  out.cells.resize(block.values.rows(), static_cast<Index>(columns.size()));
  for (std::size_t j = 0; j < columns.size(); ++j) out.cells.col(static_cast<Index>(j)) = columns[j];
  return out;
}

std::vector<Param> link_params() {
  return {{"link", Kind::option, 0.0, 0.0, 3.0,
           "Scale of the model; auto: between two bounds logit, above a lower one the square root, without bounds the values as they are.",
           {"auto", "identity", "logit", "sqrt"}},
          {"lower", Kind::indicator, missing_value, -infinite, infinite,
           "Lowest possible value, in the indicator's unit; left open: none, but 0 for a square root where nothing observed is below.", {}, true},
          {"upper", Kind::indicator, missing_value, -infinite, infinite, "Highest possible value; left open: none.", {}, true},
          {"auxiliaries", Kind::indicators, missing_value, -infinite, infinite, "Indicators that help and are not filled.", {}, true}};
}

}  // namespace egov::joint
