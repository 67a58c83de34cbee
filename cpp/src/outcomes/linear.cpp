// Pearson's and Spearman's coefficient, plain and partial, of eight resamples at once, and what each row adds to them.
#include <algorithm>
#include <cmath>

#include "outcomes/pair.hpp"

namespace egov::detail {
namespace {

constexpr double negligible = 1e-12;  // a share of a variance that is rounding

}  // namespace

// Takes a control out of the controls after it and of x and y; the factors are kept in factors_.
void Pair::project(std::size_t control) {
  const auto m = sides_.size();
  const EightRows& z = scores_[control];
  auto take_out = [&](std::size_t from) {
    Eight zz, zb, bb, factor;
    products(times_.data(), z.data(), scores_[from].data(), n_, zz, zb, bb);
    if (control == 2) raw_[from] = lanes_of(bb);
    if (control == 2) raw_[2] = lanes_of(zz);
    for (Index lane = 0; lane < Eight::lanes; ++lane) {
      const bool flat = !(zz.of[lane] > negligible * raw_[control][lane]) || (zz.of[lane] <= smallest() && constant(sides_[control], lane));
      factor.of[lane] = flat ? 0 : zb.of[lane] / zz.of[lane];
    }
    factors_[from * m + control] = lanes_of(factor);
    subtract(z.data(), factor, n_, scores_[from].data());
  };
  for (std::size_t later = control + 1; later < m; ++later) take_out(later);
  take_out(0);
  take_out(1);
}

// Sums of squares of a column that varies are larger: its values are at most 1 in size. Ranks are whole numbers.
double Pair::smallest() const { return kind_ == Coefficient::pearson ? 1e-22 * static_cast<double>(n_) : -1; }

Lanes Pair::linear(bool influences) {
  const auto m = sides_.size();
  scores_.resize(std::max(scores_.size(), m));
  raw_.resize(m), factors_.resize(m * m);
  for (std::size_t a = 0; a < m; ++a) {
    scores_[a].resize(static_cast<std::size_t>(n_));
    if (kind_ == Coefficient::pearson) center(times_.data(), sides_[a].values.data(), n_, total_, scores_[a].data());
    else rank(times_.data(), sides_[a].ordered(), total_, scores_[a].data());
  }
  for (std::size_t control = 2; control < m; ++control) project(control);
  Eight xx, xy, yy;
  products(times_.data(), scores_[0].data(), scores_[1].data(), n_, xx, xy, yy);
  Lanes r = lanes_of(xy) / (lanes_of(xx) * lanes_of(yy)).sqrt();
  const Lanes squares[] = {lanes_of(xx), lanes_of(yy)};
  for (std::size_t a = 0; a < 2; ++a)
    for (Index lane = 0; lane < Eight::lanes; ++lane) {
      // rounding leaves a little even where every draw is the same, so a small sum is looked at draw by draw
      const double whole = m > 2 ? raw_[a][lane] : squares[a][lane];
      if ((whole <= smallest() && constant(sides_[a], lane)) || (m > 2 && squares[a][lane] <= negligible * whole)) r[lane] = missing_value;
    }
  if (influences) linear_influences(r, squares[0], squares[1]);
  return r;
}

// The influence of a row on r is a b - r (a^2 + b^2) / 2 of its standardized residuals a, b (Devlin, Gnanadesikan and Kettenring
// 1975); how it moves the controls' coefficients does not count in the first order. Of ranks, the row also moves those of others.
void Pair::linear_influences(const Lanes& r, const Lanes& xx, const Lanes& yy) {
  Eight of_r, p, q;
  lanes_of(of_r) = r, lanes_of(p) = 1 / xx.sqrt(), lanes_of(q) = 1 / yy.sqrt();
  phi_.resize(static_cast<std::size_t>(n_));
  influence(scores_[0].data(), scores_[1].data(), n_, of_r, p, q, phi_.data());
  if (kind_ == Coefficient::pearson) return;
  const Lanes cross = 2 * lanes_of(p) * lanes_of(q), in_x = 2 * r / xx, in_y = 2 * r / yy;
  const auto m = sides_.size();
  // residuals as sums of columns: x less each control times a coefficient, from the last control back
  std::vector<Lanes>& c = factors_;
  for (std::size_t a = 0; a < 2; ++a)
    for (std::size_t j = m; j-- > 2;)
      for (std::size_t l = 2; l < j; ++l) c[a * m + l] -= c[a * m + j] * c[j * m + l];
  for (std::size_t a = 0; a < m; ++a) {
    const Lanes of_x = a == 0 ? Lanes(Lanes::Ones()) : a == 1 ? Lanes(Lanes::Zero()) : Lanes(-c[a]);
    const Lanes of_y = a == 1 ? Lanes(Lanes::Ones()) : a == 0 ? Lanes(Lanes::Zero()) : Lanes(-c[m + a]);
    Eight worth_x, worth_y;
    lanes_of(worth_x) = of_y * cross - of_x * in_x;
    lanes_of(worth_y) = of_x * cross - of_y * in_y;
    shift(times_.data(), sides_[a].ordered(), scores_[0].data(), scores_[1].data(), worth_x, worth_y, phi_.data());
  }
}

}  // namespace egov::detail
