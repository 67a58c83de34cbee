// What the holes of a table follow where its rows are multivariate normal: the conditional distribution of each pattern.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "egov/missing.hpp"
#include "impute/joint/table.hpp"

namespace egov::joint {

struct FitOptions {
  double prior = 0;          // as in EmOptions; where that leaves a covariance singular, a hundredth of the rows, at least one
  double tolerance = 1e-8;
  Index steps = 2000;
};

struct Law {
  Gaussian gaussian;
  std::vector<Conditional> given;  // of each pattern of the plan
  bool ridged = false;             // a prior was needed that was not asked for
};

// The holes to fill, row by row, in the order of the fills.
struct Plan {
  struct Hole {
    std::size_t target, fill;
    Index at;  // among the missing columns of the row's pattern
  };
  struct Row {
    Index row;
    std::size_t pattern;
    std::vector<Hole> holes;
  };
  std::vector<std::vector<Index>> observed;  // columns, of each pattern with something to fill
  std::vector<Row> rows;
  std::size_t fills = 0;
};

// Those that are wanted; `before` fills stand already (of constants).
Plan plan(const Block& block, const Table& table, std::size_t before);

// EM on cells (those of the table, or rows drawn from it), and the conditionals of the plan's patterns.
Law law(const Matrix& cells, const Plan& plan, const FitOptions& options, const Gaussian* start = nullptr);

// Fills of conditional means, with notes on what went wrong on the way.
void fill(const Block& block, const Table& table, const Plan& plan, const Law& law, Filling& out);

// A joint draw of the holes of each row, whose numbers hang on unit and period.
void draw(const Table& table, const Plan& plan, const Law& law, const Block& of, const Draw& number, double* values);

// Quantile of each fill on the scale of its indicator; NaN for constants.
std::function<double(std::size_t, double)> quantiles(const Table& table, const Plan& plan, const Law& law);

// prior, tolerance, steps; lags and trend before them.
std::vector<Param> normal_params();

}  // namespace egov::joint
