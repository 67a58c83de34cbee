#include "egov/propagation.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "detail/threads.hpp"
#include "egov/random.hpp"
#include "propagation/meeting.hpp"
#include "propagation/tally.hpp"

namespace egov {
namespace {

constexpr Index most_cells = 1 << 20;   // coefficients that are held at once, where one group of draws does not have more
constexpr Index most_rows = 2000000;    // as in correlate()

[[noreturn]] void refuse(const std::string& param, const std::string& text) { throw SpecError(text, {"propagate", "", param}); }

void check(const Matrix& outcomes, const Question& question, Index nodes, Index draws) {
  const CorrelateMethod& chosen = find("correlate", correlate_methods(), question.method.method);
  arguments("correlate", chosen, question.method);
  const bool partial = chosen.coefficient == Coefficient::pearson || chosen.coefficient == Coefficient::spearman;
  if (question.controls.cols() > 0 && question.controls.rows() != outcomes.rows())
    refuse("controls", "controls have " + std::to_string(question.controls.rows()) + " rows and outcomes " + std::to_string(outcomes.rows()) +
                           "; the same units in both would be right");
  if (question.controls.cols() > 0 && !partial)
    refuse("controls", chosen.name + " takes no controls over the draws of an index; pearson or spearman would be right");
  if (!question.clusters.empty() || question.view != View::rows) refuse("clusters", "clusters of rows are not carried through; one row a country would be right");
  if (question.permutations != 0) refuse("permutations", "permutations are not made over the draws of an index; 0 would be right");
  if (!(question.level > 0 && question.level < 1)) refuse("level", "level is " + std::to_string(question.level) + "; a number between 0 and 1 would be right");
  if (nodes < 0 || draws < 0 || draws > Index{1} << 32) refuse("draws", std::to_string(draws) + " draws of " + std::to_string(nodes) + " nodes; numbers from 0 would be right");
  if (outcomes.rows() > most_rows) throw DataError(std::to_string(outcomes.rows()) + " rows; at most " + std::to_string(most_rows) + " would be right", {"propagate", "", ""});
}

void check_finite(const Matrix& table, const std::string& name) {
  for (Index column = 0; column < table.cols(); ++column)
    for (Index row = 0; row < table.rows(); ++row) {
      if (!std::isinf(table(row, column))) continue;
      Place place{"propagate", "", name, static_cast<long>(row)};
      place.indicator = static_cast<long>(column);
      throw DataError("row " + std::to_string(row) + " of column " + std::to_string(column) + " of " + name +
                          " is infinite; a finite number or NaN (missing) would be right", place);
    }
}

std::unique_ptr<detail::Meeting> meeting_for(const detail::Outcomes& outcomes, const Choice& method) {
  const Coefficient kind = find("correlate", correlate_methods(), method.method).coefficient;
  if (kind == Coefficient::pearson) return detail::residual_meeting(outcomes, false);
  if (kind != Coefficient::spearman) return detail::general_meeting(outcomes, method);
  return outcomes.held.empty() ? detail::rank_meeting(outcomes) : detail::residual_meeting(outcomes, true);
}

Matrix controls_of(const Matrix& outcomes, const Question& question) {
  return question.controls.cols() > 0 ? question.controls : Matrix(outcomes.rows(), 0);
}

}  // namespace

std::vector<int> resample_rows(std::uint64_t seed, std::uint64_t draw, Index n) {
  std::vector<int> times(static_cast<std::size_t>(n));
  const auto key = philox_key(seed);
  std::array<std::uint32_t, 4> bits{};
  for (Index pick = 0; pick < n; ++pick) {
    const auto word = static_cast<std::size_t>(pick % 4);
    if (word == 0) bits = philox({static_cast<std::uint32_t>(pick / 4), static_cast<std::uint32_t>(draw), static_cast<std::uint32_t>(draw >> 32), for_propagation}, key);
    ++times[below(bits[word], static_cast<std::uint32_t>(n))];
  }
  return times;
}

struct Propagation::State {
  State(const Matrix& y, const Question& asked, Index nodes_, Index draws)
      : question(asked), outcomes(y, controls_of(y, asked)), nodes(nodes_), asked_draws(draws) {
    const auto kept = static_cast<std::size_t>((1 - question.level) / 2 * static_cast<double>(draws)) + 2;
    tallies.assign(static_cast<std::size_t>(nodes * y.cols()), detail::Tally(kept));
    for (int worker = 0; worker < detail::thread_count(question.threads); ++worker) meetings.push_back(meeting_for(outcomes, question.method));
  }
  Index rows() const { return outcomes.given.rows(); }
  Index columns() const { return outcomes.given.cols(); }
  Index pairs() const { return nodes * columns(); }
  Index block() const { return std::clamp<Index>(most_cells / std::max<Index>(pairs(), 1) / detail::lanes, 1, 32) * detail::lanes; }  // draws
  void load(const double* values, Index first, Index used, Index node, detail::DrawLanes& to) const;
  void meet(const double* values, Index count, Index task, int worker);
  void take(const double* values, Index count, const Monitor& monitor, double from, double to);

