// A question of outcomes in one line.
#pragma once
#include "egov/outcomes.hpp"

inline egov::Question asked(egov::Choice method, egov::Index resamples, double level, std::uint64_t seed, int threads) {
  egov::Question question;
  question.method = std::move(method);
  question.intervals = {{"percentile"}};
  question.resamples = resamples;
  question.level = level;
  question.seed = seed;
  question.threads = threads;
  return question;
}
