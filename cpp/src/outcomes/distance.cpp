// Distance correlation of whole numbers of copies of each row, in O(n log n) by sums over the order of both columns:
// Huo and Szekely (2016), Technometrics 58, 435-447; Chaudhuri and Hu (2019), Computational Statistics 135, 15-24.
#include <cmath>

#include "outcomes/fenwick.hpp"
#include "outcomes/pair.hpp"

namespace egov::detail {
namespace {

// Squared distance covariance from sums over pairs: of products of distances, over rows of products of row sums, and
// the product of the sums of all distances.
template <class Lanes>
Lanes covariance(const Lanes& pairs, const Lanes& rows, const Lanes& all, double n) {
  return pairs / (n * n) - 2 * rows / (n * n * n) + all / (n * n * n * n);
}

// The same without bias (Szekely and Rizzo 2014, Annals of Statistics 42, 2382-2412), for one lane.
double unbiased(double pairs, double rows, double all, double n) {
  return (pairs - 2 * rows / (n - 2) + all / ((n - 1) * (n - 2))) / (n * (n - 3));
}

}  // namespace

// Rows stay numbered by increasing x; their values instead of their ranks.
void Pair::load_distance(const SortedColumn& x, const SortedColumn& y) {
  for (std::size_t k = 0; k < rows_x_.size(); ++k) {
    x_.values[static_cast<Index>(k)] = x.values[rows_x_[k]];
    y_.values[static_cast<Index>(k)] = y.values[rows_x_[k]];
  }
}

Pair::Lanes Pair::resampled_distance() {
  const double n = static_cast<double>(n_);
  const Vector &x = x_.values, &y = y_.values;
  Lanes sum_x = Lanes::Zero(), sum_y = sum_x, square_x = sum_x, square_y = sum_x;
  for (Index k = 0; k < n_; ++k) {
    const Lanes wx = times_.col(k) * x[k], wy = times_.col(k) * y[k];
    sum_x += wx, sum_y += wy;
    square_x += wx * x[k], square_y += wy * y[k];
  }
  // row sums of the distances in y, kept by row
  weighted_.resize(Lanes::SizeAtCompileTime, n_);
  Lanes before = Lanes::Zero(), part = before;
  for (int row : y_.order) {
    weighted_.col(row) = y[row] * (2 * before - n) + sum_y - 2 * part;
    before += times_.col(row);
    part += times_.col(row) * y[row];
  }
  trees_.resize(4);
  Fenwick<LaneRows> w(trees_[0], n_), wx(trees_[1], n_), wy(trees_[2], n_), wxy(trees_[3], n_);
  Lanes pairs = Lanes::Zero(), rows_xx = pairs, rows_yy = pairs, rows_xy = pairs, all_x = pairs, all_y = pairs;
  Lanes so_far = pairs, so_far_x = pairs, so_far_y = pairs, so_far_xy = pairs;
  for (Index k = 0; k < n_; ++k) {
    const Lanes times = times_.col(k), far_y = weighted_.col(k);
    const Lanes far_x = x[k] * (2 * so_far - n) + sum_x - 2 * so_far_x;
    rows_xx += times * far_x * far_x, rows_yy += times * far_y * far_y, rows_xy += times * far_x * far_y;
    all_x += times * far_x, all_y += times * far_y;
    // those with less x: below in y less above in y
    const Index place = place_[static_cast<std::size_t>(k)];
    pairs += times * (x[k] * y[k] * (2 * w.before(place) - so_far) - x[k] * (2 * wy.before(place) - so_far_y) -
                      y[k] * (2 * wx.before(place) - so_far_x) + 2 * wxy.before(place) - so_far_xy);
    w.add(place, times), wx.add(place, times * x[k]), wy.add(place, times * y[k]), wxy.add(place, times * (x[k] * y[k]));
    so_far += times, so_far_x += times * x[k], so_far_y += times * y[k], so_far_xy += times * (x[k] * y[k]);
  }
  pairs *= 2;
  const Lanes pairs_xx = 2 * (n * square_x - sum_x * sum_x), pairs_yy = 2 * (n * square_y - sum_y * sum_y);
  const Lanes own_x = covariance<Lanes>(pairs_xx, rows_xx, all_x * all_x, n), own_y = covariance<Lanes>(pairs_yy, rows_yy, all_y * all_y, n);
  Lanes r = (covariance<Lanes>(pairs, rows_xy, all_x * all_y, n).max(0.0) / (own_x * own_y).sqrt()).sqrt();
  const double small = 1e-12;  // rounding leaves a little where every draw is the same
  for (Index lane = 0; lane < Lanes::SizeAtCompileTime; ++lane)
    if ((own_x[lane] <= small && constant(x_, lane)) || (own_y[lane] <= small && constant(y_, lane))) r[lane] = missing_value;
  const double u = unbiased(pairs_xx[0], rows_xx[0], all_x[0] * all_x[0], n), v = unbiased(pairs_yy[0], rows_yy[0], all_y[0] * all_y[0], n);
  unbiased_ = u > 0 && v > 0 ? unbiased(pairs[0], rows_xy[0], all_x[0] * all_y[0], n) / std::sqrt(u * v) : 0;
  return r;
}

double Pair::distance() {
  pearson(x_.values, y_.values);  // scaled and centered
  times_.setOnes(Lanes::SizeAtCompileTime, n_);
  place_.resize(static_cast<std::size_t>(n_));
  for (std::size_t k = 0; k < y_.order.size(); ++k) place_[static_cast<std::size_t>(y_.order[k])] = static_cast<int>(k);
  return std::min(1.0, resampled_distance()[0]);
}

}  // namespace egov::detail
