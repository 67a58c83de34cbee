#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "egov/outcomes.hpp"
#include "question.hpp"
#include "egov/random.hpp"

using namespace egov;

namespace {

const double na = missing_value;

// Data sets swiss and airquality of R, p-values and their adjustments by p.adjust of R 4.2.2: files swiss_r.csv,
// airquality_r.csv and r_values.csv (keys padjust.*) of the reference values for outcomes.
const double fertility[] = {80.2, 83.1, 92.5, 85.8, 76.9, 76.1, 83.8, 92.4, 82.4, 82.9, 87.1, 64.1, 66.9, 68.9, 61.7,
    68.3, 71.7, 55.7, 54.3, 65.1, 65.5, 65, 56.6, 57.4, 72.5, 74.2, 72, 60.5, 58.3, 65.4, 75.5, 69.3, 77.3, 70.5,
    79.4, 65, 92.2, 79.3, 70.4, 65.7, 72.7, 64.4, 77.6, 67.6, 35, 44.7, 42.8};
const double education[] = {12, 9, 5, 7, 15, 7, 7, 8, 7, 13, 6, 12, 7, 12, 5, 2, 8, 28, 20, 9, 10, 3, 12, 6, 1, 8, 3,
    10, 19, 8, 2, 6, 2, 6, 3, 9, 3, 13, 12, 11, 13, 32, 7, 7, 53, 29, 29};
const double ozone[] = {41, 36, 12, 18, na, 28, 23, 19, 8, na, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32,
    na, na, na, 23, 45, 115, 37, na, na, na, na, na, na, 29, na, 71, 39, na, na, 23, na, na, 21, 37, 20, 12, 13, na,
    na, na, na, na, na, na, na, na, na, 135, 49, 32, na, 64, 40, 77, 97, 97, 85, na, 10, 27, na, 7, 48, 35, 61, 79,
    63, 16, na, na, 80, 108, 20, 52, 82, 50, 64, 59, 39, 9, 16, 78, 35, 66, 122, 89, 110, na, na, 44, 28, 65, na, 22,
    59, 23, 31, 44, 21, 9, na, 45, 168, 73, na, 76, 118, 84, 85, 96, 78, 73, 91, 47, 32, 20, 23, 21, 24, 44, 21, 28,
    9, 13, 46, 18, 13, 24, 16, 13, 23, 36, 7, 14, 30, na, 14, 18, 20};
const double temp[] = {67, 72, 74, 62, 56, 66, 65, 59, 61, 69, 74, 69, 66, 68, 58, 64, 66, 57, 68, 62, 59, 73, 61,
    61, 57, 58, 57, 67, 81, 79, 76, 78, 74, 67, 84, 85, 79, 82, 87, 90, 87, 93, 92, 82, 80, 79, 77, 72, 65, 73, 76,
    77, 76, 76, 76, 75, 78, 73, 80, 77, 83, 84, 85, 81, 84, 83, 83, 88, 92, 92, 89, 82, 73, 81, 91, 80, 81, 82, 84,
    87, 85, 74, 81, 82, 86, 85, 82, 86, 88, 86, 83, 81, 81, 81, 82, 86, 85, 87, 89, 90, 90, 92, 86, 86, 82, 80, 79,
    77, 79, 76, 78, 78, 77, 72, 75, 79, 81, 86, 88, 97, 94, 96, 94, 91, 92, 93, 93, 87, 84, 80, 78, 75, 73, 81, 76,
    77, 71, 71, 78, 67, 76, 68, 82, 64, 71, 81, 69, 63, 70, 77, 75, 76, 68};
const double p_input[] = {0.0001, 0.00040000000000000002, 0.0019, 0.0094999999999999998, 0.0201,
    0.027799999999999998, 0.0298, 0.0344, 0.045900000000000003, 0.32400000000000001, 0.42620000000000002,
    0.57189999999999996, 0.65280000000000005, 0.75900000000000001, 1};
const double p_bh[] = {0.0015, 0.0030000000000000001, 0.0094999999999999998, 0.035624999999999997,
    0.060299999999999999, 0.063857142857142862, 0.063857142857142862, 0.064500000000000002, 0.076500000000000012,
    0.48599999999999999, 0.58118181818181813, 0.71487499999999993, 0.75323076923076926, 0.81321428571428567, 1};
const double p_by[] = {0.0049773434898434899, 0.0099546869796869799, 0.031523175435675434, 0.11821190788378289,
    0.20008920829170829, 0.21189262285333715, 0.21189262285333715, 0.21402577006327006, 0.25384451798201801, 1, 1, 1,
    1, 1, 1};
const double p_holm[] = {0.0015, 0.0055999999999999999, 0.0247, 0.11399999999999999, 0.22109999999999999,
    0.27799999999999997, 0.27799999999999997, 0.27799999999999997, 0.32130000000000003, 1, 1, 1, 1, 1, 1};
const double p_bonferroni[] = {0.0015, 0.0060000000000000001, 0.028500000000000001, 0.14249999999999999,
    0.30149999999999999, 0.41699999999999998, 0.44700000000000001, 0.51600000000000001, 0.6885, 1, 1, 1, 1, 1, 1};

template <std::size_t n>
Vector vector_of(const double (&values)[n]) {
  return Eigen::Map<const Vector>(values, static_cast<Index>(n));
}

Association associate(const Vector& x, const Vector& y, const std::string& method, Index resamples = 0) {
  return correlate(x, y, asked(Choice{method}, resamples, 0.95, 1, 1))[0];
}

// Units in the last place of `right` between the two.
double ulps(double got, double right) { return std::abs(got - right) / std::ldexp(1.0, std::ilogb(right) - 52); }

Vector made(int n, double (*of)(int)) {
  Vector values(n);
  for (int i = 0; i < n; ++i) values[i] = of(i);
  return values;
}

double steps(int i) { return (i * 37) % 101; }
double other_steps(int i) { return (i * 53) % 97 + (i * 37) % 101; }
double far_steps(int i) { return (i * 61) % 89; }

bool same_bits(const std::vector<Association>& a, const std::vector<Association>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    double left[] = {a[i].estimate, a[i].low, a[i].high, a[i].p};
    double right[] = {b[i].estimate, b[i].low, b[i].high, b[i].p};
    if (std::memcmp(left, right, sizeof left) != 0 || a[i].n != b[i].n || a[i].reason != b[i].reason) return false;
  }
  return true;
}

}  // namespace

