// Variance-based indices with every combination of the discrete factors run at every base point of the others.
#include <memory>

#include "detail/factorial.hpp"
#include "sensitivity/blocks.hpp"
#include "sensitivity/evaluator.hpp"

namespace egov {

using namespace detail;

namespace {

// Makes the runs of base points in all combinations; one for each thread.
class Enumerator {
 public:
  Enumerator(const Plan& plan, const std::vector<Asked>& asked, const Factorial& factorial, bool reversed, Index outputs)
      : factorial_(factorial), reversed_(reversed), evaluator_(plan, asked), others_(static_cast<Index>(factorial.continuous().size())),
        points_(static_cast<Index>(plan.factors().size()), factorial.combinations()), base_(2 * others_), mixed_(others_),
        y_(outputs, factorial.combinations()) {}

  void move_to(const Design& design, Index point) { design.point(static_cast<std::uint64_t>(point), base_.data()); }

  // Outputs x combinations of a run of the base point, in the order of the factorial.
  const double* operator()(Index run) {
    const auto moved = static_cast<Index>(factorial_.moved().size());
    const bool mixes = run > 0 && run < factorial_.runs(reversed_) - 1;
    const Index group = mixes ? factorial_.moved()[static_cast<std::size_t>((run - 1) % moved)] : -1;
    const Index from = run > moved ? 1 : 0;
    for (Index k = 0; k < others_; ++k)
      mixed_[k] = base_[coordinate(others_, k, factorial_.continuous()[static_cast<std::size_t>(k)] == group ? 1 - from : from)];
    for (Index c = 0; c < factorial_.combinations(); ++c) factorial_.write(c, mixed_.data(), points_.col(c).data());
    evaluator_(points_.data(), factorial_.combinations(), y_.data());
    return y_.data();
  }

 private:
  const Factorial& factorial_;
  bool reversed_;
  Evaluator evaluator_;
  Index others_;         // factors that are not discrete
  Matrix points_;        // factors x combinations
  Vector base_, mixed_;  // coordinates of the others: of A and B side by side; of a run
  Matrix y_;
};

Combined combined(const Plan& plan, const std::vector<Index>& group) {
  Combined out;
  for (const Factor& factor : plan.factors()) out.levels.push_back(factor.levels);
  out.group = group;
  return out;
}

}  // namespace

SobolIndices enumerated_indices(const Plan& plan, const std::vector<Asked>& asked, const std::vector<Index>& group, const std::vector<Design>& designs,
                                const Inference& inference, int threads, const Monitor& monitor) {
  if (inference.by.first != "saltelli" || inference.by.total != "jansen" || (!inference.by.second.empty() && inference.by.second != "saltelli"))
    throw SpecError("choices that are enumerated have the estimators saltelli and jansen alone; sample them for others", {"sensitivity", "", "discrete"});
  discrete_combinations(plan);
  const Factorial factorial(combined(plan, group));
  const Vector origin = nominal_outputs(plan, asked);
  struct Worker {
    Enumerator runs;
    FactorialAdder adder;
  };
  auto made = [&] {
    return std::make_shared<Worker>(Worker{Enumerator(plan, asked, factorial, inference.reversed, origin.size()),
                                           FactorialAdder(factorial, inference.reversed, pairs_asked(inference), origin)});
  };
  if (factorial.moved().empty()) {
    const auto worker = made();
    std::vector<Sums> sums(1, worker->adder.nothing());
    worker->adder.add(std::ref(worker->runs), sums[0]);
    return indices_of(sums, origin, inference);
  }
  std::vector<AddPoints> add;
  for (int left = block_threads(designs, threads); left > 0; --left)
    add.push_back([worker = made()](const Design& design, Index first, Index count, Sums& sums) {
      for (Index i = first; i < first + count; ++i) {
        worker->runs.move_to(design, i);
        worker->adder.add(std::ref(worker->runs), sums);
      }
    });
  Crossing crossing;
  crossing.factors = factorial.groups(), crossing.reversed = inference.reversed;
  return over_blocks(designs, crossing, origin, inference, 1, threads, monitor, add);
}

}  // namespace egov
