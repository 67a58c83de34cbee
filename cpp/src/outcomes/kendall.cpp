// Kendall's tau-b of whole numbers of copies of each row, in O(n log n), and its p-value.
#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>

#include "outcomes/fenwick.hpp"
#include "outcomes/pair.hpp"

namespace egov::detail {
namespace {

constexpr double negligible = 1e-10;   // a share of a variance of signs that is rounding

// Chance of at most `most` inversions in a random permutation of n; `most` lies below the middle. The row of n items
// is the mean of n shifts of the row of n - 1, kept as a running sum; sums up to k hold every term that was ever in
// them, so that small tails are right to a few n units in the last place.
double inversions_up_to(Index most, Index n) {
  const auto size = static_cast<std::size_t>(most + 1);
  std::vector<double> chance(size, 0.0), next(size);
  chance[0] = 1;
  for (std::size_t items = 2; items <= static_cast<std::size_t>(n); ++items) {
    double sum = 0;
    for (std::size_t k = 0; k < size; ++k) {
      sum += chance[k] - (k >= items ? chance[k - items] : 0);
      next[k] = k <= items * (items - 1) / 2 ? sum / static_cast<double>(items) : 0;
    }
    chance.swap(next);
  }
  double sum = 0;
  for (double each : chance) sum += each;
  return sum;
}

// Sums over runs of ties: t(t-1), t(t-1)(t-2), t(t-1)(2t+5).
struct Ties {
  double pairs = 0, triples = 0, spread = 0;
  explicit Ties(const std::vector<int>& runs) {
    for (std::size_t run = 0; run + 1 < runs.size(); ++run) {
      const double t = runs[run + 1] - runs[run];
      pairs += t * (t - 1);
      triples += t * (t - 1) * (t - 2);
      spread += t * (t - 1) * (2 * t + 5);
    }
  }
};

}  // namespace

// Row by row in the order of a, run by run; the tree holds the rows of earlier runs by their place in b.
Lanes Pair::concordance(const Side& a, const Side& b) {
  const auto places = static_cast<Index>(b.runs.size()) - 1;
  trees_.resize(std::max<std::size_t>(trees_.size(), 1));
  Fenwick tree(trees_[0], places);
  auto times = [&](int row) -> Lanes { return lanes_of(times_[static_cast<std::size_t>(row)]); };
  Lanes total = Lanes::Zero(), score = total, ties_a = total, ties_b = total;
  for (std::size_t run = 0; run + 1 < a.runs.size(); ++run) {
    Lanes drawn = Lanes::Zero();
    for (int k = a.runs[run]; k < a.runs[run + 1]; ++k) {
      const int row = a.order[static_cast<std::size_t>(k)], place = b.place[static_cast<std::size_t>(row)];
      score += times(row) * (tree.before(place) + tree.before(place + 1) - total);
      drawn += times(row);
    }
    for (int k = a.runs[run]; k < a.runs[run + 1]; ++k) {
      const int row = a.order[static_cast<std::size_t>(k)];
      tree.add(b.place[static_cast<std::size_t>(row)], times(row));
    }
    total += drawn;
    ties_a += drawn * (drawn - 1);
  }
  for (std::size_t run = 0; run + 1 < b.runs.size(); ++run) {
    Lanes drawn = Lanes::Zero();
    for (int k = b.runs[run]; k < b.runs[run + 1]; ++k) drawn += times(b.order[static_cast<std::size_t>(k)]);
    ties_b += drawn * (drawn - 1);
  }
  if (&a == &sides_[1] && &b == &sides_[0]) concordance_ = score[0];
  const Lanes all = total * (total - 1);
  return 2 * score / ((all - ties_a) * (all - ties_b)).sqrt();
}

// Takes a control out of the matrix of tau-b; one without variation, or that the others determine, takes out nothing.
void Pair::eliminate(std::size_t control) {
  const auto m = sides_.size();
  const Lanes own = factors_[control * m + control];
  std::vector<Lanes>& tau = factors_;
  for (std::size_t a = 0; a < m; ++a) {
    if (a >= 2 && a <= control) continue;
    Lanes part = tau[a * m + control] / own;
    for (Index lane = 0; lane < Eight::lanes; ++lane)
      if (!(own[lane] > negligible) || std::isnan(part[lane])) part[lane] = 0;
    raw_[a * m + control] = part;
  }
  for (std::size_t a = 0; a < m; ++a)
    for (std::size_t b = 0; b < m; ++b)
      if ((a < 2 || a > control) && (b < 2 || b > control))
        for (Index lane = 0; lane < Eight::lanes; ++lane)
          if (raw_[a * m + control][lane] != 0) tau[a * m + b][lane] -= raw_[a * m + control][lane] * tau[control * m + b][lane];
}

Lanes Pair::kendall(bool influences) {
  const auto m = sides_.size();
  factors_.assign(m * m, Lanes::Ones());
  raw_.assign(m * m, Lanes::Zero());
  for (std::size_t a = 0; a < m; ++a)
    for (std::size_t b = 0; b < a; ++b) {
      Lanes tau = concordance(sides_[a], sides_[b]);
      if (a >= 2) tau = tau.isNaN().select(0.0, tau);  // where x or y does not vary there is no coefficient anyway
      factors_[a * m + b] = factors_[b * m + a] = tau;
    }
  if (influences) plain_ = factors_;
  for (std::size_t control = 2; control < m; ++control) eliminate(control);
  Lanes r = factors_[1] / (factors_[0] * factors_[m + 1]).sqrt();
  if (m > 2)
    for (Index lane = 0; lane < Eight::lanes; ++lane)
      if (factors_[0][lane] <= negligible || factors_[m + 1][lane] <= negligible) r[lane] = missing_value;
  if (influences) kendall_influences(r);
  return r;
}

// The same chain rule as of Spearman's: what each row adds to each tau-b, times what that tau-b is worth.
void Pair::kendall_influences(const Lanes& r) {
  const auto m = sides_.size();
  phi_.assign(static_cast<std::size_t>(n_), Eight{});
  std::vector<Lanes>& c = raw_;
  for (std::size_t a = 0; a < 2; ++a)
    for (std::size_t j = m; j-- > 2;)
      for (std::size_t l = 2; l < j; ++l) c[a * m + l] -= c[a * m + j] * c[j * m + l];
  auto of = [&](std::size_t side, std::size_t a) -> Lanes {
    return a == side ? Lanes(Lanes::Ones()) : a < 2 ? Lanes(Lanes::Zero()) : Lanes(-c[side * m + a]);
  };
  const Lanes xx = factors_[0], yy = factors_[m + 1];
  for (std::size_t a = 0; a < m; ++a)
    for (std::size_t b = 0; b < a; ++b) {
      const Lanes worth = (of(0, a) * of(1, b) + of(0, b) * of(1, a)) / (xx * yy).sqrt() - r * (of(0, a) * of(0, b) / xx + of(1, a) * of(1, b) / yy);
      concordance_influences(sides_[a], sides_[b], plain_[a * m + b], worth);
    }
}

// phi += worth times what each row adds to tau-b: 2 (s / sqrt(A B) - tau / 2 (a / A + b / B)), where s is the rows in the same
// order with it less those in the opposite one, a those not tied with it in a, A all pairs not tied in a, and so for b.
void Pair::concordance_influences(const Side& a, const Side& b, const Lanes& tau, const Lanes& worth) {
  const auto places = static_cast<Index>(b.runs.size()) - 1;
  auto times = [&](int row) -> Lanes { return lanes_of(times_[static_cast<std::size_t>(row)]); };
  const Lanes n = lanes_of(total_);
  auto free_of = [&](const Side& side, std::vector<Lanes>& of_runs) {
    of_runs.clear();
    Lanes squares = Lanes::Zero();
    for (std::size_t run = 0; run + 1 < side.runs.size(); ++run) {
      Lanes drawn = Lanes::Zero();
      for (int k = side.runs[run]; k < side.runs[run + 1]; ++k) drawn += times(side.order[static_cast<std::size_t>(k)]);
      of_runs.push_back(n - drawn);
      squares += drawn * drawn;
    }
    return Lanes(n * n - squares);
  };
  const Lanes all_a = free_of(a, free_a_), all_b = free_of(b, free_b_), root = (all_a * all_b).sqrt();
  const Lanes factor = 2 * worth / root;
  trees_.resize(std::max<std::size_t>(trees_.size(), 1));
  for (int sign : {1, -1}) {  // rows with less in a, then those with more
    Fenwick tree(trees_[0], places);
    Lanes total = Lanes::Zero();
    const auto runs = static_cast<std::size_t>(a.runs.size()) - 1;
    for (std::size_t step = 0; step < runs; ++step) {
      const std::size_t run = sign > 0 ? step : runs - 1 - step;
      for (int k = a.runs[run]; k < a.runs[run + 1]; ++k) {
        const int row = a.order[static_cast<std::size_t>(k)], place = b.place[static_cast<std::size_t>(row)];
        Lanes added = factor * sign * (tree.before(place) + tree.before(place + 1) - total);
        if (sign > 0)
          added -= worth * tau * (free_a_[run] / all_a + free_b_[static_cast<std::size_t>(place)] / all_b);
        lanes_of(phi_[static_cast<std::size_t>(row)]) += added;
      }
      for (int k = a.runs[run]; k < a.runs[run + 1]; ++k) {
        const int row = a.order[static_cast<std::size_t>(k)];
        tree.add(b.place[static_cast<std::size_t>(row)], times(row));
        total += times(row);
      }
    }
  }
}

// Of a partial coefficient: its normal approximation with as many rows less as there are controls (Kim 2015, Communications for
// Statistical Applications and Methods 22, 665-674).
double Pair::kendall_p(double estimate) const {
  if (held_ > 0) {
    const double rows = static_cast<double>(n_ - held_);
    return boost::math::erfc(std::abs(estimate) / std::sqrt(4 * (2 * rows + 5) / (9 * rows * (rows - 1))));
  }
  const Ties x(sides_[0].runs), y(sides_[1].runs);
  const double n = static_cast<double>(n_), pairs = n * (n - 1);
  if (n_ < setting_.exact_below && x.pairs == 0 && y.pairs == 0) {
    const auto fewer = static_cast<Index>((pairs / 2 - std::abs(concordance_)) / 2);
    return std::min(1.0, 2 * inversions_up_to(fewer, n_));
  }
  const double variance = (pairs * (2 * n + 5) - x.spread - y.spread) / 18 + x.pairs * y.pairs / (2 * pairs) +
                          x.triples * y.triples / (9 * pairs * (n - 2));
  return boost::math::erfc(std::abs(concordance_) / std::sqrt(2 * variance));
}

}  // namespace egov::detail