// File gold_values.csv (60 digits) of the reference values for outcomes, keys cor.swiss.* and cor.airquality.*
TEST_CASE("coefficients and p-values equal the 60-digit ones") {
  Association a = associate(vector_of(fertility), vector_of(education), "pearson");
  CHECK(a.n == 47);
  CHECK(ulps(a.estimate, -0.6637888570350691715908967) <= 4);
  CHECK(std::abs(a.p / 3.658616965962341922085313e-7 - 1) < 1e-12);
  Association b = associate(vector_of(fertility), vector_of(education), "spearman");
  CHECK(ulps(b.estimate, -0.443257690360988181322937) <= 4);
  CHECK(std::abs(b.p / 0.001805974941946396949711122 - 1) < 1e-12);
  Association c = associate(vector_of(ozone), vector_of(temp), "pearson");
  CHECK(c.n == 116);
  CHECK(ulps(c.estimate, 0.6983603421509318991590309) <= 4);
  CHECK(std::abs(c.p / 2.931896592477876448709084e-18 - 1) < 1e-12);
  Association d = associate(vector_of(ozone), vector_of(temp), "spearman");
  CHECK(ulps(d.estimate, 0.7740429554613012816918098) <= 4);
  CHECK(std::abs(d.p / 2.247660569863604688067363e-24 - 1) < 1e-12);
}

// True values of the very doubles at 60 digits (mpmath).
TEST_CASE("pearson stays within 4 ulp whatever the offset and the scale") {
  Vector x = made(193, steps), y = made(193, other_steps), far = made(193, far_steps);
  auto r = [](const Vector& a, const Vector& b) { return associate(a, b, "pearson").estimate; };
  Vector shifted = made(193, [](int i) { return 1e9 + 1e-6 * steps(i); });
  Vector fallen = made(193, [](int i) { return -1e12 + 1e-3 * other_steps(i); });
  CHECK(ulps(r(x, y), 0.73810067464488186945) <= 4);
  CHECK(ulps(r(shifted, y), 0.73813919717769105963) <= 4);
  CHECK(ulps(r(shifted, fallen), 0.73815068473898455381) <= 4);
  CHECK(ulps(r(x * 1e200, (y.array() + 1) * 1e305), 0.73810067464488187788) <= 4);
  CHECK(ulps(r(x * 5e-324, y * 1e-310), 0.73810067464488186945) <= 4);
  CHECK(ulps(r(x, far), -0.015799186301634570735) <= 4);
  Vector tenths = made(193, [](int i) { return 0.1 * steps(i); });  // nearly orthogonal: all but six digits cancel
  Vector across = made(193, [](int i) { return 0.1 * ((i * 108) % 139); });
  CHECK(ulps(r(tenths, across), -6.4448643280169381526e-6) <= 4);
  CHECK(r(x, x) == 1);
  CHECK(r(x, -x) == -1);
  CHECK(r(x, x * 1e300) == doctest::Approx(1).epsilon(1e-15));
}

