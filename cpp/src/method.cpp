#include "egov/method.hpp"

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <iomanip>
#include <locale>
#include <sstream>

namespace egov {
namespace {

std::string in_quotes(const std::string& text) { return "'" + text + "'"; }

// The shortest decimal that reads back as the same number.
std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  for (int digits = 6;; ++digits) {
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << std::setprecision(digits) << value;
    if (digits >= 17 || std::strtod(text.str().c_str(), nullptr) == value) return text.str();
  }
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string lower_case(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return text;
}

// Letters to insert, delete, replace or swap with their neighbor (optimal string alignment).
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      std::size_t replace = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

// Edit distance without regard to case; an abbreviation of at least three letters is one edit away.
std::size_t distance(const std::string& name, const std::string& known) {
  std::string a = lower_case(name), b = lower_case(known);
  std::size_t shared = std::min(a.size(), b.size());
  std::size_t edits = edit_distance(a, b);
  return shared >= 3 && edits > 1 && a.compare(0, shared, b, 0, shared) == 0 ? 1 : edits;
}

// "a number from 0 to 1", "a whole number of at least 2", "a number".
std::string within_bounds(const Param& param) {
  std::string noun = param.kind == Kind::integer ? "a whole number" : "a number";
  bool below = std::isfinite(param.upper), above = std::isfinite(param.lower);
  if (above && below) return noun + " from " + number(param.lower) + " to " + number(param.upper);
  if (above) return noun + " of at least " + number(param.lower);
  if (below) return noun + " of at most " + number(param.upper);
  return noun;
}

std::string right_value(const Param& param) {
  std::string text = within_bounds(param);
  if (param.kind == Kind::flag) text = "0 or 1";
  if (param.kind == Kind::groups) text = "a group for each unit";
  if (param.kind == Kind::unit) text = "the position of a unit";
  if (param.kind == Kind::indicators) return "names of indicators of the panel";
  if (param.kind == Kind::table) return param.optional ? "rows of numbers, or none" : "rows of numbers, all of one length";
  if (param.kind == Kind::option) {
    text = "the position of one of:";
    for (std::size_t i = 0; i < param.options.size(); ++i)
      text += (i ? ", " : " ") + std::to_string(i) + " " + param.options[i];
  }
  return param.optional ? text + ", or NaN for none" : text;
}

bool whole(double value) { return value == std::floor(value); }

bool fits(const Param& param, double value) {
  if (param.kind == Kind::groups) return true;
  if (std::isnan(value)) return param.optional;
  if (std::isinf(value)) return false;
  if (param.kind == Kind::unit) return whole(value) && value >= 0;
  if (param.kind == Kind::flag) return value == 0 || value == 1;
  if (param.kind == Kind::option)
    return whole(value) && value >= 0 && value < static_cast<double>(param.options.size());
  return value >= param.lower && value <= param.upper && (param.kind != Kind::integer || whole(value));
}

// Is the parameter one whose value stands among the tables?
bool tabled(const Param& param) { return param.kind == Kind::table || param.kind == Kind::indicators; }

bool must_be_given(const Param& param) {
  return param.kind != Kind::groups && !tabled(param) && !param.optional && std::isnan(param.fallback);
}

std::vector<std::string> names_of(const Method& row) {
  std::vector<std::string> names;
  for (const Param& param : row.params) names.push_back(param.name);
  return names;
}

Fault stray(const Method& row, const std::string& name, double value) {
  std::vector<std::string> names = names_of(row);
  std::string near = nearest(name, names), right = "one of: " + joined(names);
  if (!near.empty()) right = in_quotes(near);
  if (names.empty()) right = "no parameter";
  return {name, number(value) + ", but " + in_quotes(row.name) + " has no such parameter", right};
}

// The value given for a parameter, else its default; NaN where there is neither.
double value_of(const Method& row, const std::string& name, const std::map<std::string, double>& params) {
  auto given = params.find(name);
  if (given != params.end()) return given->second;
  for (const Param& param : row.params)
    if (param.name == name) return param.fallback;
  return missing_value;
}

// What is wrong with the parts of a Choice that are no numbers of the row: groups and the rescale range.
std::vector<Fault> faults_beside(const Method& row, const Choice& choice) {
  std::vector<Fault> found;
  auto by = std::find_if(row.params.begin(), row.params.end(), [](const Param& p) { return p.kind == Kind::groups; });
  bool wants_groups = by != row.params.end() ? !by->optional : (row.traits & needs_groups) != 0;
  if (wants_groups && choice.groups.empty())
    found.push_back({by != row.params.end() ? by->name : "", "no grouping", "a group for each unit"});
  double low = choice.rescale_low, high = choice.rescale_high;
  bool open = std::isnan(low) && std::isnan(high);
  if (!open && !(std::isfinite(low) && std::isfinite(high) && low < high))
    found.push_back({"rescale", number(low) + " to " + number(high), "two numbers, the lower one first"});
  return found;
}

// What is wrong with tables: those that are needed and not given, stray, empty or with numbers that are none.
std::vector<Fault> faults_of_tables(const Method& row, const Tables& tables) {
  std::vector<Fault> found;
  for (const Param& param : row.params)
    if (tabled(param) && !param.optional && !tables.count(param.name)) found.push_back({param.name, "nothing", right_value(param)});
  for (const auto& [name, table] : tables) {
    const auto at = std::find_if(row.params.begin(), row.params.end(), [&](const Param& p) { return p.name == name && tabled(p); });
    if (at == row.params.end()) found.push_back({name, "a table", "none: " + in_quotes(row.name) + " takes no such table"});
    else if (table.size() == 0 || (at->kind == Kind::table && !table.allFinite())) found.push_back({name, table.size() == 0 ? "an empty table" : "a number that is not finite", right_value(*at)});
  }
  return found;
}

}  // namespace

std::vector<Fault> faults(const Method& row, const std::map<std::string, double>& params, const Tables& tables) {
  std::vector<Fault> found = faults_of_tables(row, tables);
  for (const Param& param : row.params) {
    auto given = params.find(param.name);
    if (given == params.end()) {
      if (must_be_given(param)) found.push_back({param.name, "nothing", right_value(param)});
    } else if (!tabled(param) && !fits(param, given->second)) {
      found.push_back({param.name, number(given->second), right_value(param)});
    }
  }
  for (const auto& [below, above] : row.ordered) {
    const double low = value_of(row, below, params), high = value_of(row, above, params);
    if (low >= high) found.push_back({below, number(low), "below " + in_quotes(above) + ", which is " + number(high)});
  }
  std::vector<std::string> names = names_of(row);
  for (const auto& [name, value] : params)
    if (std::find(names.begin(), names.end(), name) == names.end()) found.push_back(stray(row, name, value));
  return found;
}

Args arguments(const std::string& stage, const Method& row, const Choice& choice) {
  std::vector<Fault> found = faults(row, choice.params, choice.tables);
  for (Fault& fault : faults_beside(row, choice)) found.push_back(std::move(fault));
  if (!found.empty()) {
    std::string text = stage + " " + in_quotes(row.name) + ":";
    for (const Fault& fault : found)
      text += (&fault == &found.front() ? " " : "; ") + (fault.param.empty() ? "" : in_quotes(fault.param) + " ") +
              "got " + fault.came + ", expected " + fault.right;
    throw SpecError(text, {stage, row.name, found.front().param});
  }
  Args args;
  for (const Param& param : row.params) {
    auto given = choice.params.find(param.name);
    args.numbers.push_back(given == choice.params.end() ? param.fallback : given->second);
  }
  args.tables = choice.tables;
  return args;
}

std::string nearest(const std::string& name, const std::vector<std::string>& known) {
  std::string best;
  std::size_t fewest = 0;
  for (const std::string& candidate : known) {
    std::size_t edits = distance(name, candidate);
    bool near = edits <= (std::max(name.size(), candidate.size()) + 1) / 3;
    if (near && (best.empty() || edits < fewest)) {
      best = candidate;
      fewest = edits;
    }
  }
  return best;
}

std::string unknown(const std::string& name, const std::vector<std::string>& known) {
  std::string text = in_quotes(name) + " is not known";
  if (known.empty()) return text + "; there is nothing to choose from";
  std::string near = nearest(name, known);
  std::vector<std::string> order = known;
  auto at = std::find(order.begin(), order.end(), near);
  if (at != order.end()) std::rotate(order.begin(), at, at + 1);
  if (!near.empty()) text += "; did you mean " + in_quotes(near) + "?";
  return text + (near.empty() ? "; choose" : " Choose") + " one of: " + joined(order);
}

}  // namespace egov
