#include "server/routes/live_events.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "platform/events.hpp"
#include "server/records/event_json.hpp"

namespace tally::routes {

// Where one page stands. What changes is the round's that is under way.
struct LiveEvents::Reader {
  TenantId tenant;
  std::int64_t after = 0;
  std::set<std::string, std::less<>> types;
  std::string object;  // Of which it shows the one thing, with `show`.
  std::string type;
  Show show;
  bool shown = false;
  std::shared_ptr<http::EventStream> stream;
};

namespace {

struct Place {
  TenantId tenant;
  std::int64_t after = 0;

  friend auto operator<=>(const Place&, const Place&) = default;
};

}  // namespace

struct LiveEvents::Shared : std::enable_shared_from_this<LiveEvents::Shared> {
  using Readers = std::vector<std::shared_ptr<Reader>>;
  using Group = std::pair<Place, Readers>;
  // What one look at the store gives those of one place.
  struct Found {
    std::vector<platform::StoredEvent> events;
    std::vector<std::optional<Result<std::string>>> shown;  // By reader; empty: as it was.
  };

  explicit Shared(platform::Store& store_) : store(store_) {}

  void look();
  void begin_round();
  void read(std::shared_ptr<std::vector<Group>> left);
  static Result<Found> find(platform::Transaction& transaction, const Group& group);
  void got(std::span<const Group> groups, const Result<std::vector<Found>>& found);
  static bool send(Reader& reader, const Found& found,
                   const std::optional<Result<std::string>>& shown);
  void forget(const std::shared_ptr<Reader>& reader);

