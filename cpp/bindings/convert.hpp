// From Python's dicts and arrays to the structs of the core, and back. No arithmetic, no defaults.
#pragma once
#include <pybind11/eigen.h>
#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "egov/plan.hpp"
#include "egov/progress.hpp"
#include "egov/recipe.hpp"

namespace egov::bind {

namespace py = pybind11;
using Input = Eigen::Ref<const Eigen::MatrixXd>;  // column-major; always with noconvert()

Choice choice(const py::dict& from);
std::vector<Choice> chain(const py::list& from);
std::vector<std::vector<Choice>> chains(const py::list& from);
MissingRule missing(const std::string& name, double threshold);
Tables tables(const py::dict& from);  // name -> rows of numbers
Range range(const py::object& from);  // (low, high) or None
py::dict trail(const std::vector<Change>& changes);  // a dict of equally long lists
// Calls `progress` (or None), which stops the call by an exception or by False, and looks for Ctrl-C, holding the GIL only for that.
Monitor monitor(const py::object& progress);

// Runs `work` without the GIL; a stop asked for by Python comes out as the exception that asked for it.
template <class Work>
auto released(const Work& work) {
  try {
    py::gil_scoped_release release;
    return work();
  } catch (const Interrupted&) {
    if (PyErr_Occurred()) throw py::error_already_set();
    throw;
  }
}

void method(py::module_& m);    // tables of methods and the check of a choice
void stages(py::module_& m);    // each stage on a table
void imputation(py::module_& m);  // chains of filling methods
void recipe(py::module_& m);    // Panel, Framework, Recipe, score
void plan(py::module_& m);      // Alternatives, Plan, uncertainty, sensitivity
void design(py::module_& m);    // random numbers and designs
void analyses(py::module_& m);  // sensitivity of a model of the user's own, beside Sobol' indices
void outcomes(py::module_& m);  // correlate, adjust
void multivariate(py::module_& m);  // summary, components, reliability, adequacy, importance
void registration(py::module_& m);  // methods written in Python
void errors(py::module_& m);    // the core's errors as those of egov_index.errors

}  // namespace egov::bind
