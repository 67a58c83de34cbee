#include "detail/factorial.hpp"
#include "detail/moments.hpp"

namespace egov::detail {
namespace {

constexpr Index everyone = -1;

std::size_t pair_at(const Factorial& factorial, Index i, Index j) { return static_cast<std::size_t>(i * factorial.groups() + j); }

// Means over the combinations that have the same level.
template <class Level>
void average(const Matrix& y, Index levels, const Level& level, Matrix& to) {
  to.setZero(y.rows(), levels);
  for (Index c = 0; c < y.cols(); ++c) to.col(level(c)) += y.col(c);
  to *= static_cast<double>(levels) / static_cast<double>(y.cols());
}

}  // namespace

FactorialAdder::FactorialAdder(const Factorial& factorial, bool reversed, bool pairs, Vector origin)
    : factorial_(factorial), pairs_(pairs), origin_(std::move(origin)), ab_(static_cast<std::size_t>(factorial.groups())), ba_(ab_) {
  crossing_.factors = factorial.groups();
  crossing_.reversed = reversed;
  d_ = e_ = levels_ab_ = levels_ba_ = Matrix::Zero(origin_.size(), factorial.groups());
}

void FactorialAdder::add(const Run& run, Sums& sums) {
  Matrix& to = sums.values();
  const auto& moved = factorial_.moved();
  const auto count = static_cast<Index>(moved.size());
  read(run(0));
  on_a_ = y_;
  summarize(everyone, a_);
  if (count > 0) {
    read(run(factorial_.runs(crossing_.reversed) - 1));
    summarize(everyone, b_);
  } else {
    b_ = a_;
  }
  add_shared(to);
  for (Index i = 0; i < factorial_.groups(); ++i) {
    if (factorial_.levels(i) == 1 || std::count(moved.begin(), moved.end(), i) > 0) continue;
    const auto at = static_cast<std::size_t>(i);
    to.col(own(crossing_, i) + at_dd) += within(i, on_a_) + within(i, y_);
    levels_ab_.col(i) = levels_ba_.col(i) = product(b_.by_level[at], b_.mean, a_.by_level[at], a_.mean);
    to.col(own(crossing_, i) + at_bd) += levels_ab_.col(i);
    if (crossing_.reversed) to.col(own(crossing_, i) + at_ae) += levels_ba_.col(i);
  }
  for (Index k = 0; k < count; ++k) {
    const Index group = moved[static_cast<std::size_t>(k)];
    read(run(1 + k));
    add_moved(group, to);
    if (!crossing_.reversed) continue;
    read(run(1 + count + k));
    add_reversed(group, to);
  }
  if (pairs_) add_pairs(to);
}

void FactorialAdder::read(const double* outputs) {
  y_ = Eigen::Map<const Matrix>(outputs, origin_.size(), factorial_.combinations());
  y_.colwise() -= origin_;
}

// Means of y_. own: the group that the run is made for, so that of pairs only its own are looked at.
void FactorialAdder::summarize(Index own, Side& to) const {
  const Index groups = factorial_.groups();
  to.mean = y_.rowwise().mean();
  to.square = y_.rowwise().squaredNorm() / static_cast<double>(factorial_.combinations());
  to.by_level.resize(static_cast<std::size_t>(groups));
  to.by_pair.resize(static_cast<std::size_t>(groups * groups));
  for (Index i = 0; i < groups; ++i) {
    if (factorial_.levels(i) == 1) continue;
    if (own == everyone || own == i || pairs_) average(y_, factorial_.levels(i), [&](Index c) { return factorial_.level(i, c); }, to.by_level[static_cast<std::size_t>(i)]);
    for (Index j = i + 1; pairs_ && j < groups; ++j) {
      const Index levels = factorial_.levels(j);
      if (levels == 1 || (own != everyone && own != i && own != j)) continue;
      average(y_, factorial_.levels(i) * levels, [&](Index c) { return factorial_.level(i, c) * levels + factorial_.level(j, c); },
              to.by_pair[pair_at(factorial_, i, j)]);
    }
  }
}

void FactorialAdder::add_shared(Matrix& to) const {
  to.col(at_count).array() += 1;
  to.col(at_a) += a_.mean, to.col(at_b) += b_.mean;
  to.col(at_aa) += a_.square, to.col(at_bb) += b_.square;
  to.col(at_ab).array() += a_.mean.array() * b_.mean.array();
}

void FactorialAdder::add_moved(Index group, Matrix& to) {
  const Index at = own(crossing_, group), combinations = factorial_.combinations();
  const auto position = static_cast<std::size_t>(group);
  Side& side = ab_[position];
  summarize(group, side);
  d_.col(group) = side.mean - a_.mean;
  levels_ab_.col(group) = product(b_.by_level[position], b_.mean, side.by_level[position], side.mean);
  to.col(at + at_d) += d_.col(group);
  to.col(at + at_ad).array() += a_.mean.array() * d_.col(group).array();
  to.col(at + at_bd).array() += b_.mean.array() * d_.col(group).array() + levels_ab_.col(group).array();
  if (factorial_.levels(group) > 1) to.col(at + at_dd) += within(group, on_a_) + within(group, y_);
  y_ -= on_a_;
  room_.setZero(y_.rows(), combinations);
  for (Index c = 0; c < combinations; ++c) room_.col(factorial_.likeness(group, c)) += y_.col(c);
  to.col(at + at_dd) += room_.rowwise().squaredNorm() / static_cast<double>(factorial_.levels(group) * combinations);
}

void FactorialAdder::add_reversed(Index group, Matrix& to) {
  const Index at = own(crossing_, group);
  const auto position = static_cast<std::size_t>(group);
  Side& side = ba_[position];
  summarize(group, side);
  e_.col(group) = side.mean - b_.mean;
  levels_ba_.col(group) = product(a_.by_level[position], a_.mean, side.by_level[position], side.mean);
  const auto e = e_.col(group).array();
  to.col(at + at_e).array() += e;
  to.col(at + at_ee).array() += e.square();
  to.col(at + at_ae).array() += a_.mean.array() * e + levels_ba_.col(group).array();
  to.col(at + at_be).array() += b_.mean.array() * e;
  to.col(at + at_de).array() += d_.col(group).array() * e;
}

// What two groups do together beyond what each does alone, as the mean of e_i d_j that the estimator expects.
void FactorialAdder::add_pairs(Matrix& to) const {
  for (Index i = 0; i < crossing_.factors; ++i)
    for (Index j = i + 1; j < crossing_.factors; ++j) {
      const Side &left = ba_[static_cast<std::size_t>(i)], &right = ab_[static_cast<std::size_t>(j)];
      const Vector both = together(left.mean.size() > 0 ? left : b_, right.mean.size() > 0 ? right : a_, i, j);
      to.col(pair(crossing_, i, j)).array() += both.array() + e_.col(i).array() * d_.col(j).array();
      to.col(pair(crossing_, i, j)) -= levels_ba_.col(i) + levels_ab_.col(j);
    }
}

// Mean over all but the levels of a group of the variance over these; differences from the first, so that levels that do
// nothing give 0.
Vector FactorialAdder::within(Index group, const Matrix& y) {
  room_.setZero(y.rows(), y.cols());
  Vector squares = Vector::Zero(y.rows());
  for (Index c = 0; c < y.cols(); ++c) {
    const Index like = factorial_.likeness(group, c);
    if (like == c) continue;
    room_.col(like) += y.col(c) - y.col(like);
    squares += (y.col(c) - y.col(like)).cwiseAbs2();
  }
  return (squares - room_.rowwise().squaredNorm() / static_cast<double>(factorial_.levels(group))) / static_cast<double>(y.cols());
}

// Mean over levels of what they do on one side times what they do on the other; 0 without levels.
Vector FactorialAdder::product(const Matrix& left, const Vector& left_mean, const Matrix& right, const Vector& right_mean) const {
  Vector sum = Vector::Zero(origin_.size());
  for (Index l = 0; l < left.cols(); ++l) sum.array() += (left.col(l) - left_mean).array() * (right.col(l) - right_mean).array();
  return sum / static_cast<double>(std::max<Index>(1, left.cols()));
}

// The same for the levels of two groups; where one has none, those of the other.
Vector FactorialAdder::together(const Side& left, const Side& right, Index i, Index j) const {
  const bool pair = factorial_.levels(i) > 1 && factorial_.levels(j) > 1;
  const std::size_t at = pair ? pair_at(factorial_, i, j) : static_cast<std::size_t>(factorial_.levels(i) > 1 ? i : j);
  return pair ? product(left.by_pair[at], left.mean, right.by_pair[at], right.mean) : product(left.by_level[at], left.mean, right.by_level[at], right.mean);
}

}  // namespace egov::detail
