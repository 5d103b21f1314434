#include "server/routes/live_events.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

#include "platform/events.hpp"
#include "server/records/event_json.hpp"

namespace tally::routes {

// Where one page stands. `reading` and `again` make sure that one read at a time is under way.
struct LiveEvents::Reader {
  TenantId tenant;
  std::int64_t after = 0;
  std::set<std::string, std::less<>> types;
  std::string object;  // Of which it shows the one thing, with `show`.
  std::string type;
  Show show;
  bool shown = false;
  std::shared_ptr<http::EventStream> stream;
  bool reading = false;
  bool again = false;
  bool closed = false;
};

struct LiveEvents::Shared : std::enable_shared_from_this<LiveEvents::Shared> {
  // What one look at the store gives.
  struct Found {
    std::vector<platform::StoredEvent> events;
    std::optional<std::string> shown;
  };

  explicit Shared(platform::Store& store_) : store(store_) {}

  void look(const std::shared_ptr<Reader>& reader);
  void read(const std::shared_ptr<Reader>& reader);
  void got(const std::shared_ptr<Reader>& reader, Result<Found> found);
  static bool send(Reader& reader, const Found& found);
  void forget(const std::shared_ptr<Reader>& reader);

  platform::Store& store;
  mutable std::mutex mutex;
  std::vector<std::shared_ptr<Reader>> readers;
  bool stopped = false;
};

void LiveEvents::Shared::look(const std::shared_ptr<Reader>& reader) {
  {
    const std::lock_guard lock(mutex);
    if (reader->closed || stopped) return;
    reader->again = true;
    if (std::exchange(reader->reading, true)) return;
    reader->again = false;
  }
  read(reader);
}

void LiveEvents::Shared::read(const std::shared_ptr<Reader>& reader) {
  const auto work = [reader](platform::Transaction& transaction) -> Result<Found> {
    auto events = platform::events_after(transaction, reader->tenant, reader->after,
                                         platform::kEventsPageMax);
    if (!events) return std::unexpected(std::move(events.error()));
    Found found{*std::move(events), std::nullopt};
    if (!reader->show) return found;
    const bool changed = std::ranges::any_of(
        found.events, [&](const auto& event) { return event.object_id == reader->object; });
    if (reader->shown && !changed) return found;
    auto shown = reader->show(transaction);
    if (!shown) return std::unexpected(std::move(shown.error()));
    found.shown = *std::move(shown);
    return found;
  };
  store.read(work, [self = shared_from_this(), reader](Result<Found> found) {
    self->got(reader, std::move(found));
  });
}

bool LiveEvents::Shared::send(Reader& reader, const Found& found) {
  for (const auto& event : found.events) {
    reader.after = event.sequence;
    if (reader.show || (!reader.types.empty() && !reader.types.contains(event.type))) continue;
    const bool sent = reader.stream->send(
        {records::event_json(event.sequence, event.id.text(), event.type, event.object_id,
                             event.object_version, event.at, event.body, event.actor),
         event.type, std::to_string(event.sequence)});
    if (!sent) return false;
  }
  if (!found.shown) return true;
  reader.shown = true;
  return reader.stream->send({*found.shown, reader.type, std::to_string(reader.after)});
}

void LiveEvents::Shared::got(const std::shared_ptr<Reader>& reader, Result<Found> found) {
  const bool sent = found && send(*reader, *found);
  const bool more = sent && std::ssize(found->events) == platform::kEventsPageMax;
  if (!sent) {
    reader->stream->close();
    return forget(reader);
  }
  {
    const std::lock_guard lock(mutex);
    if (reader->closed || stopped || (!more && !reader->again)) {
      reader->reading = false;
      return;
    }
    reader->again = false;
  }
  read(reader);
}

void LiveEvents::Shared::forget(const std::shared_ptr<Reader>& reader) {
  const std::lock_guard lock(mutex);
  reader->closed = true;
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
  shared_->look(reader);
  return reader->stream;
}

void LiveEvents::poke() {
  std::vector<std::shared_ptr<Reader>> all;
  {
    const std::lock_guard lock(shared_->mutex);
    all = shared_->readers;
  }
  for (const auto& reader : all) shared_->look(reader);
}

void LiveEvents::close_all() {
  std::vector<std::shared_ptr<Reader>> all;
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

}  // namespace tally::routes
