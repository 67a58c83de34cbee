// Coefficients with others held constant, within and between clusters, against plain twins; and what has no number.
#include <doctest/doctest.h>

#include <Eigen/LU>
#include <Eigen/QR>
#include <cmath>

#include "egov/outcomes.hpp"
#include "egov/random.hpp"
#include "question.hpp"

using namespace egov;

namespace {

double drawn(std::uint64_t stream, Index i) {
  const auto at = static_cast<std::uint64_t>(i);
  return std::sqrt(-2 * std::log(1 - uniform(11, stream, 2 * at))) * std::cos(6.283185307179586 * uniform(11, stream, 2 * at + 1));
}

Matrix normals(Index rows, Index columns) {
  Matrix table(rows, columns);
  for (Index j = 0; j < columns; ++j)
    for (Index i = 0; i < rows; ++i) table(i, j) = drawn(static_cast<std::uint64_t>(j), i) + (j > 0 ? 0.4 * table(i, 0) : 0);
  return table;
}

Association hold(const Vector& x, const Vector& y, const Matrix& controls, const std::string& method) {
  Question question = asked(Choice{method}, 0, 0.95, 1, 1);
  question.controls = controls;
  return correlate(x, y, question)[0];
}

double plain_partial(const Vector& x, const Vector& y, const Matrix& controls) {
  Matrix design(x.size(), controls.cols() + 1);
  design << Vector::Ones(x.size()).matrix(), controls;
  const Eigen::HouseholderQR<Matrix> qr(design);
  const Vector a = x - design * qr.solve(x), b = y - design * qr.solve(y);
  return a.dot(b) / std::sqrt(a.squaredNorm() * b.squaredNorm());
}

Matrix ranked(const Matrix& table) {
  Matrix ranks = table;
  for (Index k = 0; k < table.cols(); ++k) ranks.col(k) = midranks(table.col(k));
  return ranks;
}

std::vector<Index> groups_of(Index rows, Index each) {
  std::vector<Index> of;
  for (Index i = 0; i < rows; ++i) of.push_back((i * 5) % rows / each);
  return of;
}

}  // namespace

TEST_CASE("partial coefficients are those of residuals, of values and of ranks") {
  const Matrix table = normals(60, 5);
  for (Index k : {1, 2, 3}) {
    const Matrix controls = table.rightCols(k);
    const Association values = hold(table.col(0), table.col(1), controls, "pearson"), ranks = hold(table.col(0), table.col(1), controls, "spearman");
    CHECK(std::abs(values.estimate - plain_partial(table.col(0), table.col(1), controls)) < 1e-13);
    CHECK(values.p == doctest::Approx(correlation_p(values.estimate, 60 - k)).epsilon(1e-14));
    const Matrix of = ranked(table);
    CHECK(std::abs(ranks.estimate - plain_partial(of.col(0), of.col(1), of.rightCols(k))) < 1e-13);
  }
}

TEST_CASE("partial tau-b comes from the inverse of the matrix of tau-b") {
  Matrix table = normals(40, 4);
  table = (3 * table.array()).round();
  Matrix tau = Matrix::Identity(4, 4);
  for (Index a = 0; a < 4; ++a)
    for (Index b = 0; b < a; ++b) tau(a, b) = tau(b, a) = correlate(table.col(a), table.col(b), asked(Choice{"kendall"}, 0, 0.95, 1, 1))[0].estimate;
  const Matrix inverse = tau.inverse();
  const Association found = hold(table.col(0), table.col(1), table.rightCols(2), "kendall");
  CHECK(found.estimate == doctest::Approx(-inverse(0, 1) / std::sqrt(inverse(0, 0) * inverse(1, 1))).epsilon(1e-12));
  const double rows = 38, z = found.estimate / std::sqrt(2 * (2 * rows + 5) / (9 * rows * (rows - 1)));
  CHECK(found.p == doctest::Approx(std::erfc(std::abs(z) / std::sqrt(2.0))).epsilon(1e-12));
}

