#include "impute/trend.hpp"

#include <cmath>

namespace egov {
namespace {

// A state carried on over h steps and corrected by what was seen.
Local corrected(const Local& now, const Holt& holt, int h, double z) {
  const double left = std::pow(holt.phi, h), to_level = 1 - std::pow(1 - holt.alpha, h), to_slope = 1 - std::pow(1 - holt.beta, h);
  const double expected = now.level + now.slope * reach(holt.phi, h), level = expected + to_level * (z - expected);
  return {level, to_slope * (level - now.level) / h + (1 - to_slope) * left * now.slope};
}

double misfit(const std::vector<Path>& paths, const Holt& holt, int horizon) {
  double sum = 0;
  for (const Path& path : paths) {
    const auto states = locals(path, holt);
    for (std::size_t i = 1; i < states.size(); ++i)
      for (std::size_t k = i + 1; k < states.size() && path.at[k] - path.at[i] <= horizon; ++k) {
        const double miss = path.z[k] - states[i].level - states[i].slope * reach(holt.phi, path.at[k] - path.at[i]);
        sum += miss * miss;
      }
  }
  return sum;
}

}  // namespace

double reach(double phi, int h) {
  double sum = 0;
  for (int k = 0; k < h; ++k) sum = phi * (1 + sum);
  return sum;
}

std::vector<Local> locals(const Path& path, const Holt& holt) {
  std::vector<Local> out = {{path.z[0], 0}};
  for (std::size_t i = 1; i < path.z.size(); ++i) {
    const int h = path.at[i] - path.at[i - 1];
    if (i == 1)
      out.push_back({path.z[1], (path.z[1] - path.z[0]) / h});
    else
      out.push_back(corrected(out.back(), holt, h, path.z[i]));
  }
  return out;
}

double growth(const Holt& holt, int h) {
  double sum = 1;
  for (int j = 1; j < h; ++j) {
    const double c = holt.alpha * (1 + holt.beta * reach(holt.phi, j));
    sum += c * c;
  }
  return sum;
}

Holt chosen(const std::vector<Path>& paths, Holt holt, int horizon) {
  const std::vector<double> alphas = {1, 0.8, 0.6}, betas = {0.1, 0.2, 0.3, 0.5, 0.7, 1}, phis = {0.8, 0, 0.3, 0.5, 0.6, 0.7, 0.85, 0.9, 0.95, 1};
  const auto open = [](double share, const std::vector<double>& grid) { return std::isnan(share) ? grid : std::vector<double>{share}; };
  double least = infinite;
  Holt best = holt;
  for (double alpha : open(holt.alpha, alphas))
    for (double beta : open(holt.beta, betas))
      for (double phi : open(holt.phi, phis)) {
        const Holt one{alpha, beta, phi};
        const double miss = misfit(paths, one, horizon);
        if (miss < least) least = miss, best = one;
      }
  return best;
}

}  // namespace egov
