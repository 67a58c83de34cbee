#include "lines/factor.hpp"

#include <algorithm>

#include "detail/student.hpp"

namespace egov::detail {
namespace {

constexpr double constant = 1e-24;  // below what one unit in the last place of one value leaves

Double negative(Double a) { return {-a.high, -a.low}; }

Double scaled(Double a, int exponent) { return {std::ldexp(a.high, exponent), std::ldexp(a.low, exponent)}; }

Double quotient(Double a, Double b) {
  const double first = a.high / b.high;
  Double rest = a;
  add(rest, negative(product(b, {first, 0})));
  const double second = rest.high / b.high;
  add(rest, negative(product(b, {second, 0})));
  Double out = two_sum(first, second);
  add(out, {rest.high / b.high, 0});
  return out;
}

Double root(Double a) {
  if (!(a.high > 0)) return {};
  const double near = std::sqrt(a.high);
  Double rest = a;
  add(rest, negative(two_product(near, near)));
  return two_sum(near, rest.high / (2 * near));
}

int exponent_of(const double* values, Index n) {
  double largest = 0;
  for (Index i = 0; i < n; ++i) largest = std::max(largest, std::abs(values[i]));
  int exponent = 0;
  std::frexp(largest, &exponent);
  return exponent;
}

// values[i] -= by * from[i]
void take_off(Double* values, const Double* from, Double by, Index n) {
  const Double minus = negative(by);
  for (Index i = 0; i < n; ++i) add(values[i], product(minus, from[i]));
}

// The columns before scaling to norm 1.
Wide columns(const Design& design, std::vector<int>& exponent) {
  const Index n = design.x.rows(), first = design.intercept ? 1 : 0, powers = design.degree > 1 ? design.degree : design.x.cols();
  Wide out(n, first + powers);
  exponent.assign(static_cast<std::size_t>(first + powers), 0);
  for (Index i = 0; i < n && first; ++i) out(i, 0) = {1, 0};
  for (Index k = 0; k < powers; ++k) {
    const Index from = design.degree > 1 ? 0 : k;
    const int size = exponent_of(design.x.col(from).data(), n);
    exponent[static_cast<std::size_t>(first + k)] = design.degree > 1 ? size * static_cast<int>(k + 1) : size;
    for (Index i = 0; i < n; ++i) {
      const Double value{std::ldexp(design.x(i, from), -size), 0};
      out(i, first + k) = design.degree > 1 && k > 0 ? product(out(i, first + k - 1), value) : value;
    }
  }
  return out;
}

void invert(const Wide& triangle, Wide& inverse) {
  const Index p = triangle.cols();
  inverse = Wide(p, p);
  for (Index j = 0; j < p; ++j) {
    inverse(j, j) = quotient({1, 0}, triangle(j, j));
    for (Index i = j; i-- > 0;) {
      Double sum;
      for (Index k = i + 1; k <= j; ++k) add(sum, product(triangle(i, k), inverse(k, j)));
      inverse(i, j) = negative(quotient(sum, triangle(i, i)));
    }
  }
}

}  // namespace

Matrix Wide::rounded() const {
  Matrix out(rows_, cols_);
  for (Index j = 0; j < cols_; ++j)
    for (Index i = 0; i < rows_; ++i) out(i, j) = (*this)(i, j).high;
  return out;
}

Double dot(const Double* a, const Double* b, Index n) {
  Double sum;
  for (Index i = 0; i < n; ++i) add(sum, product(a[i], b[i]));
  return sum;
}

double Factor::leverage(Index row) const {
  Double sum;
  for (Index k = 0; k < cols(); ++k) add(sum, product(q(row, k), q(row, k)));
  return sum.high;
}

Factor factor(const Design& design, double least) {
  Factor out;
  out.q = columns(design, out.exponent);
  const Index n = out.rows(), p = out.cols();
  Wide triangle(p, p);
  if (n <= p) return out.reason = NoLine::too_few, out;
  for (Index k = 0; k < p; ++k) {
    Double* at = out.q.column(k);
    const double whole = std::sqrt(dot(at, at, n).high);
    double centered = whole;
    for (int turn = 0; turn < 2; ++turn)
      for (Index j = 0; j < k; ++j) {
        const Double along = dot(out.q.column(j), at, n);
        take_off(at, out.q.column(j), along, n);
        add(triangle(j, k), along);
        if (turn == 0 && j == 0 && design.intercept) centered = std::sqrt(dot(at, at, n).high);
      }
    const Double norm = root(dot(at, at, n));
    out.column = k;
    if (!(whole > 0) || !(centered > constant * whole)) return out.reason = NoLine::constant_column, out;
    if (k > (design.intercept ? 1 : 0) && !(norm.high > least * whole)) return out.reason = NoLine::collinear, out;
    for (Index i = 0; i < n; ++i) at[i] = quotient(at[i], norm);
    triangle(k, k) = norm;
  }
  out.column = -1;
  invert(triangle, out.inverse);
  return out;
}

Projection project(const Factor& factor, const Vector& y) {
  Projection out;
  const Index n = factor.rows();
  out.exponent = exponent_of(y.data(), n);
  for (Index i = 0; i < n; ++i) out.rest.push_back({std::ldexp(y[i], -out.exponent), 0});
  out.along.resize(static_cast<std::size_t>(factor.cols()));
  for (int turn = 0; turn < 2; ++turn)
    for (Index k = 0; k < factor.cols(); ++k) {
      const Double along = dot(factor.q.column(k), out.rest.data(), n);
      take_off(out.rest.data(), factor.q.column(k), along, n);
      add(out.along[static_cast<std::size_t>(k)], along);
    }
  return out;
}

Vector coefficients(const Factor& factor, const std::vector<Double>& along, int exponent) {
  const Index p = factor.cols();
  Vector out(p);
  for (Index i = 0; i < p; ++i) {
    Double sum;
    for (Index k = i; k < p; ++k) add(sum, product(factor.inverse(i, k), along[static_cast<std::size_t>(k)]));
    out[i] = scaled(sum, exponent - factor.exponent[static_cast<std::size_t>(i)]).high;
  }
  return out;
}

void judge(const Factor& factor, const Wide& meat, int exponent, double level, Line& line) {
  const Index p = factor.cols();
  Wide half(p, p);  // meat times the transposed inverse
  for (Index j = 0; j < p; ++j)
    for (Index i = 0; i < p; ++i)
      for (Index k = j; k < p; ++k) add(half(i, j), product(meat(i, k), factor.inverse(j, k)));
  line.covariance.resize(p, p);
  line.se.resize(p), line.t.resize(p), line.p.resize(p), line.low.resize(p), line.high.resize(p);
  for (Index i = 0; i < p; ++i) {
    const auto unit = [&](Index k) { return exponent - factor.exponent[static_cast<std::size_t>(k)]; };
    for (Index j = 0; j < p; ++j) {
      Double sum;
      for (Index k = i; k < p; ++k) add(sum, product(factor.inverse(i, k), half(k, j)));
      line.covariance(i, j) = std::ldexp(std::ldexp(sum.high, unit(i)), unit(j));
      if (i == j) line.se[i] = std::isnan(line.df[i]) ? missing_value : std::ldexp(root(sum).high, unit(i));
    }
    line.t[i] = line.coef[i] / line.se[i];
    line.p[i] = student_p(line.t[i], line.df[i]);
    const double reach = student_quantile((1 + level) / 2, line.df[i]) * line.se[i];
    line.low[i] = line.coef[i] - reach, line.high[i] = line.coef[i] + reach;
  }
}

}  // namespace egov::detail
