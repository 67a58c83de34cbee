#include "egov/outcomes.hpp"

#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <string>

#include "detail/student.hpp"
#include "detail/threads.hpp"
#include "outcomes/intervals.hpp"
#include "outcomes/permutation.hpp"
#include "outcomes/tables.hpp"

namespace egov {
namespace {

[[noreturn]] void refuse(const std::string& param, const std::string& text) {
  throw SpecError(text, {"correlate", "", param});
}

void check_request(const Matrix& x, const Matrix& y, const Question& question) {
  const Index resamples = question.resamples;
  const double level = question.level;
  detail::check_tables("correlate", x, y);
  if (resamples < 0 || resamples > Index{1} << 32)
    refuse("resamples", "resamples is " + std::to_string(resamples) + "; a number from 0 to 4294967296 would be right");
  if (!(level > 0 && level < 1))
    refuse("level", "level is " + std::to_string(level) + "; a number between 0 and 1 would be right");
  detail::check_finite("correlate", question.controls, "controls");
  if (!question.streams.empty() && static_cast<Index>(question.streams.size()) != x.cols() * y.cols())
    refuse("streams", std::to_string(question.streams.size()) + " streams; one for each pair would be right");
}

std::vector<detail::SortedColumn> sorted(const Matrix& table, bool ranks) {
  std::vector<detail::SortedColumn> columns;
  for (Index column = 0; column < table.cols(); ++column) columns.emplace_back(table, column, ranks);
  return columns;
}

}  // namespace

std::vector<Association> correlate(const Matrix& x, const Matrix& y, const Question& question, const Monitor& monitor) {
  const CorrelateMethod& chosen = find("correlate", correlate_methods(), question.method.method);
  const Args args = arguments("correlate", chosen, question.method);
  std::vector<detail::Around> intervals;
  for (const Choice& choice : question.intervals) {
    const IntervalMethod& interval = find("interval", interval_methods(), choice.method);
    const Args given = arguments("interval", interval, choice);
    intervals.push_back({interval.interval, interval.interval == Interval::fisher && given[0] == 1});
  }
  check_request(x, y, question);
  detail::Setting setting = detail::setting(question, chosen.coefficient, x.rows());
  if (chosen.coefficient == Coefficient::kendall) setting.exact_below = static_cast<Index>(args[0]);
  const bool order = detail::needs_order(chosen.coefficient) && question.view == View::rows;
  auto columns_x = sorted(x, order), columns_y = sorted(y, order);
  std::vector<Association> results(columns_x.size() * columns_y.size());
  std::vector<detail::Pair> desks(static_cast<std::size_t>(detail::thread_count(question.threads, x.cols() * y.cols())),
                                  detail::Pair(setting));
  auto one = [&](Index task, int worker) {
    std::size_t pair = static_cast<std::size_t>(task);
    Association& result = results[pair];
    detail::Pair& desk = desks[static_cast<std::size_t>(worker)];
    desk.load(columns_x[pair / columns_y.size()], columns_y[pair % columns_y.size()], result);
    if (result.reason != Reason::none) return;
    result.estimate = desk.estimate(result);
    if (result.reason != Reason::none) return;
    result.p = desk.p(result.estimate);
    detail::add_intervals(desk, intervals, question, question.together ? 0 : stream_of(question.streams, pair), result);
  };
  detail::parallel(static_cast<Index>(results.size()), question.threads, one, monitor, 0, question.permutations > 0 ? 0.1 : 1);
  detail::permute(x, y, question, results, monitor);
  return results;
}

// With t the statistic, df / (df + t^2) is 1 - r^2, so the tails of t are an incomplete beta function of r itself.
double correlation_p(double r, Index n, double left) {
  if (n < 3 || !(std::abs(r) <= 1)) return missing_value;
  double half = 0.5 * static_cast<double>(n - 2), square = r * r;
  if (std::isnan(left)) left = (1 - r) * (1 + r);
  if (left == 0) return 0;
  if (square < 0.5) return boost::math::ibetac(0.5, half, square);
  return boost::math::ibeta(half, 0.5, left);
}

double f_tail(double f, double above, double below) { return detail::upper_f(f, above, below); }

Vector midranks(ConstColumn values) {
  Matrix table = values;
  detail::SortedColumn column(table, 0, true);
  Vector ranks(values.size());
  for (std::size_t from = 0, to; from < column.order.size(); from = to) {
    for (to = from; to < column.order.size() && values[column.order[to]] == values[column.order[from]]; ++to) {}
    for (std::size_t k = from; k < to; ++k) ranks[column.order[k]] = 0.5 * static_cast<double>(from + to + 1);
  }
  return ranks;
}

Rows<CorrelateMethod>& correlate_methods() {
  auto row = [](const char* name, const char* sentence, const char* citation, Coefficient coefficient, unsigned traits,
                std::vector<Param> params = {}) {
    CorrelateMethod method;
    method.name = name;
    method.sentence = sentence;
    method.citation = citation;
    method.traits = traits;
    method.coefficient = coefficient;
    method.params = std::move(params);
    return method;
  };
  static Rows<CorrelateMethod> table = {
      row("pearson", "Linear association: the product-moment coefficient, with k controls of residuals on them; p by Student's t with n - 2 - k "
          "degrees of freedom.",
          "Pearson (1895), Proceedings of the Royal Society of London 58, 240-242", Coefficient::pearson, gives_signed),
      row("spearman", "Monotone association: Pearson's coefficient, plain or partial, of the midranks of the common units; p by Student's t.",
          "Spearman (1904), American Journal of Psychology 15, 72-101", Coefficient::spearman, gives_signed),
      row("kendall",
          "Monotone association: tau-b, pairs of units in the same order less pairs in opposite order, corrected for ties; p exact "
          "of few units without ties, otherwise normal with the variance under ties. Partial from the inverse of the matrix of "
          "tau-b, p normal with as many units less as there are controls.",
          "Kendall (1945), Biometrika 33, 239-251; Knight (1966), Journal of the American Statistical Association 61, 436-439; Kim "
          "(2015), Communications for Statistical Applications and Methods 22, 665-674",
          Coefficient::kendall, gives_signed,
          {{"exact_below", Kind::integer, 50, 0, 400, "Units below which p is exact, where nothing ties; 0: never."}}),
      row("distance",
          "Any dependence: distance correlation, 0 to 1; p by the chi-square bound on its unbiased square, on the safe side; "
          "none below 20 units. With controls the partial one, -1 to 1, of unbiased squares, which has no p; several controls are one "
          "point, each in standard deviations.",
          "Szekely, Rizzo, Bakirov (2007), Annals of Statistics 35, 2769-2794; Szekely and Rizzo (2014), Annals of Statistics 42, "
          "2382-2412; Shen, Panda, Vogelstein (2022), Journal of Computational and Graphical Statistics 31, 254-262",
          Coefficient::distance, gives_unit)};
  return table;
}

}  // namespace egov
