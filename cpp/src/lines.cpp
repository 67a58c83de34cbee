#include "egov/lines.hpp"

#include <algorithm>
#include <cmath>

#include "detail/student.hpp"
#include "lines/covariance.hpp"

namespace egov {

using namespace detail;

namespace {

[[noreturn]] void refuse(const std::string& param, const std::string& text) { throw SpecError(text, {"lines", "", param}); }

bool grouped(const std::vector<int>& groups, Index n) {
  return static_cast<Index>(groups.size()) == n && std::all_of(groups.begin(), groups.end(), [](int g) { return g >= 0; });
}

void check(const Design& design, const Vector& y, const ErrorsChoice& errors, double level) {
  const std::string n = std::to_string(design.x.rows());
  if (y.size() != design.x.rows())
    throw DataError("y has " + std::to_string(y.size()) + " rows and x " + n + "; as many in both would be right", {"lines", "", "y"});
  if (!design.x.allFinite() || !y.allFinite())
    throw DataError("a value that is missing or infinite; numbers would be right", {"lines", "", ""});
  if (design.degree < 1 || (design.degree > 1 && design.x.cols() != 1))
    refuse("degree", "degree is " + std::to_string(design.degree) + "; 1, or more with a single column would be right");
  if (!(level > 0 && level < 1)) refuse("level", "level is " + std::to_string(level) + "; a number between 0 and 1 would be right");
  if (errors.lag < 0) refuse("lag", "lag is " + std::to_string(errors.lag) + "; a whole number from 0 on would be right");
  if (clustered(errors.kind) && !grouped(errors.groups, design.x.rows()))
    refuse("groups", std::to_string(errors.groups.size()) + " groups; a group for each of the " + n + " rows would be right");
}

bool same(const Vector& y) { return y.size() == 0 || (y.array() == y[0]).all(); }

// Explained and residual sums of squares, from which r2 and F come without a difference of large numbers.
void fit_of(const Factor& f, const Projection& y, bool intercept, Line& line) {
  Double explained;
  for (std::size_t k = intercept ? 1 : 0; k < y.along.size(); ++k) add(explained, product(y.along[k], y.along[k]));
  const Double rest = dot(y.rest.data(), y.rest.data(), f.rows());
  Double whole = explained;
  add(whole, rest);
  const double slopes = static_cast<double>(f.cols() - (intercept ? 1 : 0));
  line.residual_sd = std::ldexp(std::sqrt(rest.high / line.freedom), y.exponent);
  line.rss = std::ldexp(std::ldexp(rest.high, y.exponent), y.exponent);
  line.r2 = explained.high / whole.high;
  if (!(slopes > 0)) return;
  line.f = explained.high / slopes / (rest.high / line.freedom);
  line.f_p = upper_f(line.f, slopes, line.freedom);
}

void residuals_of(const Projection& y, Line& line) {
  line.residuals.resize(static_cast<Index>(y.rest.size()));
  double largest = 0;
  for (std::size_t i = 0; i < y.rest.size(); ++i) {
    largest = std::max(largest, std::abs(y.rest[i].high));
    line.residuals[static_cast<Index>(i)] = std::ldexp(y.rest[i].high, y.exponent);
  }
  line.exact = largest < rounding / 4;  // of values between 1/2 and 1
}

ErrorsMethod row(Errors kind, const std::string& name, const std::string& sentence, const std::string& citation) {
  ErrorsMethod out;
  out.name = name, out.sentence = sentence, out.citation = citation, out.kind = kind;
  return out;
}

}  // namespace

bool clustered(Errors kind) { return kind >= Errors::cr0; }

Line least_squares(const Design& design, const Vector& y, const ErrorsChoice& errors, double level) {
  check(design, y, errors, level);
  Line line;
  line.n = y.size();
  if (same(y)) return line.reason = line.n > 1 ? NoLine::constant_outcome : NoLine::too_few, line;
  const Factor f = factor(design, rounding);
  line.reason = f.reason, line.column = f.column, line.freedom = static_cast<double>(line.n - f.cols());
  if (line.reason != NoLine::none) return line;
  const Projection along = project(f, y);
  line.coef = coefficients(f, along.along, along.exponent);
  if (!line.coef.allFinite()) return line.coef.resize(0), line.reason = NoLine::out_of_range, line;
  fit_of(f, along, design.intercept, line);
  residuals_of(along, line);
  const Wide between = meat(f, along, errors, line);
  if (line.reason == NoLine::none) judge(f, between, along.exponent, level, line);
  return line;
}

const std::vector<ErrorsMethod>& errors_methods() {
  const std::string white = "White (1980), Econometrica 48, 817-838", mackinnon = "MacKinnon and White (1985), Journal of Econometrics 29, 305-325";
  const std::string tipton = "Pustejovsky and Tipton (2018), Journal of Business and Economic Statistics 36, 672-683";
  static const std::vector<ErrorsMethod> table = {
      row(Errors::classical, "classical", "Independent errors of one variance.", ""),
      row(Errors::hc0, "hc0", "Errors of unequal variance; squared residuals as they are.", white),
      row(Errors::hc1, "hc1", "hc0 times n / (n - p).", mackinnon),
      row(Errors::hc2, "hc2", "Squared residuals over 1 - h, h the leverage.", mackinnon),
      row(Errors::hc3, "hc3", "Squared residuals over (1 - h)^2.", mackinnon),
      row(Errors::hc4, "hc4", "Squared residuals over (1 - h)^min(4, nh/p).", "Cribari-Neto (2004), Computational Statistics and Data Analysis 45, 215-233"),
      row(Errors::hc4m, "hc4m", "Squared residuals over (1 - h)^(min(1, nh/p) + min(1.5, nh/p)).",
          "Cribari-Neto and da Silva (2011), AStA Advances in Statistical Analysis 95, 129-146"),
      row(Errors::hc5, "hc5", "Squared residuals over the root of (1 - h)^min(nh/p, max(4, 0.7 n hmax/p)).",
          "Cribari-Neto, Souza and Vasconcellos (2007), Communications in Statistics 36, 1877-1888"),
      row(Errors::newey_west, "newey-west", "Rows in order of time, correlated up to `lag`: Bartlett weights, no prewhitening, no small-sample factor.",
          "Newey and West (1987), Econometrica 55, 703-708"),
      row(Errors::cr0, "cr0", "Errors correlated within clusters; G - 1 degrees of freedom, G the clusters.", "Liang and Zeger (1986), Biometrika 73, 13-22"),
      row(Errors::cr1, "cr1", "cr0 times G / (G - 1).", tipton),
      row(Errors::cr1s, "cr1s", "cr0 times G / (G - 1) times (n - 1) / (n - p), as Stata has it.", tipton),
      row(Errors::cr2, "cr2", "Clusters' residuals times (I - H)^-1/2: unbiased under independent errors; degrees of freedom of Satterthwaite.",
          "Bell and McCaffrey (2002), Survey Methodology 28, 169-181; " + tipton),
      row(Errors::cr3, "cr3", "Clusters' residuals times (I - H)^-1, near the jackknife; degrees of freedom of Satterthwaite.", tipton)};
  return table;
}

}  // namespace egov
