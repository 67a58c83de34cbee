// The table of imputation methods; the functions and their rows stand in the files of impute/.
#include "egov/impute.hpp"

#include "impute/rows.hpp"

namespace egov {

Rows<ImputeMethod>& impute_methods() {
  static Rows<ImputeMethod> table = [] {
    Rows<ImputeMethod> all = {{{"none", "Leaves every hole open.", "", {}, keeps_range}, [](const Series&, const Args&) { return Filling(); }}};
    for (const auto& rows : {section_rows(), row_rows(), series_rows(), damped_rows(), neighbor_rows(), deck_rows(),
                             source_rows(), regression_rows(), curve_rows(), kriging_rows(), chained_rows(), em_rows(), bootstrap_em_rows(), svd_rows()}) all.insert(all.end(), rows.begin(), rows.end());
    return all;
  }();
  return table;
}

}  // namespace egov
