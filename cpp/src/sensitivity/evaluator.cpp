#include "sensitivity/evaluator.hpp"

#include <cmath>
#include <cstdlib>
#include <numeric>

namespace egov::detail {
namespace {

double pairs_among(Index n) { return static_cast<double>(n) * static_cast<double>(n - 1) / 2; }

bool of_every_row(Output what) { return what == Output::rank || what == Output::score || what == Output::scaled || what == Output::top; }

}  // namespace

KendallDistance::KendallDistance(const int* nominal, Index n)
    : order_(static_cast<std::size_t>(n)), drawn_(order_.size()), room_(order_.size()), counts_(order_.size() + 1) {
  std::iota(order_.begin(), order_.end(), 0);
  std::stable_sort(order_.begin(), order_.end(), [&](Index a, Index b) { return nominal[a] < nominal[b]; });
  for (Index k = 0; k < n; ++k)
    if (k == 0 || nominal[order_[static_cast<std::size_t>(k)]] != nominal[order_[static_cast<std::size_t>(k - 1)]]) ties_.push_back(k);
  ties_.push_back(n);
  for (std::size_t k = 1; k < ties_.size(); ++k) tied_pairs_ += pairs_among(ties_[k] - ties_[k - 1]);
}

// Pairs in falling order, by merging; sorts drawn_[first, last).
double KendallDistance::inversions(Index first, Index last) {
  if (last - first < 2) return 0;
  const Index middle = (first + last) / 2;
  double found = inversions(first, middle) + inversions(middle, last);
  Index a = first, b = middle, to = first;
  while (a < middle || b < last) {
    const bool left = b == last || (a < middle && drawn_[static_cast<std::size_t>(a)] <= drawn_[static_cast<std::size_t>(b)]);
    if (!left) found += static_cast<double>(middle - a);
    room_[static_cast<std::size_t>(to++)] = drawn_[static_cast<std::size_t>(left ? a++ : b++)];
  }
  std::copy(room_.begin() + first, room_.begin() + last, drawn_.begin() + first);
  return found;
}

double KendallDistance::operator()(const int* ranks) {
  const auto n = static_cast<Index>(order_.size());
  for (std::size_t k = 0; k < order_.size(); ++k) drawn_[k] = ranks[order_[k]];
  double tied_in_both = 0, tied_in_draw = 0;
  for (std::size_t k = 1; k < ties_.size(); ++k) {
    if (ties_[k] - ties_[k - 1] < 2) continue;
    const auto begin = drawn_.begin() + ties_[k - 1], end = drawn_.begin() + ties_[k];
    std::sort(begin, end);
    for (auto at = begin; at != end;) {
      const auto next = std::upper_bound(at, end, *at);
      tied_in_both += pairs_among(next - at);
      at = next;
    }
  }
  std::fill(counts_.begin(), counts_.end(), 0);
  for (int rank : drawn_) tied_in_draw += counts_[static_cast<std::size_t>(rank)]++;
  return inversions(0, n) + (tied_in_draw + tied_pairs_ - 2 * tied_in_both) / 2;
}

Reader::Reader(const Plan& plan, const std::vector<Asked>& asked) : plan_(plan), asked_(asked) {
  bool distances = false;
  for (const Asked& one : asked) {
    needs_ranks_ = needs_ranks_ || (one.what != Output::score && one.what != Output::scaled);
    distances = distances || one.what == Output::distance;
  }
  for (Index period = 0; distances && period < plan.periods(); ++period) {
    const Index n = plan.start(period + 1) - plan.start(period);
    pairs_ += pairs_among(n);
    distances_.emplace_back(plan.nominal_ranks().data() + plan.start(period), n);
  }
}

void Reader::operator()(const double* scores, const int* ranks, double* out) {
  const Index rows = plan_.rows();
  const Eigen::Map<const Eigen::VectorXi> held(ranks, ranks ? rows : 0);
  for (const Asked& one : asked_) {
    Eigen::Map<Vector> to(out, of_every_row(one.what) ? rows : 1);
    switch (one.what) {
      case Output::rank: to = held.cast<double>(); break;
      case Output::score: to = Eigen::Map<const Vector>(scores, rows); break;
      case Output::scaled: scale(scores, out); break;
      case Output::top: to = (held.array() <= static_cast<int>(one.k)).cast<double>(); break;
      case Output::distance: to[0] = distance(ranks); break;
      case Output::above: to[0] = held[one.first] < held[one.second] ? 1 : held[one.first] == held[one.second] ? 0.5 : 0; break;
      case Output::shift: {
        const Eigen::Map<const Eigen::VectorXi> nominal(plan_.nominal_ranks().data(), rows);
        to[0] = static_cast<double>((held - nominal).cwiseAbs().cast<long>().sum()) / static_cast<double>(rows);
      }
    }
    out += to.size();
  }
}

void Reader::scale(const double* scores, double* out) const {
  for (Index period = 0; period < plan_.periods(); ++period) {
    const Index first = plan_.start(period), n = plan_.start(period + 1) - first;
    if (n == 0) continue;
    const Eigen::Map<const Eigen::ArrayXd> part(scores + first, n);
    const double low = part.minCoeff(), range = part.maxCoeff() - low;
    Eigen::Map<Eigen::ArrayXd>(out + first, n) = 100 * ((part - low) / (range > 0 ? range : 1));
  }
}

double Reader::distance(const int* ranks) {
  double found = 0;
  for (Index period = 0; period < plan_.periods(); ++period) found += distances_[static_cast<std::size_t>(period)](ranks + plan_.start(period));
  return pairs_ > 0 ? found / pairs_ : 0;
}

Evaluator::Evaluator(const Plan& plan, const std::vector<Asked>& asked)
    : plan_(plan), outputs_(outputs_of(plan, asked)), reader_(plan, asked), desk_(plan), scores_(plan.rows(), lanes),
      ranks_(static_cast<std::size_t>(plan.rows())) {
  for (Index period = 0; period < plan.periods(); ++period) rankers_.emplace_back(plan.start(period + 1) - plan.start(period));
}

void Evaluator::operator()(const double* points, Index runs, double* out) {
  const auto d = static_cast<Index>(plan_.factors().size());
  order_.resize(static_cast<std::size_t>(runs));
  for (Index run = 0; run < runs; ++run) order_[static_cast<std::size_t>(run)] = {plan_.combination(points + run * d), run};
  std::sort(order_.begin(), order_.end());
  for (Index from = 0; from < runs; from += lanes) {
    const Index used = std::min(lanes, runs - from);
    for (Index lane = 0; lane < used; ++lane) {
      plan_.scores_at(points + order_[static_cast<std::size_t>(from + lane)].second * d, desk_);
      scores_.col(lane) = Eigen::Map<const Vector>(desk_.scores(), plan_.rows());
      for (Index period = 0; reader_.needs_ranks() && period < plan_.periods(); ++period)
        rankers_[static_cast<std::size_t>(period)].put(lane, scores_.col(lane).data() + plan_.start(period), plan_.rank_digits());
    }
    for (Index period = 0; reader_.needs_ranks() && period < plan_.periods(); ++period) rankers_[static_cast<std::size_t>(period)].rank(used);
    for (Index lane = 0; lane < used; ++lane)
      reader_(scores_.col(lane).data(), ranks_of(lane), out + order_[static_cast<std::size_t>(from + lane)].second * outputs_);
  }
}

const int* Evaluator::ranks_of(Index lane) {
  if (!reader_.needs_ranks()) return nullptr;
  for (Index period = 0; period < plan_.periods(); ++period)
    std::copy_n(rankers_[static_cast<std::size_t>(period)].ranks(lane), plan_.start(period + 1) - plan_.start(period), ranks_.begin() + plan_.start(period));
  return ranks_.data();
}

}  // namespace egov::detail
