// Least squares on auxiliaries and on the other indicators that are filled the same way.
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "detail/statistics.hpp"
#include "detail/student.hpp"
#include "impute/law.hpp"
#include "impute/likeness.hpp"
#include "impute/link.hpp"
#include "impute/rows.hpp"

namespace egov {
namespace {

// A fit on the rows that have the indicator and some predictors. Predictors are minus their means.
struct Fit {
  Index n = 0, rank = 0, first = 0, last = 0;
  double origin = 0, mean = 0, sd = 0;  // of the indicator on its link scale: mean after taking off the origin
  std::vector<Index> predictors, kept;  // kept: positions among the predictors, the others are combinations of them
  Vector means, slopes;                 // slopes of those kept
  Matrix root;                          // inverse of the triangle of those kept: what a row is multiplied by for its leverage
  double df() const { return static_cast<double>(n - rank - 1); }
};

Vector row_of(const RowTable& x, const Fit& fit, Index row) {
  Vector out(static_cast<Index>(fit.kept.size()));
  for (std::size_t k = 0; k < fit.kept.size(); ++k) {
    const Index at = fit.kept[k];
    out[static_cast<Index>(k)] = x(row, fit.predictors[static_cast<std::size_t>(at)]) - fit.means[at];
  }
  return out;
}

// Rank by pivots no smaller than 1e-9 of the largest. `rows` are the complete ones.
Fit fitted(const RowTable& x, const Vector& z, const std::vector<Index>& predictors, const std::vector<Index>& rows) {
  Fit fit;
  fit.predictors = predictors, fit.n = static_cast<Index>(rows.size());
  Matrix design(fit.n, static_cast<Index>(predictors.size()));
  Vector y(fit.n);
  fit.origin = z[rows[0]];
  for (Index i = 0; i < fit.n; ++i) {
    const Index row = rows[static_cast<std::size_t>(i)];
    y[i] = z[row] - fit.origin;
    for (Index k = 0; k < design.cols(); ++k) design(i, k) = x(row, predictors[static_cast<std::size_t>(k)]);
  }
  fit.means = design.colwise().mean().transpose();
  design.rowwise() -= fit.means.transpose();
  fit.mean = y.mean();
  y.array() -= fit.mean;
  Eigen::ColPivHouseholderQR<Matrix> qr;
  qr.setThreshold(1e-9);
  qr.compute(design);
  fit.rank = design.cwiseAbs().maxCoeff() < 1e-9 ? 0 : qr.rank();
  const auto triangle = qr.matrixR().topLeftCorner(fit.rank, fit.rank).triangularView<Eigen::Upper>();
  for (Index k = 0; k < fit.rank; ++k) fit.kept.push_back(qr.colsPermutation().indices()[k]);
  fit.root = triangle.solve(Matrix::Identity(fit.rank, fit.rank));
  const Vector turned = qr.householderQ().adjoint() * y;
  fit.slopes = fit.root * turned.head(fit.rank);
  for (Index k = 0; k < fit.rank; ++k)  // a positive triangle, whichever row came first: draws go by the signs of its inverse
    if (fit.root(k, k) < 0) fit.root.col(k) *= -1;
  if (fit.df() > 0) fit.sd = std::sqrt(turned.tail(fit.n - fit.rank).squaredNorm() / fit.df());
  return fit;
}

// What a draw of a fill needs.
struct Uncertain {
  std::size_t fit;
  double z, sd;      // sd: of prediction
  Vector leverage;
  std::uint32_t key, unit_item, cell_item;
};

// Everything of one indicator.
struct Target {
  BoundScale link;
  double alike = 0;  // correlation of the residuals of one unit
  std::vector<Fit> fits = {};
  std::vector<std::uint32_t> items = {};  // of the fits
};

constexpr std::uint32_t for_fits = 0x66697473u;

class Regressor {
 public:
  explicit Regressor(const Block& b) : b_(b) {}

  Filling fill() {
    for (Index j = 0; j < b_.values.cols(); ++j) links_.push_back(link_of(j));
    for (Index j = 0; j < b_.values.cols(); ++j) fill_column(j);
    if (open_ > 0) made_.notes.push_back(std::to_string(open_) + " holes left open: no predictor there, or too few complete rows");
    const auto targets = std::make_shared<std::vector<Target>>(std::move(targets_));
    const auto cells = std::make_shared<std::vector<Uncertain>>(std::move(cells_));
    const auto columns = std::make_shared<std::vector<std::size_t>>(std::move(columns_));
    made_.draw = [=](const Draw& draw, double* values) { drawn(*targets, *cells, *columns, draw, values); };
    made_.quantile = [=](std::size_t k, double p) {
      const Target& target = (*targets)[(*columns)[k]];
      const Uncertain& cell = (*cells)[k];
      return target.link.from(cell.z + cell.sd * detail::student_quantile(p, target.fits[cell.fit].df()));
    };
    return std::move(made_);
  }