// mpmath 1.3, incomplete beta function at 60 digits.
TEST_CASE("p-values keep their precision in the tails") {
  struct Known {
    double r;
    Index n;
    double p;
  };
  const Known known[] = {{0.5, 10, 0.14111328125},
                         {-0.3, 193, 2.2481321680170345e-5},
                         {0.01, 50, 0.94505021135852027},
                         {0.9, 193, 8.4538601034321067e-71},
                         {0.99, 193, 2.0213562320091444e-164},
                         {-0.999, 193, 9.7478037066709127e-260},
                         {0.9995, 100, 7.9453170447680827e-149},
                         {0.2, 5000, 2.7876702487399945e-46},
                         {0.45, 3000, 1.5996101625446018e-149},
                         {0.7, 4, 0.30000000000000004},
                         {0.1, 3, 0.93623143914148015},
                         {1e-9, 30, 0.99999999581551254},
                         {0.65, 1300, 6.0129951003644902e-157}};
  for (const Known& row : known) CHECK(std::abs(correlation_p(row.r, row.n) / row.p - 1) < 1e-12);
  CHECK(correlation_p(1, 10) == 0);
  CHECK(correlation_p(-1, 3) == 0);
  CHECK(correlation_p(0, 10) == 1);
  CHECK(std::isnan(correlation_p(0.5, 2)));
  CHECK(std::isnan(correlation_p(na, 20)));
}

TEST_CASE("midranks share the mean of the ranks of a tie") {
  Vector ranks = midranks(Vector{{3.0, 1.0, 3.0, 2.0, 3.0, -0.0, 0.0}});
  CHECK(ranks == Vector{{6.0, 3.0, 6.0, 4.0, 6.0, 1.5, 1.5}});
  CHECK(midranks(Vector(0)).size() == 0);
}

TEST_CASE("adjusted p-values equal those of R") {
  Vector p = vector_of(p_input), shuffled(15);
  for (Index i = 0; i < 15; ++i) shuffled[i] = p[(i * 7) % 15];
  auto equals = [&](const char* method, const Vector& right) {
    CHECK(adjust(p, Choice{method}) == right);
    Vector got = adjust(shuffled, Choice{method});
    for (Index i = 0; i < 15; ++i) CHECK(got[i] == right[(i * 7) % 15]);
  };
  equals("bh", vector_of(p_bh));
  equals("by", vector_of(p_by));
  equals("holm", vector_of(p_holm));
  equals("bonferroni", vector_of(p_bonferroni));
  equals("none", p);
}

TEST_CASE("missing p-values stay missing and do not count") {
  for (const AdjustMethod& row : adjust_methods()) {
    Vector all = adjust(Vector{{0.01, na, 0.04, 0.03, na}}, Choice{row.name});
    Vector some = adjust(Vector{{0.01, 0.04, 0.03}}, Choice{row.name});
    CHECK((std::isnan(all[1]) && std::isnan(all[4])));
    CHECK((all[0] == some[0] && all[2] == some[1] && all[3] == some[2]));
    CHECK(adjust(Vector(0), Choice{row.name}).size() == 0);
    CHECK(adjust(Vector{{0.2}}, Choice{row.name})[0] == (row.name == "two_stage" ? 0.2 * 1.05 : 0.2));
  }
  CHECK_THROWS_AS(adjust(Vector{{0.5, 1.5}}, Choice{"bh"}), DataError);
  CHECK_THROWS_AS(adjust(Vector{{0.5}}, Choice{"fdr"}), SpecError);
}