TEST_CASE("controls that say nothing, or nothing new, change nothing, whatever their scale") {
  const Matrix table = normals(50, 4);
  for (const char* method : {"pearson", "spearman", "kendall", "distance"}) {
    const Association alone = hold(table.col(0), table.col(1), table.col(2), method);
    Matrix more(50, 4);
    more << table.col(2) * 1e200, Vector::Ones(50).matrix() * 3, table.col(2) * 1e-300, table.col(2);
    const Association found = hold(table.col(0) * 1e200, table.col(1) * 1e-310, more, method);
    CHECK(found.reason == Reason::none);
    CHECK(found.estimate == doctest::Approx(alone.estimate).epsilon(1e-11));
    Matrix constant(50, 1);
    constant.setConstant(1e9);
    const Association plain = correlate(table.col(0), table.col(1), asked(Choice{method}, 0, 0.95, 1, 1))[0];
    CHECK(hold(table.col(0), table.col(1), constant, method).estimate == doctest::Approx(plain.estimate).epsilon(1e-14));
  }
}

TEST_CASE("an offset of 1e9 with steps of 1e-6 leaves the right partial coefficient") {
  Matrix steps(80, 3);
  for (Index i = 0; i < 80; ++i) steps.row(i) << (i * 37) % 101, (i * 37) % 101 + (i * 53) % 97, (i * 61) % 89;
  const Matrix moved = 1e9 + steps.array() * 1e-6;
  const Matrix exact = (moved.array() - 1e9).matrix();  // no rounding: both are close to 1e9
  CHECK(hold(moved.col(0), moved.col(1), moved.col(2), "pearson").estimate ==
        doctest::Approx(plain_partial(exact.col(0), exact.col(1), exact.col(2))).epsilon(1e-12));
}

TEST_CASE("controls that determine a column leave a reason and no number") {
  const Matrix table = normals(50, 4);
  const Vector x = table.col(0), y = table.col(1);
  for (const char* method : {"pearson", "spearman", "kendall", "distance"}) {
    CHECK(hold(x, y, y, method).reason == Reason::control_is_y);
    CHECK(hold(x, y, 1e4 - 1e-3 * x.array(), method).reason == Reason::control_is_x);
    CHECK(hold(x * 1e200, y, 3 * x.array() + 7, method).reason == Reason::control_is_x);
    CHECK(std::isnan(hold(x, y, y, method).estimate));
    CHECK(std::isnan(hold(x, y, y, method).p));
    CHECK(hold(x.head(6), y.head(6), normals(6, 4), method).reason == Reason::too_many_controls);
    CHECK(hold(x.head(3), y.head(3), table.rightCols(1).topRows(3), method).reason == Reason::too_few);
    CHECK(hold(x, y, Matrix::Constant(50, 1, missing_value), method).reason == Reason::no_overlap);
    CHECK(hold(Vector::Ones(50), y, table.col(2), method).reason == Reason::constant_x);
  }
  CHECK(hold(x, y, 1e9 - 1e-3 * x.array(), "pearson").reason == Reason::control_is_x);  // but for the rounding of 1e9
  Matrix two(50, 2);
  two << table.col(2), table.col(2) - 0.1 * y;  // only both together determine y
  CHECK(hold(x, y, two, "pearson").reason == Reason::control_is_y);
  CHECK(hold(x, y + 1e-7 * table.col(3), y, "pearson").reason == Reason::none);
}

TEST_CASE("within clusters it is deviations that are associated, between them means") {
  Matrix table = normals(84, 3);
  table(5, 0) = table(9, 2) = missing_value;
  Question question = asked(Choice{"pearson"}, 0, 0.95, 1, 1);
  question.clusters = groups_of(84, 6);
  question.controls = table.col(2);
  Matrix sums = Matrix::Zero(14, 3);
  Vector counts = Vector::Zero(14);
  std::vector<Index> rows;
  for (Index i = 0; i < 84; ++i) {
    if (table.row(i).hasNaN()) continue;
    rows.push_back(i);
    sums.row(question.clusters[static_cast<std::size_t>(i)]) += table.row(i);
    ++counts[question.clusters[static_cast<std::size_t>(i)]];
  }
  const Matrix means = sums.array().colwise() / counts.array();
  Matrix within(static_cast<Index>(rows.size()), 3);
  for (std::size_t k = 0; k < rows.size(); ++k)
    within.row(static_cast<Index>(k)) = table.row(rows[k]) - means.row(question.clusters[static_cast<std::size_t>(rows[k])]);
  for (const char* method : {"pearson", "spearman"}) {
    const bool ranks = std::string(method) == "spearman";
    question.method = Choice{method};
    question.view = View::within;
    Association found = correlate(table.col(0), table.col(1), question)[0];
    const Matrix a = ranks ? ranked(within) : within, b = ranks ? ranked(means) : means;
    CHECK(found.n == 82);
    CHECK(found.clusters == 14);
    CHECK(found.estimate == doctest::Approx(plain_partial(a.col(0), a.col(1), a.col(2))).epsilon(1e-12));
    question.view = View::between;
    found = correlate(table.col(0), table.col(1), question)[0];
    CHECK(found.estimate == doctest::Approx(plain_partial(b.col(0), b.col(1), b.col(2))).epsilon(1e-12));
    CHECK(found.p == doctest::Approx(correlation_p(found.estimate, 13)).epsilon(1e-13));
  }
}

