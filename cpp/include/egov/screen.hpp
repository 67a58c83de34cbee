// Who and what has enough data to stand in the index: units and indicators, period by period.
#pragma once
#include <functional>
#include <vector>

#include "egov/method.hpp"
#include "egov/panel.hpp"

namespace egov {

// What becomes of a unit or an indicator, and why.
struct Verdict {
  enum : int { stays = -1, by_name = -2 };  // other rules: the position of the parameter that was not met
  int rule = stays;
  Index seen = 0, of = 0;  // so many observed (or, of the rule on zeros, not zero) of so many
  Index pillar = -1;       // of a rule within pillars: the first that failed
  bool leaves() const { return rule != stays; }
};

// What the caller decides himself: per unit and indicator 1 stays, -1 leaves, 0 as the rules say. Empty: all 0.
struct Forced {
  std::vector<int> units = {}, indicators = {};
};

// One period as a screening method sees it.
struct Sight {
  const Matrix& values;              // units x indicators, NaN is missing
  const std::vector<Index>& pillar;  // per indicator: which pillar it stands in, 0, 1, ...
  const std::vector<char>& out;      // per unit: it has left the index before
  const Forced& forced;
};

struct Screening {
  std::vector<Verdict> units, indicators;
  Vector observed, nonzero;  // per unit: share of the indicators that stay; share of the observed that is not 0 (NaN: none)
  Matrix within;             // units x pillars: share observed of the indicators that stay (NaN: none does)
  Vector coverage;           // per indicator: share of the units observed
};

struct ScreenMethod : Method {
  std::function<Screening(const Sight&, const Args&)> judge = nullptr;  // empty: all stay
};

Rows<ScreenMethod>& screen_methods();
Screening screen(const Sight& sight, const Choice& choice);

}  // namespace egov
