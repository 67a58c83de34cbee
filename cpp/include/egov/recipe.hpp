// The whole flow, readable in one function: from a raw panel with holes to ranks.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "egov/aggregate.hpp"
#include "egov/denominate.hpp"
#include "egov/framework.hpp"
#include "egov/impute.hpp"
#include "egov/measurement.hpp"
#include "egov/normalize.hpp"
#include "egov/progress.hpp"
#include "egov/rank.hpp"
#include "egov/screen.hpp"
#include "egov/treat.hpp"
#include "egov/weight.hpp"

namespace egov {

enum class Step { screen, denominate, impute, treat, normalize };  // steps on cells, in the order a recipe gives
const std::vector<std::string>& step_names();

// What is done at one node: to the cells of a leaf, or to the children and the aggregate of an inner node.
struct Handling {
  std::vector<Choice> impute = {};
  std::vector<Choice> treat = {};
  Choice normalize = {};
  Choice weight = {"given"};
  Choice aggregate = {"arithmetic"};
  Choice denominate = {};
};

struct Recipe {
  std::vector<Handling> nodes;  // one for each node of the framework
  std::vector<Step> order = {Step::screen, Step::denominate, Step::impute, Step::treat, Step::normalize};
  Choice screen = {};
  // Before children are aggregated, those that share_range are brought to this one together: what the normalizations
  // left of differences between siblings stays, and values become positive where a mean needs that.
  Range rescale = {};
  MissingRule missing = {};
  Choice rank = {"competition"};
  int rank_digits = -1;
  // Which draw of stochastic imputations is taken, of seed 0; -1: their point values.
  std::int64_t draw = -1;
  // Errors of measurement, and which draw of them is taken; -1: none. Observed values move after the imputation, which
  // has seen them as they are.
  std::shared_ptr<const Measurement> errors = nullptr;
  std::int64_t error_draw = -1;
};

// Is the node brought to the recipe's range with its siblings? Indicators are, and aggregates that are normalized,
// unless they have a range of their own; an aggregate that is not lies where its children do.
inline bool shares_range(const Node& node, const Handling& handling) {
  return !handling.normalize.rescaled() && (node.leaf() || handling.normalize.method != "none");
}

// Why a unit is not in the index in a period.
enum Out : char { is_in, by_survey, by_holes, by_screen };  // its own code for "not scored"; nothing to refer to; screening

struct Scores {
  Matrix values;               // (scored periods x units) x nodes, period by period
  Matrix ranks;                // the same shape
  std::vector<char> excluded;  // per row: Out
  // Per period and node (period * nodes + node): screened out of that period with its weight, as an indicator or as a node
  // all of whose children are. Empty: none.
  std::vector<char> dropped;
  std::vector<Change> trail;   // rows and columns are those of `values`: scored period and unit, node
  Vector weights;              // per node: its share among its siblings; 1 for the root
  std::vector<std::string> notes = {};  // fallbacks that the imputation took; `note` of a Change is a place among them
  bool drops(Index period, std::size_t node) const {
    return !dropped.empty() && dropped[static_cast<std::size_t>(period * values.cols()) + node];
  }
};

// Cells that no method of their chain could fill, where missing children are refused.
struct MissingError : DataError {
  using DataError::DataError;
  std::vector<std::pair<Index, Index>> cells;  // row in Scores, node
};

// Periods that the flow must carry to score the given ones: those first, then what a base period or a scale over the whole
// panel asks for, as far as the lags can be met.
std::vector<Index> worked_periods(const Panel& panel, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods);

// Scores the given periods (positions in panel.times). The oracle: plain, one recipe, every step in its order. The monitor
// is asked before each step and by imputations that take long.
Scores score(const Panel& panel, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods, const Monitor& monitor = {});
// The same; the panel's values are freed as early as may be, so that a large panel needs less memory.
Scores score(Panel&& panel, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods, const Monitor& monitor = {});
// The same, with the other worked periods behind those asked for: leaves as their scales left them, and aggregates where an
// aggregate's scale is taken from them.
Scores score_with_reference(const Panel& panel, const Framework& framework, const Recipe& recipe, const std::vector<Index>& periods);

// The cells of the leaves on their way through the steps. A copy is a branch: try two treatments of one imputation.
class Flow {
 public:
  // Keeps a reference to panel and framework. The first `scored` of the periods are the ones asked for; the others serve
  // them as reference: their holes are no fault, and what is changed in them leaves no trail. The monitor may be asked by whatever
  // is made of this flow, as long as that lives.
  Flow(const Panel& panel, const Framework& framework, const std::vector<Index>& periods, std::size_t scored, const std::vector<Step>& order,
       Monitor monitor = {});
  void run(Step step, const Recipe& recipe);
  // Leaves in the columns of their nodes; MissingError where cells are missing and the recipe refuses that. The flow is
  // empty afterwards.
  Scores finish(const Recipe& recipe);
  // Is some cell filled by a method that can draw? Asked of a flow right after its imputation.
  bool stochastic() const { return imputation_ && imputation_->stochastic(); }
  // What is needed to go on from the imputation with other draws of it or of errors; no trail. Asked of a flow that has
  // not gone on.
  Flow kept_for_draws() const;
  // From such a flow: as it would stand after the imputation in these draws of it and of errors; -1: none. No trail is
  // kept from there on.
  Flow drawn(const Recipe& recipe, std::int64_t imputation, std::int64_t errors) const;

