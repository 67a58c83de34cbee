#include "outcomes/permutation.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <string>

#include "detail/threads.hpp"
#include "outcomes/family.hpp"
#include "outcomes/pair.hpp"
#include "outcomes/rearrangement.hpp"
#include "outcomes/studentized.hpp"

namespace egov::detail {
namespace {

constexpr Index most_permutations = Index{1} << 31;
constexpr Index at_once = Index{1} << 20;    // rows that a task goes through, times permutations
constexpr Index most_kept = Index{1} << 22;  // numbers of all pairs kept at a time

[[noreturn]] void refuse(const std::string& param, const std::string& text) { throw SpecError(text, {"correlate", "", param}); }

void check(const Question& question, Coefficient kind) {
  if (question.permutations < 0 || question.permutations > most_permutations)
    refuse("permutations", "permutations is " + std::to_string(question.permutations) + "; a number from 0 to " + std::to_string(most_permutations) + " would be right");
  if (question.family && question.permutations == 0)
    refuse("family", "family without permutations; a number of permutations, e.g. 9999, would be right");
  if (question.permutations == 0) return;
  const bool by_rank_or_value = kind == Coefficient::pearson || kind == Coefficient::spearman;
  if (question.controls.cols() > 0 && !by_rank_or_value)
    refuse("permutations", "permutations of " + question.method.method + " with controls, which leave it no residuals that could be exchanged; pearson or spearman, "
           "or no controls, would be right");
  if (has_clusters(question) && kind == Coefficient::distance)
    refuse("permutations", "permutations of a distance correlation with several rows a cluster: neither rows nor the sign of a part can be exchanged; "
           "the view between clusters, or another coefficient, would be right");
}

// One call: what all pairs share.
class Tests {
 public:
  Tests(const Matrix& x, const Matrix& y, const Question& question, std::vector<Association>& results, const Monitor& monitor)
      : x_(x), y_(y), question_(question), results_(results), monitor_(monitor),
        kind_(find("correlate", correlate_methods(), question.method.method).coefficient), flips_(has_clusters(question)), units_(x.rows()) {
    check(question, kind_);
    for (Index cluster : question.clusters) units_ = std::max(units_, cluster + 1);
  }
  void run() {
    if (question_.permutations == 0) return;
    for (Association& result : results_) result.p = missing_value;
    const bool whole = kind_ != Coefficient::kendall && kind_ != Coefficient::distance && question_.controls.cols() == 0 && !flips_ &&
                       question_.view == View::rows;
    !question_.family ? alone() : whole ? whole_rows() : together();
  }

 private:
  using Rearrangements = std::vector<int>;  // of all units, one after the other
  Sample load(Index pair) const;
  Index stretch() const;
  void alone();
  void whole_rows();
  void together();
  std::vector<double> observed(bool whole) const;
  Rearrangements drawn(Index first, Index count) const;
  Rearrangements inverted(const Rearrangements& orders) const;
  void shared_squares(const Sample& sample, const Rearrangements& shared, const Rearrangements& inverse, Index count, double* to) const;

