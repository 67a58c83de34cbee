#include "sobol/estimate.hpp"

namespace egov::detail {
namespace {

void require(Needs needs, const Crossing& crossing, const std::string& param, const std::string& name) {
  if (needs == Needs::reversed && !crossing.reversed)
    throw SpecError("'" + name + "' needs the runs BA, which a design for second orders has", {"sobol", name, param});
  if (needs == Needs::third && !crossing.third)
    throw SpecError("'" + name + "' needs the runs AC, which a design with a third point has", {"sobol", name, param});
}

}  // namespace

Picked::Picked(const Estimators& by, const Crossing& crossing, bool pairs)
    : crossing_(crossing), first_(find("first", first_order_methods(), by.first)), total_(find("total", total_order_methods(), by.total)),
      size_(crossing.factors * (by.second.empty() ? 2 : 2 + crossing.factors)), means_(static_cast<std::size_t>(crossing.factors)) {
  require(first_.needs, crossing, "first", by.first);
  require(total_.needs, crossing, "total", by.total);
  if (by.second.empty()) return;
  second_ = &find("second", second_order_methods(), by.second);
  if (!crossing.reversed || !pairs) require(Needs::reversed, {}, "second", by.second);
}

void Picked::estimate(const Strided& sums, double* out, double& mean, double& variance) {
  const Means shared = shared_means(sums, mean);
  variance = shared.variance();
  const Index d = crossing_.factors;
  for (Index i = 0; i < d; ++i) {
    const Means& of = means_[static_cast<std::size_t>(i)] = means(sums, crossing_, i, shared, mean);
    out[i] = first_.value(of);
    out[d + i] = total_.value(of);
  }
  if (!second_) return;
  std::fill_n(out + 2 * d, d * d, missing_value);
  const double n = sums[at_count];
  for (Index i = 0; i < d; ++i)
    for (Index j = i + 1; j < d; ++j)
      out[2 * d + i * d + j] = second_->value(means_[static_cast<std::size_t>(i)], means_[static_cast<std::size_t>(j)], sums[pair(crossing_, i, j)] / n,
                                              sums[pair(crossing_, j, i)] / n, out[i], out[j]);
}

}  // namespace egov::detail