 private:
  const Args& args(Index j) const { return b_.args[static_cast<std::size_t>(j)]; }

  BoundScale link_of(Index j) {
    const auto all = detail::observed(b_.values.col(j));
    const BoundScale link(static_cast<BoundScale::Kind>(args(j)[3]), args(j)[4], args(j)[5], all);
    const bool inside = std::all_of(all.begin(), all.end(), [&](double y) { return link.takes(y); });
    if (!inside && made_.notes.empty()) made_.notes = {"on the plain scale, because an observation of the indicator lies outside the bounds of the link"};
    plain_.push_back(!inside);
    return inside ? link : BoundScale::none(all);
  }

  // Auxiliaries, the other indicators on their link scales, and time where all periods are taken together.
  RowTable predictors_of(Index target) const {
    const Index rows = b_.values.rows();
    Matrix x(rows, 0);
    const auto append = [&](const Vector& column) { x.conservativeResize(Eigen::NoChange, x.cols() + 1), x.col(x.cols() - 1) = column; };
    if (args(target).has("auxiliaries")) x = args(target).table("auxiliaries");
    for (Index j = 0; j < b_.values.cols() && args(target)[1] == 1; ++j)
      if (j != target) append(b_.values.col(j).unaryExpr([&](double y) { return links_[static_cast<std::size_t>(j)].to(y); }));
    if (args(target)[0] == 0) append(Vector::NullaryExpr(rows, [&](Index row) { return b_.times[row / b_.units]; }));
    return on_own_scales(x);
  }

  void fill_column(Index j) {
    targets_.push_back({links_[static_cast<std::size_t>(j)]});
    const RowTable x = predictors_of(j);
    const Index own = x.cols() - (args(j)[0] == 0);  // without time
    const Vector z = b_.values.col(j).unaryExpr([&](double y) { return links_[static_cast<std::size_t>(j)].to(y); });
    std::map<std::pair<std::string, Index>, std::vector<Index>> receivers;  // by what they have, and period where fits are by period
    for (Index row = 0; row < z.size(); ++row) {
      if (!std::isnan(z[row]) || !b_.wanted[static_cast<std::size_t>(j)][static_cast<std::size_t>(row / b_.units)]) continue;
      std::string has;
      for (Index k = 0; k < own; ++k) has += std::isnan(x(row, k)) ? '0' : '1';
      if (has.find('1') == std::string::npos) ++open_;
      else receivers[{has, args(j)[0] == 0 ? -1 : row / b_.units}].push_back(row);
    }
    std::vector<double> residuals(static_cast<std::size_t>(z.size()), missing_value);
    for (const auto& [which, rows] : receivers) fill_rows(j, x, z, which.first, which.second, rows, residuals);
    targets_.back().alike = likeness_within(residuals);
  }

  void fill_rows(Index j, const RowTable& x, const Vector& z, const std::string& has, Index period, const std::vector<Index>& rows, std::vector<double>& residuals) {
    std::vector<Index> predictors, complete;
    for (Index k = 0; k < x.cols(); ++k)
      if (k >= static_cast<Index>(has.size()) || has[static_cast<std::size_t>(k)] == '1') predictors.push_back(k);
    const Index begin = period < 0 ? 0 : period * b_.units, end = period < 0 ? z.size() : begin + b_.units;
    for (Index row = begin; row < end; ++row)
      if (!std::isnan(z[row]) && std::none_of(predictors.begin(), predictors.end(), [&](Index k) { return std::isnan(x(row, k)); })) complete.push_back(row);
    const auto least = std::max(static_cast<Index>(args(j)[2]), static_cast<Index>(1));
    Fit fit;
    if (!complete.empty() && static_cast<Index>(complete.size()) >= least) fit = fitted(x, z, predictors, complete);
    if (fit.df() < 1) {
      open_ += static_cast<Index>(rows.size());
      return;
    }
    fit.first = complete.front() / b_.units, fit.last = complete.back() / b_.units;
    for (Index row : complete)
      if (double& e = residuals[static_cast<std::size_t>(row)]; std::isnan(e) && fit.sd > 0) e = (z[row] - fit.origin - fit.mean - row_of(x, fit, row).dot(fit.slopes)) / fit.sd;
    for (Index row : rows) put(j, x, fit, row);
    std::uint32_t item = 2166136261u ^ static_cast<std::uint32_t>(period + 1);
    for (char c : has) item = (item ^ static_cast<std::uint32_t>(c)) * 16777619u;
    targets_.back().fits.push_back(std::move(fit)), targets_.back().items.push_back(item + static_cast<std::uint32_t>(j));
  }

