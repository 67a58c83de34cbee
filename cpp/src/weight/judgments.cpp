// Budget allocation, and the analytic hierarchy process: priorities and consistency of pairwise comparisons.
#include "weight/judgments.hpp"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "egov/weight.hpp"

namespace egov {
namespace {

// Mean consistency index of random reciprocal matrices of 0..15 items (Saaty 1980, The Analytic Hierarchy Process, p. 21).
constexpr double random_index[] = {0, 0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59};

[[noreturn]] void refuse(const std::string& text) { throw SpecError(text, {"weight", "ahp", "matrix"}); }

// "row 2, column 3", counted from 1, of which matrix if there are several.
std::string where(Index i, Index j, Index expert, Index experts) {
  std::string text = "row " + std::to_string(i + 1) + ", column " + std::to_string(j + 1);
  return experts > 1 ? text + " of matrix " + std::to_string(expert + 1) : text;
}

// Logs of the judgments, exactly antisymmetric: of each pair the one of at least 1 counts.
Matrix logs(const Matrix& a, Index expert, Index experts) {
  Matrix out = Matrix::Zero(a.rows(), a.rows());
  for (Index i = 0; i < a.rows(); ++i)
    for (Index j = 0; j < a.rows(); ++j) {
      const double back = a(j, i);
      std::ostringstream text;
      text << where(i, j, expert, experts) << ": ";
      if (!(a(i, j) >= 1e-9 && a(i, j) <= 1e9)) {
        text << "got " << a(i, j) << ", expected a judgment above 0, on Saaty's scale from 1/9 to 9";
        refuse(text.str());
      }
      if (i == j && a(i, j) != 1) {
        text << "got " << a(i, j) << ", expected 1 on the diagonal";
        refuse(text.str());
      }
      if (back >= 1e-9 && std::abs(a(i, j) * back - 1) > 0.05) {
        text << "got " << a(i, j) << ", expected " << 1 / back << ", the reciprocal of row " << j + 1 << ", column " << i + 1;
        refuse(text.str());
      }
      if (i < j) {
        out(i, j) = a(i, j) >= 1 ? std::log(a(i, j)) : -std::log(back);
        out(j, i) = -out(i, j);
      }
    }
  return out;
}

struct Priorities {
  Vector weights;
  double index, ratio;
};

// Scaled by the geometric means of its rows a matrix has entries near 1, and the same eigenvalues.
Priorities priorities(const Matrix& log, bool geometric) {
  const Index n = log.rows();
  const Vector rows = log.rowwise().mean();
  const Matrix near_one = (log.array() - (rows.replicate(1, n) - rows.transpose().replicate(n, 1)).array()).exp();
  const Eigen::EigenSolver<Matrix> solver(near_one);
  Index first;
  const double largest = solver.eigenvalues().real().maxCoeff(&first);
  Vector weights = (rows.array() - rows.maxCoeff()).exp();
  if (!geometric) weights.array() *= solver.eigenvectors().col(first).real().array().abs();
  const double index = n < 3 ? 0 : std::max(0.0, (largest - static_cast<double>(n)) / static_cast<double>(n - 1));
  return {weights / weights.sum(), index, n < 3 ? 0 : index / random_index[n]};
}

std::vector<Judgments::Triple> triples(const Matrix& log) {
  std::vector<Judgments::Triple> out;
  for (Index i = 0; i < log.rows(); ++i)
    for (Index j = i + 1; j < log.rows(); ++j)
      for (Index k = j + 1; k < log.rows(); ++k) out.push_back({i, j, k, std::exp(log(i, j) + log(j, k) - log(i, k))});
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return std::abs(std::log(a.product)) > std::abs(std::log(b.product)); });
  return out;
}

}  // namespace

Judgments judge(const Matrix& matrices, bool geometric) {
  const Index n = matrices.cols(), experts = n ? matrices.rows() / n : 0;
  if (n == 0 || experts == 0 || experts * n != matrices.rows())
    refuse("got " + std::to_string(matrices.rows()) + " rows and " + std::to_string(n) + " columns, expected a square matrix, or several one below the other");
  if (n > 15) refuse("got " + std::to_string(n) + " items; there are random indices for at most 15: put them into groups");
  Matrix sum = Matrix::Zero(n, n);
  std::vector<double> ratios;
  for (Index e = 0; e < experts; ++e) {
    const Matrix log = logs(matrices.middleRows(e * n, n), e, experts);
    ratios.push_back(priorities(log, geometric).ratio);
    sum += log;
  }
  sum /= static_cast<double>(experts);
  const Priorities found = priorities(sum, geometric);
  return {found.weights, found.index, found.ratio, ratios, triples(sum)};
}

Vector consistent_priorities(const Matrix& matrices, Index children, bool geometric, double most) {
  if (matrices.cols() != children)
    refuse("got a matrix for " + std::to_string(matrices.cols()) + " items, but the node has " + std::to_string(children) +
           " children; give each node its own matrix");
  const Judgments found = judge(matrices, geometric);
  if (found.ratio <= most) return found.weights;
  std::ostringstream text;
  text.precision(3);
  text << "the judgments contradict one another: their consistency ratio is " << found.ratio << ", above " << most << "; farthest from consistent are";
  for (std::size_t at = 0; at < std::min<std::size_t>(3, found.triples.size()); ++at) {
    const Judgments::Triple& triple = found.triples[at];
    const auto pair = [&](Index row, Index column) { text << "a(" << row + 1 << "," << column + 1 << ")"; };
    text << (at ? ", " : " ") << "children " << triple.i + 1 << ", " << triple.j + 1 << ", " << triple.k + 1 << ": ";
    pair(triple.i, triple.j), text << " ", pair(triple.j, triple.k), text << " / ", pair(triple.i, triple.k);
    text << " = " << triple.product;
  }
  text << "; judge these again, or raise 'most'";
  refuse(text.str());
}

Vector budget_shares(const Matrix& points, Index children) {
  const auto fault = [](const std::string& text) { return SpecError(text, {"weight", "budget_allocation", "points"}); };
  if (points.cols() != children)
    throw fault("got points for " + std::to_string(points.cols()) + " items, but the node has " + std::to_string(children) +
                " children; give each node its own table");
  Vector sum = Vector::Zero(children);
  for (Index i = 0; i < points.rows(); ++i) {
    const Vector row = points.row(i);
    if (row.minCoeff() < 0) throw fault("row " + std::to_string(i + 1) + " of the table has negative points; expected points of at least 0");
    if (!(row.maxCoeff() > 0)) throw fault("row " + std::to_string(i + 1) + " of the table has no points; expected at least one above 0");
    const Vector scaled = row / row.maxCoeff();
    sum += scaled / scaled.sum();
  }
  return sum / static_cast<double>(points.rows());
}

}  // namespace egov
