// Low rank: the matrix of units by indicators and periods (or unit-periods by indicators) completed by soft-thresholded
// singular values, as far thresholded as predicts observed cells best that were held out.
#include <algorithm>
#include <cmath>

#include "impute/joint/order.hpp"
#include "impute/joint/soft.hpp"
#include "impute/joint/table.hpp"
#include "impute/rows.hpp"

namespace egov {
namespace {

using joint::Table;

enum Shape { wide, lengthwise };

constexpr double held_out = 0.1;      // share of the observed cells
constexpr Index least_held_out = 10;  // cells; below that they say nothing
constexpr double without = 0.1;       // lambda as a share of the largest singular value, where nothing can be held out
constexpr Index lambdas = 25;
constexpr double least_lambda = 1e-3; // likewise
constexpr double rough = 1e-3;        // tolerance of the search
constexpr Index patience = 3;         // so many lambdas without a smaller error, and the search ends

// A table in another shape: row and column of every cell. In the wide one column j at period t is column j * periods + t.
struct Layout {
  Shape shape;
  Index units, periods;
  Index rows() const { return shape == wide ? units : units * periods; }
  Index width() const { return shape == wide ? periods : 1; }  // columns of one column of the table
  Index row(Index cell) const { return shape == wide ? cell % units : cell; }
  Index column(Index cell, Index j) const { return shape == wide ? j * periods + cell / units : j; }
};

Matrix laid_out(const Matrix& cells, const Layout& to) {
  Matrix out(to.rows(), cells.cols() * to.width());
  for (Index j = 0; j < cells.cols(); ++j)
    for (Index cell = 0; cell < cells.rows(); ++cell) out(to.row(cell), to.column(cell, j)) = cells(cell, j);
  return out;
}

struct Standard {
  Vector center, spread;
  std::vector<Index> counts;  // observed
};

Standard measured(const Matrix& x) {
  Standard out{Vector::Zero(x.cols()), Vector::Zero(x.cols()), {}};
  for (Index j = 0; j < x.cols(); ++j) {
    const auto seen = !x.col(j).array().isNaN();
    const double n = std::max<double>(static_cast<double>(seen.count()), 1);
    out.counts.push_back(seen.count());
    out.center[j] = seen.select(x.col(j).array(), 0).sum() / n;
    out.spread[j] = std::sqrt(seen.select((x.col(j).array() - out.center[j]).square(), 0).sum() / n);
    if (!(out.spread[j] > 1e-13 * std::abs(out.center[j]))) out.spread[j] = 0;
  }
  return out;
}

// Spread of the columns that have none: the mean of the others of the same indicator; of auxiliaries: none, they stay out.
void lend_spread(Standard& standard, const Layout& layout, const Matrix& cells) {
  const Standard whole = measured(cells);
  for (Index j = 0; j < cells.cols(); ++j) {
    auto own = standard.spread.segment(j * layout.width(), layout.width());
    const double n = static_cast<double>((own.array() > 0).count()), usual = n > 0 ? own.sum() / n : whole.spread[j];
    own = (own.array() > 0).select(own, usual).eval();
  }
}

Matrix standardized(Matrix x, const Standard& by) {
  for (Index j = 0; j < x.cols(); ++j) x.col(j) = (x.col(j).array() - by.center[j]) / by.spread[j];
  return x;
}

struct Cell {
  Index row, column;
};

// The same cells of a unit whatever other units there are, as long as the columns stand in the same order.
std::vector<Cell> chosen(const Matrix& x, const Block& block, const Layout& layout, Index targets) {
  std::vector<Cell> out;
  for (Index j = 0; j < targets; ++j)
    for (Index cell = 0; cell < block.values.rows(); ++cell) {
      const Cell at{layout.row(cell), layout.column(cell, j)};
      if (std::isnan(x(at.row, at.column))) continue;
      const auto item = static_cast<std::uint32_t>(j * block.periods() + cell / block.units);
      if (Stream(0, 0xffffffffu, block.keys[static_cast<std::size_t>(cell % block.units)], for_imputations, item).uniform() < held_out) out.push_back(at);
    }
  return out;
}

// The path down to the lambda that predicts held-out cells best.
std::vector<double> best_path(const Matrix& x, const std::vector<Cell>& hidden, const joint::SoftOptions& options) {
  Matrix seen = x;
  for (const Cell& cell : hidden) seen(cell.row, cell.column) = missing_value;
  const std::vector<double> path = joint::lambda_path(joint::largest_lambda(x), lambdas, least_lambda);
  joint::Completed at{Matrix::Zero(x.rows(), x.cols()), true};
  double least = infinite;
  std::size_t best = 0;
  for (std::size_t k = 0; k < path.size() && k <= best + patience; ++k) {
    at = joint::soft_impute(seen, path[k], std::move(at.cells), options);
    double error = 0;
    for (const Cell& cell : hidden) error += std::pow(at.cells(cell.row, cell.column) - x(cell.row, cell.column), 2);
    if (error < least) least = error, best = k;
  }
  return {path.begin(), path.begin() + static_cast<std::ptrdiff_t>(best) + 1};
}

std::vector<double> path_of(const Matrix& x, const Block& block, const Layout& layout, Index targets, const Args& args, Filling& out) {
  const double largest = joint::largest_lambda(x);
  if (!std::isnan(args[5])) {
    std::vector<double> path;
    for (double lambda = largest / 2; lambda > args[5]; lambda /= 2) path.push_back(lambda);
    path.push_back(args[5]);
    return path;
  }
  const std::vector<Cell> hidden = chosen(x, block, layout, targets);
  if (static_cast<Index>(hidden.size()) >= least_held_out) return best_path(x, hidden, {std::max(args[6], rough), static_cast<Index>(args[7])});
  joint::note(out, "too few cells to hold some out: lambda is a tenth of the largest singular value");
  return {largest * without};
}

// Columns of the wide shape with nothing observed, from the unit's values in the periods around; flat beyond the last one.
void bridge(Matrix& z, const Standard& standard, const Layout& layout, const Vector& times) {
  for (Index first = 0; first < z.cols(); first += layout.width())
    for (Index t = 0; t < layout.width(); ++t) {
      const auto seen = [&](Index s) { return standard.counts[static_cast<std::size_t>(first + s)] > 0; };
      if (seen(t)) continue;
      Index before = t, after = t;
      while (before >= 0 && !seen(before)) --before;
      while (after < layout.width() && !seen(after)) ++after;
      if (before < 0) before = after;
      if (after == layout.width()) after = before;
      if (before < 0 || before == layout.width()) continue;  // an auxiliary's left-out column
      const double share = before == after ? 0 : (times[t] - times[before]) / (times[after] - times[before]);
      z.col(first + t) = (1 - share) * z.col(first + before) + share * z.col(first + after);
    }
}

// The table completed, on the scale of the links.
Matrix completed(const Block& block, const Table& table, const Layout& layout, const Args& args, Standard& standard, Filling& out) {
  const Matrix x = laid_out(table.cells, layout);
  standard = measured(x);
  lend_spread(standard, layout, table.cells);
  const Matrix y = standardized(x, standard);
  const auto targets = static_cast<Index>(table.targets.size());
  const std::vector<double> path = path_of(y, block, layout, targets, args, out);
  joint::Completed made = joint::soft_impute(y, path, {args[6], static_cast<Index>(args[7])});
  if (!made.converged) joint::note(out, "soft thresholding did not converge in the steps it had: the values are those of the last one");
  for (Index j = 0; j < y.cols(); ++j) made.cells.col(j) = standard.center[j] + made.cells.col(j).array() * standard.spread[j];
  bridge(made.cells, standard, layout, block.times);
  return made.cells;
}

// Observed cells that say something of a row of the completed matrix.
Index observed_in(const Matrix& x, Index row) { return (!x.row(row).array().isNaN()).count(); }

Filling fill_ordered(const Block& block) {
  const Args& args = block.args[0];
  const Table table = joint::table(block, "svd", {});
  Filling out = table.filling;
  if (table.targets.empty()) return out;
  const Layout layout{static_cast<Shape>(static_cast<int>(args[4])), block.units, block.periods()};
  Standard standard;
  const Matrix z = completed(block, table, layout, args, standard, out);
  const Matrix x = laid_out(table.cells, layout);
  for (std::size_t j = 0; j < table.targets.size(); ++j)
    for (Index cell = 0; cell < block.values.rows(); ++cell) {
      const Index column = table.targets[j];
      if (!std::isnan(block.values(cell, column)) || !block.wanted[static_cast<std::size_t>(column)][static_cast<std::size_t>(cell / block.units)]) continue;
      const Index row = layout.row(cell), at = layout.column(cell, static_cast<Index>(j));
      Fill made{cell, table.scales[j].from(z(row, at))};
      made.donors = observed_in(x, row);
      made.column = column;
      made.note = table.notes[j];
      if (standard.counts[static_cast<std::size_t>(at)] == 0) made.note = joint::note(out, "nothing of the indicator is observed in the period: from the periods around");
      if (made.donors == 0) made.note = joint::note(out, "nothing is observed of what would say something here: the mean of all");
      out.fills.push_back(made);
    }
  return out;
}

Filling fill(const Block& block) { return joint::in_order(block, fill_ordered); }

std::vector<Param> params() {
  std::vector<Param> out = joint::link_params();
  out.push_back({"shape", Kind::option, 0.0, 0.0, 1.0,
                 "wide: a row a unit, a column an indicator in a period; long: a row a unit in a period, a column an indicator.", {"wide", "long"}});
  out.push_back({"lambda", Kind::real, missing_value, 0.0, infinite,
                 "What is taken off the singular values of the standardized matrix; left open: what predicts a held-out tenth of the cells best.", {}, true});
  out.push_back({"tolerance", Kind::real, 1e-5, 1e-14, 1.0, "Size of the last step against that of the matrix."});
  out.push_back({"steps", Kind::integer, 500.0, 1.0, 1e6, "Steps at each lambda, at most."});
  return out;
}

}  // namespace

std::vector<ImputeMethod> svd_rows() {
  return {{{"svd", "Low-rank matrix of units by indicators and periods, by soft-thresholded singular values; a point without its uncertainty.",
            "Mazumder, Hastie and Tibshirani 2010, Spectral Regularization Algorithms for Learning Large Incomplete Matrices, Journal of "
            "Machine Learning Research 11, 2287-2322",
            params(), needs_indicators},
           {}, fill}};
}

}  // namespace egov