  Question question;
  detail::Outcomes outcomes;
  Index nodes, asked_draws, done = 0;
  std::vector<detail::Tally> tallies;
  std::vector<std::unique_ptr<detail::Meeting>> meetings;  // a thread
  std::vector<detail::Coefficients> cells;                 // pairs x draws of a block, as whole lanes
};

// values: those of draw `first` and on.
void Propagation::State::load(const double* values, Index first, Index used, Index node, detail::DrawLanes& to) const {
  to.used = used, to.rows = rows();
  to.x.resize(static_cast<std::size_t>(rows() * detail::lanes)), to.times.resize(to.x.size());
  for (Index lane = 0; lane < detail::lanes; ++lane) {
    const Index draw = lane < used ? lane : 0;
    const std::vector<int> times = resample_rows(question.seed, static_cast<std::uint64_t>(done + first + draw), rows());
    for (Index row = 0; row < rows(); ++row) {
      const auto at = static_cast<std::size_t>(row * detail::lanes + lane);
      to.x[at] = values[(draw * rows() + row) * nodes + node];
      to.times[at] = times[static_cast<std::size_t>(row)];
    }
  }
}

// A task: eight draws of a node against every outcome.
void Propagation::State::meet(const double* values, Index count, Index task, int worker) {
  const Index first = task / nodes * detail::lanes, node = task % nodes;
  detail::DrawLanes draws;
  load(values + first * rows() * nodes, first, std::min(detail::lanes, count - first), node, draws);
  for (std::size_t at = 0; at < draws.x.size(); ++at) {
    if (!std::isinf(draws.x[at])) continue;
    throw DataError("a score of row " + std::to_string(at / detail::lanes) + " in draw " + std::to_string(done + first + static_cast<Index>(at % detail::lanes)) +
                        " is infinite; a finite number or NaN (no score) would be right", {"propagate", "", "draws"});
  }
  detail::Meeting& meeting = *meetings[static_cast<std::size_t>(worker)];
  meeting.load(draws);
  for (Index outcome = 0; outcome < columns(); ++outcome)
    meeting.meet(static_cast<std::size_t>(outcome), cells.data() + (node * columns() + outcome) * block() + first);
}

void Propagation::State::take(const double* values, Index count, const Monitor& monitor, double from, double to) {
  cells.resize(static_cast<std::size_t>(pairs() * block()));
  const Index tasks = (count + detail::lanes - 1) / detail::lanes * nodes;
  detail::parallel(tasks, question.threads, [&](Index task, int worker) { meet(values, count, task, worker); }, monitor, from, to);
  detail::parallel(pairs(), question.threads, [&](Index pair, int) {
    for (Index draw = 0; draw < count; ++draw) tallies[static_cast<std::size_t>(pair)].add(cells[static_cast<std::size_t>(pair * block() + draw)]);
  });
  done += count;
}

Propagation::Propagation(const Matrix& outcomes, const Question& question, Index nodes, Index draws) {
  check(outcomes, question, nodes, draws);
  check_finite(outcomes, "outcomes");
  check_finite(question.controls, "controls");
  state_ = std::make_unique<State>(outcomes, question, nodes, draws);
}

Propagation::~Propagation() = default;

void Propagation::add(const double* values, Index count, const Monitor& monitor) {
  State& state = *state_;
  if (state.done + count > state.asked_draws)
    throw DataError(std::to_string(state.done + count) + " draws; the " + std::to_string(state.asked_draws) + " announced would be right", {"propagate", "", "draws"});
  for (Index first = 0; first < count && state.pairs() > 0; first += state.block()) {
    const Index taken = std::min(state.block(), count - first);
    const double all = static_cast<double>(count);
    state.take(values + first * state.rows() * state.nodes, taken, monitor, static_cast<double>(first) / all, static_cast<double>(first + taken) / all);
  }
}

std::vector<Propagated> Propagation::results() const {
  const bool distance = find("correlate", correlate_methods(), state_->question.method.method).coefficient == Coefficient::distance;
  std::vector<Propagated> out;
  for (const detail::Tally& tally : state_->tallies)
    out.push_back(tally.result(state_->question.level, distance ? -1 : static_cast<Index>(state_->outcomes.held.size())));
  return out;
}

}  // namespace egov
