// Bootstrap EM: every draw fits the multivariate normal to units drawn with replacement, then draws the holes from it.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "impute/joint/normal.hpp"
#include "impute/rows.hpp"

namespace egov {
namespace {

enum Resample { whole_units, single_rows };

constexpr std::uint32_t attempts = 20;            // until every column varies
constexpr std::uint32_t probe_task = 0x656d626fu;  // of the resample fitted to see how EM fares
constexpr std::uint32_t for_counts = 0x80000000u;  // items of the streams above those of the periods

// All that a draw needs.
struct Kept {
  joint::Table table;
  joint::Plan plan;
  joint::Law law;  // of all rows: where every draw starts
  joint::FitOptions options;
  Resample resample;
  Block block;     // units and keys only
};

// A Poisson number of mean 1, by inversion.
Index poisson(double u) {
  Index k = 0;
  double mass = std::exp(-1.0);
  for (double below = mass; u > below && mass > 0; below += mass) mass /= static_cast<double>(++k);
  return k;
}

// How many times each row comes in: Poisson numbers from the unit's own stream, so that more units change nobody's number.
Matrix resampled(const Kept& kept, const Draw& number, std::uint32_t attempt) {
  const Index units = kept.block.units, rows = kept.table.cells.rows();
  std::vector<Index> chosen;
  std::vector<Stream> streams;
  std::vector<Index> times;
  for (Index u = 0; u < units; ++u) streams.push_back(number.of(kept.block.keys[static_cast<std::size_t>(u)], for_counts + attempt));
  for (Index row = 0; row < rows; ++row) {
    const auto u = static_cast<std::size_t>(row % units);
    if (row < units) times.push_back(poisson(streams[u].uniform()));
    else if (kept.resample == single_rows) times[u] = poisson(streams[u].uniform());
    chosen.insert(chosen.end(), static_cast<std::size_t>(times[u]), row);
  }
  return kept.table.cells(chosen, Eigen::all);
}

bool varies(const Vector& x) {
  double low = infinite, high = -infinite;
  for (double v : x)
    if (!std::isnan(v)) low = std::min(low, v), high = std::max(high, v);
  return high - low > 1e-12 * std::max(std::abs(low), std::abs(high));
}

bool varies_throughout(const Matrix& cells) {
  for (Index j = 0; j < cells.cols(); ++j)
    if (!varies(cells.col(j))) return false;
  return true;
}

// The fit of one draw; nothing where no resample can be fitted.
std::optional<joint::Law> redrawn(const Kept& kept, const Draw& number) {
  for (std::uint32_t attempt = 0; attempt < attempts; ++attempt) {
    const Matrix cells = resampled(kept, number, attempt);
    if (!varies_throughout(cells)) continue;
    for (const Gaussian* start : {&kept.law.gaussian, static_cast<const Gaussian*>(nullptr)}) try {
        return joint::law(cells, kept.plan, kept.options, start);
      } catch (const FitError&) {  // as without an outlier that all rows have, and the start with them
      }
  }
  return std::nullopt;
}

// The notes are written before anything is drawn: one resample stands for those to come.
void note_on_resamples(const Kept& kept, Filling& out) {
  const std::optional<joint::Law> probe = redrawn(kept, {0, 0, probe_task});
  if (!probe) joint::note(out, "no resample could be fitted: such draws are from the fit of all rows, without its uncertainty");
  else if (!probe->gaussian.converged && kept.law.gaussian.converged)
    joint::note(out, "EM did not converge on a resample in " + std::to_string(kept.options.steps) + " steps: draws are from where it stood; raise steps or tolerance");
}

Filling fill(const Block& block) {
  const Args& args = block.args[0];
  auto kept = std::make_shared<Kept>();
  kept->table = joint::table(block, "bootstrap_em", {static_cast<Index>(args[4]), static_cast<Index>(args[5])});
  Filling out = kept->table.filling;
  kept->plan = joint::plan(block, kept->table, out.fills.size());
  if (kept->plan.rows.empty()) return out;
  kept->options = {args[6], args[7], static_cast<Index>(args[8])};
  kept->resample = static_cast<Resample>(static_cast<int>(args[9]));
  kept->law = joint::law(kept->table.cells, kept->plan, kept->options);
  kept->block.units = block.units;
  kept->block.keys = block.keys;
  joint::fill(block, kept->table, kept->plan, kept->law, out);
  note_on_resamples(*kept, out);
  out.draw = [kept](const Draw& number, double* values) {
    const auto& fixed = kept->table.filling.fills;
    for (std::size_t k = 0; k < fixed.size(); ++k) values[k] = fixed[k].value;
    joint::draw(kept->table, kept->plan, redrawn(*kept, number).value_or(kept->law), kept->block, number, values);
  };
  out.quantile = joint::quantiles(kept->table, kept->plan, kept->law);
  return out;
}

std::vector<Param> params() {
  std::vector<Param> out = joint::link_params();
  for (Param& param : joint::normal_params()) out.push_back(std::move(param));
  for (Param& param : out)
    if (param.name == "tolerance") param.fallback = 1e-6;
  out.push_back({"resample", Kind::option, 0.0, 0.0, 1.0,
                 "What each draw takes with replacement, a Poisson number of times: units with all their periods, or single rows.",
                 {"units", "rows"}});
  return out;
}

}  // namespace

std::vector<ImputeMethod> bootstrap_em_rows() {
  return {{{"bootstrap_em",
            "Multivariate normal as in em, fitted anew to resampled units in every draw, so that draws also vary as the fit does.",
            "Honaker and King 2010, American Journal of Political Science 54(2), 561-581; Honaker, King and Blackwell 2011, Amelia II, "
            "Journal of Statistical Software 45(7)",
            params(), needs_indicators},
           {}, fill}};
}

}  // namespace egov
