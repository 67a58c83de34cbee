// Distance correlation of whole numbers of copies of each row, in O(n log n) by sums over the order of both columns:
// Huo and Szekely (2016), Technometrics 58, 435-447; Chaudhuri and Hu (2019), Computational Statistics 135, 15-24.
// Partial distance correlation: Szekely and Rizzo (2014), Annals of Statistics 42, 2382-2412.
#include <cmath>

#include "outcomes/fenwick.hpp"
#include "outcomes/pair.hpp"

namespace egov::detail {
namespace {

// Squared distance covariance from sums over pairs: of products of distances, over rows of products of row sums, and
// the product of the sums of all distances.
Lanes covariance(const Lanes& pairs, const Lanes& rows, const Lanes& all, const Lanes& n) {
  return pairs / (n * n) - 2 * rows / (n * n * n) + all / (n * n * n * n);
}

// The same without bias.
Lanes unbiased(const Lanes& pairs, const Lanes& rows, const Lanes& all, const Lanes& n) {
  return (pairs - 2 * rows / (n - 2) + all / ((n - 1) * (n - 2))) / (n * (n - 3));
}

// A squared coefficient without bias; 0 where a variance is not above 0.
Lanes coefficient(const Lanes& cross, const Lanes& own_a, const Lanes& own_b) {
  return (own_a > 0 && own_b > 0).select(cross / (own_a * own_b).sqrt(), 0.0);
}

}  // namespace

// Row sums of the distances of a side, into scores_.
void Pair::distance_rows(std::size_t a) {
  const Side& side = sides_[a];
  EightRows& far = scores_[a];
  far.resize(static_cast<std::size_t>(n_));
  const Lanes n = lanes_of(total_);
  Lanes sum = Lanes::Zero();
  for (std::size_t i = 0; i < times_.size(); ++i) sum += lanes_of(times_[i]) * side.values[static_cast<Index>(i)];
  Lanes before = Lanes::Zero(), part = before;
  for (int row : side.order) {
    const auto i = static_cast<std::size_t>(row);
    lanes_of(far[i]) = side.values[row] * (2 * before - n) + sum - 2 * part;
    before += lanes_of(times_[i]);
    part += lanes_of(times_[i]) * side.values[row];
  }
}

// The sum over all pairs of rows of the product of their distances in a and b: in the order of a, those before a row with less
// in b less those with more.
Lanes Pair::distance_products(const Side& a, const Side& b) {
  trees_.resize(4);
  Fenwick w(trees_[0], n_), wx(trees_[1], n_), wy(trees_[2], n_), wxy(trees_[3], n_);
  Lanes pairs = Lanes::Zero(), so_far = pairs, so_far_x = pairs, so_far_y = pairs, so_far_xy = pairs;
  for (int row : a.order) {
    const auto i = static_cast<std::size_t>(row);
    const Lanes times = lanes_of(times_[i]);
    const double x = a.values[row], y = b.values[row];
    const Index place = b.place[i];
    pairs += times * (x * y * (2 * w.before(place) - so_far) - x * (2 * wy.before(place) - so_far_y) -
                      y * (2 * wx.before(place) - so_far_x) + 2 * wxy.before(place) - so_far_xy);
    w.add(place, times), wx.add(place, times * x), wy.add(place, times * y), wxy.add(place, times * (x * y));
    so_far += times, so_far_x += times * x, so_far_y += times * y, so_far_xy += times * (x * y);
  }
  return 2 * pairs;
}

// Several controls are one point of their space: row sums of its distances into the scores of the first of them, and the sums of
// products with the distances in x and y, pair by pair in O(n^2).
void Pair::distance_norms(Lanes& with_x, Lanes& with_y) {
  EightRows& far = scores_[2];
  far.assign(static_cast<std::size_t>(n_), Eight{});
  with_x.setZero(), with_y.setZero();
  const Vector &x = sides_[0].values, &y = sides_[1].values;
  for (Index i = 0; i < n_; ++i)
    for (Index j = 0; j < i; ++j) {
      double square = 0;
      for (std::size_t k = 2; k < sides_.size(); ++k) {
        const double step = sides_[k].values[i] - sides_[k].values[j];
        square += step * step;
      }
      const double distance = std::sqrt(square);
      const Lanes of_i = lanes_of(times_[static_cast<std::size_t>(i)]), of_j = lanes_of(times_[static_cast<std::size_t>(j)]);
      lanes_of(far[static_cast<std::size_t>(i)]) += of_j * distance;
      lanes_of(far[static_cast<std::size_t>(j)]) += of_i * distance;
      with_x += of_i * of_j * (2 * distance * std::abs(x[i] - x[j]));
      with_y += of_i * of_j * (2 * distance * std::abs(y[i] - y[j]));
    }
}

Lanes Pair::distance() {
  const bool norm = held_ > 1;
  const std::size_t m = held_ > 0 ? 3 : 2;
  scores_.resize(std::max(scores_.size(), m));
  const Lanes n = lanes_of(total_);
  // sums of products of distances by pair of columns (lower triangle), and of squared ones
  Lanes pairs[3][3], all[3], rows[3][3];
  for (std::size_t a = 0; a < m; ++a) {
    pairs[a][a].setZero(), all[a].setZero();
    for (std::size_t k = a; k < (norm && a == 2 ? sides_.size() : a + 1); ++k) {
      Lanes sum = Lanes::Zero(), square = sum;
      for (std::size_t i = 0; i < times_.size(); ++i) {
        const double value = sides_[k].values[static_cast<Index>(i)];
        sum += lanes_of(times_[i]) * value, square += lanes_of(times_[i]) * (value * value);
      }
      pairs[a][a] += 2 * (n * square - sum * sum);
    }
    if (norm && a == 2) distance_norms(pairs[2][0], pairs[2][1]);
    else distance_rows(a);
    if (!(norm && a == 2))
      for (std::size_t b = 0; b < a; ++b) pairs[a][b] = distance_products(sides_[a], sides_[b]);
  }
  for (std::size_t a = 0; a < m; ++a)
    for (std::size_t b = 0; b <= a; ++b) {
      rows[a][b].setZero();
      for (std::size_t i = 0; i < times_.size(); ++i) rows[a][b] += lanes_of(times_[i]) * lanes_of(scores_[a][i]) * lanes_of(scores_[b][i]);
    }
  for (std::size_t a = 0; a < m; ++a)
    for (std::size_t i = 0; i < times_.size(); ++i) all[a] += lanes_of(times_[i]) * lanes_of(scores_[a][i]);
  Lanes own[3], free[3][3];
  for (std::size_t a = 0; a < m; ++a) {
    own[a] = covariance(pairs[a][a], rows[a][a], all[a] * all[a], n);
    for (std::size_t b = 0; b <= a; ++b) free[a][b] = unbiased(pairs[a][b], rows[a][b], all[a] * all[b], n);
  }
  Lanes r = (covariance(pairs[1][0], rows[1][0], all[0] * all[1], n).max(0.0) / (own[0] * own[1]).sqrt()).sqrt();
  const Lanes xy = coefficient(free[1][0], free[0][0], free[1][1]);
  unbiased_ = xy[0];
  if (held_ > 0) {
    const Lanes xz = coefficient(free[2][0], free[0][0], free[2][2]), yz = coefficient(free[2][1], free[1][1], free[2][2]);
    const Lanes left_x = 1 - xz * xz, left_y = 1 - yz * yz;
    r = (left_x > 1e-10 && left_y > 1e-10).select((xy - xz * yz) / (left_x * left_y).sqrt(), missing_value);
  }
  const double small = 1e-12;  // rounding leaves a little where every draw is the same
  for (Index lane = 0; lane < Eight::lanes; ++lane)
    if ((own[0][lane] <= small && constant(sides_[0], lane)) || (own[1][lane] <= small && constant(sides_[1], lane))) r[lane] = missing_value;
  return r;
}

}  // namespace egov::detail
