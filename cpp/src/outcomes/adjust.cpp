#include <cmath>
#include <numeric>
#include <string>

#include "egov/outcomes.hpp"

namespace egov {
namespace {

// Positions of the p-values from the smallest to the largest.
std::vector<Index> ascending(const Vector& p) {
  std::vector<Index> order(static_cast<std::size_t>(p.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return p[a] < p[b]; });
  return order;
}

// From the largest down: the lowest of factor / rank * p so far. The products are taken in the order R takes them.
Vector step_up(const Vector& p, double factor) {
  std::vector<Index> order = ascending(p);
  Vector adjusted(p.size());
  double lowest = 1;
  for (std::size_t k = order.size(); k > 0; --k) {
    lowest = std::min(lowest, factor / static_cast<double>(k) * p[order[k - 1]]);
    adjusted[order[k - 1]] = lowest;
  }
  return adjusted;
}

Vector benjamini_hochberg(const Vector& p) { return step_up(p, static_cast<double>(p.size())); }

Vector benjamini_yekutieli(const Vector& p) {
  double sum = 0, lost = 0;  // Kahan's sum: R adds up in a longer type
  for (Index k = 1; k <= p.size(); ++k) {
    double term = 1 / static_cast<double>(k) - lost, next = sum + term;
    lost = (next - sum) - term;
    sum = next;
  }
  return step_up(p, sum * static_cast<double>(p.size()));
}

Vector holm(const Vector& p) {
  std::vector<Index> order = ascending(p);
  Vector adjusted(p.size());
  double highest = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    highest = std::max(highest, static_cast<double>(order.size() - k) * p[order[k]]);
    adjusted[order[k]] = std::min(1.0, highest);
  }
  return adjusted;
}

Vector bonferroni(const Vector& p) { return (p * static_cast<double>(p.size())).cwiseMin(1.0); }

Vector unchanged(const Vector& p) { return p; }

AdjustMethod row(const char* name, const char* sentence, const char* citation, Vector (*adjust)(const Vector&)) {
  AdjustMethod method;
  method.name = name;
  method.sentence = sentence;
  method.citation = citation;
  method.traits = gives_unit;
  method.adjust = adjust;
  return method;
}

}  // namespace

Vector adjust(const Vector& p, const Choice& method) {
  const AdjustMethod& chosen = find("adjust", adjust_methods(), method.method);
  arguments("adjust", chosen, method);
  std::vector<Index> counted;
  for (Index i = 0; i < p.size(); ++i) {
    if (p[i] < 0 || p[i] > 1)
      throw DataError("p-value " + std::to_string(i) + " is " + std::to_string(p[i]) +
                          "; a number from 0 to 1 or NaN would be right", {"adjust", method.method, ""});
    if (!std::isnan(p[i])) counted.push_back(i);
  }
  Vector observed(static_cast<Index>(counted.size()));
  for (std::size_t k = 0; k < counted.size(); ++k) observed[static_cast<Index>(k)] = p[counted[k]];
  Vector adjusted = chosen.adjust(observed), result = Vector::Constant(p.size(), missing_value);
  for (std::size_t k = 0; k < counted.size(); ++k) result[counted[k]] = adjusted[static_cast<Index>(k)];
  return result;
}

Rows<AdjustMethod>& adjust_methods() {
  static Rows<AdjustMethod> table = {
      row("bh", "Controls the false discovery rate of independent or positively dependent tests.",
          "Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300", benjamini_hochberg),
      row("by", "Controls the false discovery rate under any dependence.",
          "Benjamini and Yekutieli (2001), Annals of Statistics 29, 1165-1188", benjamini_yekutieli),
      row("holm", "Controls the chance of any false rejection, step by step from the smallest p-value.",
          "Holm (1979), Scandinavian Journal of Statistics 6, 65-70", holm),
      row("bonferroni", "Controls the chance of any false rejection: every p-value times their number.",
          "Dunn (1961), Journal of the American Statistical Association 56, 52-64", bonferroni),
      row("none", "Leaves the p-values as they are.", "", unchanged)};
  return table;
}

}  // namespace egov
