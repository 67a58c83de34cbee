// p-values by rearranging rows: of each pair, and of the largest statistic of all pairs.
#pragma once
#include "egov/outcomes.hpp"

namespace egov::detail {

// Permuted, counted statistics differ from the observed one by rounding where they are the same: those from here on reach it.
inline double reaches(double square) { return square * (1 - 1e-8) - 1e-14; }

// Where the question asks for permutations: p, and with `family` p_family, of the pairs that have a number. Both count the
// observed order in: (1 + those that reach it) / (permutations + 1), two-sided.
//   Alone, a pair permutes its own common rows (of View::between: clusters). With `family` whole rows of x, gaps and all, are
// permuted against y, the same for all pairs, and p comes from those too; p_family goes step by step down from the largest
// statistic (Westfall and Young 1993). Rows that come several to a cluster are not exchangeable: there, sums over whole
// clusters of the parts of the statistic change sign, with equal chances (Kline and Santos 2012).
void permute(const Matrix& x, const Matrix& y, const Question& question, std::vector<Association>& results, const Monitor& monitor);

}  // namespace egov::detail
