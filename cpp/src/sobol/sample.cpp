#include <algorithm>

#include "detail/threads.hpp"
#include "egov/random.hpp"
#include "egov/sobol.hpp"

namespace egov {
namespace {

constexpr Index leaf = 256;  // base points of one task

struct Law {
  const MarginalMethod& row;
  Args args;
  double operator()(double u) const { return row.quantile(u, args); }
};

std::vector<Law> laws_of(const std::vector<Choice>& marginals) {
  std::vector<Law> laws;
  for (const Choice& choice : marginals) {
    const MarginalMethod& row = find("dists", marginal_methods(), choice.method);
    laws.push_back({row, arguments("dists", row, choice)});
  }
  return laws;
}

// Writes the runs of one base point; each of the points A, B, C stands in `points` after the other.
void write_runs(const Crossing& crossing, const std::vector<Index>& factor, const std::vector<double>& points, double* out) {
  const std::size_t columns = factor.size();
  auto run = [&](std::size_t base, std::size_t other, Index mixed) {
    for (std::size_t k = 0; k < columns; ++k) *out++ = points[(factor[k] == mixed ? other : base) * columns + k];
  };
  run(0, 0, -1);
  for (Index i = 0; i < crossing.factors; ++i) run(0, 1, i);
  for (Index i = 0; crossing.reversed && i < crossing.factors; ++i) run(1, 0, i);
  run(1, 1, -1);
  for (Index i = 0; crossing.third && i < crossing.factors; ++i) run(0, 2, i);
}

}  // namespace

void to_marginals(const std::vector<Choice>& marginals, Index rows, int threads, double* points, const Monitor& monitor) {
  const std::vector<Law> columns = laws_of(marginals);
  const auto width = static_cast<Index>(columns.size());
  detail::parallel((rows + leaf - 1) / leaf, threads, [&](Index task, int) {
    for (Index i = task * leaf; i < std::min(rows, (task + 1) * leaf); ++i)
      for (Index k = 0; k < width; ++k) points[i * width + k] = columns[static_cast<std::size_t>(k)](points[i * width + k]);
  }, monitor);
}

std::vector<Design> scrambled_designs(Points kind, Index dimensions, std::uint64_t n, Index scrambles, std::uint64_t seed) {
  if (scrambles < 1 || n < static_cast<std::uint64_t>(scrambles))
    throw SpecError("each scramble needs at least one base point", {"sobol", "", "scrambles"});
  const std::uint64_t each = n / static_cast<std::uint64_t>(scrambles), rest = n % static_cast<std::uint64_t>(scrambles);
  std::vector<Design> designs;
  for (Index r = 0; r < scrambles; ++r) {
    const auto key = philox({static_cast<std::uint32_t>(r), 0, 0, 0x5eed}, philox_key(seed));
    designs.emplace_back(kind, dimensions, each + (static_cast<std::uint64_t>(r) < rest ? 1 : 0),
                         (static_cast<std::uint64_t>(key[1]) << 32) | key[0]);
  }
  return designs;
}

void sample_runs(const std::vector<Design>& designs, const Crossing& crossing, const std::vector<Index>& factor,
                 const std::vector<Choice>& marginals, int threads, double* out, const Monitor& monitor) {
  const std::vector<Law> columns = laws_of(marginals);
  const std::size_t width = columns.size();
  struct Task {
    const Design* design;
    Index first, last;
    double* out;
  };
  std::vector<Task> tasks;
  for (const Design& design : designs)
    for (Index first = 0, last; first < static_cast<Index>(design.length()); first = last) {
      last = std::min(first + leaf, static_cast<Index>(design.length()));
      tasks.push_back({&design, first, last, out});
      out += (last - first) * crossing.runs() * static_cast<Index>(width);
    }
  detail::parallel(static_cast<Index>(tasks.size()), threads, [&](Index at, int) {
    const Task& task = tasks[static_cast<std::size_t>(at)];
    const Index each = crossing.points(), inputs = static_cast<Index>(width);
    std::vector<double> drawn(width * static_cast<std::size_t>(each)), points(drawn.size());
    double* to = task.out;
    for (Index i = task.first; i < task.last; ++i) {
      task.design->point(static_cast<std::uint64_t>(i), drawn.data());
      for (Index p = 0; p < each; ++p)
        for (Index k = 0; k < inputs; ++k)
          points[static_cast<std::size_t>(p * inputs + k)] = columns[static_cast<std::size_t>(k)](drawn[static_cast<std::size_t>(coordinate(inputs, k, p))]);
      write_runs(crossing, factor, points, to);
      to += crossing.runs() * static_cast<Index>(width);
    }
  }, monitor);
}

}  // namespace egov
