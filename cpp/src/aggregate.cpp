#include "egov/aggregate.hpp"

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

}  // namespace

Vector aggregate(const Matrix& children, const Vector& weights, const Choice& choice, Missing missing) {
  const AggregateMethod& row = find("aggregate", aggregate_methods(), choice.method);
  const Args args = arguments("aggregate", row, choice);
  if (row.traits & needs_positive) require_positive(children, row.name);
  Vector out(children.rows());
  for (Index i = 0; i < children.rows(); ++i) {
    const Index holes = children.row(i).array().isNaN().count();
    if (missing == Missing::refuse && holes > 0 && holes < children.cols())
      throw DataError("a child is missing; impute it, or let missing children drop out with their weight (missing=\"drop-weight\")",
                      {"aggregate", row.name, "", static_cast<long>(i)});
    out[i] = combine_observed(row, args, children, i, weights);
  }
  return out;
}

const std::vector<AggregateMethod>& aggregate_methods() {
  static const std::vector<AggregateMethod> table = {
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
