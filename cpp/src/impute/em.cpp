// The multivariate normal: every hole from what is observed of its row.
#include <memory>

#include "impute/joint/normal.hpp"
#include "impute/rows.hpp"

namespace egov {
namespace {

Filling fill(const Block& block) {
  const Args& args = block.args[0];
  auto table = std::make_shared<joint::Table>(joint::table(block, "em", {static_cast<Index>(args[4]), static_cast<Index>(args[5])}));
  Filling out = table->filling;
  auto plan = std::make_shared<joint::Plan>(joint::plan(block, *table, out.fills.size()));
  if (plan->rows.empty()) return out;
  auto law = std::make_shared<joint::Law>(joint::law(table->cells, *plan, {args[6], args[7], static_cast<Index>(args[8])}));
  auto kept = std::make_shared<Block>();
  kept->units = block.units;
  kept->keys = block.keys;
  joint::fill(block, *table, *plan, *law, out);
  out.draw = [table, plan, law, kept, fixed = table->filling.fills](const Draw& number, double* values) {
    for (std::size_t k = 0; k < fixed.size(); ++k) values[k] = fixed[k].value;
    joint::draw(*table, *plan, *law, *kept, number, values);
  };
  out.quantile = joint::quantiles(*table, *plan, *law);
  return out;
}

std::vector<Param> params() {
  std::vector<Param> out = joint::link_params();
  for (Param& param : joint::normal_params()) out.push_back(std::move(param));
  return out;
}

}  // namespace

std::vector<ImputeMethod> em_rows() {
  return {{{"em",
            "Multivariate normal of maximum likelihood: the mean of each hole given what is observed of its row, and draws around it.",
            "Dempster, Laird and Rubin 1977, Journal of the Royal Statistical Society B 39; Schafer 1997, Analysis of Incomplete Multivariate Data",
            params(), needs_indicators},
           {}, fill}};
}

}  // namespace egov
