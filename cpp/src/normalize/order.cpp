#include "normalize/order.hpp"

#include <algorithm>
#include <cmath>

#include "detail/statistics.hpp"
#include "normalize/linear.hpp"

namespace egov::order {

Fitted sorted(ConstColumn x, double direction) {
  auto seen = detail::observed(x);
  for (double& v : seen) v *= direction;
  std::sort(seen.begin(), seen.end());
  Fitted f;
  f.sorted = Eigen::Map<const Vector>(seen.data(), static_cast<Index>(seen.size()));
  f.numbers[0] = static_cast<double>(std::unique(seen.begin(), seen.end()) - seen.begin());
  return f;
}

void ranked(Column x, double direction, const Fitted& f, Ties ties) {
  const double *first = f.sorted.data(), *last = first + f.sorted.size();
  std::vector<double> runs;  // dense ranks, if asked for
  for (Index k = 0; ties == Ties::dense && k < f.sorted.size(); ++k)
    runs.push_back(k == 0 ? 1 : runs.back() + (f.sorted[k] != f.sorted[k - 1]));
  for (double& v : x) {
    if (std::isnan(v)) continue;
    v *= direction;
    const auto [from, to] = std::equal_range(first, last, v);
    const double below = static_cast<double>(from - first), upto = static_cast<double>(to - first);
    if (from == to) v = (ties == Ties::dense ? (from == first ? 0 : runs[static_cast<std::size_t>(from - first) - 1]) : below) + 0.5;
    else if (ties == Ties::dense) v = runs[static_cast<std::size_t>(from - first)];
    else v = ties == Ties::average ? 0.5 * (below + 1 + upto) : ties == Ties::lowest ? below + 1 : upto;
  }
}

void share_of_ranks(Column x, double direction, const Fitted& f, Ties ties) {
  const double steps = (ties == Ties::dense ? f.numbers[0] : static_cast<double>(f.sorted.size())) - 1;
  ranked(x, direction, f, ties);
  for (double& v : x) v = (v - 1) / steps;
}

std::vector<double> breaks(const Args& a, double count) {
  std::vector<double> shares;
  if (!a.has("breaks")) {
    for (double k = 1; k < count; ++k) shares.push_back(k / count);
    return shares;
  }
  const Matrix& given = a.table("breaks");
  shares.assign(given.data(), given.data() + given.size());
  const bool rising = std::adjacent_find(shares.begin(), shares.end(), std::greater_equal<>()) == shares.end();
  if (std::min(given.rows(), given.cols()) != 1 || !rising || shares.front() <= 0 || shares.back() >= 1)
    throw SpecError("the breaks must be one row of shares between 0 and 1, each above the one before, e.g. [0.25, 0.5, 0.75]",
                    {"normalize", "categories", "breaks"});
  return shares;
}

Fitted quantiles(ConstColumn x, double direction, const std::vector<double>& shares) {
  const Vector values = sorted(x, direction).sorted;
  Fitted f;
  if (values.size() == 0) return f;
  f.sorted.resize(static_cast<Index>(3 * shares.size()));
  for (std::size_t k = 0; k < shares.size(); ++k) {
    double at = shares[k] * static_cast<double>(values.size() - 1);
    if (std::abs(at - std::round(at)) < 1e-9) at = std::round(at);  // a share such as 0.15 is no exact double
    const double down = std::floor(at);
    const auto below = static_cast<Index>(down), above = std::min<Index>(below + 1, values.size() - 1);
    f.sorted.segment(static_cast<Index>(3 * k), 3) << values[below], values[above], at - down;
  }
  return f;
}

void classes(Column x, double direction, const Fitted& f, double low, double high) {
  const Index count = f.sorted.size() / 3;
  const auto above = [&](double v, Index k) {
    const double from = f.sorted[3 * k], to = f.sorted[3 * k + 1], way = f.sorted[3 * k + 2];
    return v >= to || (v >= from && (way == 0 || (v > from && linear::share(v, from, to) >= way)));
  };
  for (double& v : x) {
    if (std::isnan(v)) continue;
    Index passed = 0;
    while (passed < count && above(direction * v, passed)) ++passed;
    const double step = static_cast<double>(passed);
    v = std::isnan(high) ? low + step : passed == count ? high : low + (high - low) * (step / static_cast<double>(count));
  }
}

}  // namespace egov::order
