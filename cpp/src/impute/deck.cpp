// The observed value of one other unit.
#include <algorithm>
#include <cmath>
#include <memory>

#include "impute/likeness.hpp"
#include "impute/rows.hpp"

namespace egov {
namespace {

const std::string at_random = "any donor, because the unit has no auxiliary that a donor has";

struct Donor {
  double value, far;
  std::uint32_t key;
  Index unit;
};

// The donors of a fill, the one of its value first.
struct Deck {
  std::uint32_t receiver;
  std::vector<Donor> donors;
};

bool by_value(const Donor& a, const Donor& b) { return a.value != b.value ? a.value < b.value : a.key < b.key; }
bool by_distance(const Donor& a, const Donor& b) { return a.far != b.far ? a.far < b.far : a.key < b.key; }

// One donor at random. What each pair of units draws is the same in all periods, so a unit keeps its donor while it can.
const Donor& drawn(const Deck& deck, const Draw& draw) {
  const Donor* best = nullptr;
  double most = -1;
  for (const Donor& one : deck.donors)
    if (const double lot = draw.of(deck.receiver, one.key).uniform(); lot > most) most = lot, best = &one;
  return *best;
}

double spread(const Deck& deck) {
  double largest = 0, sum = 0;
  for (const Donor& one : deck.donors) largest = std::max(largest, std::abs(one.value - deck.donors[0].value));
  for (const Donor& one : deck.donors) sum += largest > 0 ? std::pow((one.value - deck.donors[0].value) / largest, 2) : 0;
  return deck.donors.size() < 2 ? missing_value : largest * std::sqrt(sum / static_cast<double>(deck.donors.size()));
}

class Dealer {
 public:
  Dealer(const Series& s, const Args& a) : s_(s), among_(static_cast<std::size_t>(a[1])) {
    if (a.has("auxiliaries")) beside_ = on_own_scales(a.table("auxiliaries"));
  }

  Filling deal() {
    const auto decks = std::make_shared<std::vector<Deck>>();
    Filling made;
    for (Index t = 0; t < s_.periods(); ++t)
      for (Index u = 0; u < s_.units && s_.wanted[static_cast<std::size_t>(t)]; ++u) {
        if (!std::isnan(s_.at(t, u))) continue;
        bool fallback = false;
        Deck deck = deck_of(t, u, fallback);
        if (deck.donors.empty()) continue;
        Fill fill{t * s_.units + u, deck.donors[0].value, t, t, static_cast<Index>(deck.donors.size()), spread(deck), deck.donors[0].unit};
        if (fallback) made.notes = {at_random}, fill.note = 0;
        made.fills.push_back(fill), decks->push_back(std::move(deck));
      }
    made.draw = [decks](const Draw& draw, double* values) {
      for (std::size_t k = 0; k < decks->size(); ++k) values[k] = drawn((*decks)[k], draw).value;
    };
    made.quantile = [decks](std::size_t k, double p) {
      auto sorted = (*decks)[k].donors;
      std::sort(sorted.begin(), sorted.end(), by_value);
      const double place = std::ceil(p * static_cast<double>(sorted.size())) - 1;
      return sorted[static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(sorted.size() - 1)))].value;
    };
    return made;
  }

 private:
  // All donors of the group, or those nearest by the auxiliaries.
  Deck deck_of(Index t, Index u, bool& fallback) const {
    Deck deck{s_.key(u), {}};
    const auto group = [&](Index unit) { return s_.groups.empty() ? 0 : s_.groups[static_cast<std::size_t>(unit)]; };
    for (Index v = 0; v < s_.units; ++v)
      if (group(u) >= 0 && group(v) == group(u) && !std::isnan(s_.at(t, v)) && s_.donor(t, v)) deck.donors.push_back({s_.at(t, v), far(t, u, v), s_.key(v), v});
    std::vector<Donor> near;
    for (const Donor& one : deck.donors)
      if (!std::isnan(one.far)) near.push_back(one);
    if (beside_.size() > 0 && !near.empty()) {
      std::sort(near.begin(), near.end(), by_distance);
      near.resize(std::min(near.size(), among_));
      deck.donors = std::move(near);
      return deck;
    }
    fallback = beside_.size() > 0;
    std::sort(deck.donors.begin(), deck.donors.end(), by_value);  // the middle one stands for all
    if (!deck.donors.empty()) std::swap(deck.donors[0], deck.donors[(deck.donors.size() - 1) / 2]);
    return deck;
  }

  double far(Index t, Index u, Index v) const {
    if (beside_.size() == 0) return missing_value;
    return distance(&beside_(t * s_.units + u, 0), &beside_(t * s_.units + v, 0), beside_.cols());
  }

  const Series& s_;
  std::size_t among_;
  RowTable beside_;
};

}  // namespace

std::vector<ImputeMethod> deck_rows() {
  return {
      {{"hot_deck",
        "Value of another unit of the period (and group): of the nearest by the auxiliaries, else of the middle one; draws take any of these donors.",
        "Andridge and Little 2010, International Statistical Review 78(1)",
        {{"by", Kind::groups, missing_value, -infinite, infinite, "Grouping of the units that give to one another; left open: all.", {}, true},
         {"among", Kind::integer, 5.0, 1.0, infinite, "Nearest donors that draws choose from, where there are auxiliaries."},
         auxiliaries_param()},
        keeps_range},
       [](const Series& s, const Args& a) { return Dealer(s, a).deal(); }},
  };
}

}  // namespace egov
