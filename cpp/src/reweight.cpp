#include "egov/reweight.hpp"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <numeric>

namespace egov {
namespace {

constexpr double least_shape = 0.05;       // of a gamma number: below it hardly anything but 0 comes out
constexpr int pilot = 4096;                // proposals by which the way into a box is chosen
constexpr double least_accepted = 0.002;   // share of proposals that must fall into a box
constexpr double rounding = 1e-12;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

[[noreturn]] void refuse(const std::string& what, Index node) {
  throw SpecError(what, {"uncertainty", "alternatives", "weights", -1, -1, -1, static_cast<long>(node)});
}

}  // namespace

double gamma_quantile(double shape, double p) { return boost::math::gamma_p_inv(shape, p); }
double gamma_probability(double shape, double x) { return boost::math::gamma_p(shape, x); }

Reweight::Reweight(const Framework& framework, const WeightAlternatives& alternatives, Index first)
    : children_(children(framework)), alternatives_(alternatives), first_(first) {
  for (const Node& node : framework.nodes) parents_.push_back(node.parent);
  list_experts(alternatives.experts);
  list_noise(alternatives.noise, framework);
  list_dirichlet(alternatives.concentration);
  list_boxes(alternatives);
  list_excluded(framework);
}

void Reweight::list_experts(const Matrix& experts) {
  if (experts.size() == 0) return;
  if (experts.rows() != static_cast<Index>(parents_.size())) refuse("experts must have a weight for each node", -1);
  for (Index e = 0; e < experts.cols(); ++e)
    for (Index i = 0; i < experts.rows(); ++i)
      if (experts(i, e) < 0 || std::isinf(experts(i, e))) refuse("an expert's weight is negative or infinite", i);
  for (std::size_t node = 0; node < children_.size(); ++node)
    for (Index e = 0; e < experts.cols() && !children_[node].empty(); ++e) {
      const Vector given = experts.col(e)(children_[node]);
      const auto holes = given.array().isNaN().count();
      if (holes > 0 && holes < given.size()) refuse("an expert weighs some of its children and not all", static_cast<Index>(node));
      if (holes == 0 && given.sum() == 0) refuse("an expert gives all its children no weight", static_cast<Index>(node));
    }
  experts_at_ = first_ + static_cast<Index>(factors_.size());
  factors_.push_back({"experts", experts.cols(), -1});
}

void Reweight::list_noise(const std::vector<double>& noise, const Framework& framework) {
  noise_at_ = first_ + static_cast<Index>(factors_.size());
  for (std::size_t node = 0; node < std::min(noise.size(), framework.nodes.size()); ++node) {
    if (!(noise[node] >= 0 && noise[node] <= 1)) throw SpecError("noise on a weight must lie between 0 and 1", {"uncertainty", "noise", "weights"});
    if (noise[node] == 0) continue;
    noisy_.push_back(static_cast<Index>(node));
    factors_.push_back({"weight", 0, static_cast<Index>(node)});
  }
}

void Reweight::list_dirichlet(const std::vector<double>& concentration) {
  dirichlet_at_ = first_ + static_cast<Index>(factors_.size());
  for (std::size_t node = 0; node < concentration.size(); ++node) {
    if (!(concentration[node] >= 0 && concentration[node] < infinite)) refuse("a concentration must be a number above 0", static_cast<Index>(node));
    if (concentration[node] == 0 || children_[node].size() < 2) continue;
    for (Index child : children_[node]) {
      if (std::find(noisy_.begin(), noisy_.end(), child) != noisy_.end()) refuse("has noise on its weight and Dirichlet siblings; give one of the two", child);
      mixed_.push_back(child);
      factors_.push_back({"weight", 0, child});
    }
  }
}

// The shares of a box are drawn whatever they were before.
void Reweight::require_alone(Index child) const {
  const auto among = [&](const std::vector<Index>& nodes) { return std::find(nodes.begin(), nodes.end(), child) != nodes.end(); };
  const bool weighed = alternatives_.experts.size() > 0 && !alternatives_.experts.row(child).array().isNaN().all();
  if (among(noisy_) || among(mixed_) || weighed) refuse("has noise, Dirichlet weights or experts besides a box around it or its siblings; give one of them", child);
}

void Reweight::list_boxes(const WeightAlternatives& alternatives) {
  boxes_at_ = first_ + static_cast<Index>(factors_.size());
  for (std::size_t node = 0; node < children_.size() && !alternatives.lower.empty(); ++node) {
    Box box{static_cast<Index>(node), children_[node], {}, {}, Box::sides, 0};
    for (Index child : box.children) box.lower.push_back(alternatives.lower[at(child)]), box.upper.push_back(alternatives.upper[at(child)]);
    const auto given = [](const std::vector<double>& ends) { return std::count_if(ends.begin(), ends.end(), [](double x) { return !std::isnan(x); }); };
    if (given(box.lower) == 0 && given(box.upper) == 0) continue;
    for (Index child : box.children) require_alone(child);
    for (std::size_t k = 0; k < box.children.size(); ++k) {
      double &low = box.lower[k], &high = box.upper[k];
      if (std::isnan(low)) low = 0;
      if (std::isnan(high)) high = 1;
      if (!(low >= 0 && low <= high && high <= 1)) refuse("a share must lie between a lower and an upper end, both between 0 and 1", box.children[k]);
    }
    const double least = std::accumulate(box.lower.begin(), box.lower.end(), 0.0), most = std::accumulate(box.upper.begin(), box.upper.end(), 0.0);
    if (least > 1 + rounding || most < 1 - rounding) refuse("no shares of sum one lie between these ends: the lower ones sum to " + std::to_string(least) + ", the upper ones to " + std::to_string(most), box.node);
    for (std::size_t k = 1; k < box.children.size(); ++k)
      if (box.upper[k] - box.lower[k] > box.upper[box.rest] - box.lower[box.rest]) box.rest = k;
    int best = -1;
    for (Box::Way way : {Box::sides, Box::below, Box::above}) {
      Box trial = box;
      trial.way = way;
      Stream stream(0, 0, 0, for_weights);
      std::vector<double> shares(box.children.size());
      int accepted = 0;
      for (int k = 0; k < pilot; ++k) accepted += propose(trial, stream, shares);
      if (accepted > best) best = accepted, box.way = way;
    }
    if (best < least_accepted * pilot) refuse("the box leaves too little of the simplex to draw from; widen it", box.node);
    boxes_.push_back(box);
    factors_.push_back({"weights", 0, box.node});
  }
}

void Reweight::list_excluded(const Framework& framework) {
  if (alternatives_.exclude.empty()) return;
  for (Index node : alternatives_.exclude) {
    Index top = node;
    while (top > 0 && children_[at(parents_[at(top)])].size() == 1) top = parents_[at(top)];
    if (top <= 0 || node >= static_cast<Index>(framework.nodes.size())) refuse("left out, it would leave nothing to score", node);
  }
  exclude_at_ = first_ + static_cast<Index>(factors_.size());
  factors_.push_back({"exclude", static_cast<Index>(alternatives_.exclude.size()) + 1, -1});
}

// Shares from one proposal; do they lie in the box?
bool Reweight::propose(const Box& box, Stream& stream, std::vector<double>& shares) {
  const std::size_t n = shares.size();
  double sum = 0;
  if (box.way == Box::sides) {
    for (std::size_t k = 0; k < n; ++k)
      if (k != box.rest) sum += shares[k] = box.lower[k] + (box.upper[k] - box.lower[k]) * stream.uniform();
    shares[box.rest] = 1 - sum;
    return shares[box.rest] >= box.lower[box.rest] - rounding && shares[box.rest] <= box.upper[box.rest] + rounding;
  }
  const bool below = box.way == Box::below;
  const std::vector<double>& from = below ? box.lower : box.upper;
  for (double& share : shares) sum += share = -std::log(stream.uniform());
  const double left = 1 - std::accumulate(from.begin(), from.end(), 0.0);
  bool inside = true;
  for (std::size_t k = 0; k < n; ++k) {
    shares[k] = from[k] + left * shares[k] / sum;
    inside = inside && shares[k] >= box.lower[k] - rounding && shares[k] <= box.upper[k] + rounding;
  }
  return inside;
}

void Reweight::draw_box(const Box& box, double u, std::vector<double>& weights) const {
  Stream stream(0, static_cast<std::uint32_t>(u * 0x1p32), static_cast<std::uint32_t>(box.node), for_weights, 1);
  std::vector<double> shares(box.children.size());
  while (!propose(box, stream, shares)) {}
  for (std::size_t k = 0; k < shares.size(); ++k) weights[at(box.children[k])] = std::max(shares[k], 0.0);
}

// Gamma numbers of the shapes concentration times share: brought to sum one they are Dirichlet.
void Reweight::draw_dirichlet(const double* point, std::vector<double>& weights) const {
  double sum = 0;
  Index parent = -1;
  for (std::size_t k = 0; k < mixed_.size(); ++k) {
    const Index child = mixed_[k];
    if (parents_[at(child)] != parent) {
      parent = parents_[at(child)], sum = 0;
      for (Index sibling : children_[at(parent)]) sum += weights[at(sibling)];
    }
    double& weight = weights[at(child)];
    if (weight == 0) continue;
    const double shape = alternatives_.concentration[at(parent)] * weight / sum;
    if (shape < least_shape) refuse("the concentration times the share is below " + std::to_string(least_shape) + ", too little for weights other than 0 and 1; raise it", child);
    weight = gamma_quantile(shape, point[dirichlet_at_ + static_cast<Index>(k)]);
  }
}

void Reweight::leave_out(Index out, std::vector<double>& weights) const {
  Index node = out;
  for (; node > 0; node = parents_[at(node)]) {
    const auto& siblings = children_[at(parents_[at(node)])];
    const bool others = std::any_of(siblings.begin(), siblings.end(), [&](Index other) { return other != node && weights[at(other)] > 0; });
    if (others) break;  // else its parent goes, and what it weighs below that does not matter
  }
  if (node <= 0) throw DataError("left out, it would leave nothing with a weight", {"uncertainty", "alternatives", "exclude", -1, -1, -1, static_cast<long>(out)});
  weights[at(node)] = 0;
}

void Reweight::operator()(const double* point, const Vector& shares, std::vector<double>& weights) const {
  std::copy(shares.begin(), shares.end(), weights.begin());
  if (experts_at_ >= 0) {
    const Index levels = alternatives_.experts.cols();
    const auto expert = std::min(levels - 1, static_cast<Index>(point[experts_at_] * static_cast<double>(levels)));
    for (Index i = 0; i < alternatives_.experts.rows(); ++i)
      if (const double weight = alternatives_.experts(i, expert); !std::isnan(weight)) weights[at(i)] = weight;
  }
  for (std::size_t k = 0; k < noisy_.size(); ++k)
    weights[at(noisy_[k])] *= 1 + alternatives_.noise[at(noisy_[k])] * (2 * point[noise_at_ + static_cast<Index>(k)] - 1);
  draw_dirichlet(point, weights);
  for (std::size_t k = 0; k < boxes_.size(); ++k) draw_box(boxes_[k], point[boxes_at_ + static_cast<Index>(k)], weights);
  if (exclude_at_ >= 0) {
    const Index levels = static_cast<Index>(alternatives_.exclude.size()) + 1;
    const auto level = std::min(levels - 1, static_cast<Index>(point[exclude_at_] * static_cast<double>(levels)));
    if (level > 0) leave_out(alternatives_.exclude[at(level - 1)], weights);
  }
  for (const auto& siblings : children_) {
    double sum = 0;
    for (Index child : siblings) sum += weights[at(child)];
    for (Index child : siblings) weights[at(child)] /= sum;
  }
}

}  // namespace egov
