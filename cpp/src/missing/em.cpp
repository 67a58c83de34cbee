// EM over patterns. Columns are brought to mean 0 and variance 1 first, so that one tolerance suits all.
#include <Eigen/Dense>
#include <cmath>
#include <optional>

#include "missing/normal.hpp"

namespace egov {
namespace {

// What the likelihood needs of the rows of one pattern.
struct Share {
  std::vector<Index> observed, missing;
  double n;
  Vector mean;     // of the observed columns
  Matrix scatter;  // sum of squares and products around it; empty of one row
};

struct Standard {
  Vector center, scale;
  std::vector<Share> shares;
  double rows = 0, jacobian = 0;  // jacobian: sum of log scale over the observed cells
};

struct State {
  Vector mean;
  Matrix covariance;
};

// One step of EM from a state: the likelihood there, and the next state.
struct Step {
  double loglik, goal;  // goal: with the prior; what EM raises
  State next;
};

[[noreturn]] void refuse(Index column, const std::string& text) {
  Place place{"missing", "em", ""};
  place.indicator = static_cast<long>(column);
  throw DataError(text, place);
}

void check(const Matrix& table, const EmOptions& options) {
  if (table.rows() == 0 || table.cols() == 0)
    throw DataError("a table of " + std::to_string(table.rows()) + " rows and " + std::to_string(table.cols()) +
                        " columns; at least one of each would be right",
                    {"missing", "em", ""});
  if (!(options.prior >= 0 && options.prior < infinite))
    throw SpecError("prior is " + std::to_string(options.prior) + "; a number of rows, 0 or more, would be right", {"missing", "em", "prior"});
  if (!(options.tolerance > 0))
    throw SpecError("tolerance is " + std::to_string(options.tolerance) + "; a number above 0 would be right",
                    {"missing", "em", "tolerance"});
  if (options.start && options.start->mean.size() != table.cols())
    throw SpecError("a start of " + std::to_string(options.start->mean.size()) + " columns for a table of " + std::to_string(table.cols()),
                    {"missing", "em", "start"});
  if (options.steps < 1)
    throw SpecError("steps is " + std::to_string(options.steps) + "; at least 1 would be right", {"missing", "em", "steps"});
}

void measure(const Matrix& table, Index column, Standard& to) {
  const auto x = table.col(column);
  const auto seen = !x.array().isNaN();
  const double n = static_cast<double>(seen.count());
  if (n == 0) refuse(column, "nothing is observed; leave it out");
  if ((seen && !x.array().isFinite()).any()) refuse(column, "an infinite value; a finite number or NaN (missing) would be right");
  if (n == 1) refuse(column, "one value only is observed; a variance needs two that differ: leave it out");
  const auto sum = [&](const auto& cells) { return seen.select(cells, 0).sum(); };
  const double largest = seen.select(x.array().abs(), 0).maxCoeff(), size = largest > 0 ? largest : 1;
  const double center = sum(x.array() / size) / n;
  const double spread = std::sqrt(sum((x.array() / size - center).square()) / n);
  if (!(spread > 1e-14)) refuse(column, "all observed values are the same; without variation it says nothing: leave it out");
  to.center[column] = center * size;
  to.scale[column] = spread * size;
  to.jacobian += n * std::log(to.scale[column]);
}

Share shared(const Matrix& table, const Pattern& pattern, const Standard& by) {
  Share out{pattern.observed, pattern.missing, static_cast<double>(pattern.rows.size()), {}, {}};
  Matrix cells = table(pattern.rows, pattern.observed);
  for (Index k = 0; k < cells.cols(); ++k) {
    const Index column = pattern.observed[static_cast<std::size_t>(k)];
    cells.col(k) = (cells.col(k).array() - by.center[column]) / by.scale[column];
  }
  out.mean = cells.colwise().mean();
  if (cells.rows() > 1) {
    cells.rowwise() -= out.mean.transpose();
    out.scatter = cells.transpose() * cells;
  }
  return out;
}

Standard standard(const Matrix& table) {
  Standard out;
  out.center = out.scale = Vector::Zero(table.cols());
  for (Index column = 0; column < table.cols(); ++column) measure(table, column, out);
  for (const Pattern& pattern : patterns(table)) {
    if (pattern.observed.empty()) continue;
    out.shares.push_back(shared(table, pattern, out));
    out.rows += out.shares.back().n;
  }
  return out;
}

// Adds what is expected of the rows of a pattern: sums of deviations from the mean, and of their products.
void add(const Share& share, const State& at, const Eigen::LLT<Matrix>& solved, const Matrix& own, State& sums) {
  const Vector away = share.mean - detail::part(at.mean, share.observed);
  sums.mean(share.observed) += share.n * away;
  sums.covariance(share.observed, share.observed) += own;
  if (share.missing.empty()) return;
  const Matrix across = detail::block(at.covariance, share.observed, share.missing);
  const Matrix half = solved.matrixL().solve(across), slopes = solved.matrixU().solve(half);
  sums.mean(share.missing) += share.n * (slopes.transpose() * away);
  const Matrix both = own * slopes;
  sums.covariance(share.observed, share.missing) += both;
  sums.covariance(share.missing, share.observed) += both.transpose();
  sums.covariance(share.missing, share.missing) +=
      slopes.transpose() * both + share.n * (detail::block(at.covariance, share.missing, share.missing) - half.transpose() * half);
}

double log_prior(const Matrix& covariance, double prior) {
  const Eigen::LLT<Matrix> solved(covariance);
  if (solved.info() != Eigen::Success) return -infinite;
  const Matrix inverse = solved.solve(Matrix::Identity(covariance.rows(), covariance.cols()));
  return -prior / 2 * (detail::log_determinant(solved) + inverse.trace());
}

// Nothing where a covariance of observed columns is singular: `culprit` then says which column.
std::optional<Step> step(const Standard& data, const State& at, double prior, Index& culprit) {
  State sums{Vector::Zero(at.mean.size()), Matrix::Zero(at.mean.size(), at.mean.size())};
  double doubled = 0;
  Eigen::LLT<Matrix> solved;
  for (const Share& share : data.shares) {
    if (!detail::factor(at.covariance, share.observed, solved, culprit)) return std::nullopt;
    const Vector away = share.mean - detail::part(at.mean, share.observed);
    Matrix own = share.n * away * away.transpose();
    if (share.scatter.size() > 0) own += share.scatter;
    const double columns = static_cast<double>(share.observed.size());
    doubled += share.n * (columns * detail::log_two_pi + detail::log_determinant(solved)) + solved.solve(own).trace();
    add(share, at, solved, own, sums);
  }
  const Vector shift = sums.mean / data.rows;
  Matrix scatter = sums.covariance - data.rows * shift * shift.transpose();
  scatter.diagonal().array() += prior;
  Step out{-doubled / 2, -doubled / 2, {at.mean + shift, scatter / (data.rows + prior)}};
  if (prior > 0) out.goal += log_prior(at.covariance, prior);
  return out;
}

double change(const State& from, const State& to) {
  const Vector deviation = to.covariance.diagonal().cwiseSqrt();
  const double mean = ((to.mean - from.mean).array() / deviation.array()).abs().maxCoeff();
  const Matrix moved = to.covariance - from.covariance;
  return std::max(mean, (moved.array() / (deviation * deviation.transpose()).array()).abs().maxCoeff());
}

// Mean and Cholesky factor with the logarithm of its diagonal as one vector: any such numbers are a distribution, so that
// one may go on along a line. Empty where the covariance is singular.
Vector unbounded(const State& at) {
  const Eigen::LLT<Matrix> solved(at.covariance);
  if (solved.info() != Eigen::Success) return {};
  Matrix out(at.mean.size(), at.mean.size() + 1);
  out.leftCols(at.mean.size()) = solved.matrixL();
  out.diagonal() = out.diagonal().array().log().matrix().eval();
  out.rightCols(1) = at.mean;
  return out.reshaped();
}

State bounded(const Vector& from, Index size) {
  Matrix out = from.reshaped(size, size + 1);
  out.diagonal() = out.diagonal().array().exp().matrix().eval();
  const Matrix lower = out.leftCols(size);
  return {out.rightCols(1), lower * lower.transpose()};
}

// Where the steps from the last states would meet if they were linear in the states (Anderson 1965).
class Memory {
 public:
  // The vector to go to from a state that EM leads to `next`; empty where there is nothing to go by.
  Vector ahead(const State& from, const State& next) {
    const Vector at = unbounded(from), to = unbounded(next);
    if (at.size() == 0 || to.size() == 0) return {};
    const Vector left = to - at;
    if (at_.size() > 0) keep(to - to_, left - left_);
    at_ = at, to_ = to, left_ = left;
    if (moves_.empty()) return {};
    Matrix moves(at.size(), static_cast<Index>(moves_.size())), changes = moves;
    for (std::size_t k = 0; k < moves_.size(); ++k) moves.col(static_cast<Index>(k)) = moves_[k], changes.col(static_cast<Index>(k)) = changes_[k];
    return to - moves * changes.colPivHouseholderQr().solve(left);
  }
  void forget() { *this = {}; }

