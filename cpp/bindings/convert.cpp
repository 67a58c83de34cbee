#include "convert.hpp"

namespace egov::bind {

Tables tables(const py::dict& from) {
  Tables to;
  for (const auto& [name, rows] : from) to[py::cast<std::string>(name)] = py::cast<Matrix>(rows);
  return to;
}

Choice choice(const py::dict& from) {
  Choice to;
  to.method = py::cast<std::string>(from["method"]);
  to.params = py::cast<std::map<std::string, double>>(from["params"]);
  if (!from["rescale"].is_none()) std::tie(to.rescale_low, to.rescale_high) = py::cast<std::pair<double, double>>(from["rescale"]);
  if (!from["groups"].is_none()) to.groups = py::cast<std::vector<int>>(from["groups"]);
  to.tables = tables(from["tables"]);
  const auto [what, with] = py::cast<std::pair<std::string, py::object>>(from["over"]);
  if (what == "panel") to.over.what = Over::panel;
  if (what == "base") to.over = {Over::base, py::cast<double>(with)};
  if (what == "group") to.over = {Over::group, missing_value, py::cast<std::vector<int>>(with)};
  return to;
}

std::vector<Choice> chain(const py::list& from) {
  std::vector<Choice> to;
  for (const auto& item : from) to.push_back(choice(py::cast<py::dict>(item)));
  return to;
}

std::vector<std::vector<Choice>> chains(const py::list& from) {
  std::vector<std::vector<Choice>> to;
  for (const auto& item : from) to.push_back(chain(py::cast<py::list>(item)));
  return to;
}

Range range(const py::object& from) {
  Range to;
  if (!from.is_none()) std::tie(to.low, to.high) = py::cast<std::pair<double, double>>(from);
  return to;
}

MissingRule missing(const std::string& name, double threshold) {
  return {name == "drop-weight" ? Missing::drop_weight : Missing::refuse, threshold};
}

py::dict trail(const std::vector<Change>& changes) {
  py::list stage, method, row, column, before, after, first, last, donors, sd, unit, note;
  for (const Change& change : changes) {
    stage.append(change.stage), method.append(change.method), row.append(change.row), column.append(change.column);
    before.append(change.before), after.append(change.after);
    first.append(change.first), last.append(change.last), donors.append(change.donors);
    sd.append(change.sd), unit.append(change.unit), note.append(change.note);
  }
  using namespace py::literals;
  return py::dict("stage"_a = stage, "method"_a = method, "row"_a = row, "column"_a = column, "before"_a = before,
                  "after"_a = after, "first"_a = first, "last"_a = last, "donors"_a = donors, "sd"_a = sd, "donor"_a = unit, "note"_a = note);
}

Monitor monitor(const py::object& progress) {
  return [progress](double done) {
    py::gil_scoped_acquire acquire;
    if (PyErr_CheckSignals() != 0) return false;
    if (progress.is_none()) return true;
    PyObject* answer = PyObject_CallFunction(progress.ptr(), "d", done);
    Py_XDECREF(answer);
    return answer != nullptr && answer != Py_False;
  };
}

namespace {

py::dict place(const Place& from) {
  using namespace py::literals;
  return py::dict("stage"_a = from.stage, "method"_a = from.method, "param"_a = from.param, "unit"_a = from.unit,
                  "period"_a = from.period, "indicator"_a = from.indicator, "node"_a = from.node);
}

void raise(const char* name, const Error& error, const py::object& cells) {
  const py::object kind = py::module_::import("egov_index.errors").attr(name);
  const py::object raised = kind(error.what());
  raised.attr("place") = place(error.place);
  raised.attr("cells") = cells;
  PyErr_SetObject(kind.ptr(), raised.ptr());
}

}  // namespace

void errors(py::module_&) {
  py::register_local_exception_translator([](std::exception_ptr raised) {
    try {
      if (raised) std::rethrow_exception(raised);
    } catch (const MissingError& error) {
      raise("DataError", error, py::cast(error.cells));
    } catch (const SpecError& error) {
      raise("SpecError", error, py::none());
    } catch (const DataError& error) {
      raise("DataError", error, py::none());
    } catch (const FitError& error) {
      raise("FitError", error, py::none());
    } catch (const Interrupted& error) {
      raise("Interrupted", error, py::none());
    }
  });
}

}  // namespace egov::bind
