// Scales that look at the order of the reference values alone. All maps keep NaN.
#pragma once
#include <vector>

#include "egov/normalize.hpp"

namespace egov::order {

enum class Ties { average, lowest, highest, dense };

// Observed values with their direction, ascending; numbers[0] counts the distinct ones.
Fitted sorted(ConstColumn x, double direction);
// Ascending ranks, so that a higher result is better. A value that the reference does not hold stands half way between
// the ranks of its neighbors there.
void ranked(Column x, double direction, const Fitted& f, Ties ties);
// (rank - 1)/(n - 1), dense: n distinct values. A value beyond the reference is half a step beyond 0 or 1.
void share_of_ranks(Column x, double direction, const Fitted& f, Ties ties);

// Shares of the classes below each break: those given in one row or column, else of `count` equal classes. SpecError unless
// ascending between 0 and 1.
std::vector<double> breaks(const Args& a, double count);
// What bounds the classes: for each break three numbers, the order statistics around its quantile (Hyndman and Fan 1996,
// type 7) and how far it lies from the first to the second.
Fitted quantiles(ConstColumn x, double direction, const std::vector<double>& shares);
// low for the first class to high for the last; NaN: in steps of 1. A value at a break belongs to the class above it.
void classes(Column x, double direction, const Fitted& f, double low, double high);

}  // namespace egov::order
