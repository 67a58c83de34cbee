#include "outcomes/studentized.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace egov::detail {
namespace {

double ratio(double sum, double squares) { return squares > 0 ? sum * sum / squares : 0; }

}  // namespace

Studentized::Sorted Studentized::sorted(const Vector& values) {
  Sorted out;
  out.order.resize(static_cast<std::size_t>(values.size()));
  out.place.resize(out.order.size());
  std::iota(out.order.begin(), out.order.end(), 0);
  std::stable_sort(out.order.begin(), out.order.end(), [&](int a, int b) { return values[a] < values[b]; });
  for (std::size_t k = 0; k < out.order.size(); ++k) {
    if (k == 0 || values[out.order[k]] != values[out.order[k - 1]]) out.runs.push_back(static_cast<int>(k));
    out.place[static_cast<std::size_t>(out.order[k])] = static_cast<int>(out.runs.size()) - 1;
  }
  out.runs.push_back(static_cast<int>(values.size()));
  return out;
}

Studentized::Studentized(const Sample& sample, Coefficient kind)
    : kind_(kind), sample_(sample), n_(sample.x.size()), identity_(static_cast<std::size_t>(n_)), parts_(n_), inverse_(identity_.size()) {
  std::iota(identity_.begin(), identity_.end(), 0);
  if (sample.controlled.cols() > 0) prepare_residuals();
  if (kind == Coefficient::pearson || sample.controlled.cols() > 0) return;
  x_ = sorted(sample.x);
  y_ = sorted(sample.y);
  if (kind == Coefficient::distance) prepare_distances();
}

double Studentized::observed() { return permuted(identity_.data()); }

double Studentized::permuted(const int* order) {
  if (kind_ == Coefficient::kendall) return concordances(order);
  if (kind_ == Coefficient::distance) return distances(order);
  if (sample_.controlled.cols() > 0) return residual_products(order);
  return kind_ == Coefficient::spearman ? rank_products(order) : products(order);
}

// Four sums side by side, so that none waits for the one before it.
double Studentized::products(const int* order) {
  const double *x = sample_.x.data(), *y = sample_.y.data();
  double sum[4] = {}, squares[4] = {};
  Index k = 0;
  for (; k + 4 <= n_; k += 4)
    for (int lane = 0; lane < 4; ++lane) {
      const double part = x[k + lane] * y[order[k + lane]];
      sum[lane] += part, squares[lane] += part * part;
    }
  for (; k < n_; ++k) {
    const double part = x[k] * y[order[k]];
    sum[0] += part, squares[0] += part * part;
  }
  return ratio((sum[0] + sum[1]) + (sum[2] + sum[3]), (squares[0] + squares[1]) + (squares[2] + squares[3]));
}

// The permuted residuals e less their fit Z c on the controls, c = Z'e. What does not depend on the order is summed once.
void Studentized::prepare_residuals() {
  const Matrix& z = sample_.controlled;
  const Vector square = sample_.x.cwiseAbs2();
  residuals_.resize(n_);
  weights_.resize(n_, 1 + 2 * z.cols());
  weights_ << sample_.x, z, square.asDiagonal() * z;
  fit_squares_ = z.transpose() * square.asDiagonal() * z;
}

double Studentized::residual_products(const int* order) {
  const Matrix& z = sample_.controlled;
  for (Index k = 0; k < n_; ++k) residuals_[k] = sample_.y[order[k]];
  const Vector sums = weights_.transpose() * residuals_;
  const auto fit = sums.segment(1, z.cols());
  const double whole = sample_.x.cwiseProduct(residuals_).squaredNorm();
  const double squares = whole - 2 * fit.dot(sums.tail(z.cols())) + fit.dot(fit_squares_ * fit);
  if (squares > 1e-4 * whole) return ratio(sums[0], squares);
  residuals_ -= z * fit;  // too much cancels
  return ratio(sums[0], sample_.x.cwiseProduct(residuals_).squaredNorm());
}

// Each row's part: its product, the y of rows above it in x (half of those level with it, itself among them), and the x of
// rows above it in y likewise. The sum of each of the three is the sum of products.
double Studentized::rank_products(const int* order) {
  const Vector &x = sample_.x, &y = sample_.y;
  double sum = 0, above = 0, squares = 0;
  for (std::size_t run = x_.runs.size() - 1; run-- > 0;) {
    double level = 0;
    for (int k = x_.runs[run]; k < x_.runs[run + 1]; ++k) level += y[order[k]];
    for (int k = x_.runs[run]; k < x_.runs[run + 1]; ++k) {
      const double product = x[k] * y[order[k]];
      sum += product;
      inverse_[static_cast<std::size_t>(order[k])] = k;
      parts_[k] = product + above + 0.5 * level;
    }
    above += level;
  }
  above = 0;
  for (std::size_t run = y_.runs.size() - 1; run-- > 0;) {
    double level = 0;
    for (int k = y_.runs[run]; k < y_.runs[run + 1]; ++k)
      level += x[inverse_[static_cast<std::size_t>(y_.order[static_cast<std::size_t>(k)])]];
    const double shift = above + 0.5 * level;
    for (int k = y_.runs[run]; k < y_.runs[run + 1]; ++k) {
      const int row = inverse_[static_cast<std::size_t>(y_.order[static_cast<std::size_t>(k)])];
      parts_[row] += shift;
      squares += parts_[row] * parts_[row];
    }
    above += level;
  }
  return ratio(sum, squares);
}

