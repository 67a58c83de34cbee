#include <algorithm>
#include <atomic>
#include <boost/math/special_functions/digamma.hpp>
#include <cmath>
#include <numeric>
#include <string>

#include "detail/pearson.hpp"
#include "detail/threads.hpp"
#include "egov/outcomes.hpp"
#include "egov/random.hpp"
#include "outcomes/neighborhoods.hpp"
#include "outcomes/rearrangement.hpp"
#include "outcomes/tables.hpp"

namespace egov {
namespace {

using detail::Eight;

constexpr Index most_permutations = Index{1} << 31;
constexpr double at_once = 0x1p23;        // steps from neighbor to neighbor in one task
constexpr double noise = 1e-10;           // in standard deviations; as Kraskov and others advise
constexpr std::uint64_t noise_seed = 0x4b5347;
constexpr double rounding = 1e-11;        // of sums in another order: informations that close are equal

void check(const Matrix& x, const Matrix& y, const InformationQuestion& question) {
  detail::check_tables("mutual", x, y);
  if (question.neighbors < 1)
    throw SpecError("neighbors is " + std::to_string(question.neighbors) + "; a whole number from 1 would be right", {"mutual", "", "neighbors"});
  if (question.permutations < 0 || question.permutations > most_permutations)
    throw SpecError("permutations is " + std::to_string(question.permutations) + "; a number from 0 to " + std::to_string(most_permutations) +
                        " would be right",
                    {"mutual", "", "permutations"});
  if (!question.streams.empty() && static_cast<Index>(question.streams.size()) != x.cols() * y.cols())
    throw SpecError(std::to_string(question.streams.size()) + " streams; one for each pair would be right", {"mutual", "", "streams"});
}

Reason reason(const Vector& x, const Vector& y, Index neighbors) {
  if (x.size() == 0) return Reason::no_overlap;
  if (x.size() < 4 || x.size() - 2 < neighbors) return Reason::too_few;
  if (x.minCoeff() == x.maxCoeff()) return Reason::constant_x;
  return y.minCoeff() == y.maxCoeff() ? Reason::constant_y : Reason::none;
}

// Deviations from the mean in standard deviations, of midranks where asked for; ties parted.
Vector level(const Vector& values, bool ranks, int side) {
  Vector scaled = ranks ? midranks(values) : values;
  detail::scale(scaled);
  detail::center(scaled);
  scaled /= std::sqrt(scaled.squaredNorm() / static_cast<double>(scaled.size()));
  std::vector<int> order(static_cast<std::size_t>(values.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return values[a] < values[b]; });
  for (std::size_t place = 0; place < order.size(); ++place)
    scaled[order[place]] += noise * uniform(noise_seed, static_cast<std::uint64_t>(side), place);
  return scaled;
}

// What one worker needs for one pair at a time, however many its permutations.
class Desk {
 public:
  Desk(const Matrix& x, const Matrix& y, const InformationQuestion& question, const std::vector<double>& psi)
      : x_(x), y_(y), question_(question), psi_(psi), best_(static_cast<std::size_t>(std::min(question.neighbors, x.rows()))) {}

  // The information of a pair, and how many of its permutations from `first` to `end` have no less.
  Index run(Index pair, Index first, Index end, Information& result);

 private:
  void load(Index pair, Information& result);
  void put(Index lane, bool observed, Index pair, Index number);
  void estimate(Eight& to);

