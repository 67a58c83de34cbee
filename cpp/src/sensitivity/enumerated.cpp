// Variance-based indices with every combination of the discrete factors run at every base point of the others.
#include <memory>

#include "detail/threads.hpp"
#include "sensitivity/blocks.hpp"
#include "sensitivity/evaluator.hpp"
#include "sensitivity/factorial.hpp"
#include "detail/moments.hpp"

namespace egov {

using namespace detail;

namespace {

// Fills the sums of base points with what the estimators "saltelli" and "jansen" make the right means of: for a discrete
// group the covariance over its levels of the means at A and at B, and the variances over its levels within each point.
class Enumerator {
 public:
  Enumerator(const Plan& plan, const std::vector<Asked>& asked, const Factorial& factorial, const Crossing& crossing, bool pairs, const Vector& origin)
      : factorial_(factorial), crossing_(crossing), pairs_(pairs), origin_(origin), evaluator_(plan, asked),
        others_(static_cast<Index>(factorial.continuous().size())),
        points_(static_cast<Index>(plan.factors().size()), factorial.combinations()), base_(2 * others_), mixed_(others_),
        y_(origin.size(), factorial.combinations()), on_a_(y_), mixed_sides_(static_cast<std::size_t>(crossing.factors)),
        e_(origin.size(), crossing.factors) {}

  void operator()(const Design& design, Index first, Index count, Sums& sums) {
    for (Index i = first; i < first + count; ++i) {
      design.point(static_cast<std::uint64_t>(i), base_.data());
      apart_ = base_.reshaped(2, others_).transpose();
      add(apart_.col(0).data(), apart_.col(1).data(), sums);
    }
  }

  // No factor but discrete ones: a and b are one and the same.
  void operator()(Sums& sums) { add(nullptr, nullptr, sums); }

 private:
  void run(const double* others, Side& side) {
    for (Index c = 0; c < factorial_.combinations(); ++c) factorial_.write(c, others, points_.col(c).data());
    evaluator_(points_.data(), factorial_.combinations(), y_.data());
    y_.colwise() -= origin_;
    summarize(factorial_, y_, pairs_, side);
  }

  const double* mix(const double* from, const double* other, Index group) {
    for (Index k = 0; k < others_; ++k) mixed_[k] = (factorial_.continuous()[static_cast<std::size_t>(k)] == group ? other : from)[k];
    return mixed_.data();
  }

  void add(const double* a, const double* b, Sums& sums) {
    Matrix& to = sums.values();
    run(a, a_);
    on_a_ = y_;
    add_within(to, b == nullptr ? 2 : 1);
    if (b == nullptr) b_ = a_;
    else run(b, b_), add_within(to, 1);
    to.col(at_count).array() += 1;
    to.col(at_a) += a_.mean, to.col(at_b) += b_.mean;
    to.col(at_aa) += a_.square, to.col(at_bb) += b_.square;
    to.col(at_ab).array() += a_.mean.array() * b_.mean.array();
    for (Index i = 0, at = 0; i < factorial_.discrete(); at += factorial_.levels(i++)) add_discrete(i, at, to);
    for (Index i = factorial_.discrete(); i < crossing_.factors; ++i) add_continuous(i, a, b, to);
    if (pairs_) add_pairs(to);
  }

  void add_within(Matrix& to, double times) {
    for (Index i = 0; i < factorial_.discrete(); ++i) to.col(own(crossing_, i) + at_dd) += times * within(factorial_, i, y_, room_);
  }

  // Mean over levels of what they do at A times what they do at B.
  Vector product(const Matrix& left, const Vector& left_mean, const Matrix& right, const Vector& right_mean, Index first, Index levels) const {
    Vector sum = Vector::Zero(origin_.size());
    for (Index l = first; l < first + levels; ++l) sum.array() += (left.col(l) - left_mean).array() * (right.col(l) - right_mean).array();
    return sum / static_cast<double>(levels);
  }

  void add_discrete(Index i, Index at, Matrix& to) {
    const Vector both = product(a_.by_level, a_.mean, b_.by_level, b_.mean, at, factorial_.levels(i));
    to.col(own(crossing_, i) + at_bd) += both;
    if (crossing_.reversed) to.col(own(crossing_, i) + at_ae) += both;
  }

  void add_continuous(Index i, const double* a, const double* b, Matrix& to) {
    const Index at = own(crossing_, i);
    Side& mixed = mixed_sides_[static_cast<std::size_t>(i)];
    run(mix(a, b, i), mixed);
    const Vector d = mixed.mean - a_.mean;
    to.col(at + at_d) += d;
    to.col(at + at_dd) += (y_ - on_a_).rowwise().squaredNorm() / static_cast<double>(factorial_.combinations());
    to.col(at + at_ad).array() += a_.mean.array() * d.array();
    to.col(at + at_bd).array() += b_.mean.array() * d.array();
    if (!crossing_.reversed) return;
    run(mix(b, a, i), reversed_);
    e_.col(i) = reversed_.mean - b_.mean;
    to.col(at + at_e) += e_.col(i);
    to.col(at + at_ee).array() += e_.col(i).array().square();
    to.col(at + at_ae).array() += a_.mean.array() * e_.col(i).array();
    to.col(at + at_be).array() += b_.mean.array() * e_.col(i).array();
    to.col(at + at_de).array() += d.array() * e_.col(i).array();
  }