 private:
  void keep(const Vector& move, const Vector& change) {
    moves_.push_back(move), changes_.push_back(change);
    if (moves_.size() > window) moves_.erase(moves_.begin()), changes_.erase(changes_.begin());
  }
  static constexpr std::size_t window = 10;
  Vector at_, to_, left_;
  std::vector<Vector> moves_, changes_;
};

constexpr double rounding = 1e-13;  // of a likelihood, relative

class Search {
 public:
  Search(const Standard& data, const EmOptions& options) : data_(data), options_(options) {}

  void run() {
    move(start());
    while (!settled() && taken_ < options_.steps)
      if (!options_.accelerate || !leap()) move(made_.next);
  }
  bool settled() const { return change_ <= options_.tolerance; }
  const State& at() const { return at_; }
  const Step& made() const { return made_; }
  Index taken() const { return taken_; }
  double change() const { return change_; }

 private:
  State start() const {
    const Index columns = data_.center.size();
    if (!options_.start) return {Vector::Zero(columns), Matrix::Identity(columns, columns)};
    const Vector shrink = data_.scale.cwiseInverse();
    return {shrink.cwiseProduct(options_.start->mean - data_.center), shrink.asDiagonal() * options_.start->covariance * shrink.asDiagonal()};
  }
  void move(const State& to) {
    Index culprit = 0;
    auto made = step(data_, to, options_.prior, culprit);
    ++taken_;
    if (!made) detail::refuse_singular("em", culprit);
    take(to, std::move(*made));
  }
  void take(const State& to, Step&& made) {
    at_ = to;
    made_ = std::move(made);
    change_ = egov::change(at_, made_.next);
  }
  // Further along the way; only where that is at least as likely as here, to rounding.
  bool leap() {
    const Vector ahead = memory_.ahead(at_, made_.next);
    if (ahead.size() == 0) return false;
    const State to = bounded(ahead, at_.mean.size());
    Index culprit = 0;
    auto made = step(data_, to, options_.prior, culprit);
    ++taken_;
    if (!made || !(made->goal >= made_.goal - rounding * std::abs(made_.goal))) return memory_.forget(), false;
    take(to, std::move(*made));
    return true;
  }

