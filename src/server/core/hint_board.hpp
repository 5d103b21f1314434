// Where threads wait for something to do, and hear of it at once instead of looking every moment.
// A hint that is lost costs its reader one round of waiting, nothing else: the truth is in the
// store.
//
// Thread-safety: all functions may be called from any thread; listeners are called on the thread
// that pokes, and must be quick.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "base/instant.hpp"
#include "server/core/desk.hpp"

namespace tally::core {

enum class Topic : std::uint8_t { kOutbox, kTimers, kPipeline, kEvents, kWebhooks };
inline constexpr std::size_t kTopicCount = 5;

class HintBoard {
 public:
  void poke(const Hints& hints);
  void poke(Topic topic);

  // How often the topic was poked. wait() returns when that is not `seen` any more, after `most`,
  // or when stop() was called.
  [[nodiscard]] std::uint64_t count(Topic topic) const;
  std::uint64_t wait(Topic topic, std::uint64_t seen, Duration most) const;

  // Waits so long, or until stop() is called.
  void pause(Duration most) const;

  // Nobody waits any more.
  void stop();
  [[nodiscard]] bool stopped() const;

  // Before anybody pokes. Cabinets with new commands; topics that were poked.
  void listen(std::function<void(const CabinetId&)> cabinets);
  void listen(Topic topic, std::function<void()> listener);

 private:
  mutable std::mutex mutex_;  // Guards all below.
  mutable std::condition_variable changed_;
  std::array<std::uint64_t, kTopicCount> counts_{};
  bool stopped_ = false;
  std::vector<std::function<void(const CabinetId&)>> cabinet_listeners_;
  std::array<std::vector<std::function<void()>>, kTopicCount> topic_listeners_;
};

}  // namespace tally::core
