#include "detail/resamples.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "detail/threads.hpp"
#include "egov/method.hpp"
#include "egov/random.hpp"

namespace egov::detail {

Vector times_drawn(Index things, std::uint64_t seed, Index resample) {
  Stream stream(seed, static_cast<std::uint32_t>(resample), 0, for_resamples);
  Vector times = Vector::Zero(things);
  for (Index k = 0; k < things; ++k) ++times[stream.below(static_cast<std::uint32_t>(things))];
  return times;
}

Matrix multiplicities(Index resamples, Index things, std::uint64_t seed, int threads, const Monitor& monitor, double begun) {
  constexpr Index of_a_task = 256;
  Matrix times(resamples, things);
  parallel((resamples + of_a_task - 1) / of_a_task, threads, [&](Index task, int) {
    for (Index r = task * of_a_task; r < std::min(resamples, (task + 1) * of_a_task); ++r) times.row(r) = times_drawn(things, seed, r).transpose();
  }, monitor, begun, begun);
  return times;
}

Index outputs_together(Index outputs, Index each) {
  constexpr Index numbers = Index{1} << 21;  // 16 MB
  return std::clamp<Index>(numbers / std::max<Index>(each, 1), 1, outputs);
}

double percentile(Eigen::Ref<Vector> values, double share) {
  if (values.size() == 0 || values.hasNaN()) return missing_value;
  const double at = share * static_cast<double>(values.size() - 1), below_it = std::floor(at);
  double* const low = values.data() + static_cast<Index>(below_it);
  double* const end = values.data() + values.size();
  std::nth_element(values.data(), low, end);
  return low + 1 == end || at == below_it ? *low : *low + (at - below_it) * (*std::min_element(low + 1, end) - *low);
}

double t_quantile(double level, Index freedom) {
  return boost::math::quantile(boost::math::complement(boost::math::students_t(static_cast<double>(freedom)), (1 - level) / 2));
}

}  // namespace egov::detail
