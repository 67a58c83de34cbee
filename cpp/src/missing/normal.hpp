// Blocks of a covariance, and its factor with a fault that names the column.
#pragma once
#include <Eigen/Cholesky>

#include "egov/missing.hpp"

namespace egov::detail {

constexpr double log_two_pi = 1.8378770664093454836;
constexpr double singular = 1e-10;  // a variance given the columns before, against the variance itself, at or below this is none

Matrix block(const Matrix& of, const std::vector<Index>& rows, const std::vector<Index>& columns);
Vector part(const Vector& of, const std::vector<Index>& rows);

// Factor of the covariance of some columns. False where it is singular: `culprit` is the first column that those before it
// determine.
bool factor(const Matrix& covariance, const std::vector<Index>& columns, Eigen::LLT<Matrix>& into, Index& culprit);
// The same, with a FitError instead of false.
Eigen::LLT<Matrix> factored(const Matrix& covariance, const std::vector<Index>& columns, const std::string& what);
[[noreturn]] void refuse_singular(const std::string& what, Index culprit);
double log_determinant(const Eigen::LLT<Matrix>& of);

}  // namespace egov::detail
