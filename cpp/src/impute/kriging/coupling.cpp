#include "impute/kriging/coupling.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <cmath>

namespace egov::kriging {

Strand strand(const Kernel& kernel, const Matrix& residuals, const std::vector<Pattern>& patterns, const Clock& clock) {
  Strand out{kernel, kernel.local(clock), residuals, patterns, {}, std::vector<std::size_t>(static_cast<std::size_t>(residuals.cols()))};
  for (std::size_t p = 0; p < patterns.size(); ++p) {
    out.solved.push_back(patterns[p].seen.empty() ? Solved() : solve(out.local, clock.basis, patterns[p].seen));
    for (Index unit : patterns[p].units) out.which[static_cast<std::size_t>(unit)] = p;
  }
  return out;
}

Matrix root_of(const Matrix& covariance) {
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(covariance);
  return eigen.eigenvectors() * eigen.eigenvalues().cwiseMax(0).cwiseSqrt().asDiagonal();
}

// With L a root of the prior covariance and P the information of the series: V = L (I + L'PL)^-1 L'.
Known known(const std::vector<Strand>& strands, const Clock& clock, const Matrix& root, Index unit) {
  const Index n_basis = clock.basis.cols(), size = root.rows();
  Vector pull = Vector::Zero(size);
  Matrix spread = Matrix::Zero(size, size);  // P L
  for (std::size_t j = 0; j < strands.size(); ++j) {
    const Strand& s = strands[j];
    const std::size_t p = s.which[static_cast<std::size_t>(unit)];
    if (s.patterns[p].seen.empty()) continue;
    const auto at = static_cast<Index>(j) * n_basis;
    pull.segment(at, n_basis) = s.solved[p].through.transpose() * s.residuals(s.patterns[p].seen, unit);
    spread.middleRows(at, n_basis) = s.solved[p].inner * root.middleRows(at, n_basis);
  }
  Matrix inner = root.transpose() * spread;
  inner.diagonal().array() += 1;
  const Eigen::LLT<Matrix> factor(inner);
  const Matrix half = factor.matrixL().solve(root.transpose()).transpose();  // L (chol^-1)'
  return {half * (half.transpose() * pull), half};
}

Matrix couple(const std::vector<Strand>& strands, const Clock& clock, Index units, int sweeps) {
  const Index n_basis = clock.basis.cols(), size = static_cast<Index>(strands.size()) * n_basis;
  Matrix covariance = Matrix::Zero(size, size);
  for (std::size_t j = 0; j < strands.size(); ++j)
    covariance.diagonal().segment(static_cast<Index>(j) * n_basis, n_basis) = strands[j].kernel.coefficients();
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    const Matrix root = root_of(covariance);
    Matrix sum = Matrix::Zero(size, size);
    Index count = 0;
    for (Index unit = 0; unit < units; ++unit) {
      bool any = false;
      for (const Strand& s : strands) any = any || !s.patterns[s.which[static_cast<std::size_t>(unit)]].seen.empty();
      if (!any) continue;
      const Known of = known(strands, clock, root, unit);
      sum.noalias() += of.root * of.root.transpose() + of.mean * of.mean.transpose();
      ++count;
    }
    if (count > 0) covariance = sum / static_cast<double>(count);
  }
  return covariance;
}

Piece piece(const Strand& s, const Clock& clock, Index unit, bool with_root) {
  const Pattern& pattern = s.patterns[s.which[static_cast<std::size_t>(unit)]];
  Piece out;
  std::vector<char> observed(static_cast<std::size_t>(clock.periods), 0);
  for (Index t : pattern.seen) observed[static_cast<std::size_t>(t)] = 1;
  for (Index t = 0; t < clock.periods; ++t)
    if (!observed[static_cast<std::size_t>(t)]) out.open.push_back(t);
  const auto n = static_cast<Index>(out.open.size());
  out.by_coefficient = clock.basis(out.open, Eigen::all);
  out.from_own = Vector::Zero(n);
  Matrix left = s.local(out.open, out.open);
  if (!pattern.seen.empty()) {
    const Solved& solved = s.solved[s.which[static_cast<std::size_t>(unit)]];
    const Matrix across = s.local(out.open, pattern.seen), gain = across * solved.inverse;
    out.by_coefficient -= gain * clock.basis(pattern.seen, Eigen::all);
    out.from_own = gain * s.residuals(pattern.seen, unit);
    left -= gain * across.transpose();
  }
  if (with_root) {
    left.diagonal().array() += 1e-12;
    out.root = left.llt().matrixL();
  } else {
    out.root = left.diagonal().cwiseMax(0).cwiseSqrt();
  }
  return out;
}

}  // namespace egov::kriging
