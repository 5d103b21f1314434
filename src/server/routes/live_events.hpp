// Live updates: streams of a tenant's events, or of one thing that changes, to pages, fed from the
// store.
//
// What a stream gets is what events_after() gives from where it stands, in order and without gaps;
// a hint only says that it is worth looking. One reader looks for all streams: those of a tenant
// that stand at the same event, which is where all come to stand, cost one query together. A page
// that reads too slowly is cut off, comes back with Last-Event-ID, and catches up.
//
// Ownership: borrows the store. Thread-safety: all functions may be called from any thread.
// Limits: kStreamsMax; beyond, open() gives nothing. kPlacesAtATime in one transaction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "base/id.hpp"
#include "platform/http/event_stream.hpp"
#include "platform/store.hpp"

namespace tally::routes {

inline constexpr std::size_t kStreamsMax = 2'000;
inline constexpr std::size_t kPlacesAtATime = 16;

class LiveEvents {
 public:
  explicit LiveEvents(platform::Store& store);
  LiveEvents(const LiveEvents&) = delete;
  LiveEvents& operator=(const LiveEvents&) = delete;
  ~LiveEvents();

  // Events after this sequence; of these types only, or of all where there are none.
  std::shared_ptr<http::EventStream> open(const TenantId& tenant, std::int64_t after,
                                          std::set<std::string, std::less<>> types);
  // One thing, as `show` gives it in a reading transaction: now, and again after each event of it.
  // Nothing of it: the stream ends. `type` is that of the messages.
  using Show = std::function<Result<std::string>(platform::Transaction&)>;
  std::shared_ptr<http::EventStream> open_object(const TenantId& tenant, std::int64_t after,
                                                 std::string object, std::string type, Show show);
  // There may be new events: call it at hints, and every few seconds since hints may be lost.
  void poke();
  void close_all();
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::uint64_t looks() const;  // Transactions so far.

 private:
  struct Reader;
  struct Shared;
  std::shared_ptr<http::EventStream> start(const std::shared_ptr<Reader>& reader);
  std::shared_ptr<Shared> shared_;
};

}  // namespace tally::routes
