#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "egov/outcomes.hpp"
#include "detail/resamples.hpp"

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

Vector hochberg(const Vector& p) {
  std::vector<Index> order = ascending(p);
  Vector adjusted(p.size());
  double lowest = 1;
  for (std::size_t k = order.size(); k > 0; --k) {
    lowest = std::min(lowest, static_cast<double>(order.size() - k + 1) * p[order[k - 1]]);
    adjusted[order[k - 1]] = lowest;
  }
  return adjusted;
}

// Wright's (1992) algorithm: for each number m of true hypotheses, what Simes' test of the m largest p-values says.
Vector hommel(const Vector& p) {
  std::vector<Index> order = ascending(p);
  const Index n = p.size();
  Vector sorted(n);
  for (Index k = 0; k < n; ++k) sorted[k] = p[order[static_cast<std::size_t>(k)]];
  Vector highest = sorted;
  for (Index m = n; m > 1; --m) {
    double simes = infinite;
    for (Index k = 1; k <= m; ++k) simes = std::min(simes, static_cast<double>(m) * sorted[n - m + k - 1] / static_cast<double>(k));
    for (Index k = 0; k < n; ++k)
      highest[k] = std::max(highest[k], k < n - m ? std::min(static_cast<double>(m) * sorted[k], simes) : simes);
  }
  Vector adjusted(n);
  for (Index k = 0; k < n; ++k) adjusted[order[static_cast<std::size_t>(k)]] = std::min(1.0, highest[k]);
  return adjusted;
}

// 1 - (1 - p)^tests, right for small p too.
double any_of(double p, double tests) { return -std::expm1(tests * std::log1p(-p)); }

Vector sidak(const Vector& p) {
  return p.unaryExpr([&](double each) { return any_of(each, static_cast<double>(p.size())); });
}

Vector holm_sidak(const Vector& p) {
  std::vector<Index> order = ascending(p);
  Vector adjusted(p.size());
  double highest = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    highest = std::max(highest, any_of(p[order[k]], static_cast<double>(order.size() - k)));
    adjusted[order[k]] = highest;
  }
  return adjusted;
}

double count_from(const Vector& p, double least) {
  return static_cast<double>(std::count_if(p.begin(), p.end(), [&](double each) { return each >= least; }));
}

// The share of true hypotheses by the p-values from .05, .10, ..., .95: of these the one with the least estimated mean squared error,
// which is the bootstrap's of Storey (2002) in closed form (Robinson, in the R package qvalue 2).
double share_by_least_error(const Vector& p) {
  const double m = static_cast<double>(p.size());
  std::vector<double> shares, counts;
  for (int step = 1; step <= 19; ++step) {
    counts.push_back(count_from(p, 0.05 * step));
    shares.push_back(counts.back() / (m * (1 - 0.05 * step)));
  }
  Vector sorted = Eigen::Map<const Vector>(shares.data(), static_cast<Index>(shares.size()));
  const double low = detail::percentile(sorted, 0.1);
  double least = infinite, share = 1;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const double left = 1 - 0.05 * static_cast<double>(k + 1), spread = counts[k] / (m * m * left * left) * (1 - counts[k] / m);
    const double error = spread + (shares[k] - low) * (shares[k] - low);
    if (error < least) least = error, share = shares[k];
  }
  return share;
}

// At least one hypothesis is taken for true, so that no q-value is 0 where its p-value is not.
Vector storey(const Vector& p, const Args& args) {
  if (p.size() == 0) return p;
  const double m = static_cast<double>(p.size()), from = args[0];
  const double share = args[1] == 0 ? (1 + count_from(p, from)) / (m * (1 - from)) : std::max(1 / m, share_by_least_error(p));
  return step_up(p, m) * std::min(1.0, share);
}

Vector two_stage(const Vector& p, const Args& args) {
  const Index n = p.size();
  const double first = args[0] / (1 + args[0]);
  const Vector adjusted = benjamini_hochberg(p);
  const auto rejected = static_cast<Index>(std::count_if(adjusted.begin(), adjusted.end(), [&](double each) { return each <= first; }));
  const Index left = rejected == n ? n : n - rejected;
  const double share = n == 0 ? 1 : static_cast<double>(left) / static_cast<double>(n);
  return (adjusted * share * (1 + args[0])).cwiseMin(1.0);
}

Vector unchanged(const Vector& p) { return p; }

