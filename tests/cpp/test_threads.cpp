#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "detail/threads.hpp"

using namespace egov;
using detail::parallel;
using detail::thread_count;

namespace {

void rest(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

}  // namespace

TEST_CASE("the number of threads is the one asked for, or that of the machine") {
  CHECK(thread_count(3) == 3);
  CHECK(thread_count(0) >= 1);
  CHECK(thread_count(-5) == thread_count(0));
}

TEST_CASE("every task runs once, under a worker of its own") {
  for (int threads : {1, 2, 8}) {
    std::vector<std::atomic<int>> runs(1000);
    std::vector<std::atomic<int>> busy(static_cast<std::size_t>(threads));
    std::atomic<bool> shared{false};
    parallel(1000, threads, [&](Index task, int worker) {
      if (busy.at(static_cast<std::size_t>(worker))++ != 0) shared = true;
      ++runs[static_cast<std::size_t>(task)];
      --busy[static_cast<std::size_t>(worker)];
    });
    CHECK_FALSE(shared);
    for (auto& count : runs) CHECK(count == 1);
  }
  parallel(0, 4, [](Index, int) { FAIL("there is no task"); });
}

TEST_CASE("one thread means the calling thread") {
  auto caller = std::this_thread::get_id();
  bool elsewhere = false;
  parallel(10, 1, [&](Index, int worker) { elsewhere |= worker != 0 || std::this_thread::get_id() != caller; });
  CHECK_FALSE(elsewhere);
}

TEST_CASE("several threads work at the same time") {
  std::atomic<int> arrived{0};
  parallel(2, 2, [&](Index, int) {
    ++arrived;
    for (int wait = 0; arrived < 2 && wait < 5000; ++wait) rest(1);
    CHECK(arrived == 2);
  });
}

TEST_CASE("the exception of the lowest failing task is the one thrown") {
  for (int threads : {1, 2, 4})
    for (int round = 0; round < 20; ++round) {
      std::atomic<int> after{0};
      try {
        parallel(200, threads, [&](Index task, int) {
          if (task == (round % 2 == 0 ? 20 : 21)) rest(2);  // the lowest to fail is the last or the first to do so
          if (task >= 20 && task < 30) throw std::runtime_error(std::to_string(task));
          if (task > 100) ++after;
        });
        FAIL("no error");
      } catch (const std::runtime_error& error) {
        CHECK(std::string(error.what()) == "20");
      }
      if (threads == 1) CHECK(after == 0);
    }
}

TEST_CASE("the monitor is called by the caller alone, with a share that grows") {
  auto caller = std::this_thread::get_id();
  std::vector<double> shares;
  bool elsewhere = false;
  auto monitor = [&](double done) {
    elsewhere |= std::this_thread::get_id() != caller;
    shares.push_back(done);
    return true;
  };
  auto start = std::chrono::steady_clock::now();
  parallel(40, 2, [](Index, int) { rest(10); }, monitor, 0.5, 1);
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  CHECK_FALSE(elsewhere);
  CHECK(shares.size() >= 3);
  CHECK(static_cast<double>(shares.size()) <= seconds / 0.05 + 1);  // every 50 ms at most, and the end
  for (std::size_t i = 1; i < shares.size(); ++i) CHECK(shares[i] >= shares[i - 1]);
  CHECK(shares.front() > 0.5);
  CHECK(shares.back() == 1);
}

TEST_CASE("the monitor is called while the others still work") {
  std::atomic<bool> told{false}, begun{false};
  int calls = 0;
  auto monitor = [&](double) {
    ++calls;
    told = true;
    return true;
  };
  parallel(2, 2, [&](Index, int worker) {
    if (worker == 1) begun = true;
    const std::atomic<bool>& awaited = worker == 1 ? told : begun;  // the caller leaves the second task to the other
    for (int wait = 0; !awaited && wait < 5000; ++wait) rest(1);
  }, monitor, 0, 0.5);
  CHECK(calls >= 1);
}

TEST_CASE("a monitor that says no stops the call") {
  for (int threads : {1, 2}) {
    std::atomic<int> ran{0};
    CHECK_THROWS_AS(parallel(1000, threads, [&](Index, int) { rest(5); ++ran; }, [](double) { return false; }),
                    Interrupted);
    CHECK(ran >= 1);
    CHECK(ran < 1000);
  }
}

TEST_CASE("tasks that were run before a stop are the first ones") {
  for (int threads : {1, 2, 4}) {
    std::vector<std::atomic<int>> ran(1000);
    const auto done = detail::parallel_until(1000, threads, [&](Index task, int) { rest(2); ++ran[static_cast<std::size_t>(task)]; }, [](double) { return false; });
    CHECK(done.stopped);
    CHECK(done.tasks > 0);
    CHECK(done.tasks < 1000);
    for (std::size_t task = 0; task < 1000; ++task) CHECK(ran[task] == (static_cast<Index>(task) < done.tasks));
  }
  const auto all = detail::parallel_until(10, 2, [](Index, int) {}, [](double done) { return done < 1; });
  CHECK(all.tasks == 10);
  CHECK(all.stopped);
}

TEST_CASE("an exception of the monitor comes through") {
  auto monitor = [](double) -> bool { throw std::logic_error("from the monitor"); };
  CHECK_THROWS_AS(parallel(1000, 2, [](Index, int) { rest(5); }, monitor), std::logic_error);
}