  const Matrix &x_, &y_;
  const InformationQuestion& question_;
  const std::vector<double>& psi_;
  detail::Line line_x_, line_y_;
  std::vector<int> place_x_, place_y_, partner_, order_;  // partner: place in y of the row at each place in x
  std::vector<detail::Places> at_;
  detail::EightRows values_, best_;
};

void Desk::load(Index pair, Information& result) {
  const auto a = x_.col(pair / y_.cols()), b = y_.col(pair % y_.cols());
  Vector x(x_.rows()), y(x_.rows());
  Index n = 0;
  for (Index row = 0; row < x_.rows(); ++row)
    if (!std::isnan(a[row]) && !std::isnan(b[row])) x[n] = a[row], y[n++] = b[row];
  x.conservativeResize(n), y.conservativeResize(n);
  result.n = n;
  result.reason = reason(x, y, question_.neighbors);
  if (result.reason != Reason::none) return;
  line_x_.sort(level(x, question_.ranks, 0), place_x_);
  line_y_.sort(level(y, question_.ranks, 1), place_y_);
  const auto size = static_cast<std::size_t>(n);
  partner_.resize(size), order_.resize(size), at_.resize(size), values_.resize(size);
  for (std::size_t row = 0; row < size; ++row) partner_[static_cast<std::size_t>(place_x_[row])] = place_y_[row];
}

void Desk::put(Index lane, bool observed, Index pair, Index number) {
  const auto n = static_cast<Index>(order_.size());
  if (observed) std::iota(order_.begin(), order_.end(), 0);
  else detail::shuffle(question_.seed, stream_of(question_.streams, static_cast<std::size_t>(pair)), number, n, order_.data());
  for (std::size_t place = 0; place < order_.size(); ++place) {
    const int at = partner_[static_cast<std::size_t>(order_[place])];
    at_[place].of[lane] = at;
    values_[place].of[lane] = line_y_.first()[at];
  }
}

void Desk::estimate(Eight& to) {
  const Index n = line_x_.size();
  detail::neighborhoods(line_x_, line_y_, values_.data(), at_.data(), question_.neighbors, psi_.data(), best_.data(), to);
  const double whole = psi_[static_cast<std::size_t>(question_.neighbors)] + psi_[static_cast<std::size_t>(n)];
  for (double& each : to.of) each = whole - each / static_cast<double>(n);
}

// The observed order comes first, in the first lane; lanes that are left over hold what was there.
Index Desk::run(Index pair, Index first, Index end, Information& result) {
  load(pair, result);
  if (result.reason != Reason::none) return 0;
  for (Index lane = 0; lane < Eight::lanes; ++lane) put(lane, true, pair, 0);
  Index reached = 0;
  for (Index number = first, lane = 1; number < end || lane == 1; lane = 0) {
    const Index from = lane, before = number;
    for (; lane < Eight::lanes && number < end; ++lane) put(lane, false, pair, number++);
    Eight found;
    estimate(found);
    if (from == 1) result.estimate = found.of[0];
    for (Index k = 0; k < number - before; ++k) reached += found.of[from + k] >= result.estimate - rounding;
    if (number == end) break;
  }
  return reached;
}

// So many permutations of all rows take a small part of a second.
Index stretch(Index rows, Index neighbors) {
  const double n = static_cast<double>(std::max<Index>(rows, 1)), k = static_cast<double>(neighbors);
  return Eight::lanes * static_cast<Index>(std::min(1 + at_once / Eight::lanes / (n * std::sqrt(k * n) * (1 + k / 8)), 0x1p20)) - 1;
}

}  // namespace

std::vector<Information> mutual_information(const Matrix& x, const Matrix& y, const InformationQuestion& question, const Monitor& monitor) {
  check(x, y, question);
  const Index pairs = x.cols() * y.cols(), length = stretch(x.rows(), question.neighbors);
  const Index stretches = std::max<Index>(1, (question.permutations + length - 1) / length);
  std::vector<double> psi(static_cast<std::size_t>(x.rows()) + 1, missing_value);
  for (std::size_t n = 1; n < psi.size(); ++n) psi[n] = boost::math::digamma(static_cast<double>(n));
  std::vector<Information> results(static_cast<std::size_t>(pairs));
  std::vector<std::atomic<Index>> reached(results.size());
  std::vector<Desk> desks(static_cast<std::size_t>(detail::thread_count(question.threads, pairs * stretches)), Desk(x, y, question, psi));
  auto one = [&](Index task, int worker) {
    const Index pair = task / stretches, first = task % stretches * length, end = std::min(first + length, question.permutations);
    Information found;
    reached[static_cast<std::size_t>(pair)] += desks[static_cast<std::size_t>(worker)].run(pair, first, end, found);
    if (first == 0) results[static_cast<std::size_t>(pair)] = found;
  };
  detail::parallel(pairs * stretches, question.threads, one, monitor);
  for (std::size_t pair = 0; pair < results.size(); ++pair)
    if (question.permutations > 0 && results[pair].reason == Reason::none)
      results[pair].p = static_cast<double>(1 + reached[pair]) / static_cast<double>(1 + question.permutations);
  return results;
}

}  // namespace egov
