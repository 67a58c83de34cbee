#include "egov/treat.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "detail/statistics.hpp"
#include "treat/transform.hpp"

namespace egov {
namespace {

Treated cap(Column x, double highest, double lowest) {
  Treated done;
  for (double& v : x) {
    if (v > highest) v = highest, ++done.high;  // a missing limit (NaN) compares false and so changes nothing
    if (v < lowest) v = lowest, ++done.low;
  }
  return done;
}

std::vector<double> in_order(ConstColumn x) {
  auto seen = detail::observed(x);
  std::sort(seen.begin(), seen.end());
  return seen;
}

Treated percentile(Column x, double lower, double upper, int type) {
  const auto seen = in_order(x);
  return cap(x, detail::quantile(seen, upper, type), detail::quantile(seen, lower, type));
}

// Fences around the quartiles. Where half of the values are the same the fences close on them and all else would go.
Treated iqr(Column x, double times) {
  const auto seen = in_order(x);
  const double first = detail::quantile(seen, 0.25), third = detail::quantile(seen, 0.75),
               reach = times == 0 ? 0 : times * (third - first);
  if (first == third && detail::varies(x)) {
    std::ostringstream text;
    text << "the quartiles are both " << first << ", so that every other value would be capped; use winsorize or percentile";
    throw DataError(text.str(), {"treat", "iqr", ""});
  }
  return cap(x, third + reach, first - reach);
}

bool passes(double g1, double g2, double skew, double kurt) {
  return std::isnan(g1) || std::abs(g1) < skew || (!std::isnan(g2) && g2 < kurt);
}

bool passes(const detail::Shape& shape, double skew, double kurt) { return passes(shape.skewness, shape.kurtosis, skew, kurt); }

// The value that those at the extreme move to, their nearest distinct neighbor (NaN: none), and how many there are.
struct Step {
  double extreme = missing_value, next = missing_value;
  Index moved = 0;
};

Step step_in(ConstColumn x, bool top) {
  Step step;
  for (double v : x)
    if (!std::isnan(v) && !(top ? v <= step.extreme : v >= step.extreme)) step.extreme = v;
  for (double v : x)
    if (!std::isnan(v) && v != step.extreme && !(top ? v <= step.next : v >= step.next)) step.next = v;
  step.moved = (x.array() == step.extreme).count();
  return step;
}

struct Limits {
  double skew, kurt, most;
  bool strict;  // never more than `most`; else the pass that reaches it may go beyond on ties
};

// Each pass moves the values moved before along with the newly extreme ones, so the latest counts of both ends add up.
Treated winsorize(Column x, const Limits& limit) {
  Treated done;
  for (auto seen = detail::shape(detail::observed(x));
       !passes(seen, limit.skew, limit.kurt) && static_cast<double>(done.high + done.low) < limit.most;
       seen = detail::shape(detail::observed(x))) {
    const bool top = seen.skewness >= 0;
    const Step step = step_in(x, top);
    const Index all = step.moved + (top ? done.low : done.high);
    if (std::isnan(step.next) || (limit.strict && static_cast<double>(all) > limit.most)) return done;
    x = (x.array() == step.extreme).select(step.next, x).eval();
    (top ? done.high : done.low) = step.moved;
  }
  return done;
}

enum class Transform { log_ct, log_ct_plus, log_ct_orig, log_gii, boxcox, yeojohnson, log };
const std::vector<std::string> transforms = {"log_ct", "log_ct_plus", "log_ct_orig", "log_gii", "boxcox", "yeojohnson", "log"};

Treated through(Column x, Transform which, const std::string& method, double power = missing_value, bool shift = false) {
  Treated done;
  done.transform = transforms[static_cast<std::size_t>(which)];
  switch (which) {
    case Transform::log_ct: transform::log_ct(x, method); break;
    case Transform::log_ct_plus: transform::log_ct_plus(x, method); break;
    case Transform::log_ct_orig: transform::log_ct_orig(x); break;
    case Transform::log_gii: transform::log_gii(x, method); break;
    case Transform::boxcox: done.power = transform::boxcox(x, power, shift, method); break;
    case Transform::yeojohnson: done.power = transform::yeojohnson(x, power, method); break;
    case Transform::log: transform::plain_log(x, method); break;
  }
  return done;
}

struct Second {
  Transform transform;
  bool combine;  // transforms the winsorized column, not the original one
  double power;
  bool shift;
};

Treated two_step(Column x, const Limits& limit, const Second& second) {
  const Vector original = x;
  Treated first = winsorize(x, limit);
  if (passes(detail::shape(detail::observed(x)), limit.skew, limit.kurt)) return first;
  if (!second.combine) x = original, first = {};
  Treated done = through(x, second.transform, "two_step", second.power, second.shift);
  done.high = first.high, done.low = first.low;
  return done;
}

Shape shape(ConstColumn x, double skew, double kurt) {
  const auto seen = detail::observed(x);
  const auto [g1, g2] = detail::shape(seen);
  return {g1, g2, passes(g1, g2, skew, kurt)};
}

const Param skew_limit{"skew", Kind::real, 2.0, 0.0, infinite, "Passes when the absolute skewness G1 is below this."};
const Param kurt_limit{"kurt", Kind::real, 3.5, -infinite, infinite, "Or when the excess kurtosis G2 is below this."};

// Runs work(row, arguments, values) over the parts of a column that its choice looks at on their own.
template <class Work>
void in_scopes(Column values, const Choice& choice, const Axes& axes, const Work& work) {
  if (choice.over.what == Over::base)
    throw SpecError("a treatment looks at the values it changes: each period, the whole panel, or groups", {"treat", choice.method, "over"});
  const TreatMethod& row = find("treat", treat_methods(), choice.method);
  const Args args = arguments("treat", row, choice);
  each_scope(values, axes, choice.over, "treat", choice.method, [&](ConstColumn, Column rows) { work(row, args, rows); });
}

template <class Work>
void each_column(Table table, const std::vector<Choice>& choices, const Work& work) {
  for (Index j = 0; j < table.cols(); ++j) try {
      work(table.col(j), choices[static_cast<std::size_t>(j)]);
    } catch (Error& error) {
      error.place.indicator = static_cast<long>(j);
      throw;
    }
}

void account(Column values, const Choice& choice, const Axes& axes, std::vector<Treatment>& found) {
  in_scopes(values, choice, axes, [&](const TreatMethod& row, const Args& args, Column rows) {
    auto limit = [&](const Param& param) {
      for (std::size_t k = 0; k < row.params.size(); ++k)
        if (row.params[k].name == param.name) return args[k];
      return param.fallback;
    };
    const double skew = limit(skew_limit), kurt = limit(kurt_limit);
    Treatment one{shape(rows, skew, kurt), {}, {}};
    one.done = row.apply(rows, args);
    one.after = shape(rows, skew, kurt);
    found.push_back(std::move(one));
  });
}

}  // namespace

void treat(Column values, const Choice& choice) {
  const TreatMethod& row = find("treat", treat_methods(), choice.method);
  row.apply(values, arguments("treat", row, choice));
}

void treat(Column values, const Choice& choice, const Axes& axes) {
  in_scopes(values, choice, axes, [](const TreatMethod& row, const Args& args, Column rows) { row.apply(rows, args); });
}

void treat(Table table, const Axes& axes, const std::vector<Choice>& choices) {
  each_column(table, choices, [&](Column values, const Choice& choice) { treat(values, choice, axes); });
}

std::vector<Treatment> treatments(Table table, const Axes& axes, const std::vector<Choice>& choices) {
  std::vector<Treatment> found;
  each_column(table, choices, [&](Column values, const Choice& choice) { account(values, choice, axes, found); });
  return found;
}

Rows<TreatMethod>& treat_methods() {
  static const char* const handbook = "OECD/JRC 2008, Handbook on Constructing Composite Indicators, step 3";
  static const char* const coinr = "Becker et al. 2022, COINr, Journal of Open Source Software 7(78)";
  static const Param most{"most", Kind::integer, 5.0, 0.0, infinite, "Stops once so many values of a column have been moved."};
  static const Param strict{"strict", Kind::flag, 0.0, 0.0, 1.0,
                            "Leaves out the pass that would move more than that, as one with ties may."};
  static const Param power{"power", Kind::real, missing_value, -infinite, infinite,
                           "Lambda; left out: that of the largest normal likelihood.", {}, true};
  static const Param shift{"shift", Kind::flag, 0.0, 0.0, 1.0, "Takes x - min + 1, which is positive, instead of x."};
  static Rows<TreatMethod> table = {
      {{"none", "Leaves every value as it is.", "", {}, keeps_range}, [](Column, const Args&) { return Treated{}; }},
      {{"cap",
        "Sets values above the cap to it, and values below the floor to that.",
        "United Nations E-Government Survey 2020, annex: components capped at 120",
        {{"cap", Kind::indicator, missing_value, -infinite, infinite, "Highest value allowed, in the indicator's unit.", {}, true},
         {"floor", Kind::indicator, missing_value, -infinite, infinite, "Lowest value allowed, in the indicator's unit.", {}, true}}},
       [](Column x, const Args& a) {
         if (a[1] > a[0]) throw SpecError("floor must not be above cap", {"treat", "cap", "floor"});
         return cap(x, a[0], a[1]);
       }},
      {{"percentile",
        "Sets values beyond two quantiles of the column to them.",
        "Hyndman and Fan 1996, American Statistician 50(4), for the quantiles; OECD/JRC 2008, step 3",
        {{"lower", Kind::real, 0.025, 0.0, 0.5, "Share of the lower quantile; 0 leaves the low end."},
         {"upper", Kind::real, 0.975, 0.5, 1.0, "Share of the upper quantile; 1 leaves the high end."},
         {"type", Kind::integer, 7.0, 4.0, 9.0, "Definition of a quantile, numbered as by Hyndman and Fan and in R."}},
        keeps_range,
        {{"lower", "upper"}}},
       [](Column x, const Args& a) { return percentile(x, a[0], a[1], static_cast<int>(a[2])); }},
      {{"iqr",
        "Sets values more than k interquartile ranges beyond the quartiles (type 7) to that limit.",
        "Tukey 1977, Exploratory Data Analysis",
        {{"k", Kind::real, 1.5, 0.0, infinite, "Interquartile ranges allowed beyond a quartile."}},
        keeps_range},
       [](Column x, const Args& a) { return iqr(x, a[0]); }},
      {{"winsorize",
        "Brings the most extreme values to the next one until skewness or kurtosis passes.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, step 3; rule as in COINr 1.1.14",
        {skew_limit, kurt_limit, most, strict},
        keeps_range},
       [](Column x, const Args& a) { return winsorize(x, {a[0], a[1], a[2], a[3] != 0}); }},
      {{"log", "Natural logarithm.", handbook, {}, needs_positive | gives_signed | changes_unit},
       [](Column x, const Args&) { return through(x, Transform::log, "log"); }},
      {{"log_ct", "ln(x - min + 0.01 (max - min)).", coinr, {}, needs_variation | gives_signed | changes_unit},
       [](Column x, const Args&) { return through(x, Transform::log_ct, "log_ct"); }},
      {{"log_ct_plus",
        "Against the longer tail: as log_ct where skewness is above 0, else -ln(max - x + 0.01 (max - min)).",
        coinr, {}, needs_variation | gives_signed | changes_unit},
       [](Column x, const Args&) { return through(x, Transform::log_ct_plus, "log_ct_plus"); }},
      {{"log_ct_orig", "ln(x - min + 1).", coinr, {}, gives_signed | changes_unit},
       [](Column x, const Args&) { return through(x, Transform::log_ct_orig, "log_ct_orig"); }},
      {{"log_gii",
        "ln((max - 1)(x - min)/(max - min) + 1), from 0 to ln max; the highest value must lie above 1.",
        "Cornell University, INSEAD, WIPO, Global Innovation Index, technical notes", {}, needs_variation | gives_signed | changes_unit},
       [](Column x, const Args&) { return through(x, Transform::log_gii, "log_gii"); }},
      {{"boxcox",
        "ln x at power 0, else (x^power - 1)/power.",
        "Box and Cox 1964, Journal of the Royal Statistical Society B 26(2)",
        {power, shift},
        needs_variation | gives_signed | changes_unit},
       [](Column x, const Args& a) { return through(x, Transform::boxcox, "boxcox", a[0], a[1] != 0); }},
      {{"yeojohnson",
        "Box-Cox of x + 1 for values of 0 and above, its mirror image with 2 - power below; takes any sign.",
        "Yeo and Johnson 2000, Biometrika 87(4)",
        {power},
        needs_variation | changes_unit},
       [](Column x, const Args& a) { return through(x, Transform::yeojohnson, "yeojohnson", a[0]); }},
      {{"two_step",
        "Winsorizes a column that does not pass; one that does not pass then either is transformed.",
        coinr,
        {skew_limit, kurt_limit, most, strict,
         {"transform", Kind::option, 0.0, 0.0, 6.0, "The transformation.", transforms},
         {"combine", Kind::flag, 0.0, 0.0, 1.0, "Transforms the winsorized column, not the original one."},
         power, shift},
        gives_signed | changes_unit},
       [](Column x, const Args& a) {
         return two_step(x, {a[0], a[1], a[2], a[3] != 0},
                         {static_cast<Transform>(static_cast<int>(a[4])), a[5] != 0, a[6], a[7] != 0});
       }},
  };
  return table;
}

}  // namespace egov