TEST_CASE("views: clusters of one row have no within, and constant clusters are exactly so") {
  Vector x(12), y(12);
  Question question = asked(Choice{"spearman"}, 0, 0.95, 1, 1);
  for (Index i = 0; i < 12; ++i) {
    x[i] = 0.1 * static_cast<double>(i / 2) + 1e8, y[i] = static_cast<double>((i * 5) % 12);
    question.clusters.push_back(i / 2);
  }
  question.view = View::within;
  for (const char* method : {"pearson", "spearman", "kendall", "distance"}) {
    question.method = Choice{method};
    CHECK(correlate(x, y, question)[0].reason == Reason::constant_x);
  }
  question.clusters = {0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6};
  const Association found = correlate(y, x.reverse(), question)[0];
  CHECK(found.n == 10);
  CHECK(found.clusters == 5);
  question.clusters.assign(12, 0);
  CHECK(correlate(y, x, question)[0].reason == Reason::too_few);
  question.clusters.assign(11, 0);
  CHECK_THROWS_AS(correlate(y, x, question), DataError);
  question.clusters.assign(12, -1);
  CHECK_THROWS_AS(correlate(y, x, question), DataError);
}

TEST_CASE("views take no digits from an offset of 1e9 with steps of 1e-6") {
  Matrix steps(90, 3);
  Question question = asked(Choice{"pearson"}, 0, 0.95, 1, 1);
  for (Index i = 0; i < 90; ++i) {
    steps.row(i) << (i * 37) % 101, (i * 37) % 101 + (i * 53) % 97, (i * 61) % 89;
    question.clusters.push_back(i / 3);
  }
  steps *= std::ldexp(1.0, -20);
  const Matrix moved = steps.array() + std::ldexp(1.0, 29);  // exact
  for (const char* method : {"pearson", "spearman", "kendall", "distance"})
    for (View view : {View::within, View::between})
      for (Index controls : {0, 1}) {
        question.method = Choice{method};
        question.view = view;
        question.controls = steps.rightCols(controls);
        const Association plain = correlate(steps.col(0), steps.col(1), question)[0];
        question.controls = moved.rightCols(controls);
        const Association found = correlate(moved.col(0), moved.col(1), question)[0];
        CHECK(found.estimate == doctest::Approx(plain.estimate).epsilon(1e-12));
        CHECK(found.reason == Reason::none);
      }
}

// Decimals as 0.1 are not exact: deviations that are equal but for that tie.
TEST_CASE("deviations of decimals tie as those of whole numbers do") {
  Vector x(60), y(60);
  Question question = asked(Choice{"spearman"}, 0, 0.95, 1, 1);
  for (Index i = 0; i < 60; ++i) {
    x[i] = static_cast<double>((i * 7) % 11 + i / 3 * 13), y[i] = static_cast<double>((i * 5) % 7 + (i * 7) % 11);
    question.clusters.push_back(i / 3);
  }
  for (View view : {View::within, View::between}) {
    question.view = view;
    const double whole = correlate(x, y, question)[0].estimate;
    CHECK(correlate(x / 10, y / 10, question)[0].estimate == doctest::Approx(whole).epsilon(1e-13));
    CHECK(correlate(x / 7, y / 1000, question)[0].estimate == doctest::Approx(whole).epsilon(1e-13));
  }
}
