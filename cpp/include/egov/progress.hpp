// How a long call tells how far it is, and how it is asked to stop.
#pragma once
#include <functional>

namespace egov {

// Called now and then from the calling thread with the share done, 0 to 1; false stops the call (Interrupted).
using Monitor = std::function<bool(double done)>;

}  // namespace egov