  // What two groups do together beyond what each does alone, as the mean of e_i d_j that the estimator expects.
  void add_pairs(Matrix& to) {
    Index at = 0, pair_at = 0;
    for (Index i = 0; i < crossing_.factors; ++i) {
      const bool discrete = i < factorial_.discrete();
      for (Index j = i + 1; j < crossing_.factors; ++j) {
        auto sum = to.col(pair(crossing_, i, j));
        if (!discrete) {
          sum.array() += e_.col(i).array() * (mixed_sides_[static_cast<std::size_t>(j)].mean - a_.mean).array();
        } else if (j < factorial_.discrete()) {
          const Index levels = factorial_.levels(i) * factorial_.levels(j);
          sum += product(a_.by_pair, a_.mean, b_.by_pair, b_.mean, pair_at, levels) - alone(i) - alone(j);
          pair_at += levels;
        } else {
          const Side& mixed = mixed_sides_[static_cast<std::size_t>(j)];
          sum += product(b_.by_level, b_.mean, mixed.by_level - a_.by_level, mixed.mean - a_.mean, at, factorial_.levels(i));
        }
      }
      if (discrete) at += factorial_.levels(i);
    }
  }

  Vector alone(Index group) const {
    Index at = 0;
    for (Index i = 0; i < group; ++i) at += factorial_.levels(i);
    return product(a_.by_level, a_.mean, b_.by_level, b_.mean, at, factorial_.levels(group));
  }

  const Factorial& factorial_;
  Crossing crossing_;
  bool pairs_;
  const Vector& origin_;
  Evaluator evaluator_;
  Index others_;                   // factors that are not discrete
  Matrix points_;                  // factors x combinations
  Vector base_, mixed_;            // coordinates of the others: of A and B side by side; of a mixed run
  Matrix apart_;                   // those of A and of B, a column each
  Matrix y_, on_a_, room_;         // outputs x combinations
  Side a_, b_, reversed_;
  std::vector<Side> mixed_sides_;  // a group; of AB
  Matrix e_;                       // outputs x groups
};

// Columns from the order of the factorial to that of the caller.
SobolIndices reordered(const SobolIndices& from, const std::vector<Index>& order) {
  SobolIndices out = from;
  const auto d = static_cast<Index>(order.size()), factors = from.value[0].cols();
  auto at = [&](Index i) { return i < d ? order[static_cast<std::size_t>(i)] : i; };  // a dummy stays last
  for (const auto& [read, write] : {std::pair(&from.value, &out.value), std::pair(&from.low, &out.low), std::pair(&from.high, &out.high)})
    for (Index i = 0; i < factors; ++i) {
      for (std::size_t order_at : {0, 1}) (*write)[order_at].col(at(i)) = (*read)[order_at].col(i);
      for (Index j = i + 1; (*read)[2].cols() > 0 && j < factors; ++j)
        (*write)[2].col(std::min(at(i), at(j)) * factors + std::max(at(i), at(j))) = (*read)[2].col(i * factors + j);
    }
  return out;
}

}  // namespace

SobolIndices enumerated_indices(const Plan& plan, const std::vector<Asked>& asked, const std::vector<Index>& group, const std::vector<Design>& designs,
                                const Inference& inference, int threads, const Monitor& monitor) {
  if (inference.by.first != "saltelli" || inference.by.total != "jansen" || (!inference.by.second.empty() && inference.by.second != "saltelli"))
    throw SpecError("choices that are enumerated have the estimators saltelli and jansen alone; sample them for others", {"sensitivity", "", "discrete"});
  const Factorial factorial(plan, group);
  Crossing crossing;
  crossing.factors = factorial.groups();
  crossing.reversed = inference.reversed;
  const Vector origin = nominal_outputs(plan, asked);
  auto made = [&] { return std::make_shared<Enumerator>(plan, asked, factorial, crossing, pairs_asked(inference), origin); };
  if (factorial.continuous().empty()) {
    std::vector<Sums> sums(1, Sums(origin.size(), crossing, pairs_asked(inference)));
    (*made())(sums[0]);
    return reordered(indices_of(sums, origin, inference), factorial.order());
  }
  std::vector<AddPoints> add;
  for (int worker = block_threads(designs, threads); worker > 0; --worker)
    add.push_back([one = made()](const Design& design, Index first, Index count, Sums& sums) { (*one)(design, first, count, sums); });
  return reordered(over_blocks(designs, crossing, origin, inference, 1, threads, monitor, add), factorial.order());
}

}  // namespace egov
