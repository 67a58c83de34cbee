// The tree of an index: leaves are indicators, inner nodes are aggregates, the root is the index.
#pragma once
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

struct Node {
  Index parent = -1;      // position of the parent, which stands before its children; -1 for the root
  double weight = 1.0;    // against its siblings; they are brought to sum one
  Index indicator = -1;   // column of the panel, for a leaf; -1 for an inner node
  double direction = 1;   // +1: more is better, -1: less is better
  double lag = 0;         // the value used in period t is the one of t - lag
  Index denominator = -1;  // column of the panel that a leaf may be divided by; -1: none
  double not_scored = missing_value;  // published code for "this unit was not scored"; such units leave the index
  bool leaf() const { return indicator >= 0; }
};

struct Framework {
  std::vector<Node> nodes;  // the root first, parents before children
};

// Children of each node, in order. SpecError where the nodes form no tree, a leaf has children or weights fail.
std::vector<std::vector<Index>> children(const Framework& framework);

}  // namespace egov
