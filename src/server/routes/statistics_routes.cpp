// What charts show, and which models run where.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/time_zone.hpp"
#include "commerce/error.hpp"
#include "server/core/statistics.hpp"
#include "server/routes/filters.hpp"
#include "server/routes/model_views.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

using commerce::Cabinet;
using commerce::Site;

constexpr std::size_t kBucketsMax = 800;
constexpr Duration kPeriodOtherwise = std::chrono::days(30);
constexpr std::size_t kZoneBytesMax = 64;
constexpr std::size_t kReviewersMax = 1'000;

// What of the tenant is asked for, and in which calendar.
struct Scope {
  std::optional<std::vector<CabinetId>> only;
  std::int64_t cabinets = 0;
  std::string time_zone = "UTC";
};

Result<Scope> read_scope(const ApiCall& call) {
  std::optional<SiteId> site;
  std::optional<CabinetId> cabinet;
  Filters filters;
  filters.read(query_id<SiteId>(call, "site"), site);
  filters.read(query_id<CabinetId>(call, "cabinet"), cabinet);
  if (filters.error()) return std::unexpected(*filters.error());
  Scope scope;
  if (cabinet) {
    const auto row = need_row<Cabinet>(call, cabinet->text());
    if (!row) return std::unexpected(row.error());
    scope.only.emplace({*cabinet});
    if (!site) site = row->value.site;
  } else {
    const auto rows = core::all_rows<Cabinet>(call.transaction(), call.tenant());
    if (!rows) return std::unexpected(rows.error());
    scope.cabinets = std::ssize(*rows);
    if (site) {
      scope.only.emplace();
      for (const auto& row : *rows) {
        if (row.value.site == *site) scope.only->push_back(row.value.id);
      }
    }
  }
  if (scope.only) scope.cabinets = std::ssize(*scope.only);
  if (site) {
    const auto row = need_row<Site>(call, site->text());
    if (!row) return std::unexpected(row.error());
    scope.time_zone = row->value.time_zone;
  }
  const auto zone = call.query("time_zone");
  if (!zone) return scope;
  if (zone->size() > kZoneBytesMax || !is_time_zone(*zone)) {
    return fail(ApiError::kParameterInvalid,
                "time_zone: there is no such zone; it is named as in Europe/Berlin");
  }
  scope.time_zone = std::string(*zone);
  return scope;
}

json spread_view(const core::Spread& spread) {
  const auto median = spread.at(0.5);
  const auto p99 = spread.at(0.99);
  return {{"count", spread.count()},
          {"median_ms", median ? json(*median) : json(nullptr)},
          {"p99_ms", p99 ? json(*p99) : json(nullptr)}};
}

json rate_of(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return nullptr;
  return std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
}

json figures_view(const core::Figures& figures) {
  json sales = json::array();
  for (const auto& [currency, minor] : figures.sales_minor) {
    sales.push_back({{"minor", minor}, {"currency", currency}});
  }
  json alerts = json::array();
  for (const auto& [kind, time] : figures.alerts) {
    alerts.push_back({{"kind", kind}, {"raised", time.raised}, {"seconds", time.seconds}});
  }
  return {{"begin", to_string(figures.begin)},
          {"end", to_string(figures.end)},
          {"sessions", figures.sessions},
          {"opened", figures.opened},
          {"carts", figures.carts},
          {"reviewed", figures.reviewed},
          {"receipts", figures.receipts},
          {"disputed", figures.disputed},
          {"items", figures.items},
          {"review_rate", rate_of(figures.reviewed, std::max(figures.carts, figures.reviewed))},
          {"dispute_rate", rate_of(figures.disputed, figures.receipts)},
          {"sales", std::move(sales)},
          {"receipt", spread_view(figures.receipt)},
          {"review", spread_view(figures.review)},
          {"alerts", std::move(alerts)}};
}

Result<std::vector<Instant>> read_buckets(const ApiCall& call, const std::string& step,
                                          const std::string& zone) {
  std::optional<Instant> from;
  std::optional<Instant> to;
  Filters filters;
  filters.read(query_time(call, "from"), from);
  filters.read(query_time(call, "to"), to);
  if (filters.error()) return std::unexpected(*filters.error());
  const Instant end = to.value_or(call.now);
  const Instant begin = from.value_or(end - kPeriodOtherwise);
  if (end <= begin) {
    return fail(ApiError::kParameterInvalid, "to: must be later than from");
  }
  const CalendarStep by = step == "hour"    ? CalendarStep::kHour
                          : step == "month" ? CalendarStep::kMonth
                                            : CalendarStep::kDay;
  if (auto begins = calendar_steps(zone, by, begin, end, kBucketsMax)) return *std::move(begins);
  return fail(commerce::CommerceError::kLimit,
              fmt::format("the time has more than {} buckets; choose a longer step", kBucketsMax));
}

Result<ApiAnswer> get_statistics(ApiCall& call) {
  const auto step = query_word(call, "step", {"hour", "day", "month"});
  if (!step) return std::unexpected(step.error());
  const auto scope = read_scope(call);
  if (!scope) return std::unexpected(scope.error());
  const std::string by = step->value_or("day");
  const auto begins = read_buckets(call, by, scope->time_zone);
  if (!begins) return std::unexpected(begins.error());
  const auto statistics = core::statistics_of(
      call.transaction(),
      {.tenant = call.tenant(), .begins = *begins, .cabinets = scope->only, .now = call.now});
  if (!statistics) return std::unexpected(statistics.error());
  json buckets = json::array();
  for (const core::Figures& bucket : statistics->buckets) buckets.push_back(figures_view(bucket));
  json reviewers = json::array();
  for (const auto& [user, spread] : statistics->reviewers) {
    if (reviewers.size() == kReviewersMax) break;
    reviewers.push_back({{"user", user}, {"review", spread_view(spread)}});
  }
  return api::answer(200, {{"time_zone", scope->time_zone},
                           {"step", by},
                           {"cabinets", scope->cabinets},
                           {"total", figures_view(statistics->total)},
                           {"buckets", std::move(buckets)},
                           {"reviewers", std::move(reviewers)}});
}

// ---- Models

Result<ApiAnswer> list_models(ApiCall& call) {
  const auto running = core::running_models(call.transaction(), call.now);
  if (!running) return std::unexpected(running.error());
  json data = json::array();
  for (const core::RunningModel& model : *running) {
    data.push_back({{"server", model.server},
                    {"task", model.task},
                    {"name", model.name},
                    {"sha256", model.sha256},
                    {"engine", model.engine},
                    {"since", to_string(model.since)},
                    {"seen_at", to_string(model.seen_at)}});
  }
  const auto rows = core::all_rows<Cabinet>(call.transaction(), call.tenant());
  if (!rows) return std::unexpected(rows.error());
  json cabinets = json::array();
  for (const auto& row : *rows) {
    const auto used = core::models_of(call.transaction(), call.tenant(), row.value.id);
    if (!used) return std::unexpected(used.error());
    if (*used) cabinets.push_back({{"cabinet", row.id}, {"model", json_of(**used)}});
  }
  return api::answer(200, {{"data", std::move(data)}, {"cabinets", std::move(cabinets)}});
}

}  // namespace

void add_statistics_routes(api::Api& api, Services&) {
  api.add({.operation = "get_statistics", .run = get_statistics});
  api.add({.operation = "list_models", .run = list_models});
}

}  // namespace tally::routes
