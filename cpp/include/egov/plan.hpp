// A recipe with alternatives, compiled for millions of draws: what no factor of a draw touches is computed once.
#pragma once
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "egov/recipe.hpp"
#include "egov/reweight.hpp"

namespace egov {

// What may differ between draws. Each list holds the alternatives of a stage; an alternative names a Handling part for every node.
struct Alternatives {
  std::vector<std::vector<std::vector<Choice>>> impute;  // alternative x node x chain
  std::vector<std::vector<std::vector<Choice>>> treat;   // likewise
  std::vector<std::vector<Choice>> normalize;            // alternative x node
  std::vector<Range> rescale;                            // per normalize alternative: the recipe's range; empty: as the recipe
  std::vector<std::vector<Choice>> aggregate;            // alternative x node
  bool posterior = true;      // draw stochastic imputations afresh in each draw, as a factor of its own
  WeightAlternatives weights = {};
  std::shared_ptr<const Measurement> errors = nullptr;  // drawn afresh in each draw, as a factor of its own; none: no errors
};

class Plan {
 public:
  // Periods are positions in panel.times. An empty list of alternatives keeps the recipe's own choice.
  // SpecError for a combination that cannot be computed (a geometric mean over values that may be 0 or negative). The monitor
  // is asked while this is compiled, not afterwards.
  Plan(const Panel& panel, const Framework& framework, const Recipe& recipe, const Alternatives& alternatives,
       const std::vector<Index>& periods, const Monitor& monitor = {});

  // The same rows under other plans, an edition of the index each: the first factor says which, the others are shared among them.
  // factors: those of all, without the first; coordinates: per edition, which of them each of its own factors is. Nominal stays
  // what it is here. DataError where an edition scores other rows.
  Plan with_editions(const std::vector<std::shared_ptr<const Plan>>& editions, const std::vector<Factor>& factors,
                     const std::vector<std::vector<Index>>& coordinates) const;

  const std::vector<Factor>& factors() const { return factors_; }
  Index units() const { return units_; }
  Index periods() const { return static_cast<Index>(starts_.size()) - 1; }
  Index rows() const { return static_cast<Index>(kept_.size()); }      // scored unit-periods
  const std::vector<Index>& kept() const { return kept_; }             // their rows in Scores
  Index start(Index period) const { return starts_[static_cast<std::size_t>(period)]; }  // first row of a period
  Index editions() const { return static_cast<Index>(editions_.size()); }
  int rank_digits() const { return recipe_.rank_digits; }
  const std::vector<int>& nominal_ranks() const { return nominal_ranks_; }
  const Vector& nominal_scores() const { return nominal_scores_; }

  struct Block {                   // the leaves under one combination of impute, treat and normalize
    Matrix plain;                  // rows x nodes
    std::vector<Matrix> linked;    // per aggregate alternative: through the link of the parent; empty where that is the identity
    std::vector<char> carried;     // per aggregate alternative: its links take no value beyond the range of numbers
    bool holes = false;            // something is missing
    std::vector<char> dropped;     // as in Scores
    std::vector<Vector> weights;   // per aggregate alternative: of each node, its share among its siblings before any noise
    std::shared_ptr<const Flow> posterior;         // where the imputation can draw or data carry errors: the flow after it
    std::vector<std::shared_ptr<const Recipe>> from_there;  // then, per aggregate alternative: what is done with it
  };

  // What a thread needs to make draws; make one a thread.
  struct Desk {
    Matrix inner;            // rows x nodes: scores of inner nodes; through the link where the parent takes the same one
    Vector column;           // working column
    std::vector<double> weights;  // per node, siblings sum to one
    std::vector<std::size_t> levels;
    std::size_t at = 0;      // the aggregate alternative, counted within the block
    std::vector<Together> together;  // per period, while a node's children are rescaled
    std::vector<int> ranks;  // result: rank of each row within its period
    Ranker ranker;
    bool takes_logs = false;  // whoever reads the scores takes logarithms of them as well, where those come first
    bool logs = false;        // result: these are
    Block drawn;             // leaves of one draw of the imputation; those of its aggregate alternative only
    std::vector<Desk> editions;  // one for each
    std::vector<double> point;   // of an edition
    explicit Desk(const Plan& plan);
    const double* scores() const { return inner.data(); }  // result: the root is the first column
  };
  // One draw at a point of the unit cube, one coordinate a factor.
  void draw(const double* point, Desk& desk) const;
  // The same without ranks.
  void scores_at(const double* point, Desk& desk) const;
  // Scores of nodes at a point for the rows of a period, row after row: those of score(), up to one increasing affine map
  // where siblings are rescaled. nodes: a list, or one an edition, of positions; -1 gives NaN.
  void nodes_at(const double* point, Index period, const std::vector<std::vector<Index>>& nodes, Desk& desk, double* out) const;
  // Which combination of the choices a point takes, counted from 0: draws that share one read the same leaves.
  Index combination(const double* point) const;
  Index combinations() const;
  // Share of each node among its siblings before anything varies it: nodes x combinations.
  Matrix shares() const;
  // The level of a discrete factor at coordinate u.
  static Index level(double u, Index levels) { return std::min(levels - 1, static_cast<Index>(u * static_cast<double>(levels))); }
  // The recipe and framework that a point stands for: what score() needs to give the same answer.
  Recipe recipe_at(const double* point) const;
  Framework framework_at(const double* point) const;

