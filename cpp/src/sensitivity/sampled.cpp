// Variance-based indices with discrete factors as coordinates of the points.
#include <memory>

#include "detail/threads.hpp"
#include "sensitivity/blocks.hpp"
#include "sensitivity/evaluator.hpp"

namespace egov {

using namespace detail;

namespace {

constexpr Index runs_at_once = 256;

// Makes the runs of base points and adds them to sums; one for each thread.
class Crosser {
 public:
  Crosser(const Plan& plan, const std::vector<Asked>& asked, const std::vector<Index>& group, const Crossing& crossing, bool pairs, const Vector& origin)
      : plan_(plan), group_(group), crossing_(crossing), evaluator_(plan, asked), adder_(crossing, pairs, origin), batch_(batch(crossing)),
        d_(static_cast<Index>(group.size())), base_(crossing.points() * d_, batch_), points_(d_, batch_ * crossing.runs()),
        outputs_(origin.size(), batch_ * crossing.runs()), apart_(d_, crossing.points()), runs_(static_cast<std::size_t>(batch_)) {}

  // Base points that are run together.
  static Index batch(const Crossing& crossing) { return std::max<Index>(1, runs_at_once / crossing.runs()); }

  void operator()(const Design& design, Index first, Index count, Sums& sums) {
    design.points(static_cast<std::uint64_t>(first), count, base_.data());
    used_ = 0;
    for (Index i = 0; i < count; ++i) {
      for (Index p = 0; p < crossing_.points(); ++p)
        for (Index k = 0; k < d_; ++k) apart_(k, p) = base_(coordinate(d_, k, p), i);
      lay_out(apart_.data(), runs_[static_cast<std::size_t>(i)]);
    }
    evaluator_(points_.data(), used_, outputs_.data());
    for (Index i = 0; i < count; ++i) adder_.add(runs_[static_cast<std::size_t>(i)], sums);
  }

 private:
  // The runs of one base point; those that are the same as another are not made.
  void lay_out(const double* base, Runs& runs) {
    const double *a = base, *b = base + d_, *c = base + 2 * d_;
    runs.ab.clear(), runs.ba.clear(), runs.ac.clear();
    runs.a = next(a, a, -1);
    for (Index i = 0; i < crossing_.factors; ++i) {
      const bool same = matches(a, b, i);
      runs.ab.push_back(same ? nullptr : next(a, b, i));
      if (crossing_.reversed) runs.ba.push_back(same ? nullptr : next(b, a, i));
      if (crossing_.third) runs.ac.push_back(matches(a, c, i) ? nullptr : next(a, c, i));
    }
    runs.b = next(b, b, -1);
  }

  // Whether two points make the same choices in a group, so that exchanging them changes nothing.
  bool matches(const double* x, const double* y, Index group) const {
    for (Index k = 0; k < d_; ++k) {
      const Index levels = plan_.factors()[static_cast<std::size_t>(k)].levels;
      if (group_[static_cast<std::size_t>(k)] == group && (levels == 0 || Plan::level(x[k], levels) != Plan::level(y[k], levels))) return false;
    }
    return true;
  }

  // One more run, at a point with a group taken from another one; where its outputs will stand.
  const double* next(const double* from, const double* other, Index group) {
    auto point = points_.col(used_);
    for (Index k = 0; k < d_; ++k) point[k] = (group_[static_cast<std::size_t>(k)] == group ? other : from)[k];
    return outputs_.col(used_++).data();
  }

  const Plan& plan_;
  const std::vector<Index>& group_;
  Crossing crossing_;
  Evaluator evaluator_;
  Adder adder_;
  Index batch_, d_, used_ = 0;
  Matrix base_, points_, outputs_;  // a column a base point, a run, a run
  Matrix apart_;                    // factors x points of one base point
  std::vector<Runs> runs_;          // of each base point
};

}  // namespace

SobolIndices sampled_indices(const Plan& plan, const std::vector<Asked>& asked, const std::vector<Index>& group, const std::vector<Design>& designs,
                             const Inference& inference, int threads, const Monitor& monitor) {
  Crossing crossing;
  crossing.factors = *std::max_element(group.begin(), group.end()) + 1;
  crossing.reversed = inference.reversed, crossing.third = inference.third;
  const Vector origin = nominal_outputs(plan, asked);
  std::vector<AddPoints> add;
  for (int worker = block_threads(designs, threads); worker > 0; --worker) {
    auto crosser = std::make_shared<Crosser>(plan, asked, group, crossing, pairs_asked(inference), origin);
    add.push_back([crosser](const Design& design, Index first, Index count, Sums& sums) { (*crosser)(design, first, count, sums); });
  }
  return over_blocks(designs, crossing, origin, inference, Crosser::batch(crossing), threads, monitor, add);
}

}  // namespace egov
