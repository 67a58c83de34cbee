#include "egov/weight.hpp"

#include <cmath>
#include <sstream>

#include "weight/complete.hpp"
#include "weight/judgments.hpp"
#include "weight/loadings.hpp"
#include "weight/spread.hpp"

namespace egov {
namespace {

using Weigh = std::function<Vector(const Matrix& children, const Vector& given, const Args&)>;

// A method that looks at complete rows of varying children; an only child needs no method.
Weigh of_data(const std::string& method, const Weigh& weigh) {
  return [=](const Matrix& children, const Vector& given, const Args& args) {
    if (children.cols() == 1) return Vector(Vector::Ones(1));
    return weigh(complete_rows(children, method), given, args);
  };
}

// The row of targets that was given, else the weights of the framework.
Vector targets_of(const Vector& given, const Args& args) {
  if (!args.has("targets")) return given;
  const Matrix& table = args.table("targets");
  if (table.rows() == 1 && table.cols() == given.size()) return table.row(0);
  throw SpecError("got a table of " + std::to_string(table.rows()) + " x " + std::to_string(table.cols()) + ", expected one row with a target for each of " +
                      std::to_string(given.size()) + " children",
                  {"weight", "importance", "targets"});
}

Vector by_importance(const Matrix& x, const Vector& targets, bool infomax, bool squared, double tolerance) {
  if (infomax && squared) throw SpecError("'squared' belongs to the objective balance, not to infomax", {"weight", "importance", "squared"});
  Aim aim{x, std::vector<Index>(static_cast<std::size_t>(x.cols()), 0), Vector::Ones(1)};
  aim.targets = targets;
  aim.infomax = infomax;
  aim.squared = squared;
  const Optimum found = optimize_weights(aim);
  if (infomax || std::isnan(tolerance)) return found.weights;
  Index worst;
  const Vector wanted = targets / targets.sum();
  if ((found.importance - wanted).cwiseAbs().maxCoeff(&worst) <= tolerance) return found.weights;
  std::ostringstream text;
  text << "no weights of at least 0 meet the targets: the share of this child is " << found.importance[worst] << " at best, its target "
       << wanted[worst] << "; raise 'tolerance', or ask for another share";
  throw DataError(text.str(), {"weight", "importance", "", -1, -1, static_cast<long>(worst)});
}

}  // namespace

Vector weigh(const Matrix& children, const Vector& given, const Choice& choice) {
  const WeightMethod& row = find("weight", weight_methods(), choice.method);
  const Vector weights = row.weigh(children, given, arguments("weight", row, choice));
  for (double w : weights)
    if (!std::isfinite(w) || w < 0) throw SpecError("a weight must be a number of at least 0", {"weight", choice.method, "weight"});
  const double sum = weights.sum();
  if (!(sum > 0)) throw SpecError("the weights of a node's children must not all be 0", {"weight", choice.method, "weight"});
  return weights / sum;
}

Rows<WeightMethod>& weight_methods() {
  static Rows<WeightMethod> table = {
      {{"given", "The weights of the framework, brought to sum one among siblings.", "", {}, plain},
       [](const Matrix&, const Vector& given, const Args&) { return given; }},
      {{"equal", "The same weight for every child of a node.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, step 6", {}, plain},
       [](const Matrix&, const Vector& given, const Args&) { return Vector(Vector::Ones(given.size())); }},
      {{"pca", "Loadings on the first principal component of the children's correlation matrix, their sum made positive. A child whose "
               "loading is negative is refused by name: check its direction, or take squares.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, section 6.1; Becker et al. 2022, COINr, JOSS 7(78)",
        {{"squares", Kind::flag, 0, 0, 1, "Squared loadings, which have no sign: each child's share of the component."}}, needs_variation},
       of_data("pca", [](const Matrix& x, const Vector&, const Args& a) { return first_loadings(x, a[0] != 0); })},
      {{"factor_analysis",
        "Squared loading of each child on its highest factor, as a share of that factor's explained variance, times the factor's share of "
        "the variance all factors explain. Factors are principal components of the correlation matrix after a varimax rotation.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, section 6.1; Nicoletti, Scarpetta, Boylaud 2000",
        {{"factors", Kind::integer, missing_value, 1, infinite, "Number of factors; left out: those with an eigenvalue above 'least'.", {}, true},
         {"share", Kind::real, missing_value, 0, 1, "Instead: as many factors as explain this share of the variance.", {}, true},
         {"least", Kind::real, 1, 0, infinite, "Factors have an eigenvalue above this."},
         {"kaiser", Kind::flag, 1, 0, 1, "Rotate with the loadings of each child brought to length one (Kaiser normalization)."}},
        needs_variation},
       of_data("factor_analysis", [](const Matrix& x, const Vector&, const Args& a) { return factor_weights(x, {a[0], a[1], a[2]}, a[3] != 0); })},
      {{"entropy", "One minus the Shannon entropy of each child's shares of its own sum, over the logarithm of their number: the more unequal the "
                   "values, the more weight. Values must be 0 or more; a share of 0 adds nothing.",
        "Shannon 1948; Zeleny 1982, Multiple Criteria Decision Making", {}, needs_variation},
       of_data("entropy", [](const Matrix& x, const Vector&, const Args&) { return entropy(x); })},
      {{"critic", "Standard deviation of a child times the sum of one minus its correlations with its siblings. Takes the children as the "
                  "normalization left them and does not normalize again; the original does so on a min-max scale.",
        "Diakoulaki, Mavrotas, Papayannakis 1995, Computers & Operations Research 22(7)", {}, needs_variation},
       of_data("critic", [](const Matrix& x, const Vector&, const Args&) { return critic(x); })},
      {{"standard_deviation", "Standard deviation of each child, as the normalization left it.",
        "Diakoulaki, Mavrotas, Papayannakis 1995, Computers & Operations Research 22(7)", {}, needs_variation},
       of_data("standard_deviation", [](const Matrix& x, const Vector&, const Args&) { return standard_deviations(x); })},
      {{"variation", "Coefficient of variation of each child: standard deviation over mean, which must be above 0.",
        "Pearson 1896, Philosophical Transactions of the Royal Society A 187", {}, needs_variation},
       of_data("variation", [](const Matrix& x, const Vector&, const Args&) { return variation(x); })},
      {{"importance",
        "Weights of at least 0 with which each child's correlation with the arithmetic mean of the children, as a share of the sum of these "
        "correlations, comes nearest to its target: the given weight. The optimum is global. Targets that cannot be met are met as "
        "nearly as possible; 'tolerance' refuses that. With infomax: the largest sum of correlations, whatever the targets.",
        "Becker, Paruolo, Saisana, Saltelli 2017, in Handbook of Uncertainty Quantification; Becker et al. 2022, COINr, JOSS 7(78)",
        {{"objective", Kind::option, 0, 0, 1, "balance meets targets, infomax maximizes the sum of correlations.", {"balance", "infomax"}},
         {"squared", Kind::flag, 0, 0, 1, "Targets are shares of the squared correlations; where they cannot be met, the correlations come nearest to the targets' roots."},
         {"tolerance", Kind::real, missing_value, 0, infinite, "Largest distance of a share from its target; none if left out.", {}, true},
         {"targets", Kind::table, missing_value, -infinite, infinite, "One row: the target of each child, at least 0; the given weights if left out.", {}, true}},
        needs_variation},
       of_data("importance", [](const Matrix& x, const Vector& given, const Args& a) { return by_importance(x, targets_of(given, a), a[0] == 1, a[1] != 0, a[2]); })},
      {{"budget_allocation", "Experts share out points among the children: the mean over the experts, each one's points brought to sum one.",
        "OECD/JRC 2008, Handbook on Constructing Composite Indicators, section 6.6",
        {{"points", Kind::table, missing_value, -infinite, infinite, "A row for each expert, a column for each child, in the order of the children."}}, plain},
       [](const Matrix& children, const Vector&, const Args& a) { return budget_shares(a.table("points"), children.cols()); }},
      {{"ahp", "Priorities from pairwise comparisons of the children: how many times as important the one of the row is as the one of the column. "
               "Several experts' matrices stand one below the other and are aggregated by the geometric mean of the judgments.",
        "Saaty 1980, The Analytic Hierarchy Process; Aczel and Saaty 1983, Journal of Mathematical Psychology 27(1)",
        {{"matrix", Kind::table, missing_value, -infinite, infinite, "The judgments, positive and reciprocal; of each pair the one of at least 1 counts."},
         {"priorities", Kind::option, 0, 0, 1, "Principal eigenvector, or the geometric mean of each row (Crawford and Williams 1985).", {"eigenvector", "geometric_mean"}},
         {"most", Kind::real, 0.1, 0, infinite, "Highest consistency ratio accepted."}}, plain},
       [](const Matrix& children, const Vector&, const Args& a) { return consistent_priorities(a.table("matrix"), children.cols(), a[1] == 1, a[2]); }},
  };
  return table;
}

}  // namespace egov
