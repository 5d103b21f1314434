#include <charconv>

#include "server/routes/live_events.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/session_views.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

constexpr std::int64_t kSequenceMax = 9'007'199'254'740'991;  // What a double holds.
constexpr std::size_t kTypesMax = 50;

Result<ApiAnswer> list_events(ApiCall& call) {
  const auto after = call.query_integer("after", 0, kSequenceMax, 0);
  if (!after) return std::unexpected(after.error());
  const auto limit =
      call.query_integer("limit", 1, platform::kEventsPageMax, api::kPageLimitDefault);
  if (!limit) return std::unexpected(limit.error());
  const auto object = call.query("object");
  if (object && (object->empty() || object->size() > api::kIdBytesMax)) {
    return fail(ApiError::kParameterInvalid,
                fmt::format("object: an id has 1 to {} characters", api::kIdBytesMax));
  }
  const auto page = [&](std::int64_t sequence, std::int64_t count) {
    return object ? platform::events_of(call.transaction(), call.tenant(), *object, sequence, count)
                  : platform::events_after(call.transaction(), call.tenant(), sequence, count);
  };
  const auto events = page(*after, *limit);
  if (!events) return std::unexpected(events.error());
  bool more = false;
  if (std::ssize(*events) == *limit) {
    const auto next = page(events->back().sequence, 1);
    if (!next) return std::unexpected(next.error());
    more = !next->empty();
  }
  json data = json::array();
  for (const platform::StoredEvent& event : *events) {
    data.push_back(event_view(event));
  }
  return api::answer(200, {{"data", std::move(data)}, {"has_more", more}});
}

// Last-Event-ID goes before `after`; without either, from now on.
Result<std::int64_t> first_wanted(const ApiCall& call) {
  if (const auto header = call.request.headers.find("Last-Event-ID")) {
    std::int64_t sequence = -1;
    const auto* end = header->data() + header->size();
    const auto read = std::from_chars(header->data(), end, sequence);
    if (read.ec == std::errc() && read.ptr == end && sequence >= 0) return sequence;
    return fail(ApiError::kParameterInvalid, "Last-Event-ID must be the sequence of an event");
  }
  if (call.query("after")) return call.query_integer("after", 0, kSequenceMax, 0);
  const auto last = call.transaction().query_one<std::int64_t>(
      "SELECT sequence FROM event_counters WHERE tenant = $1", call.tenant());
  if (!last) return std::unexpected(last.error());
  return *last ? std::get<0>(**last) : 0;
}

Result<ApiAnswer> stream_events(ApiCall& call, const Services& services) {
  const auto after = first_wanted(call);
  if (!after) return std::unexpected(after.error());
  std::set<std::string, std::less<>> types;
  std::string_view rest = call.query("types").value_or("");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    types.emplace(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (types.size() > kTypesMax) {
    return fail(ApiError::kParameterInvalid, fmt::format("types: are more than {}", kTypesMax));
  }
  auto stream = services.live_events.open(call.tenant(), *after, std::move(types));
  if (!stream) return fail(ApiError::kBusy, "too many streams are open");
  return ApiAnswer{.body = std::move(stream)};
}

}  // namespace

void add_event_routes(api::Api& api, Services& services) {
  api.add({.operation = "list_events", .run = list_events});
  api.add({.operation = "stream_events",
           .run = [&services](ApiCall& call) { return stream_events(call, services); }});
}

}  // namespace tally::routes
