#include "egov/sobol.hpp"

#include <cmath>

namespace egov {
namespace {

// Means of the mixed runs p = ab_i = a + d and q = ba_i = b + e.
struct Mixed {
  double p, pp, ap, bp;
  explicit Mixed(const Means& m) : p(m.a + m.d), pp(m.aa + 2 * m.ad + m.dd), ap(m.aa + m.ad), bp(m.ab + m.bd) {}
};

// Janon and Monod's ratio of two runs x and y that share what is asked for.
double shared_ratio(double x, double y, double xx, double yy, double xy) {
  const double mean = (x + y) / 2;
  return (xy - mean * mean) / ((xx + yy) / 2 - mean * mean);
}

double correlation(double x, double y, double xx, double yy, double xy) { return (xy - x * y) / std::sqrt((xx - x * x) * (yy - y * y)); }

// <(a - b)^2 + (ba - ab)^2>, four times the variance.
double both_spreads(const Means& m) {
  return 2 * (m.aa - 2 * m.ab + m.bb) + m.ee - 2 * m.de + m.dd + 2 * (m.be - m.bd - m.ae + m.ad);
}

double first_sobol(const Means& m) { return Mixed(m).bp / m.variance(); }
double first_saltelli(const Means& m) { return m.bd / m.variance(); }
double first_jansen(const Means& m) {
  const Mixed x(m);
  return 1 - (m.bb - 2 * x.bp + x.pp) / (2 * m.variance());
}
double first_janon_monod(const Means& m) {
  const Mixed x(m);
  return shared_ratio(m.b, x.p, m.bb, x.pp, x.bp);
}
double first_martinez(const Means& m) {
  const Mixed x(m);
  return correlation(m.b, x.p, m.bb, x.pp, x.bp);
}
double first_azzini_rosati(const Means& m) { return -2 * m.de / both_spreads(m); }
double first_owen(const Means& m) { return -m.ge / m.variance(); }

double total_jansen(const Means& m) { return m.dd / (2 * m.variance()); }
double total_homma_saltelli(const Means& m) { return 1 - Mixed(m).ap / m.variance(); }
double total_sobol(const Means& m) { return -m.ad / m.variance(); }
double total_saltelli(const Means& m) { return 1 - (m.bb + m.be) / m.variance(); }
double total_glen_isaacs(const Means& m) {
  const Mixed x(m);
  return 1 - correlation(m.a, x.p, m.aa, x.pp, x.ap);
}
double total_janon_monod(const Means& m) {
  const Mixed x(m);
  return 1 - shared_ratio(m.a, x.p, m.aa, x.pp, x.ap);
}
double total_azzini_rosati(const Means& m) { return (m.ee + m.dd) / both_spreads(m); }

// <ba_i ab_j - a b>: a d_j is no part of it, as ba_i stands for b.
double closed(const Means& i, const Means& j, double ed) { return (j.bd + i.ae + ed) / i.variance(); }

double second_saltelli(const Means& i, const Means& j, double ed, double, double first_i, double first_j) {
  return closed(i, j, ed) - first_i - first_j;
}
double second_saltelli_both(const Means& i, const Means& j, double ed, double de, double first_i, double first_j) {
  return (closed(i, j, ed) + closed(j, i, de)) / 2 - first_i - first_j;
}

}  // namespace

const Rows<FirstOrderMethod>& first_order_methods() {
  static const Rows<FirstOrderMethod> table = {
      {{"sobol", "Product of the two runs that share the factor, less the squared mean.", "Sobol' 1993", {}}, Needs::nothing, first_sobol},
      {{"saltelli", "Product of one run with what the factor does to the other.", "Saltelli et al. 2010", {}}, Needs::nothing, first_saltelli},
      {{"jansen", "What is left when the squared difference of the two runs that share the factor is taken away.", "Jansen 1999", {}}, Needs::nothing, first_jansen},
      {{"janon_monod", "Product of the two runs that share the factor over their common variance.", "Janon et al. 2014", {}}, Needs::nothing, first_janon_monod},
      {{"martinez", "Correlation of the two runs that share the factor.", "Martinez 2011", {}}, Needs::nothing, first_martinez},
      {{"azzini_rosati", "Product of what the factor does to two independent runs, over the spread of both pairs.", "Azzini and Rosati 2020", {}}, Needs::reversed, first_azzini_rosati},
      {{"owen", "Product of what the factor does to two runs by independent values, for small indices; needs a third point.", "Owen 2013", {}}, Needs::third, first_owen}};
  return table;
}

const Rows<TotalOrderMethod>& total_order_methods() {
  static const Rows<TotalOrderMethod> table = {
      {{{"jansen", "Half the squared difference that the factor makes.", "Jansen 1999", {}}, Needs::nothing, total_jansen}},
      {{{"homma_saltelli", "What is left when the product of the runs that share all but the factor is taken away.", "Homma and Saltelli 1996", {}}, Needs::nothing, total_homma_saltelli}},
      {{{"sobol", "Product of a run with the difference that the factor makes to it.", "Sobol' 2007", {}}, Needs::nothing, total_sobol}},
      {{{"saltelli", "The same as homma_saltelli on the reversed runs.", "Saltelli et al. 2008", {}}, Needs::reversed, total_saltelli}},
      {{{"glen_isaacs", "One less the correlation of the runs that share all but the factor.", "Glen and Isaacs 2012", {}}, Needs::nothing, total_glen_isaacs}},
      {{{"janon_monod", "One less the product of the runs that share all but the factor over their common variance.", "Janon et al. 2014", {}}, Needs::nothing, total_janon_monod}},
      {{{"azzini_rosati", "Squared differences that the factor makes to two independent runs, over the spread of both pairs.", "Azzini and Rosati 2020", {}}, Needs::reversed, total_azzini_rosati}}};
  return table;
}

const Rows<SecondOrderMethod>& second_order_methods() {
  static const Rows<SecondOrderMethod> table = {
      {{"saltelli", "Product of the reversed run of the one with the mixed run of the other, less both first orders.", "Saltelli 2002", {}}, second_saltelli},
      {{"saltelli_both", "Mean of that estimate taken both ways round.", "Saltelli 2002", {}}, second_saltelli_both}};
  return table;
}

}  // namespace egov