  const Standard& data_;
  const EmOptions& options_;
  Memory memory_;
  State at_;
  Step made_{};
  Index taken_ = 0;
  double change_ = infinite;
};

std::vector<std::pair<Index, Index>> never_together(const Matrix& table) {
  const Matrix seen = (!table.array().isNaN()).cast<double>();
  const Matrix both = seen.transpose() * seen;
  std::vector<std::pair<Index, Index>> out;
  for (Index j = 0; j < both.cols(); ++j)
    for (Index i = 0; i < j; ++i)
      if (both(i, j) == 0) out.emplace_back(i, j);
  return out;
}

}  // namespace

Gaussian em(const Matrix& table, const EmOptions& options) {
  check(table, options);
  const Standard data = standard(table);
  Search search(data, options);
  search.run();
  Gaussian out;
  const State& at = search.at();
  out.mean = data.center + data.scale.cwiseProduct(at.mean);
  const Matrix half = data.scale.asDiagonal() * at.covariance * data.scale.asDiagonal();
  out.covariance = (half + half.transpose()) / 2;
  out.loglik = search.made().loglik - data.jacobian;
  out.rows = static_cast<Index>(data.rows);
  out.steps = search.taken();
  out.converged = search.settled();
  out.change = search.change();
  out.apart = never_together(table);
  return out;
}

}  // namespace egov
