// When credentials were used: noted in the store for many in one transaction, one transaction at a
// time, so that thousands who come back at once do not fill its queue. Nobody waits for it; what
// could not be noted is noted the next time.
//
// Ownership: shared; borrows store and world, which outlive every transaction. Thread-safety: all
// functions may be called from any thread.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "platform/store.hpp"
#include "server/api/api.hpp"

namespace tally::api {

inline constexpr std::size_t kUsesAtATime = 500;
inline constexpr std::size_t kUsesWaitingMax = 20'000;  // More are noted the next time.

class UseBook : public std::enable_shared_from_this<UseBook> {
 public:
  UseBook(platform::Store& store, server::World& world, NoteUse note)
      : store_(store), world_(world), note_(std::move(note)) {}

  // If it is to be noted, and there is a way to.
  void note(const identity::Authenticated& used);

 private:
  struct Use {
    identity::Authenticated used;
    Instant at;
  };
  using Uses = std::map<std::string, Use>;  // By credential: the latest.

  void write();

  platform::Store& store_;
  server::World& world_;
  const NoteUse note_;
  std::mutex mutex_;  // Guards all below.
  Uses waiting_;
  bool writing_ = false;
};

}  // namespace tally::api