  platform::Store& store;
  mutable std::mutex mutex;  // Guards all below.
  Readers readers;
  std::uint64_t looks = 0;
  bool reading = false;  // A round is under way,
  bool again = false;    // and another one is wanted after it.
  bool stopped = false;
};

void LiveEvents::Shared::look() {
  {
    const std::lock_guard lock(mutex);
    again = true;
    if (stopped || std::exchange(reading, true)) return;
  }
  begin_round();
}

// One round looks once for everybody.
void LiveEvents::Shared::begin_round() {
  std::map<Place, Readers> places;
  {
    const std::lock_guard lock(mutex);
    if (stopped || readers.empty() || !std::exchange(again, false)) {
      reading = false;
      return;
    }
    for (const auto& reader : readers) places[{reader->tenant, reader->after}].push_back(reader);
  }
  read(std::make_shared<std::vector<Group>>(std::make_move_iterator(places.begin()),
                                            std::make_move_iterator(places.end())));
}

void LiveEvents::Shared::read(std::shared_ptr<std::vector<Group>> left) {
  if (left->empty()) return begin_round();
  const std::size_t number = std::min(left->size(), kPlacesAtATime);
  const auto groups = std::make_shared<std::vector<Group>>(
      std::make_move_iterator(left->end() - static_cast<std::ptrdiff_t>(number)),
      std::make_move_iterator(left->end()));
  left->resize(left->size() - number);
  {
    const std::lock_guard lock(mutex);
    ++looks;
  }
  const auto work = [groups](platform::Transaction& transaction) -> Result<std::vector<Found>> {
    std::vector<Found> all;
    for (const Group& group : *groups) {
      auto found = find(transaction, group);
      if (!found) return std::unexpected(std::move(found.error()));
      all.push_back(*std::move(found));
    }
    return all;
  };
  store.read(work, [self = shared_from_this(), groups, left](Result<std::vector<Found>> found) {
    self->got(*groups, found);
    self->read(left);
  });
}

Result<LiveEvents::Shared::Found> LiveEvents::Shared::find(platform::Transaction& transaction,
                                                           const Group& group) {
  const auto& [place, readers] = group;
  auto events =
      platform::events_after(transaction, place.tenant, place.after, platform::kEventsPageMax);
  if (!events) return std::unexpected(std::move(events.error()));
  Found found{*std::move(events), {}};
  for (const auto& reader : readers) {
    auto& shown = found.shown.emplace_back();
    if (!reader->show) continue;
    const bool changed = std::ranges::any_of(
        found.events, [&](const auto& event) { return event.object_id == reader->object; });
    if (changed || !reader->shown) shown = reader->show(transaction);
  }
  return found;
}

// A store that is away for a moment keeps nobody from what comes later: the next poke looks again.
void LiveEvents::Shared::got(std::span<const Group> groups,
                             const Result<std::vector<Found>>& found) {
  if (!found && found.error().code.kind == ErrorKind::kUnavailable) return;
  for (std::size_t at = 0; at < groups.size(); ++at) {
    const Readers& at_place = groups[at].second;
    for (std::size_t i = 0; i < at_place.size(); ++i) {
      const auto& reader = at_place[i];
      if (found && send(*reader, (*found)[at], (*found)[at].shown[i])) continue;
      reader->stream->close();
      forget(reader);
    }
    const bool more = found && std::ssize((*found)[at].events) == platform::kEventsPageMax;
    const std::lock_guard lock(mutex);
    again = again || more;
  }
}

bool LiveEvents::Shared::send(Reader& reader, const Found& found,
                              const std::optional<Result<std::string>>& shown) {
  if (shown && !*shown) return false;
  for (const auto& event : found.events) {
    reader.after = event.sequence;
    if (reader.show || (!reader.types.empty() && !reader.types.contains(event.type))) continue;
    const bool sent = reader.stream->send(
        {records::event_json(event.sequence, event.id.text(), event.type, event.object_id,
                             event.object_version, event.at, event.body, event.actor),
         event.type, std::to_string(event.sequence)});
    if (!sent) return false;
  }
  if (!shown) return true;
  reader.shown = true;
  return reader.stream->send({**shown, reader.type, std::to_string(reader.after)});
}

void LiveEvents::Shared::forget(const std::shared_ptr<Reader>& reader) {
  const std::lock_guard lock(mutex);
  std::erase(readers, reader);
}

LiveEvents::LiveEvents(platform::Store& store) : shared_(std::make_shared<Shared>(store)) {}

LiveEvents::~LiveEvents() { close_all(); }

std::shared_ptr<http::EventStream> LiveEvents::open(const TenantId& tenant, std::int64_t after,
                                                    std::set<std::string, std::less<>> types) {
  const auto reader = std::make_shared<Reader>();
  reader->tenant = tenant;
  reader->after = after;
  reader->types = std::move(types);
  return start(reader);
}

std::shared_ptr<http::EventStream> LiveEvents::open_object(const TenantId& tenant,
                                                           std::int64_t after, std::string object,
                                                           std::string type, Show show) {
  const auto reader = std::make_shared<Reader>();
  reader->tenant = tenant;
  reader->after = after;
  reader->object = std::move(object);
  reader->type = std::move(type);
  reader->show = std::move(show);
  return start(reader);
}

std::shared_ptr<http::EventStream> LiveEvents::start(const std::shared_ptr<Reader>& reader) {
  http::EventStreamOptions options;
  options.on_close = [shared = std::weak_ptr(shared_), held = std::weak_ptr(reader)] {
    const auto self = shared.lock();
    const auto gone = held.lock();
    if (self && gone) self->forget(gone);
  };
  reader->stream = std::make_shared<http::EventStream>(std::move(options));
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->stopped || shared_->readers.size() >= kStreamsMax) return nullptr;
    shared_->readers.push_back(reader);
  }
  shared_->look();
  return reader->stream;
}

void LiveEvents::poke() { shared_->look(); }

void LiveEvents::close_all() {
  Shared::Readers all;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stopped = true;
    all.swap(shared_->readers);
  }
  for (const auto& reader : all) reader->stream->close();
}

std::size_t LiveEvents::size() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->readers.size();
}

std::uint64_t LiveEvents::looks() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->looks;
}

}  // namespace tally::routes