 private:
  enum Part : std::size_t { impute_part, treat_part, normalize_part, aggregate_part };  // of a list of levels
  struct Mean {                    // how a node is computed under one aggregate alternative
    Choice choice;
    Link link;
    bool linked = false;           // has the form of a link
    bool same_as_parent = false;   // the parent takes the same link
  };
  void list_factors();
  void require_raw_cells() const;
  void compile(const Monitor& monitor);
  void branch(const Flow& flow, std::size_t step, std::vector<std::size_t> levels, std::shared_ptr<const Flow> posterior);
  Scores leaves_of(Flow flow, Block& block) const;
  void fill(Block& block, const Scores& leaves, const std::vector<std::size_t>& levels, const Recipe& recipe) const;
  void keep_posterior(Block& block, const std::shared_ptr<const Flow>& posterior, std::vector<std::size_t> levels) const;
  std::int64_t imputation_at(const Block& block, const double* point) const;
  std::int64_t error_at(const double* point) const;
  const Block& block_for(const double* point, const std::vector<std::size_t>& levels, Block& scratch) const;
  const Plan& edition_at(const double* point, std::vector<double>& own) const;
  void copy_node(Index node, Index period, const Desk& desk, Vector& out) const;
  void climb_once(Scores& leaves, const Recipe& recipe) const;
  void require_same_rows(const Scores& scores) const;
  void add_links(Block& block, std::size_t level) const;
  void require_positive(const Matrix& leaves, const Recipe& recipe) const;
  void require_no_bystanders(const Scores& nominal, const Recipe& recipe) const;
  unsigned traits_of(std::size_t node, const AggregateMethod& row, const Choice& choice) const;
  bool carries(const Matrix& values, std::size_t level) const;
  Recipe with_levels(const std::vector<std::size_t>& levels) const;
  void levels_at(const double* point, std::vector<std::size_t>& levels) const;
  const Block& block_at(const std::vector<std::size_t>& levels) const;
  void aggregate_node(std::size_t node, const Block& block, Desk& desk) const;
  void rescale_leaves(Block& block, const Scores& climbed, std::size_t normalize_level) const;
  // Where children are rescaled in each draw, since one of them is computed: their common map, one a period.
  bool rescales(std::size_t node, const Desk& desk) const;
  void see_children(std::size_t node, const Block& block, Desk& desk) const;
  void map_child(Index child, Column values, const Desk& desk) const;
  const double* child_column(Index child, const Matrix& leaves, const Desk& desk) const;
  bool stays_linked(std::size_t node, const Desk& desk) const;
  void add_children(std::size_t node, const Block& block, const Mean& mean, Desk& desk) const;
  void require_scores(const Desk& desk) const;
  void placed(Error& error, std::size_t node, Index first) const;
  void aggregate_plainly(std::size_t node, const Block& block, const Mean& mean, Desk& desk) const;

  std::shared_ptr<const Panel> panel_;            // flows that are kept for draws refer to it and to the tree
  std::shared_ptr<const Framework> tree_;
  Framework framework_;
  Recipe recipe_;
  Alternatives alternatives_;
  std::vector<std::vector<Index>> children_;
  std::vector<Factor> factors_;                   // stages, weights, draws of the imputation, errors of measurement
  std::shared_ptr<const Reweight> reweight_;
  std::array<std::size_t, 4> width_;              // number of alternatives of impute, treat, normalize, aggregate; at least 1
  std::array<Index, 4> coordinate_;               // coordinate of each of them in a point; -1 if it does not vary
  Index draw_at_ = -1;                            // coordinate that says which draw of the imputation; -1: none is stochastic
  Index error_at_ = -1;                           // likewise of the errors of measurement; -1: there are none
  std::vector<std::vector<Mean>> means_;          // aggregate alternative x node
  std::vector<std::vector<Normalizer>> scales_;   // normalize alternative x node
  std::vector<std::vector<char>> moves_;          // normalize alternative x node: shares_range, and there is one
  std::vector<std::vector<char>> rescales_;       // normalize alternative x node: its children are rescaled in each draw
  std::vector<Range> ranges_;                     // per normalize alternative
  Index units_ = 0;
  std::vector<Index> scored_;                     // positions of the scored periods in the panel
  std::vector<Index> kept_, starts_;
  std::vector<Block> blocks_;                     // impute major, then treat, then normalize
  std::vector<int> nominal_ranks_;
  Vector nominal_scores_;
  std::vector<std::shared_ptr<const Plan>> editions_;  // then everything of a draw is theirs
  std::vector<std::vector<Index>> coordinates_;        // of each of their factors in a point
};

}  // namespace egov