TEST_CASE("a pair that cannot be estimated says why") {
  for (const char* method : {"pearson", "spearman"}) {
    Vector x{{1, 2, 3, 4, 5, na}}, flat{{7, 7, 7, 7, 7, 8}};
    Association few = associate(Vector{{1, 2, 3, na}}, Vector{{2, 1, 3, 4}}, method, 10);
    CHECK((few.n == 3 && few.reason == Reason::too_few && std::isnan(few.estimate) && std::isnan(few.p)));
    Association constant = associate(x, flat, method, 10);  // 8 stands in a row that x does not have
    CHECK((constant.n == 5 && constant.reason == Reason::constant_y && std::isnan(constant.low)));
    CHECK(associate(flat, x, method).reason == Reason::constant_x);
    CHECK(associate(Vector{{1e9, 1e9, 1e9, 1e9, 1e9 + 1e-6}}, Vector{{1, 2, 3, 4, 9}}, method).reason == Reason::none);
    CHECK(associate(Vector::Constant(5, na), x.head(5), method).n == 0);
  }
}

TEST_CASE("results stand row by row of x and column by column of y") {
  Matrix x(6, 2), y(6, 3);
  for (Index i = 0; i < 6; ++i)
    for (Index j = 0; j < 5; ++j)
      (j < 2 ? x(i, j) : y(i, j - 2)) = uniform(2, static_cast<std::uint64_t>(j), static_cast<std::uint64_t>(i));
  for (const char* method : {"pearson", "spearman"}) {
    auto all = correlate(x, y, asked(Choice{method}, 0, 0.95, 1, 2));
    REQUIRE(all.size() == 6);
    for (Index i = 0; i < 2; ++i)
      for (Index j = 0; j < 3; ++j)
        CHECK(all[static_cast<std::size_t>(3 * i + j)].estimate == associate(x.col(i), y.col(j), method).estimate);
    CHECK(std::isnan(all[0].low));
  }
}

TEST_CASE("any number of threads gives the same bits") {
  Matrix x(40, 3), y(40, 5);
  for (Index i = 0; i < 40; ++i)
    for (Index j = 0; j < 8; ++j) {
      double u = uniform(4, static_cast<std::uint64_t>(j), static_cast<std::uint64_t>(i));
      (j < 3 ? x(i, j) : y(i, j - 3)) = u < 0.1 ? na : std::floor(20 * u);
    }
  y.col(2).setConstant(1);
  for (const char* method : {"pearson", "spearman"}) {
    auto one = correlate(x, y, asked(Choice{method}, 99, 0.95, 3, 1));
    CHECK(same_bits(one, correlate(x, y, asked(Choice{method}, 99, 0.95, 3, 2))));
    CHECK(same_bits(one, correlate(x, y, asked(Choice{method}, 99, 0.95, 3, 8))));
  }
}

TEST_CASE("a request that makes no sense is refused") {
  Vector x{{1, 2, 3, 4, 5}}, y{{2, 1, 4, 3, 5}};
  CHECK_THROWS_AS(correlate(x, y.head(4), asked(Choice{"pearson"}, 0, 0.95, 1, 1)), DataError);
  CHECK_THROWS_AS(correlate(x, y, asked(Choice{"kendal"}, 0, 0.95, 1, 1)), SpecError);
  CHECK_THROWS_AS(correlate(x, y, asked(Choice{"pearson", {{"k", 1.0}}}, 0, 0.95, 1, 1)), SpecError);
  CHECK_THROWS_AS(correlate(x, y, asked(Choice{"pearson"}, -1, 0.95, 1, 1)), SpecError);
  for (double level : {0.0, 1.0, 95.0, na})
    CHECK_THROWS_AS(correlate(x, y, asked(Choice{"pearson"}, 10, level, 1, 1)), SpecError);
  y[3] = infinite;
  try {
    correlate(x, y, asked(Choice{"pearson"}, 0, 0.95, 1, 1));
    FAIL("no error");
  } catch (const DataError& error) {
    CHECK(error.place.unit == 3);
    CHECK(error.place.param == "y");
  }
}

TEST_CASE("a long call can be stopped") {
  Matrix x = Matrix::Random(193, 20), y = Matrix::Random(193, 20);
  CHECK_THROWS_AS(correlate(x, y, asked(Choice{"spearman"}, 2000, 0.95, 1, 2), [](double) { return false; }), Interrupted);
}
