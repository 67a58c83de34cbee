#include "impute/chained/remarks.hpp"

#include <algorithm>
#include <boost/math/distributions/fisher_f.hpp>
#include <cmath>
#include <cstdio>

#include "egov/chains.hpp"

namespace egov::chained {
namespace {

constexpr double agreed = 1.1, one_run_in = 1000;
constexpr Index most_iterations = 10000, most_named = 4;

std::string rounded(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", x);
  return text;
}

// So many that the same spread between chains would be within the limit, were they to move no faster than now; 1, 2 or 5 times
// a power of ten.
Index iterations_for(double rhat, Index iterations) {
  const double spread = static_cast<double>(iterations / 2) * (rhat * rhat - 1);
  const double wanted = std::max(2 * spread / (agreed * agreed - 1), 2.0 * static_cast<double>(iterations));
  for (double unit = 1; unit < most_iterations; unit *= 10)
    for (const double step : {1, 2, 5})
      if (step * unit >= wanted) return static_cast<Index>(step * unit);
  return most_iterations;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  const auto shown = std::min(names.size(), static_cast<std::size_t>(most_named));
  for (std::size_t k = 0; k < shown; ++k) out += (k == 0 ? "" : k + 1 == names.size() ? " and " : ", ") + names[k];
  if (names.size() > shown) out += " and " + std::to_string(names.size() - shown) + " more";
  return out;
}

// What a row of the design holds.
std::string predictor(const Columns& columns, const Rules& rules, Index row) {
  const Index width = columns.values.cols(), lags = row - 1 - width, trend = lags - 2 * rules.lags * columns.indicators;
  if (lags < 0) return columns.names[static_cast<std::size_t>(row - 1)];
  if (trend >= 0) return trend == 0 ? "time" : "power " + std::to_string(trend + 1) + " of time";
  const Index place = lags / columns.indicators, by = place / 2 + 1;
  return columns.names[static_cast<std::size_t>(lags % columns.indicators)] + " " + std::to_string(by) + (by == 1 ? " period " : " periods ") +
         (place % 2 == 1 ? "later" : "earlier");
}

// The first a linear function of the others.
std::string dependence(const Columns& columns, const Rules& rules, const std::string& what, const Index* first, const Index* last) {
  std::vector<std::string> names;
  for (; first != last; ++first) names.push_back(predictor(columns, rules, *first));
  return names.empty() ? what + " is nearly constant" : what + " is a linear function of " + listed(names);
}

}  // namespace

double agreement_limit(Index chains, Index iterations) {
  const auto halves = static_cast<double>(2 * chains), n = static_cast<double>(iterations / 2);
  const double rare = boost::math::quantile(boost::math::complement(boost::math::fisher_f(halves - 1, halves * (n - 1)), 1 / one_run_in));
  return std::max(agreed, std::sqrt((rare + n - 1) / n));
}

std::string on_agreement(const std::string& name, const std::vector<const Matrix*>& traces) {
  const Index iterations = traces.front()->cols();
  const double limit = iterations < least_iterations ? infinite : agreement_limit(traces.front()->rows(), iterations);
  double worst = 0;
  for (const Matrix* one : traces) {
    if (iterations < least_iterations || !one->allFinite()) continue;
    const double r = rhat(*one, false);
    if (r > worst) worst = r;
  }
  if (!(worst > limit)) return {};
  const bool slow = !std::isinf(worst) && iterations_for(worst, iterations) == most_iterations;
  const std::string enough = std::to_string(std::isinf(worst) ? std::min(10 * iterations, most_iterations) : iterations_for(worst, iterations));
  return "the chains of " + name + " do not agree (split R-hat " + (std::isinf(worst) ? "infinite" : rounded(worst)) + ", above " + rounded(limit) +
         "): " + (slow ? "more iterations alone will hardly do; try lags = 0 or fewer indicators" : "raise iterations from " + std::to_string(iterations) + " to " + enough + " or more");
}

std::vector<std::string> on_collinearity(const Columns& columns, const Rules& rules, Index column, const Drawn& last) {
  std::vector<std::string> out;
  if (!last.collinear.empty()) {
    std::vector<std::string> found;
    for (const auto& one : last.collinear)
      found.push_back(dependence(columns, rules, predictor(columns, rules, one.front()), one.data() + 1, one.data() + one.size()));
    out.push_back("predictors are collinear (" + listed(found) + "): all stay, and the ridge holds the regression");
  }
  if (!last.determined.empty()) {
    const Index* first = last.determined.data();
    out.push_back(dependence(columns, rules, columns.names[static_cast<std::size_t>(column)], first, first + last.determined.size()) + ", which fills it without error");
  }
  return out;
}

}  // namespace egov::chained
