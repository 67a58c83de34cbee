#include "outcomes/intervals.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>

#include "detail/resamples.hpp"
#include "detail/student.hpp"

namespace egov {
namespace detail {
namespace {

constexpr double root_two = 1.4142135623730950488;

double normal_quantile(double share) { return -root_two * boost::math::erfc_inv(2 * share); }
double normal_share(double z) { return 0.5 * boost::math::erfc(-z / root_two); }

// Variances of Fisher's z of rows that are independent.
void fisher(const Pair& pair, const Question& question, Association& result) {
  if (pair.kind() == Coefficient::distance || pair.grouped()) return;
  const double r = result.estimate, freedom = static_cast<double>(pair.size() - pair.held() - (pair.kind() == Coefficient::kendall ? 4 : 3));
  if (freedom <= 0) return;
  const double variance = pair.kind() == Coefficient::spearman ? 1 + r * r / 2 : pair.kind() == Coefficient::kendall ? 0.437 : 1;
  const double half = normal_quantile((1 + question.level) / 2) * std::sqrt(variance / freedom), z = std::atanh(r);
  result.low = std::tanh(z - half);
  result.high = std::tanh(z + half);
}

void percentile(std::vector<double>& values, double from, double to, Association& result) {
  if (values.size() < 2) return;
  result.low = quantile(values, from);
  result.high = quantile(values, to);
}

// Efron (1987); resamples that equal the estimate count half as below it.
void accelerated(Pair& pair, const Question& question, std::uint64_t stream, Association& result) {
  const double a = acceleration(pair.left_out());
  std::vector<double> values = pair.resample(question.seed, stream, question.resamples);
  result.left_out = question.resamples - static_cast<Index>(values.size());
  if (values.size() < 2 || std::isnan(a)) return;
  double below = 0;
  for (double value : values) below += value < result.estimate ? 1 : value == result.estimate ? 0.5 : 0;
  const double share = below / static_cast<double>(values.size());
  if (share == 0 || share == 1) return;  // the estimate lies beyond all resamples: its bias has no measure
  const double bias = normal_quantile(share);
  auto moved = [&](double level) {
    const double z = bias + normal_quantile(level);
    return normal_share(bias + z / (1 - a * z));
  };
  percentile(values, moved((1 - question.level) / 2), moved((1 + question.level) / 2), result);
}

// Bootstrap t on the scale of Fisher's z.
void studentized(Pair& pair, const Question& question, std::uint64_t stream, Association& result) {
  if (pair.kind() == Coefficient::distance) return;
  const double z = std::atanh(result.estimate), error = pair.error();
  if (!(error > 0 && std::abs(z) < infinite)) return;
  std::vector<double> values = pair.resample(question.seed, stream, question.resamples, true);
  result.left_out = question.resamples - static_cast<Index>(values.size());
  for (std::size_t b = 0; b < values.size(); ++b) values[b] = (std::atanh(values[b]) - z) / pair.errors()[b];
  if (values.size() < 2) return;
  result.high = std::tanh(z - error * quantile(values, (1 - question.level) / 2));
  result.low = std::tanh(z - error * quantile(values, (1 + question.level) / 2));
}

}  // namespace

double quantile(std::vector<double>& values, double share) { return percentile(Eigen::Map<Vector>(values.data(), static_cast<Index>(values.size())), share); }

Jackknife jackknife(double estimate, const std::vector<double>& left_out) {
  Jackknife made;
  made.estimate = estimate;
  const double clusters = static_cast<double>(left_out.size()), z = std::atanh(estimate);
  made.freedom = static_cast<Index>(left_out.size()) - 1;
  made.still = std::all_of(left_out.begin(), left_out.end(), [&](double value) { return value == estimate; });
  double sum = 0, squares = 0;
  for (double value : left_out) sum += std::atanh(value);
  const double center = sum / clusters;
  for (double value : left_out) squares += (std::atanh(value) - center) * (std::atanh(value) - center);
  if (!(std::abs(z) < infinite && squares < infinite)) return made;
  made.mean = clusters * z - (clusters - 1) * center;
  made.error = std::sqrt((clusters - 1) / clusters * squares);
  return made;
}

double Jackknife::p() const {
  if (still || error == 0) return estimate == 0 ? 1 : 0;
  if (std::isnan(error)) return missing_value;
  return student_p(mean / error, static_cast<double>(freedom));
}

void Jackknife::interval(double level, double& low, double& high) const {
  if (still) low = high = estimate;
  if (still || std::isnan(error)) return;
  const double half = t_quantile(level, freedom) * error;
  low = std::tanh(mean - half);
  high = std::tanh(mean + half);
}

double acceleration(const std::vector<double>& left_out) {
  double mean = 0, squares = 0, cubes = 0, size = 0;
  for (double value : left_out) mean += value / static_cast<double>(left_out.size());
  for (double value : left_out) {
    const double step = mean - value;
    squares += step * step, cubes += step * step * step;
    size = std::max(size, std::abs(step));
  }
  if (size <= 1e-14) return 0;  // equal but for rounding
  return cubes / (6 * std::pow(squares, 1.5));
}

void add_interval(Pair& pair, Interval kind, const Question& question, std::uint64_t stream, Association& result) {
  if (kind == Interval::fisher) fisher(pair, question, result);
  if (kind == Interval::jackknife && pair.kind() != Coefficient::distance)
    jackknife(result.estimate, pair.left_out()).interval(question.level, result.low, result.high);
  if (question.resamples == 0) return;
  if (kind == Interval::bca) accelerated(pair, question, stream, result);
  if (kind == Interval::studentized) studentized(pair, question, stream, result);
  if (kind != Interval::percentile) return;
  std::vector<double>& values = pair.resample(question.seed, stream, question.resamples);
  result.left_out = question.resamples - static_cast<Index>(values.size());
  percentile(values, (1 - question.level) / 2, (1 + question.level) / 2, result);
}

}  // namespace detail

Rows<IntervalMethod>& interval_methods() {
  auto row = [](const char* name, const char* sentence, const char* citation, Interval interval) {
    IntervalMethod method;
    method.name = name;
    method.sentence = sentence;
    method.citation = citation;
    method.interval = interval;
    return method;
  };
  static Rows<IntervalMethod> table = {
      row("percentile", "Quantiles of the coefficient over resamples of clusters (countries).",
          "Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13", Interval::percentile),
      row("none", "No interval.", "", Interval::none),
      row("fisher",
          "Normal on the scale of Fisher's z, with k controls: variance 1 / (n - 3 - k), for Spearman (1 + r^2 / 2) / (n - 3 - k), for "
          "Kendall 0.437 / (n - 4 - k); none for distances, nor where clusters hold several rows, which are not independent.",
          "Fisher (1921), Metron 1, 3-32; Bonett and Wright (2000), Psychometrika 65, 23-28; Fieller, Hartley and Pearson (1957), "
          "Biometrika 44, 470-481",
          Interval::fisher),
      row("bca",
          "Quantiles over resamples, moved for bias (by the share of resamples below the estimate) and for acceleration (by the "
          "coefficients without each cluster).",
          "Efron (1987), Journal of the American Statistical Association 82, 171-185; DiCiccio and Efron (1996), Statistical Science "
          "11, 189-228",
          Interval::bca),
      row("studentized",
          "Bootstrap t on the scale of Fisher's z, with the standard error by influence of each cluster within each resample; none for "
          "distances, which have no normal limit under independence.",
          "Hall (1988), Annals of Statistics 16, 927-953; Devlin, Gnanadesikan and Kettenring (1975), Biometrika 62, 531-545",
          Interval::studentized),
      row("jackknife",
          "Student's t of the pseudo-values of Fisher's z without each cluster in turn, with as many degrees of freedom as clusters "
          "less 1; none for distances.",
          "Tukey (1958), Annals of Mathematical Statistics 29, 614; Hinkley (1977), Biometrika 64, 21-28", Interval::jackknife)};
  return table;
}

}  // namespace egov
