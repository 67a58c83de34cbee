// What is kept of a pair over the draws.
#pragma once
#include <vector>

#include "egov/propagation.hpp"
#include "propagation/meeting.hpp"

namespace egov::detail {

// The ends of a list of numbers that comes bit by bit, as long as quantiles close to them ask for.
class Ends {
 public:
  explicit Ends(std::size_t kept) : kept_(kept) {}
  void add(double value);
  // Quantile by linear interpolation between order statistics (type 7), at `tail` from below or above.
  double low(double tail) const { return quantile(low_, tail, false); }
  double high(double tail) const { return quantile(high_, tail, true); }
  Index count() const { return count_; }

 private:
  void trim(std::vector<double>& values, bool above);
  double quantile(std::vector<double> values, double tail, bool above) const;
  std::size_t kept_;
  Index count_ = 0;
  std::vector<double> low_, high_;
};

// Mean and sum of squared deviations, one after the other (Welford 1962, Technometrics 4, 419-420).
struct Moments {
  Index count = 0;
  double mean = 0, squares = 0;
  void add(double value) {
    const double away = value - mean;
    mean += away / static_cast<double>(++count);
    squares += away * (value - mean);
  }
  double variance() const { return count > 1 ? squares / static_cast<double>(count - 1) : missing_value; }
};

class Tally {
 public:
  explicit Tally(std::size_t kept) : ends_(kept) {}
  void add(const Coefficients& draw);
  // controls below 0: no p-value.
  Propagated result(double level, Index controls) const;

 private:
  Ends ends_;
  Moments all_, moves_, z_;
  double infinite_ = 0;  // sum of Fisher's z of draws at 1 or -1
  Index n_ = 0, fewest_ = 0, seen_ = 0;
  Reason reason_ = Reason::none;
};

}  // namespace egov::detail
