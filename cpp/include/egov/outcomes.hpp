// How index scores go with outcomes: association with intervals and p-values over many pairs.
#pragma once
#include <functional>

#include "egov/method.hpp"
#include "egov/panel.hpp"
#include "egov/progress.hpp"

namespace egov {

enum class Coefficient { pearson, spearman, kendall, distance };
struct CorrelateMethod : Method {
  Coefficient coefficient = Coefficient::pearson;
};
Rows<CorrelateMethod>& correlate_methods();

// Why a pair has no number.
enum class Reason { none, too_few, constant_x, constant_y };

struct Association {
  Index n = 0;
  double estimate = missing_value, low = missing_value, high = missing_value, p = missing_value;
  Reason reason = Reason::none;
};

// Every column of x against every column of y over the rows observed in both; result[i * y.cols() + j].
// resamples > 0: percentile interval at `level` from resampling whole rows with replacement (Philox; the stream is
// that of the pair), else low and high stay NaN. p: two-sided, by the rule that the method's sentence gives.
std::vector<Association> correlate(const Matrix& x, const Matrix& y, const Choice& method, Index resamples, double level,
                                   std::uint64_t seed, int threads, const Monitor& monitor = {});

struct AdjustMethod : Method {
  std::function<Vector(const Vector& p)> adjust;  // NaN-free p-values
};
Rows<AdjustMethod>& adjust_methods();
// Adjusted p-values; NaN stays NaN and does not count.
Vector adjust(const Vector& p, const Choice& method);

// Two-sided p-value of a correlation r of n pairs: t with n - 2 degrees of freedom.
double correlation_p(double r, Index n);
// Midranks of NaN-free values.
Vector midranks(ConstColumn values);

}  // namespace egov
