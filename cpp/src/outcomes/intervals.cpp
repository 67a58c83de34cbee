#include "outcomes/intervals.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "detail/normal.hpp"
#include "detail/resamples.hpp"
#include "detail/student.hpp"

namespace egov {
namespace detail {
namespace {

constexpr Index fewest_clusters = 8;  // below, standard errors of ranks are often 0

// Variances of Fisher's z of rows that are independent; plain: of Spearman as of Pearson.
Ends fisher(const Pair& pair, const Question& question, bool plain, double r) {
  const bool kendall = pair.kind() == Coefficient::kendall;
  if (pair.kind() == Coefficient::distance || pair.grouped() || (kendall && pair.held() > 0)) return {};
  const double freedom = static_cast<double>(pair.size() - pair.held() - (kendall ? 4 : 3));
  if (freedom <= 0) return {};
  const double variance = pair.kind() == Coefficient::spearman && !plain ? 1 + r * r / 2 : kendall ? 0.437 : 1;
  const double half = normal_quantile((1 + question.level) / 2) * std::sqrt(variance / freedom), z = std::atanh(r);
  return {std::tanh(z - half), std::tanh(z + half)};
}

// The coefficients of resamples, drawn once for all intervals that look at them.
class Resampled {
 public:
  Resampled(Pair& pair, const Question& question, std::uint64_t stream, bool errors, double estimate)
      : pair_(pair), level_(question.level), estimate_(estimate), z_(std::atanh(estimate)) {
    if (errors) error_ = pair.error();
    studentizes_ = errors && error_ > 0 && std::abs(z_) < infinite;
    values_ = pair.resample(question.seed, stream, question.resamples, studentizes_);
    for (std::size_t b = 0; studentizes_ && b < values_.size(); ++b)
      if (!std::isnan(pair.errors()[b])) t_.push_back((std::atanh(values_[b]) - z_) / pair.errors()[b]);
    left_out = question.resamples - static_cast<Index>(studentizes_ ? t_.size() : values_.size());
  }

  Ends percentile() { return between(lower(), upper()); }

  // Efron (1987); resamples that equal the estimate count half as below it.
  Ends accelerated() {
    const double a = acceleration(pair_.kind() == Coefficient::distance ? steps(pair_.left_out()) : pair_.influences());
    if (values_.size() < 2 || std::isnan(a)) return {};
    double below = 0;
    for (double value : values_) below += value < estimate_ ? 1 : value == estimate_ ? 0.5 : 0;
    const double share = below / static_cast<double>(values_.size());
    if (share == 0 || share == 1) return {};  // the estimate lies beyond all resamples: its bias has no measure
    const double bias = normal_quantile(share);
    auto moved = [&](double level) {
      const double z = bias + normal_quantile(level);
      return normal_share(bias + z / (1 - a * z));
    };
    return between(moved(lower()), moved(upper()));
  }

  // Bootstrap t on the scale of Fisher's z.
  Ends studentized() {
    if (t_.size() < 2) return {};
    return {std::tanh(z_ - error_ * quantile(t_, upper())), std::tanh(z_ - error_ * quantile(t_, lower()))};
  }

  Index left_out = 0;

 private:
  double lower() const { return (1 - level_) / 2; }
  double upper() const { return (1 + level_) / 2; }
  Ends between(double from, double to) {
    if (values_.size() < 2) return {};
    const double low = quantile(values_, from);
    return {low, quantile(values_, to)};
  }
  // What a cluster adds: less of it without the cluster.
  static std::vector<double> steps(std::vector<double> left_out) {
    for (double& value : left_out) value = -value;
    return left_out;
  }