  void put(Index j, const RowTable& x, const Fit& fit, Index row) {
    const BoundScale& link = links_[static_cast<std::size_t>(j)];
    const Vector at = row_of(x, fit, row), leverage = fit.root.transpose() * at;
    const double move = fit.mean + at.dot(fit.slopes), z = fit.origin + move;
    const double sd = fit.sd * std::sqrt(1 + 1 / static_cast<double>(fit.n) + leverage.squaredNorm());
    const bool constant = move == 0 && fit.sd == 0;
    Fill fill{row, constant ? value_at(j, z) : link.from(z), fit.first, fit.last, fit.n};
    if (!std::isfinite(fill.value)) {
      ++open_;
      return;
    }
    fill.column = j, fill.sd = link.spread(z, sd * (fit.df() > 2 ? std::sqrt(fit.df() / (fit.df() - 2)) : 1));
    if (plain_[static_cast<std::size_t>(j)]) fill.note = 0;
    const auto item = static_cast<std::uint32_t>(j + 1) * 100003u;
    made_.fills.push_back(fill), columns_.push_back(static_cast<std::size_t>(j));
    cells_.push_back({targets_.back().fits.size(), z, sd, leverage, b_.keys[static_cast<std::size_t>(row % b_.units)], item, item + 1 + static_cast<std::uint32_t>(row / b_.units)});
  }

  // The observation that gave z, so that a constant indicator stays as it is to the last bit.
  double value_at(Index j, double z) const {
    for (Index row = 0; row < b_.values.rows(); ++row)
      if (links_[static_cast<std::size_t>(j)].to(b_.values(row, j)) == z) return b_.values(row, j);
    return links_[static_cast<std::size_t>(j)].from(z);
  }

  // Mean product of two residuals of the same unit in two periods, between 0 and 1.
  double likeness_within(const std::vector<double>& residuals) const {
    double products = 0, pairs = 0;
    for (Index u = 0; u < b_.units; ++u) {
      double sum = 0, squares = 0, n = 0;
      for (Index t = 0; t < b_.periods(); ++t)
        if (const double e = residuals[static_cast<std::size_t>(b_.row(t, u))]; !std::isnan(e)) sum += e, squares += e * e, ++n;
      products += sum * sum - squares, pairs += n * (n - 1);
    }
    return pairs > 0 ? std::clamp(products / pairs, 0.0, 1.0) : 0;
  }

  // Variance and slopes of each fit from their posterior (flat prior), then the residuals: those of a unit move together.
  static void drawn(const std::vector<Target>& targets, const std::vector<Uncertain>& cells, const std::vector<std::size_t>& columns, const Draw& draw, double* values) {
    std::vector<std::vector<std::pair<double, Vector>>> of_fits(targets.size());
    for (std::size_t j = 0; j < targets.size(); ++j)
      for (std::size_t k = 0; k < targets[j].fits.size(); ++k) {
        const Fit& fit = targets[j].fits[k];
        Stream stream = draw.of(for_fits, targets[j].items[k]);
        const double sd = fit.sd * std::sqrt(fit.df() / stream.chi_squared(fit.df()));
        of_fits[j].emplace_back(sd, Vector::NullaryExpr(fit.rank + 1, [&](Index) { return stream.normal(); }));
      }
    for (std::size_t c = 0; c < cells.size(); ++c) {
      const Uncertain& cell = cells[c];
      const Target& target = targets[columns[c]];
      const auto& [sd, off] = of_fits[columns[c]][cell.fit];
      const double rho = target.alike, own = draw.of(cell.key, cell.cell_item).normal(), shared = draw.of(cell.key, cell.unit_item).normal();
      const double line = off[0] / std::sqrt(static_cast<double>(target.fits[cell.fit].n)) + cell.leverage.dot(off.tail(cell.leverage.size()));
      values[c] = target.link.from(cell.z + sd * (line + std::sqrt(rho) * shared + std::sqrt(1 - rho) * own));
    }
  }

  const Block& b_;
  std::vector<BoundScale> links_ = {};
  std::vector<char> plain_ = {};  // per column: not on the link asked for
  std::vector<Target> targets_ = {};
  std::vector<Uncertain> cells_ = {};
  std::vector<std::size_t> columns_ = {};  // per fill
  Filling made_ = {};
  Index open_ = 0;
};

}  // namespace

std::vector<ImputeMethod> regression_rows() {
  ImputeMethod regression{{"regression",
                           "Least squares on auxiliaries and the other indicators, whichever of them the unit has; draws of slopes, variance and residuals.",
                           "Rubin 1987, Multiple Imputation for Nonresponse in Surveys, example 5.1",
                           {{"fit", Kind::option, 0.0, -infinite, infinite, "One fit of all periods with a trend in time, or one a period.", {"panel", "period"}},
                            {"others", Kind::flag, 1.0, 0.0, 1.0, "Fits also on the other indicators that the method fills at the same place of the chain."},
                            {"least", Kind::integer, 10.0, 3.0, infinite, "Complete rows that a fit needs; with fewer its holes stay open."},
                            link_param(BoundScale::open), lower_param(), upper_param(), auxiliaries_param()}}};
  regression.together = [](const Block& b) { return Regressor(b).fill(); };
  return {regression};
}

}  // namespace egov