AdjustMethod row(const char* name, const char* sentence, const char* citation, Vector (*adjust)(const Vector&, const Args&),
                 std::vector<Param> params) {
  AdjustMethod method;
  method.name = name;
  method.sentence = sentence;
  method.citation = citation;
  method.params = std::move(params);
  method.traits = gives_unit;
  method.adjust = adjust;
  return method;
}

template <Vector (*adjust)(const Vector&)>
AdjustMethod row(const char* name, const char* sentence, const char* citation) {
  return row(name, sentence, citation, [](const Vector& p, const Args&) { return adjust(p); }, {});
}

}  // namespace

Vector adjust(const Vector& p, const Choice& method) {
  const AdjustMethod& chosen = find("adjust", adjust_methods(), method.method);
  const Args args = arguments("adjust", chosen, method);
  std::vector<Index> counted;
  for (Index i = 0; i < p.size(); ++i) {
    if (p[i] < 0 || p[i] > 1)
      throw DataError("p-value " + std::to_string(i) + " is " + std::to_string(p[i]) +
                          "; a number from 0 to 1 or NaN would be right", {"adjust", method.method, ""});
    if (!std::isnan(p[i])) counted.push_back(i);
  }
  Vector observed(static_cast<Index>(counted.size()));
  for (std::size_t k = 0; k < counted.size(); ++k) observed[static_cast<Index>(k)] = p[counted[k]];
  Vector adjusted = chosen.adjust(observed, args), result = Vector::Constant(p.size(), missing_value);
  for (std::size_t k = 0; k < counted.size(); ++k) result[counted[k]] = adjusted[static_cast<Index>(k)];
  return result;
}

Rows<AdjustMethod>& adjust_methods() {
  static Rows<AdjustMethod> table = {
      row<benjamini_hochberg>("bh", "Controls the false discovery rate of independent or positively dependent tests.",
          "Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300"),
      row<benjamini_yekutieli>("by", "Controls the false discovery rate under any dependence.",
          "Benjamini and Yekutieli (2001), Annals of Statistics 29, 1165-1188"),
      row<holm>("holm", "Controls the chance of any false rejection, step by step from the smallest p-value.",
          "Holm (1979), Scandinavian Journal of Statistics 6, 65-70"),
      row<bonferroni>("bonferroni", "Controls the chance of any false rejection: every p-value times their number.",
          "Dunn (1961), Journal of the American Statistical Association 56, 52-64"),
      row<unchanged>("none", "Leaves the p-values as they are.", ""),
      row<hochberg>("hochberg", "Controls the chance of any false rejection of independent or positively dependent tests, step by step from the largest p-value.",
          "Hochberg (1988), Biometrika 75, 800-802"),
      row<hommel>("hommel", "Controls the chance of any false rejection of independent or positively dependent tests: the closure of Simes' test, never above hochberg.",
          "Hommel (1988), Biometrika 75, 383-386; Wright (1992), Biometrics 48, 1005-1013"),
      row<sidak>("sidak", "Controls the chance of any false rejection of independent tests: 1 - (1 - p)^tests.",
          "Sidak (1967), Journal of the American Statistical Association 62, 626-633"),
      row<holm_sidak>("holm_sidak", "Sidak's correction step by step from the smallest p-value.",
          "Holland and Copenhaver (1987), Biometrics 43, 417-423"),
      row("storey", "q-values of independent or weakly dependent tests: bh times an estimate of the share of true hypotheses; may be below the p-value.",
          "Storey (2002), Journal of the Royal Statistical Society B 64, 479-498; Storey and Tibshirani (2003), PNAS 100, 9440-9445; "
          "Storey, Taylor and Siegmund (2004), Journal of the Royal Statistical Society B 66, 187-205", storey,
          {{"true_from", Kind::real, 0.5, 0.0, 0.99, "Fixed share: p-values from here on are taken for those of true hypotheses, and one more."},
           {"share", Kind::option, 0, 0, 1, "The share by true_from, or the one of .05, .10, ..., .95 with the least bootstrap mean squared error.", {"fixed", "bootstrap"}}}),
      row("two_stage", "bh times the share of hypotheses that a first stage does not reject; may be below the p-value.",
          "Benjamini, Krieger and Yekutieli (2006), Biometrika 93, 491-507, definition 6", two_stage,
          {{"rate", Kind::real, 0.05, 1e-12, 0.5, "False discovery rate aimed at: adjusted values are to be compared with it alone."}})};
  return table;
}

}  // namespace egov
