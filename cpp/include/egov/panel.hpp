// Units x periods x indicators as one column-major table; NaN is missing.
#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "egov/error.hpp"

namespace egov {

using Index = Eigen::Index;
using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using Column = Eigen::Ref<Eigen::VectorXd>;             // a stretch of one column, written in place
using ConstColumn = Eigen::Ref<const Eigen::VectorXd>;  // the same, read only
using Table = Eigen::Ref<Eigen::MatrixXd>;              // many columns, written in place

// Rows run period by period, within a period unit by unit: row = period * units + unit. Columns are indicators.
// So a cross-section is contiguous and a series has the stride `units`.
struct Panel {
  Matrix values;
  Index units = 0;
  Vector times;  // numeric value of each period, increasing
  std::vector<std::uint32_t> keys = {};  // per unit: what its random numbers hang on; its position if empty
  std::vector<std::string> names = {};   // per indicator: likewise
  Index periods() const { return times.size(); }
  Index row(Index period, Index unit) const { return period * units + unit; }
};

// A cell changed by a step.
struct Change {
  std::string stage, method;
  Index row, column;      // in the table the step ran on
  double before, after;
  Index first = -1, last = -1, donors = 0;  // of an imputed cell: see Fill
  double sd = std::numeric_limits<double>::quiet_NaN();  // likewise
  Index unit = -1, note = -1;                            // likewise; note: of all notes of the imputation
};

// Refuses shapes that do not fit, infinite values and periods that do not increase: DataError with the place.
void check(const Panel& panel);

// Runs work(column, stretch) over each column in stretches of `section` rows (a period's units, or all rows).
// An error on its way out learns the column as its indicator and the stretch as its period.
template <class Work>
void each_section(Table table, Index section, const Work& work) {
  for (Index j = 0; j < table.cols(); ++j)
    for (Index first = 0; first < table.rows(); first += section) try {
        work(j, table.col(j).segment(first, section));
      } catch (Error& error) {
        error.place.indicator = static_cast<long>(j);
        error.place.period = static_cast<long>(first / section);
        throw;
      }
}

}  // namespace egov
