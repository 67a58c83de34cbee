#include "egov/screen.hpp"

#include <algorithm>
#include <cmath>

namespace egov {
namespace {

enum Rule : int { units_rule, nonzero_rule, within_rule, indicators_rule };

int forced(const std::vector<int>& list, Index at) { return list.empty() ? 0 : list[static_cast<std::size_t>(at)]; }

double share(Index part, Index whole) { return whole ? static_cast<double>(part) / static_cast<double>(whole) : missing_value; }

// Is a share below its threshold, by more than rounding? Nothing of nothing is not.
bool below(Index part, Index whole, double least) {
  return static_cast<double>(part) < least * static_cast<double>(whole) * (1 - 1e-12);
}

bool there(const Sight& s, Index u) { return !s.out[static_cast<std::size_t>(u)] && forced(s.forced.units, u) >= 0; }

void judge_indicators(const Sight& s, double least, Screening& found) {
  for (Index j = 0; j < s.values.cols(); ++j) {
    Verdict& verdict = found.indicators[static_cast<std::size_t>(j)];
    for (Index u = 0; u < s.values.rows(); ++u) {
      if (!there(s, u)) continue;
      ++verdict.of;
      verdict.seen += !std::isnan(s.values(u, j));
    }
    found.coverage[j] = share(verdict.seen, verdict.of);
    const int wish = forced(s.forced.indicators, j);
    if (wish < 0) verdict.rule = Verdict::by_name;
    else if (wish == 0 && below(verdict.seen, verdict.of, least)) verdict.rule = indicators_rule;
  }
}

// Observed cells of a unit: of all indicators that stay, of those that are not 0, and of those in each pillar.
struct Counts {
  Index seen = 0, nonzero = 0, of = 0;
  std::vector<Index> seen_in, of_in;
};

Counts count(const Sight& s, Index u, const Screening& found) {
  Counts c;
  c.seen_in.assign(static_cast<std::size_t>(found.within.cols()), 0);
  c.of_in = c.seen_in;
  for (Index j = 0; j < s.values.cols(); ++j) {
    if (found.indicators[static_cast<std::size_t>(j)].leaves()) continue;
    const auto p = static_cast<std::size_t>(s.pillar[static_cast<std::size_t>(j)]);
    const double x = s.values(u, j);
    ++c.of, ++c.of_in[p];
    if (std::isnan(x)) continue;
    ++c.seen, ++c.seen_in[p];
    c.nonzero += x != 0;
  }
  return c;
}

void judge_unit(const Sight& s, Index u, const Args& least, Screening& found) {
  const Counts c = count(s, u, found);
  found.observed[u] = share(c.seen, c.of);
  found.nonzero[u] = share(c.nonzero, c.seen);
  for (Index p = 0; p < found.within.cols(); ++p)
    found.within(u, p) = share(c.seen_in[static_cast<std::size_t>(p)], c.of_in[static_cast<std::size_t>(p)]);
  Verdict& verdict = found.units[static_cast<std::size_t>(u)];
  const int wish = forced(s.forced.units, u);
  if (wish < 0) verdict = {Verdict::by_name, c.seen, c.of, -1};
  if (wish != 0 || s.out[static_cast<std::size_t>(u)]) return;
  if (below(c.seen, c.of, least[units_rule])) verdict = {units_rule, c.seen, c.of, -1};
  else if (below(c.nonzero, c.seen, least[nonzero_rule])) verdict = {nonzero_rule, c.nonzero, c.seen, -1};
  for (std::size_t p = 0; p < c.of_in.size() && !verdict.leaves(); ++p)
    if (below(c.seen_in[p], c.of_in[p], least[within_rule])) verdict = {within_rule, c.seen_in[p], c.of_in[p], static_cast<Index>(p)};
}

// Indicators first, over the units that are there; then units, over the indicators that stay.
Screening availability(const Sight& s, const Args& least) {
  const Index units = s.values.rows(), indicators = s.values.cols();
  Index pillars = 0;
  for (Index p : s.pillar) pillars = std::max(pillars, p + 1);
  Screening found{std::vector<Verdict>(static_cast<std::size_t>(units)), std::vector<Verdict>(static_cast<std::size_t>(indicators)),
                  Vector(units), Vector(units), Matrix(units, pillars), Vector(indicators)};
  judge_indicators(s, least[indicators_rule], found);
  for (Index u = 0; u < units; ++u) judge_unit(s, u, least, found);
  return found;
}

}  // namespace

Screening screen(const Sight& sight, const Choice& choice) {
  const ScreenMethod& row = find("screen", screen_methods(), choice.method);
  const Args args = arguments("screen", row, choice);
  if (row.judge) return row.judge(sight, args);
  Args off{std::vector<double>(4, 0.0)};
  return availability(sight, off);
}

Rows<ScreenMethod>& screen_methods() {
  static Rows<ScreenMethod> table = {
      {{"none", "Everyone stays.", "", {}}},
      {{"availability",
        "Units with too few observed indicators leave the period, and indicators with too few observed units. Indicators are "
        "judged first, then units over the indicators that stay.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, step 2; thresholds as in COINr 1.1.14",
        {{"units", Kind::real, 2.0 / 3.0, 0.0, 1.0, "Least share of the indicators that a unit has."},
         {"nonzero", Kind::real, 0.0, 0.0, 1.0, "Least share of values other than 0 among those that a unit has; 0: any."},
         {"within", Kind::real, 0.0, 0.0, 1.0, "Least share of the indicators right below each node that a unit has; 0: any."},
         {"indicators", Kind::real, 0.0, 0.0, 1.0, "Least share of the units that an indicator has; 0: any."}}},
       availability},
  };
  return table;
}

}  // namespace egov
