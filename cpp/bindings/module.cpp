#include "convert.hpp"

PYBIND11_MODULE(_core, m) {
  m.doc() = "The C++ core of egov_index; its functions take positions and arrays, names stay in Python.";
  m.attr("version") = EGOV_VERSION;
  egov::bind::errors(m);
  egov::bind::method(m);
  egov::bind::stages(m);
  egov::bind::imputation(m);
  egov::bind::recipe(m);
  egov::bind::design(m);
  egov::bind::plan(m);
  egov::bind::analyses(m);
  egov::bind::outcomes(m);
  egov::bind::multivariate(m);
  egov::bind::registration(m);
}
