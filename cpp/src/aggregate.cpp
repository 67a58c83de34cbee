#include "egov/aggregate.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace egov {
namespace {

double arithmetic(const Vector& x, const Vector& w) { return x.dot(w); }

double geometric(const Vector& x, const Vector& w) {
  double sum = 0;
  for (Index i = 0; i < x.size(); ++i) sum += w[i] * std::log(x[i]);
  return std::exp(sum);
}

// Shares of the least child instead of 1 / x, which is beyond the largest number below 1e-308.
double harmonic(const Vector& x, const Vector& w) {
  const double least = x.minCoeff();
  return least / (w.array() * (least / x.array())).sum();
}

void require_positive(const Matrix& children, const std::string& method) {
  const auto bad = (children.array() <= 0).count();
  for (Index j = 0; bad && j < children.cols(); ++j)
    for (Index i = 0; i < children.rows(); ++i) {
      if (!(children(i, j) <= 0)) continue;
      std::ostringstream text;
      text << "needs values above 0, got " << children(i, j);
      if (bad > 1) text << " here and " << bad - 1 << " more of 0 or less";
      text << "; rescale the normalization to a positive range, e.g. rescale=(1, 100)";
      throw DataError(text.str(), {"aggregate", method, "", static_cast<long>(i), -1, static_cast<long>(j)});
    }
}

// One unit: the children that are there, their weights brought to sum one. NaN if none is.
double combine_observed(const AggregateMethod& row, const Args& args, const Matrix& children, Index unit, const Vector& weights) {
  Vector x(children.cols()), w(children.cols());
  Index n = 0;
  for (Index j = 0; j < children.cols(); ++j)
    if (!std::isnan(children(unit, j))) x[n] = children(unit, j), w[n] = weights[j], ++n;
  const double sum = w.head(n).sum();
  return n && sum > 0 ? row.combine(x.head(n), w.head(n) / sum, args) : missing_value;
}

// Does the unit get a value under the rule? DataError where a missing child is refused.
bool has_enough(const Matrix& children, Index unit, const MissingRule& missing, const std::string& method) {
  const Index holes = children.row(unit).array().isNaN().count(), all = children.cols();
  if (missing.what == Missing::refuse && holes > 0 && holes < all)
    throw DataError("a child is missing; impute it, or let missing children drop out with their weight (missing=\"drop-weight\")",
                    {"aggregate", method, "", static_cast<long>(unit)});
  return holes < all && static_cast<double>(all - holes) >= missing.threshold * static_cast<double>(all) * (1 - 1e-12);
}

// All units of one stretch at once. A stretch whose method knows no holes has them only under drop_weight, and is refused then.
void combine_together(const AggregateMethod& row, const Args& args, const Matrix& children, const std::vector<Index>& units,
                      const Vector& weights, Vector& out) {
  const Matrix parts = children(units, Eigen::all);
  if (!(row.traits & takes_holes))
    for (Index i = 0; i < parts.rows(); ++i)
      for (Index j = 0; j < parts.cols(); ++j)
        if (std::isnan(parts(i, j)))
          throw DataError("compares units by all children and takes no missing one; impute it",
                          {"aggregate", row.name, "", static_cast<long>(units[static_cast<std::size_t>(i)]), -1, static_cast<long>(j)});
  const Vector values = row.together(parts, weights / weights.sum(), args);
  if (values.size() != parts.rows()) throw DataError("gave another number of values than units", {"aggregate", row.name, ""});
  for (std::size_t k = 0; k < units.size(); ++k) out[units[k]] = values[static_cast<Index>(k)];
}

}  // namespace

Vector aggregate(const Matrix& children, const Vector& weights, const Choice& choice, const MissingRule& missing, Index section) {
  const AggregateMethod& row = find("aggregate", aggregate_methods(), choice.method);
  const Args args = arguments("aggregate", row, choice);
  if (row.traits & needs_positive) require_positive(children, row.name);
  Vector out = Vector::Constant(children.rows(), missing_value);
  if (section <= 0) section = std::max<Index>(children.rows(), 1);
  for (Index first = 0; first < children.rows(); first += section) {
    std::vector<Index> units;
    for (Index i = first; i < std::min(first + section, children.rows()); ++i)
      if (has_enough(children, i, missing, row.name)) units.push_back(i);
    if (row.together && !units.empty()) combine_together(row, args, children, units, weights, out);
    for (std::size_t k = 0; k < units.size() && !row.together; ++k) out[units[k]] = combine_observed(row, args, children, units[k], weights);
  }
  return out;
}

Rows<AggregateMethod>& aggregate_methods() {
  static Rows<AggregateMethod> table = {
      {{"arithmetic", "Weighted arithmetic mean: a low value is made up for by a high one.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, section 6.10", {}, keeps_range},
       [](const Vector& x, const Vector& w, const Args&) { return arithmetic(x, w); },
       [](const Args&) { return Link{}; }},
      {{"geometric", "Weighted geometric mean: a low value is made up for only in part.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, section 6.10", {}, needs_positive | keeps_range},
       [](const Vector& x, const Vector& w, const Args&) { return geometric(x, w); },
       [](const Args&) {
         return Link{[](Column x) { x = x.array().log(); }, [](Column x) { x = x.array().exp(); }};
       }},
      {{"harmonic", "Weighted harmonic mean: a low value is hardly made up for at all.",
        "Becker et al. 2022, COINr, Journal of Open Source Software 7(78)", {}, needs_positive | keeps_range},
       [](const Vector& x, const Vector& w, const Args&) { return harmonic(x, w); },
       [](const Args&) {
         const auto inverse = [](Column x) { x = x.array().inverse(); };
         return Link{inverse, inverse};
       }},
  };
  return table;
}

}  // namespace egov
