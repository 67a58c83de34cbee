// A design as orthonormal columns times a triangle, in double-double.
#pragma once
#include <vector>

#include "detail/double_double.hpp"
#include "egov/lines.hpp"

namespace egov::detail {

// A table of double-double numbers.
class Wide {
 public:
  Wide(Index rows = 0, Index cols = 0) : rows_(rows), cols_(cols), values_(static_cast<std::size_t>(rows * cols)) {}
  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  Double* column(Index j) { return values_.data() + j * rows_; }
  const Double* column(Index j) const { return values_.data() + j * rows_; }
  Double& operator()(Index i, Index j) { return column(j)[i]; }
  const Double& operator()(Index i, Index j) const { return column(j)[i]; }
  Matrix rounded() const;

 private:
  Index rows_, cols_;
  std::vector<Double> values_;
};

Double dot(const Double* a, const Double* b, Index n);

// Columns are scaled by powers of two, so that nothing overflows or vanishes; x_k is 2^exponent[k] times what stands here.
struct Factor {
  NoLine reason = NoLine::none;
  Index column = -1;
  Wide q;        // rows x coefficients: orthonormal
  Wide inverse;  // of the upper triangle
  std::vector<int> exponent;
  Index rows() const { return q.rows(); }
  Index cols() const { return q.cols(); }
  double leverage(Index row) const;
};

// least: share of its norm that a column must keep once those before it are taken off.
Factor factor(const Design& design, double least);
constexpr double rounding = 8.9e-16;  // a column nearer than that to the others' span is one of them, but for rounding

// y scaled, in coordinates along q, and what is left of it.
struct Projection {
  std::vector<Double> along, rest;
  int exponent = 0;
};
Projection project(const Factor& factor, const Vector& y);
// Coefficients in the units of the data, of a point given by its coordinates along q.
Vector coefficients(const Factor& factor, const std::vector<Double>& along, int exponent);
// Sets se, t, p, low, high from coef, df and a covariance in coordinates along q of the scaled y.
void judge(const Factor& factor, const Wide& meat, int exponent, double level, Line& line);

}  // namespace egov::detail
