// Weights as they might have been: noise, Dirichlet, a box on the simplex, experts, indicators left out.
#pragma once
#include <string>
#include <vector>

#include "egov/framework.hpp"
#include "egov/random.hpp"

namespace egov {

// One coordinate of a design: a discrete choice with so many levels, or (levels = 0) something continuous. The node is the
// one whose weight (or whose children's weights) it moves; -1: none.
struct Factor {
  std::string name;
  Index levels = 0, node = -1;
};

// Per node; empty lists: nothing of that kind.
struct WeightAlternatives {
  std::vector<double> noise = {};          // the weight is multiplied by 1 + noise (2u - 1); 0: fixed
  std::vector<double> concentration = {};  // of an inner node: its children's shares are Dirichlet, of so many times their nominal ones; 0: fixed
  std::vector<double> lower = {}, upper = {};  // of a child: ends of its share; the shares of siblings are uniform on what the box
                                           // leaves of the simplex. NaN: not in a box (then none of its siblings is)
  Matrix experts = {};                     // nodes x experts: raw weights instead of the framework's; NaN: the framework's
  std::vector<Index> exclude = {};         // nodes left out, one at a time: level 0 leaves out none
};

// Which weights a point of the unit cube stands for.
class Reweight {
 public:
  // `first`: the coordinate of its first factor. SpecError for what no weights can be drawn from.
  Reweight(const Framework& framework, const WeightAlternatives& alternatives, Index first);
  const std::vector<Factor>& factors() const { return factors_; }
  // From the shares among siblings to those of a draw, siblings of sum one. Where every
  // child of a node is left out, so is the node, and its children keep what they had.
  void operator()(const double* point, const Vector& shares, std::vector<double>& weights) const;

 private:
  struct Box {
    Index node;                     // whose children
    std::vector<Index> children;
    std::vector<double> lower, upper;
    enum Way { sides, below, above } way;  // proposals: uniform sides and what is left; the simplex above the lower ends; below the upper
    std::size_t rest;               // the child that gets what the sides leave
  };
  void list_noise(const std::vector<double>& noise, const Framework& framework);
  void list_dirichlet(const std::vector<double>& concentration);
  void list_boxes(const WeightAlternatives& alternatives);
  void list_experts(const Matrix& experts);
  void list_excluded(const Framework& framework);
  static bool propose(const Box& box, Stream& stream, std::vector<double>& shares);
  void draw_dirichlet(const double* point, std::vector<double>& weights) const;
  void draw_box(const Box& box, double u, std::vector<double>& weights) const;
  void leave_out(Index out, std::vector<double>& weights) const;
  void require_alone(Index child) const;

  std::vector<std::vector<Index>> children_;
  std::vector<Index> parents_;
  WeightAlternatives alternatives_;
  std::vector<Factor> factors_;
  Index first_;                     // coordinate of the first factor
  Index experts_at_ = -1, noise_at_ = -1, dirichlet_at_ = -1, boxes_at_ = -1, exclude_at_ = -1;  // likewise of each kind
  std::vector<Index> noisy_;        // nodes with noise
  std::vector<Index> mixed_;        // children of nodes that are Dirichlet, node by node
  std::vector<Box> boxes_;
};

// Quantile and distribution function of a gamma distribution of scale 1.
double gamma_quantile(double shape, double p);
double gamma_probability(double shape, double x);

}  // namespace egov
