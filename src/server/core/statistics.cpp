#include "server/core/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "server/core/condition.hpp"

namespace tally::core {
namespace {

using platform::Transaction;

// Rows are grouped by quarters of an hour: where every hour of every zone in use begins.
constexpr std::int64_t kSlotMs = 900'000;
constexpr std::int64_t kGrainMs = 10;

class Folder {
 public:
  Folder(Transaction& transaction, const StatisticsWish& wish)
      : transaction_(transaction), wish_(wish) {
    for (std::size_t i = 0; i + 1 < wish.begins.size(); ++i) {
      Figures& bucket = made_.buckets.emplace_back();
      bucket.begin = wish.begins[i];
      bucket.end = wish.begins[i + 1];
    }
    made_.total.begin = wish.begins.front();
    made_.total.end = wish.begins.back();
  }

  Result<Statistics> fold() {
    for (const auto step : {&Folder::add_sessions, &Folder::add_receipts, &Folder::add_reviews,
                            &Folder::add_alerts}) {
      if (auto done = (this->*step)(); !done) return std::unexpected(done.error());
    }
    for (const Figures& bucket : made_.buckets) add_to_total(bucket);
    return std::move(made_);
  }

 private:
  [[nodiscard]] Condition sessions() const {
    Condition condition;
    condition.add("tenant = {}", wish_.tenant);
    condition.add("kind = 'shopping'");
    condition.add("begun_at >= {}", wish_.begins.front());
    condition.add("begun_at < {}", wish_.begins.back());
    add_cabinets(condition, "cabinet");
    return condition;
  }

  void add_cabinets(Condition& condition, std::string_view column) const {
    if (!wish_.cabinets) return;
    std::string places;
    for (const CabinetId& cabinet : *wish_.cabinets) {
      places += (places.empty() ? "" : ", ") + condition.place(cabinet);
    }
    condition.add(places.empty() ? std::string("1 = 0")
                                 : fmt::format("{} IN ({})", column, places));
  }

  Figures& bucket_of(std::int64_t slot) {
    const Instant at{Duration(slot * kSlotMs)};
    const auto next = std::ranges::upper_bound(wish_.begins, at);
    const auto index = std::clamp<std::ptrdiff_t>(next - wish_.begins.begin() - 1, 0,
                                                  std::ssize(made_.buckets) - 1);
    return made_.buckets[static_cast<std::size_t>(index)];
  }

  Result<void> add_sessions() {
    const Condition condition = sessions();
    using Number = std::int64_t;
    const auto rows =
        transaction_.query_values<Number, std::optional<std::string>, Number, Number, Number,
                                  Number, Number, Number, Number, std::optional<Number>>(
            fmt::format(
                "SELECT begun_at / {}, currency, COUNT(*), COUNT(opened_at), COUNT(decision), "
                "CAST(SUM(reviewed) AS BIGINT), COUNT(gross_minor), CAST(SUM(disputed) AS BIGINT), "
                "CAST(SUM(items) AS BIGINT), CAST(SUM(gross_minor) AS BIGINT) "
                "FROM session_facts WHERE {} GROUP BY 1, 2",
                kSlotMs, condition.sql()),
            condition.values());
    if (!rows) return std::unexpected(rows.error());
    for (const auto& [slot, currency, count, opened, carts, reviewed, receipts, disputed, items,
                      gross] : *rows) {
      Figures& bucket = bucket_of(slot);
      bucket.sessions += count;
      bucket.opened += opened;
      bucket.carts += carts;
      bucket.reviewed += reviewed;
      bucket.receipts += receipts;
      bucket.disputed += disputed;
      bucket.items += items;
      if (currency) bucket.sales_minor[*currency] += gross.value_or(0);
    }
    return {};
  }

