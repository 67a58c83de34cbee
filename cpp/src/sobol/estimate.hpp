// All indices of one output.
#pragma once
#include "egov/sobol.hpp"
#include "detail/moments.hpp"

namespace egov::detail {

// The rows of the chosen estimators. SpecError for an unknown name, or one that needs runs which are not there.
class Picked {
 public:
  Picked(const Estimators& by, const Crossing& crossing, bool pairs);
  // Numbers of one output: first and total orders of each factor, then second orders if they are asked for (factors^2).
  Index size() const { return size_; }
  // Writes them; mean and variance are those of a and b about the origin. The same numbers whatever the stride.
  void estimate(const Strided& sums, double* out, double& mean, double& variance);

 private:
  Crossing crossing_;
  const FirstOrderMethod& first_;
  const TotalOrderMethod& total_;
  const SecondOrderMethod* second_ = nullptr;
  Index size_;
  std::vector<Means> means_;
};

}  // namespace egov::detail