  const Matrix &x_, &y_;
  const Question& question_;
  std::vector<Association>& results_;
  const Monitor& monitor_;
  const Coefficient kind_;
  const bool flips_;  // signs of clusters instead of orders of rows
  Index units_;       // rows of the tables, or clusters
};

Sample Tests::load(Index pair) const {
  if (results_[static_cast<std::size_t>(pair)].reason != Reason::none) return {};
  const bool ranks = kind_ == Coefficient::spearman;
  return sample(x_, pair / y_.cols(), y_, pair % y_.cols(), question_, ranks);
}

// Tasks are stretches of the permutations of one pair.
void Tests::alone() {
  const Index pairs = x_.cols() * y_.cols(), length = stretch(), stretches = (question_.permutations + length - 1) / length;
  std::vector<std::atomic<Index>> counts(static_cast<std::size_t>(pairs));
  auto one = [&](Index task, int) {
    const Index pair = task / stretches, first = task % stretches * length, end = std::min(first + length, question_.permutations);
    const Sample some = load(pair);
    if (!some.usable) return;
    Studentized statistic(some, kind_);
    if (flips_) statistic.cluster(some.units);
    const Index n = flips_ ? units_ : some.x.size();
    std::vector<int> rearranged(static_cast<std::size_t>(n), 1);
    const double reach = reaches(flips_ ? statistic.flipped(rearranged.data()) : statistic.observed());
    Index count = first == 0;  // the observed order
    for (Index number = first; number < end; ++number) {
      (flips_ ? signs : shuffle)(question_.seed, stream_of(question_.streams, static_cast<std::size_t>(pair)), number, n, rearranged.data());
      count += (flips_ ? statistic.flipped(rearranged.data()) : statistic.permuted(rearranged.data())) >= reach;
    }
    counts[static_cast<std::size_t>(pair)] += count;
  };
  parallel(pairs * stretches, question_.threads, one, monitor_);
  for (std::size_t pair = 0; pair < counts.size(); ++pair)
    if (counts[pair] > 0) results_[pair].p = static_cast<double>(counts[pair]) / static_cast<double>(question_.permutations + 1);
}

// Permutations of one pair that take a small part of a second: those with a search per row take longer.
Index Tests::stretch() const {
  const bool searches = kind_ == Coefficient::kendall || kind_ == Coefficient::distance;
  return std::max<Index>(1, (searches ? at_once / 8 : at_once) / std::max<Index>(units_, 1));
}

// What each pair's own rows say; of ranks in whole rows only by how much the products alone are too sure.
std::vector<double> Tests::observed(bool whole) const {
  std::vector<double> squares(results_.size(), missing_value);
  auto one = [&](Index pair, int) {
    const Sample some = load(pair);
    if (!some.usable) return;
    Studentized statistic(some, kind_);
    double& square = squares[static_cast<std::size_t>(pair)];
    if (whole) {
      square = kind_ == Coefficient::spearman ? statistic.shrinkage() : 1;
    } else if (flips_) {
      statistic.cluster(some.units);
      square = statistic.flipped(Rearrangements(static_cast<std::size_t>(units_), 1).data());
    } else {
      square = statistic.observed();
    }
  };
  parallel(static_cast<Index>(squares.size()), question_.threads, one, monitor_, 0, 0.02);
  return squares;
}

void Tests::whole_rows() {
  const WholeRows rows(x_, y_, kind_ == Coefficient::spearman);
  const Index n = rows.rows(), pairs = x_.cols() * y_.cols();
  std::vector<double> squares = observed(true), plain(squares.size());
  Rearrangements identity(static_cast<std::size_t>(n));
  std::iota(identity.begin(), identity.end(), 0);
  rows.squares(identity.data(), 1, plain.data());
  for (std::size_t pair = 0; pair < squares.size(); ++pair) squares[pair] *= plain[pair];
  const Index batch = std::min<Index>(16, std::max<Index>(1, most_kept / std::max<Index>(1, n * pairs / 4)));
  const StepDown none(squares);
  std::vector<StepDown> counts(static_cast<std::size_t>(thread_count(question_.threads, question_.permutations)), none);
  auto one = [&](Index task, int worker) {
    const Index first = task * batch, count = std::min(batch, question_.permutations - first);
    const Rearrangements orders = drawn(first, count);
    std::vector<double> some(static_cast<std::size_t>(count * pairs));
    rows.squares(orders.data(), count, some.data());
    for (Index k = 0; k < count; ++k) counts[static_cast<std::size_t>(worker)].count(some.data() + k * pairs);
  };
  parallel((question_.permutations + batch - 1) / batch, question_.threads, one, monitor_, 0.02, 1);
  for (std::size_t worker = 1; worker < counts.size(); ++worker) counts[0].add(counts[worker]);
  counts[0].finish(question_.permutations, results_);
}

Tests::Rearrangements Tests::drawn(Index first, Index count) const {
  Rearrangements all(static_cast<std::size_t>(count * units_));
  for (Index k = 0; k < count; ++k) (flips_ ? signs : shuffle)(question_.seed, shared_by_all_pairs, first + k, units_, all.data() + k * units_);
  return all;
}

Tests::Rearrangements Tests::inverted(const Rearrangements& orders) const {
  Rearrangements inverse(flips_ ? 0 : orders.size());
  for (std::size_t k = 0; k < inverse.size(); ++k) {
    const std::size_t first = k - k % static_cast<std::size_t>(units_);
    inverse[first + static_cast<std::size_t>(orders[k])] = static_cast<int>(k - first);
  }
  return inverse;
}

void Tests::shared_squares(const Sample& some, const Rearrangements& shared, const Rearrangements& inverse, Index count, double* to) const {
  Studentized statistic(some, kind_);
  if (flips_) statistic.cluster(some.units);
  Restriction own(some.units, units_);
  std::vector<int> order(some.units.size());
  for (Index k = 0; k < count; ++k) {
    const int* all = shared.data() + k * units_;
    if (!flips_) own.restrict(all, inverse.data() + k * units_, order.data());
    to[k] = flips_ ? statistic.flipped(all) : statistic.permuted(order.data());
  }
}

// Pair by pair over a stretch of permutations, then permutation by permutation over the pairs.
void Tests::together() {
  const Index pairs = x_.cols() * y_.cols();
  const std::vector<double> squares = observed(false);
  StepDown counts(squares);
  const Index length = std::min({question_.permutations, stretch(), std::max<Index>(1, most_kept / std::max<Index>(1, pairs))});
  Matrix kept(length, pairs);
  for (Index first = 0; first < question_.permutations; first += length) {
    const Index count = std::min(length, question_.permutations - first);
    const Rearrangements shared = drawn(first, count), inverse = inverted(shared);
    auto one = [&](Index pair, int) {
      const Sample some = load(pair);
      if (some.usable) shared_squares(some, shared, inverse, count, kept.col(pair).data());
    };
    const double all = static_cast<double>(question_.permutations);
    parallel(pairs, question_.threads, one, monitor_, 0.02 + 0.98 * static_cast<double>(first) / all, 0.02 + 0.98 * static_cast<double>(first + count) / all);
    const Matrix by_permutation = kept.transpose();
    for (Index k = 0; k < count; ++k) counts.count(by_permutation.col(k).data());
  }
  counts.finish(question_.permutations, results_);
}

}  // namespace

void permute(const Matrix& x, const Matrix& y, const Question& question, std::vector<Association>& results, const Monitor& monitor) {
  Question numbered = question;  // clusters from 0 without gaps
  const std::vector<int> clusters = setting(question, find("correlate", correlate_methods(), question.method.method).coefficient, x.rows()).cluster;
  numbered.clusters.assign(clusters.begin(), clusters.end());
  Tests(x, y, numbered, results, monitor).run();
}

}  // namespace egov::detail
