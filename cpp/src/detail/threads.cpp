#include "detail/threads.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace egov::detail {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds between_calls{50};

// One call of parallel(): the counter of tasks, the first failure and the monitor.
class Crew {
 public:
  Crew(Index tasks, const std::function<void(Index, int)>& work, const Monitor& monitor, double before, double after)
      : tasks_(tasks), work_(work), monitor_(monitor), before_(before), after_(after) {}

  void run(int threads) {
    std::vector<std::thread> others;
    for (int worker = 1; worker < threads; ++worker) try {
        others.emplace_back([this, worker] { toil(worker); });
      } catch (const std::system_error&) {  // no more threads to be had: those that run do all the work
        break;
      }
    toil(0);
    wait_for(static_cast<int>(others.size()));
    for (std::thread& other : others) other.join();
    if (failure_) std::rethrow_exception(failure_);
    if (after_ >= 1 && !stop_) ask(after_);  // the end of the whole call is always told
    if (monitor_failure_) std::rethrow_exception(monitor_failure_);
  }

  bool interrupted() const { return interrupted_; }
  Index finished() const { return finished_; }

 private:
  // A task once taken is always run: so every task before a failing one runs, and the lowest failure is well defined.
  void toil(int worker) {
    while (!stop_) {
      Index task = next_++;
      if (task >= tasks_) break;
      try {
        work_(task, worker);
      } catch (...) {
        fail(task);
      }
      ++finished_;
      if (worker == 0) ask_if_due();
    }
    if (worker == 0) return;
    std::lock_guard<std::mutex> hold(mutex_);
    ++left_;
    someone_left_.notify_one();
  }

  void fail(Index task) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (!failure_ || task < failed_task_) {
      failure_ = std::current_exception();
      failed_task_ = task;
    }
    stop_ = true;
  }

  // Keeps the monitor informed while the other workers finish what they have begun.
  void wait_for(int others) {
    std::unique_lock<std::mutex> hold(mutex_);
    while (!someone_left_.wait_for(hold, between_calls, [&] { return left_ == others; })) {
      hold.unlock();
      ask_if_due();
      hold.lock();
    }
  }

  void ask_if_due() {
    if (!monitor_ || stop_ || Clock::now() - asked_ < between_calls) return;
    ask(before_ + (after_ - before_) * static_cast<double>(finished_) / static_cast<double>(tasks_));
  }

  void ask(double done) {
    if (!monitor_) return;
    try {
      interrupted_ = !monitor_(done);
    } catch (...) {
      monitor_failure_ = std::current_exception();
    }
    if (interrupted_ || monitor_failure_) stop_ = true;
    asked_ = Clock::now();
  }

  const Index tasks_;
  const std::function<void(Index, int)>& work_;
  const Monitor& monitor_;
  const double before_, after_;
  std::atomic<Index> next_{0}, finished_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;  // guards failure_, failed_task_ and left_
  std::condition_variable someone_left_;
  std::exception_ptr failure_, monitor_failure_;
  Index failed_task_ = 0;
  int left_ = 0;
  bool interrupted_ = false;
  Clock::time_point asked_ = Clock::now();
};

}  // namespace

int thread_count(int asked) {
  if (asked >= 1) return asked;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int thread_count(int asked, Index tasks) {
  return static_cast<int>(std::min<Index>(thread_count(asked), std::max<Index>(tasks, 1)));
}

void parallel(Index tasks, int threads, const std::function<void(Index task, int worker)>& work, const Monitor& monitor,
              double done_before, double done_after) {
  Crew crew(tasks, work, monitor, done_before, done_after);
  crew.run(thread_count(threads, tasks));
  if (crew.interrupted()) throw Interrupted("stopped on request");
}

Progressed parallel_until(Index tasks, int threads, const std::function<void(Index task, int worker)>& work, const Monitor& monitor) {
  Crew crew(tasks, work, monitor, 0, 1);
  crew.run(thread_count(threads, tasks));
  return {crew.finished(), crew.interrupted()};
}

}  // namespace egov::detail
