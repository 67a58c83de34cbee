// The three ways a call can fail, with the place of the fault as positions; names are the caller's.
#pragma once
#include <stdexcept>
#include <string>

namespace egov {

// Where a fault sits. -1 or an empty string: not about that.
struct Place {
  std::string stage, method, param;
  long unit = -1, period = -1, indicator = -1, node = -1;
};

class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& what, Place where = {}) : std::runtime_error(what), place(std::move(where)) {}
  Place place;
};

struct SpecError : Error { using Error::Error; };    // the request makes no sense: unknown method, bad parameter
struct DataError : Error { using Error::Error; };    // the data do not allow the request
struct FitError : Error { using Error::Error; };     // an iterative fit did not reach its goal
struct Interrupted : Error { using Error::Error; };  // the caller asked a long call to stop

}  // namespace egov