 private:
  bool in_place() const;
  void leave_out_unscored();
  void screen(const Recipe& recipe);
  void screen(std::size_t period, const Choice& choice);
  void denominate(const Recipe& recipe);
  Index row_of(std::size_t node, std::size_t period, Index unit) const;  // in the table at hand
  void clear_left_out();  // cells of units and indicators that are not in the index
  void impute(const Recipe& recipe);
  void disturb(const Recipe& recipe, std::int64_t draw);  // by errors of measurement
  Gaps gaps();
  void log_fills(const std::vector<Change>& filled);
  void treat(const Recipe& recipe);
  void normalize(const Recipe& recipe);
  std::vector<char> left_out(std::size_t node) const;
  void gather();  // from the panel's periods to the scored ones, each leaf with its lag
  template <class Work>
  void each_leaf(const Work& work);  // work(node); an error on its way out learns the node, and the period as one of the panel
  template <class Work>
  void each_stretch(const Over& over, std::size_t node, const Work& work);  // work(rows, axes) for what stands in hand of a leaf
  void log_changes(const std::string& stage, const std::string& method, Index node, const Vector& before);

  const Panel* panel_;
  const Framework* framework_;
  std::vector<Index> periods_;
  std::size_t scored_;
  std::vector<Step> order_;
  std::vector<std::vector<Index>> source_;  // per node: for each scored period the panel's period
  std::vector<std::vector<char>> wanted_;   // per node: panel periods that are the source of a scored one
  bool gathered_ = false;
  std::shared_ptr<const Imputation> imputation_;  // where it can draw
  std::shared_ptr<const Matrix> filled_;          // the cells after it, in the panel's rows; where there are errors of measurement
  Monitor monitor_;
  bool quiet_ = false;                            // keep no trail
  Scores now_;
};

// Aggregates the children of one period that are not dropped; NaN where all are. An error names the child by its position
// among all of them.
Vector aggregate_kept(const Matrix& children, const Vector& weights, const std::vector<char>& dropped, const Choice& choice,
                      const MissingRule& missing);

// A unit with a hole in a period after the first `asked` rows is out of the aggregates of that period: its row becomes missing.
void leave_out_holes(Scores& scores, const Framework& framework, Index asked, Index units);
// Marks the nodes all of whose children are dropped, in one period: `dropped` has an entry a node.
void drop_upwards(const Framework& framework, char* dropped);

// Brings prepared leaves up the tree, in place: weights, aggregates, normalization of aggregates, ranks.
// Weights are found on the first `asked` rows (-1: all). The others are reference for scales only: a node is computed in their
// periods where its own scale, or that of an aggregate above it, is taken from them, and is missing there otherwise. A
// DataError from such a period says that it was not asked for.
void climb(Scores& scores, const Axes& axes, const Framework& framework, const Recipe& recipe, Index asked = -1);

}  // namespace egov