  Result<void> add_receipts() {
    Condition condition = sessions();
    condition.add("settled_at >= closed_at");
    condition.add("reviewed = 0");
    const auto rows = transaction_.query_values<std::int64_t, std::int64_t, std::int64_t>(
        fmt::format("SELECT begun_at / {}, (settled_at - closed_at) / {}, COUNT(*) "
                    "FROM session_facts WHERE {} GROUP BY 1, 2",
                    kSlotMs, kGrainMs, condition.sql()),
        condition.values());
    if (!rows) return std::unexpected(rows.error());
    for (const auto& [slot, time, count] : *rows) {
      bucket_of(slot).receipt.add(time * kGrainMs, count);
    }
    return {};
  }

  Result<void> add_reviews() {
    Condition condition = sessions();
    condition.add("reviewed = 1");
    condition.add("review_ms >= 0");
    const auto rows =
        transaction_.query_values<std::int64_t, std::string, std::int64_t, std::int64_t>(
            fmt::format("SELECT begun_at / {}, COALESCE(reviewer, ''), review_ms / {}, COUNT(*) "
                        "FROM session_facts WHERE {} GROUP BY 1, 2, 3",
                        kSlotMs, kGrainMs, condition.sql()),
            condition.values());
    if (!rows) return std::unexpected(rows.error());
    for (const auto& [slot, reviewer, time, count] : *rows) {
      bucket_of(slot).review.add(time * kGrainMs, count);
      if (!reviewer.empty()) made_.reviewers[reviewer].add(time * kGrainMs, count);
    }
    return {};
  }

  Result<void> add_alerts() {
    Condition condition;
    condition.add("tenant = {}", wish_.tenant);
    condition.add("raised_at < {}", wish_.begins.back());
    condition.add("(cleared_at IS NULL OR cleared_at > {})", wish_.begins.front());
    add_cabinets(condition, "object");
    const auto rows = transaction_.query_values<std::string, Instant, std::optional<Instant>>(
        fmt::format("SELECT kind, raised_at, cleared_at FROM alerts WHERE {}", condition.sql()),
        condition.values());
    if (!rows) return std::unexpected(rows.error());
    for (const auto& [kind, raised, cleared] : *rows) {
      add_alert(kind, raised, std::max(raised, cleared.value_or(wish_.now)));
    }
    return {};
  }

  void add_alert(const std::string& kind, Instant from, Instant to) {
    for (Figures& bucket : made_.buckets) {
      if (bucket.end <= from) continue;
      if (bucket.begin >= to && bucket.begin > from) break;
      AlertTime& time = bucket.alerts[kind];
      if (from >= bucket.begin) ++time.raised;
      const Duration open = std::min(to, bucket.end) - std::max(from, bucket.begin);
      time.seconds += std::chrono::duration_cast<std::chrono::seconds>(open).count();
    }
  }

  void add_to_total(const Figures& bucket) {
    Figures& total = made_.total;
    total.sessions += bucket.sessions;
    total.opened += bucket.opened;
    total.carts += bucket.carts;
    total.reviewed += bucket.reviewed;
    total.receipts += bucket.receipts;
    total.disputed += bucket.disputed;
    total.items += bucket.items;
    for (const auto& [currency, minor] : bucket.sales_minor) total.sales_minor[currency] += minor;
    total.receipt.add(bucket.receipt);
    total.review.add(bucket.review);
    for (const auto& [kind, time] : bucket.alerts) {
      total.alerts[kind].raised += time.raised;
      total.alerts[kind].seconds += time.seconds;
    }
  }

  Transaction& transaction_;
  const StatisticsWish& wish_;
  Statistics made_;
};

}  // namespace

void Spread::add(std::int64_t ms, std::int64_t times) {
  times_[ms] += times;
  count_ += times;
}

void Spread::add(const Spread& other) {
  for (const auto& [ms, times] : other.times_) add(ms, times);
}

std::optional<std::int64_t> Spread::at(double share) const {
  if (count_ == 0) return std::nullopt;
  auto left = static_cast<std::int64_t>(std::ceil(share * static_cast<double>(count_)));
  for (const auto& [ms, times] : times_) {
    left -= times;
    if (left <= 0) return ms;
  }
  return times_.rbegin()->first;
}

Result<Statistics> statistics_of(Transaction& transaction, const StatisticsWish& wish) {
  return Folder(transaction, wish).fold();
}

}  // namespace tally::core