  Pair& pair_;
  double level_, estimate_, z_, error_ = missing_value;
  bool studentizes_ = false;
  std::vector<double> values_, t_;  // coefficients; of those with a standard error, (z - z of the estimate) over it
};

}  // namespace

double quantile(std::vector<double>& values, double share) {
  const double all = static_cast<double>(values.size()), place = (share * (all + 1) - 1) / std::max(1.0, all - 1);
  return percentile(Eigen::Map<Vector>(values.data(), static_cast<Index>(values.size())), std::min(1.0, std::max(0.0, place)));
}

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

double acceleration(const std::vector<double>& influences) {
  double mean = 0, squares = 0, cubes = 0, size = 0;
  for (double value : influences) mean += value / static_cast<double>(influences.size());
  for (double value : influences) {
    const double step = value - mean;
    squares += step * step, cubes += step * step * step;
    size = std::max(size, std::abs(step));
  }
  if (size <= 1e-14) return 0;  // equal but for rounding
  return cubes / (6 * std::pow(squares, 1.5));
}

void add_intervals(Pair& pair, const std::vector<Around>& kinds, const Question& question, std::uint64_t stream, Association& result) {
  const bool distance = pair.kind() == Coefficient::distance;
  auto wants = [&](Interval kind) { return std::any_of(kinds.begin(), kinds.end(), [&](const Around& each) { return each.interval == kind; }); };
  const bool enough = pair.clusters() >= fewest_clusters, studentizes = wants(Interval::studentized) && !distance && enough;
  std::optional<Resampled> resampled;
  if (question.resamples > 0 && (studentizes || wants(Interval::percentile) || wants(Interval::bca)))
    resampled.emplace(pair, question, stream, studentizes, result.estimate);
  if (resampled) result.left_out = resampled->left_out;
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    Ends ends;
    const Interval kind = kinds[k].interval;
    if (kind == Interval::fisher) ends = fisher(pair, question, kinds[k].plain, result.estimate);
    if (kind == Interval::jackknife && !distance && enough)
      jackknife(result.estimate, pair.left_out()).interval(question.level, ends.low, ends.high);
    if (resampled && kind == Interval::percentile) ends = resampled->percentile();
    if (resampled && kind == Interval::bca) ends = resampled->accelerated();
    if (studentizes && kind == Interval::studentized && resampled) ends = resampled->studentized();
    if (std::abs(result.estimate) < 1 && ends.high - ends.low <= 1e-10) ends = {};  // no width: nothing is known of the error
    if (k > 0) result.more.push_back(ends);
    else result.low = ends.low, result.high = ends.high;
  }
}

}  // namespace detail

Rows<IntervalMethod>& interval_methods() {
  auto row = [](const char* name, const char* sentence, const char* citation, Interval interval, std::vector<Param> params = {}) {
    IntervalMethod method;
    method.name = name;
    method.sentence = sentence;
    method.citation = citation;
    method.interval = interval;
    method.params = std::move(params);
    return method;
  };
  static Rows<IntervalMethod> table = {
      row("percentile", "Quantiles of the coefficient over resamples of clusters (countries).",
          "Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13", Interval::percentile),
      row("none", "No interval.", "", Interval::none),
      row("fisher",
          "Normal on the scale of Fisher's z, with k controls: variance 1 / (n - 3 - k), for Spearman (1 + r^2 / 2) / (n - 3 - k), for "
          "Kendall 0.437 / (n - 4); none for distances, for Kendall with controls, nor where clusters hold several rows, which are not "
          "independent.",
          "Fisher (1921), Metron 1, 3-32; Bonett and Wright (2000), Psychometrika 65, 23-28; Fieller, Hartley and Pearson (1957), "
          "Biometrika 44, 470-481",
          Interval::fisher,
          {{"plain", Kind::flag, 0, 0, 1, "1: of Spearman with the variance of Pearson, as other software has it."}}),
      row("bca",
          "Quantiles over resamples, moved for bias (by the share of resamples below the estimate) and for acceleration (by the "
          "influence of each cluster on the coefficient; of distances, by the coefficients without each).",
          "Efron (1987), Journal of the American Statistical Association 82, 171-185; DiCiccio and Efron (1996), Statistical Science "
          "11, 189-228",
          Interval::bca),
      row("studentized",
          "Bootstrap t on the scale of Fisher's z, with the standard error by influence of each cluster within each resample; none for "
          "distances, which have no normal limit under independence, nor below 8 clusters.",
          "Hall (1988), Annals of Statistics 16, 927-953; Devlin, Gnanadesikan and Kettenring (1975), Biometrika 62, 531-545",
          Interval::studentized),
      row("jackknife",
          "Student's t of the pseudo-values of Fisher's z without each cluster in turn, with as many degrees of freedom as clusters "
          "less 1; none for distances, nor below 8 clusters.",
          "Tukey (1958), Annals of Mathematical Statistics 29, 614; Hinkley (1977), Biometrika 64, 21-28", Interval::jackknife)};
  return table;
}

}  // namespace egov
