// Figures that people watch, over time: computed from facts (facts.hpp) and alerts by the store,
// folded here into the hours, days or months of a time zone.
//
// Sessions of shoppers count when they began, whatever became of them later. Times are told to
// 10 ms. Thread-safety: a transaction's. Errors: the store's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"

namespace tally::core {

// How long something took, as numbers of times: median and percentiles by nearest rank.
class Spread {
 public:
  void add(std::int64_t ms, std::int64_t times);
  void add(const Spread& other);
  [[nodiscard]] std::int64_t count() const { return count_; }
  // 0.5 is the median. Nothing where nothing was.
  [[nodiscard]] std::optional<std::int64_t> at(double share) const;

 private:
  std::map<std::int64_t, std::int64_t> times_;  // By milliseconds.
  std::int64_t count_ = 0;
};

struct AlertTime {
  std::int64_t raised = 0;   // Begun in this time.
  std::int64_t seconds = 0;  // For which they were open, summed over cabinets.
};

struct Figures {
  Instant begin;
  Instant end;
  std::int64_t sessions = 0;
  std::int64_t opened = 0;
  std::int64_t carts = 0;     // Decided by perception.
  std::int64_t reviewed = 0;  // By a human, or to be.
  std::int64_t receipts = 0;
  std::int64_t disputed = 0;
  std::int64_t items = 0;
  std::map<std::string, std::int64_t> sales_minor;  // By currency.
  Spread receipt;  // From the closed door to the receipt, where no human looked.
  Spread review;   // From the claim to the decision.
  std::map<std::string, AlertTime> alerts;  // By kind.
};

struct StatisticsWish {
  TenantId tenant;
  std::vector<Instant> begins;  // Of the buckets, and the end of the last one; at least two.
  std::optional<std::vector<CabinetId>> cabinets;  // Only these.
  Instant now;                                     // Alerts that are open are so until now.
};
struct Statistics {
  Figures total;
  std::vector<Figures> buckets;
  std::map<std::string, Spread> reviewers;  // By who decided: "usr_…".
};
Result<Statistics> statistics_of(platform::Transaction& transaction, const StatisticsWish& wish);

}  // namespace tally::core
