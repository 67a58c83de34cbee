#include "egov/rank.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace egov {

double tie_width(double largest) { return tie_tolerance * std::max(1.0, largest); }

double rounded(double value, int digits) {
  if (digits < 0) return value;
  static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const double power = powers[std::min(digits, 15)];
  return std::nearbyint(value * power) / power;
}

Vector rank(ConstColumn scores, const Choice& choice, int digits) {
  const RankMethod& row = find("rank", rank_methods(), choice.method);
  arguments("rank", row, choice);
  Vector ranks = Vector::Constant(scores.size(), missing_value);
  std::vector<std::pair<double, Index>> order;
  order.reserve(static_cast<std::size_t>(scores.size()));
  double largest = 0;
  for (Index i = 0; i < scores.size(); ++i)
    if (!std::isnan(scores[i])) {
      order.emplace_back(rounded(scores[i], digits), i);
      if (std::isfinite(order.back().first)) largest = std::max(largest, std::abs(order.back().first));
    }
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const double tie = tie_width(largest);
  Index run = 0;
  for (std::size_t first = 0, last; first < order.size(); first = last) {
    for (last = first; last < order.size() && ties(order[first].first, order[last].first, tie); ++last) {}
    ++run;
    for (std::size_t k = first; k < last; ++k)
      ranks[order[k].second] = row.of_run(static_cast<Index>(first + 1), static_cast<Index>(last), run);
  }
  return ranks;
}

Matrix rank(const Matrix& scores, Index section, const Choice& choice, int digits) {
  Matrix ranks = scores;
  each_section(ranks, section, [&](Index, Column values) { values = rank(ConstColumn(values), choice, digits); });
  return ranks;
}

Ranker::Ranker(Index largest)
    : value_(static_cast<std::size_t>(largest)), sorted_(value_.size()), bucket_(value_.size()),
      start_(stretches * value_.size() + 1), order_(value_.size()) {}

void Ranker::operator()(const double* scores, Index n, int digits, int* ranks) {
  if (n == 0) return;
  const auto size = static_cast<std::size_t>(n);
  double low = infinite, high = -infinite;
  for (std::size_t i = 0; i < size; ++i) {
    value_[i] = rounded(scores[i], digits);
    low = std::min(low, value_[i]);
    high = std::max(high, value_[i]);
  }
  if (!std::isfinite(high - low)) {  // no stretches of a range that is no number
    std::iota(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(size), 0);
    sort_fully(size);
  } else if (high - low <= tie_width(std::max(std::abs(low), std::abs(high)))) {
    std::fill(ranks, ranks + n, 1);
    return;
  } else {
    sort_by_stretches(size, low, high);
  }
  number(size, ranks);
}

void Ranker::from_order(const double* values, Index n, const int* order, Index step, int* ranks) {
  if (n == 0) return;
  const auto size = static_cast<std::size_t>(n);
  std::copy(values, values + n, value_.begin());
  for (std::size_t k = 0; k < size; ++k) {
    order_[k] = order[static_cast<Index>(k) * step];
    sorted_[k] = values[order_[k]];
  }
  mend(size);
  number(size, ranks);
}

// The tie width of the values in order.
double Ranker::width(std::size_t size) const {
  double largest = 0;
  for (std::size_t k : {std::size_t{0}, size - 1}) {
    const std::size_t inward = k == 0 ? 1 : std::size_t(-1);
    while (k < size && std::isinf(sorted_[k])) k += inward;
    if (k < size) largest = std::max(largest, std::abs(sorted_[k]));
  }
  return tie_width(largest);
}

// Ranks from the order: a run of ties is measured from its highest.
void Ranker::number(std::size_t size, int* ranks) const {
  const double tie = width(size);
  for (std::size_t first = 0, last; first < size; first = last)
    for (last = first; last < size && ties(sorted_[first], sorted_[last], tie); ++last)
      ranks[order_[last]] = static_cast<int>(first) + 1;
}

// Highest first: equal stretches of the range, each value goes to its stretch, then neighbors are put in order.
void Ranker::sort_by_stretches(std::size_t size, double low, double high) {
  const std::size_t buckets = stretches * size;
  const double scale = (static_cast<double>(buckets) - 0.5) / (high - low);
  std::fill(start_.begin(), start_.begin() + static_cast<std::ptrdiff_t>(buckets) + 1, 0);
  for (std::size_t i = 0; i < size; ++i) {
    bucket_[i] = static_cast<int>((high - value_[i]) * scale);
    ++start_[static_cast<std::size_t>(bucket_[i]) + 1];
  }
  for (std::size_t b = 1; b <= buckets; ++b) start_[b] += start_[b - 1];
  for (std::size_t i = 0; i < size; ++i) {
    const auto to = static_cast<std::size_t>(start_[static_cast<std::size_t>(bucket_[i])]++);
    sorted_[to] = value_[i];
    order_[to] = static_cast<int>(i);
  }
  mend(size);
}

// Insertion sort, highest first; gives up for a full sort where the stretches were too uneven.
void Ranker::mend(std::size_t size) {
  std::size_t moves = 0;
  for (std::size_t i = 1; i < size; ++i) {
    const double value = sorted_[i];
    const int unit = order_[i];
    std::size_t to = i;
    for (; to > 0 && sorted_[to - 1] < value; --to) {
      sorted_[to] = sorted_[to - 1];
      order_[to] = order_[to - 1];
    }
    sorted_[to] = value;
    order_[to] = unit;
    moves += i - to;
    if (moves > 16 * size) return sort_fully(size);
  }
}

void Ranker::sort_fully(std::size_t size) {
  std::sort(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(size),
            [&](int a, int b) { return value_[static_cast<std::size_t>(a)] > value_[static_cast<std::size_t>(b)]; });
  for (std::size_t i = 0; i < size; ++i) sorted_[i] = value_[static_cast<std::size_t>(order_[i])];
}

Rows<RankMethod>& rank_methods() {
  static Rows<RankMethod> table = {
      {{"competition", "Ties share the lower number and the next numbers are skipped: 1, 2, 2, 4.",
        "United Nations E-Government Survey: published ranks", {}},
       [](Index first, Index, Index) { return static_cast<double>(first); }},
      {{"average", "Ties share the mean of their places: 1, 2.5, 2.5, 4.",
        "Kendall 1945, Biometrika 33(3)", {}},
       [](Index first, Index last, Index) { return 0.5 * static_cast<double>(first + last); }},
      {{"dense", "Ties share a number and the next follows without a gap: 1, 2, 2, 3.",
        "Wickham et al. 2023, dplyr: dense_rank", {}},
       [](Index, Index, Index run) { return static_cast<double>(run); }},
  };
  return table;
}

}  // namespace egov
