// Numbered tasks over threads. The caller works too, and is the only one to call the monitor.
#pragma once
#include <functional>

#include "egov/panel.hpp"
#include "egov/progress.hpp"

namespace egov::detail {

// Hardware threads where `asked` is below 1.
int thread_count(int asked);
// The same, but no more than there are tasks: what a thread needs is made once for each.
int thread_count(int asked, Index tasks);

// Runs work(task, worker) for task 0..tasks-1, each once, in any order; worker < thread_count(threads).
// The first exception stops the rest and is thrown again here. A monitor that returns false throws Interrupted.
void parallel(Index tasks, int threads, const std::function<void(Index task, int worker)>& work,
              const Monitor& monitor = {}, double done_before = 0, double done_after = 1);

struct Progressed {
  Index tasks;   // that were run, which are the first ones
  bool stopped;  // the monitor asked for it
};

// The same, but a monitor that returns false is no failure.
Progressed parallel_until(Index tasks, int threads, const std::function<void(Index task, int worker)>& work, const Monitor& monitor);

}  // namespace egov::detail