double Studentized::shrinkage() {
  const double full = (rank_products(identity_.data()), (parts_.array() - parts_.mean()).square().sum());
  const Vector plain = sample_.x.cwiseProduct(sample_.y);
  return std::min(1.0, (plain.array() - plain.mean()).square().sum() / full);
}

// Rows come in the order of x, run by run. The tree counts the rows of earlier runs by their place in y; what is not in it
// when a run has been added stands later.
double Studentized::concordances(const int* order) {
  const int places = static_cast<int>(y_.runs.size()) - 1;
  tree_.assign(static_cast<std::size_t>(places) + 1, 0);
  auto before = [&](int place) {
    int count = 0;
    for (int k = place; k > 0; k -= k & -k) count += tree_[static_cast<std::size_t>(k)];
    return count;
  };
  int earlier = 0;
  const int n = static_cast<int>(n_);
  for (std::size_t run = 0; run + 1 < x_.runs.size(); ++run) {
    const int first = x_.runs[run], end = x_.runs[run + 1];
    for (int k = first; k < end; ++k) {
      const int place = y_.place[static_cast<std::size_t>(order[k])];
      parts_[k] = before(place) + before(place + 1) - earlier;  // below less above, of the earlier
    }
    for (int k = first; k < end; ++k)
      for (int place = y_.place[static_cast<std::size_t>(order[k])] + 1; place <= places; place += place & -place) ++tree_[static_cast<std::size_t>(place)];
    earlier = end;
    for (int k = first; k < end; ++k) {
      const int place = y_.place[static_cast<std::size_t>(order[k])];
      const int below = y_.runs[static_cast<std::size_t>(place)] - before(place), above = n - y_.runs[static_cast<std::size_t>(place) + 1] - (end - before(place + 1));
      parts_[k] += above - below;
    }
  }
  return ratio(parts_.sum(), parts_.squaredNorm());
}

// The influence functions of the sums themselves: what the ranks of the others, or the other row of a pair, add to a sum of
// parts is taken off again, so that they add up to the sum of products, or of concordances.
void Studentized::cluster(const std::vector<int>& clusters) {
  observed();
  const double mean = parts_.mean();
  if (kind_ == Coefficient::kendall) parts_ = 2 * parts_.array() - mean;
  else if (kind_ == Coefficient::pearson || sample_.controlled.cols() > 0) parts_ = sample_.x.cwiseProduct(sample_.y);
  else parts_.array() -= 2 * mean / 3;
  cluster_.clear();
  sums_.clear();
  std::vector<int> of(1 + static_cast<std::size_t>(*std::max_element(clusters.begin(), clusters.end())), -1);
  for (Index k = 0; k < n_; ++k) {
    int& at = of[static_cast<std::size_t>(clusters[static_cast<std::size_t>(k)])];
    if (at < 0) {
      at = static_cast<int>(sums_.size());
      cluster_.push_back(clusters[static_cast<std::size_t>(k)]);
      sums_.push_back(0);
    }
    sums_[static_cast<std::size_t>(at)] += parts_[k];
  }
  total_ = std::inner_product(sums_.begin(), sums_.end(), sums_.begin(), 0.0);
}

double Studentized::flipped(const int* signs) const {
  double sum = 0;
  for (std::size_t k = 0; k < sums_.size(); ++k) sum += signs[cluster_[k]] * sums_[k];
  return ratio(sum, total_);
}

// Sums of distances of a row of increasing values to all rows.
void Studentized::prepare_distances() {
  auto of_rows = [&](const Vector& values, const Sorted& by) {
    Vector sums(n_);
    double before = 0, after = values.sum();
    for (Index k = 0; k < n_; ++k) {
      const int row = by.order[static_cast<std::size_t>(k)];
      const double value = values[row];
      after -= value;
      sums[row] = value * static_cast<double>(2 * k + 1 - n_) - before + after;
      before += value;
    }
    return sums;
  };
  row_x_ = of_rows(sample_.x, x_);
  row_y_ = of_rows(sample_.y, y_);
}

// As Pair::resampled_distance() has it; of the pairs of distances only their products depend on the order. A node of the tree
// holds the number of rows, and the sums of their x, y and x y.
double Studentized::distances(const int* order) {
  using Node = Eigen::Array4d;
  const int places = static_cast<int>(y_.runs.size()) - 1;
  nodes_.setZero(4, places + 1);
  Node all = Node::Zero();
  double pairs = 0;
  for (Index k = 0; k < n_; ++k) {
    const double x = sample_.x[k], y = sample_.y[order[k]];
    const int place = y_.place[static_cast<std::size_t>(order[k])];
    Node below = Node::Zero();
    for (int at = place; at > 0; at -= at & -at) below += nodes_.col(at);
    const Node balance = 2 * below - all, own(1, x, y, x * y);
    pairs += x * y * balance[0] - y * balance[1] - x * balance[2] + balance[3];
    for (int at = place + 1; at <= places; at += at & -at) nodes_.col(at) += own;
    all += own;
  }
  const double n = static_cast<double>(n_);
  double rows = 0;
  for (Index k = 0; k < n_; ++k) rows += row_x_[k] * row_y_[order[k]];
  const double ends = row_x_.sum() * row_y_.sum() / (n * n);
  return ends > 0 ? std::max(0.0, n * (2 * pairs - 2 * rows / n + ends) / ends) : 0;
}

}  // namespace egov::detail
