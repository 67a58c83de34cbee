#include "egov/chains.hpp"

#include <algorithm>
#include <cmath>

#include "detail/normal.hpp"
#include "detail/statistics.hpp"

namespace egov {
namespace {

void check(const Matrix& traces, Index least) {
  if (traces.rows() < 1 || traces.cols() < least)
    throw DataError(std::to_string(traces.rows()) + " chains of " + std::to_string(traces.cols()) + " iterations; at least one of " +
                        std::to_string(least) + " would be right",
                    {"chains", "", ""});
  for (Index j = 0; j < traces.cols(); ++j)
    for (Index i = 0; i < traces.rows(); ++i) {
      if (std::isfinite(traces(i, j))) continue;
      Place place{"chains", "", ""};
      place.unit = static_cast<long>(i);
      place.period = static_cast<long>(j);
      throw DataError("a value that is missing or infinite; a number would be right", place);
    }
}

// Halves as columns: iterations x (2 chains).
Matrix halves(const Matrix& traces) {
  const Index half = traces.cols() / 2, chains = traces.rows();
  Matrix out(half, 2 * chains);
  out.leftCols(chains) = traces.leftCols(half).transpose();
  out.rightCols(chains) = traces.rightCols(half).transpose();
  return out;
}

bool constant(const Matrix& x) { return x.maxCoeff() == x.minCoeff(); }

// Blom's normal scores of the midranks of all values.
Matrix scores(const Matrix& x) {
  const std::vector<double> ranks = detail::average_ranks({x.data(), x.data() + x.size()});
  const double n = static_cast<double>(x.size());
  Matrix out(x.rows(), x.cols());
  for (Index k = 0; k < x.size(); ++k)
    out.data()[k] = detail::normal_quantile((ranks[static_cast<std::size_t>(k)] - 0.375) / (n + 0.25));
  return out;
}

Matrix folded(const Matrix& x) {
  return (x.array() - detail::median({x.data(), x.data() + x.size()})).abs();
}

double spread(const Vector& x) { return (x.array() - x.mean()).square().sum() / static_cast<double>(x.size() - 1); }

double reduction(const Matrix& x) {
  if (constant(x)) return missing_value;
  const double n = static_cast<double>(x.rows());
  Vector within(x.cols());
  for (Index k = 0; k < x.cols(); ++k) within[k] = spread(x.col(k));
  return std::sqrt((n * spread(x.colwise().mean()) / within.mean() + n - 1) / n);
}

// Autocorrelations over all chains, each computed when it is asked for.
class Autocorrelation {
 public:
  explicit Autocorrelation(const Matrix& x) : away_(x.rowwise() - x.colwise().mean()) {
    const double n = static_cast<double>(x.rows());
    within_ = covariance(0) * n / (n - 1);
    all_ = covariance(0) + spread(x.colwise().mean());
  }
  double at(Index lag) const { return 1 - (within_ - covariance(lag)) / all_; }

 private:
  double covariance(Index lag) const {
    const Index rest = away_.rows() - lag;
    return away_.topRows(rest).cwiseProduct(away_.bottomRows(rest)).sum() / static_cast<double>(away_.size());
  }
  Matrix away_;
  double within_ = 0, all_ = 0;
};

double effective(const Matrix& x) {
  if (constant(x)) return missing_value;
  const Autocorrelation rho(x);
  double even = 1, odd = rho.at(1), before = even + odd, sum = 0, pair = before;
  for (Index lag = 2; pair > 0; lag += 2) {  // pairs of neighbours, as long as they are positive, none above the one before
    sum += before;
    even = rho.at(lag);
    odd = rho.at(lag + 1);
    pair = even + odd;
    before = std::min(before, pair);
    if (lag >= x.rows() - 5) break;
  }
  const double n = static_cast<double>(x.size());
  const double time = -1 + 2 * sum + (pair >= 0 ? even : std::max(even, 0.0));
  return n / std::max(time, 1 / std::log10(n));
}

double quantile(const Matrix& x, double share) {
  std::vector<double> sorted(x.data(), x.data() + x.size());
  std::sort(sorted.begin(), sorted.end());
  return detail::quantile(sorted, share);
}

Matrix below(const Matrix& x, double limit) { return (x.array() <= limit).cast<double>(); }

}  // namespace

double rhat(const Matrix& traces, bool ranked) {
  check(traces, 4);
  const Matrix x = halves(traces);
  if (!ranked) return reduction(x);
  const double bulk = reduction(scores(x)), tail = reduction(scores(halves(folded(traces))));
  return tail > bulk ? tail : bulk;
}

double ess(const Matrix& traces, Size of) {
  check(traces, 12);
  if (of == Size::mean) return effective(halves(traces));
  if (of == Size::bulk) return effective(scores(halves(traces)));
  const double low = effective(below(halves(traces), quantile(traces, 0.05)));
  const double high = effective(below(halves(traces), quantile(traces, 0.95)));
  return high < low ? high : low;
}

}  // namespace egov
