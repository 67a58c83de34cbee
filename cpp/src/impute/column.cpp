#include "impute/column.hpp"

namespace egov::column {

using kriging::Lens;

Bounds bounds_of(double lower, double upper, const Extent& e, bool zero_below) {
  Bounds out;
  if (!std::isnan(lower)) out.lower = std::min(lower, e.low);
  else if (zero_below && e.low >= 0) out.lower = 0;
  if (!std::isnan(upper)) out.upper = std::max(upper, e.high);
  out.widened = e.low < lower || e.high > upper;
  return out;
}

void require_bounds(Link link, const Bounds& bounds, const std::string& method, Index column) {
  const auto refuse = [&](const char* why) { throw SpecError(why, {"impute", method, "link", -1, -1, static_cast<long>(column)}); };
  if (link == logit && !bounds.both()) refuse("a logit needs a lower and an upper bound");
  if (link == root && !bounds.above()) refuse("a square root needs a lower bound, as values below 0 are observed");
}

Lens lens_of(Link link, const Bounds& bounds, double sd) {
  Lens out{Lens::power, 1, bounds.lower, bounds.upper, Lens::offset_of(bounds.lower, bounds.upper, sd)};
  if (link == logit || (link == open && bounds.both())) out.what = Lens::logit;
  else if (link == root || (link == open && bounds.above())) out.exponent = 0.5;
  return out;
}

Index note(Filling& filling, const std::string& text) {
  const auto at = std::find(filling.notes.begin(), filling.notes.end(), text);
  if (at != filling.notes.end()) return at - filling.notes.begin();
  filling.notes.push_back(text);
  return static_cast<Index>(filling.notes.size()) - 1;
}

void fill_constant(const Block& block, Index column, double value, Index donors, double max_gap, Filling& out) {
  const Index text = note(out, "all observed values are equal");
  const auto values = block.values.col(column);
  for (Index row = 0; row < values.size(); ++row) {
    const bool wanted = block.wanted[static_cast<std::size_t>(column)][static_cast<std::size_t>(row / block.units)];
    if (!std::isnan(values[row]) || !wanted || distance(values, block.times, block.units, row) > max_gap) continue;
    Fill fill{row, value};
    fill.donors = donors;
    fill.column = column;
    fill.note = text;
    out.fills.push_back(fill);
  }
}

double distance(const Eigen::Ref<const Vector>& values, const Vector& times, Index units, Index row) {
  double least = infinite;
  for (Index t = 0; t < times.size(); ++t)
    if (!std::isnan(values[t * units + row % units])) least = std::min(least, std::abs(times[t] - times[row / units]));
  return least;
}

}  // namespace egov::column
