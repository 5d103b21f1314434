#include "server/core/hint_board.hpp"

namespace tally::core {
namespace {

std::size_t index_of(Topic topic) { return static_cast<std::size_t>(topic); }

}  // namespace

void HintBoard::poke(const Hints& hints) {
  if (hints.outbox) poke(Topic::kOutbox);
  if (hints.timers) poke(Topic::kTimers);
  if (hints.pipeline) poke(Topic::kPipeline);
  if (hints.events) poke(Topic::kEvents);
  for (const CabinetId& cabinet : hints.cabinets) {
    for (const auto& listener : cabinet_listeners_) listener(cabinet);
  }
}

void HintBoard::poke(Topic topic) {
  {
    const std::lock_guard lock(mutex_);
    ++counts_[index_of(topic)];
  }
  changed_.notify_all();
  for (const auto& listener : topic_listeners_[index_of(topic)]) listener();
}

std::uint64_t HintBoard::count(Topic topic) const {
  const std::lock_guard lock(mutex_);
  return counts_[index_of(topic)];
}

std::uint64_t HintBoard::wait(Topic topic, std::uint64_t seen, Duration most) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, most, [&] { return stopped_ || counts_[index_of(topic)] != seen; });
  return counts_[index_of(topic)];
}

void HintBoard::pause(Duration most) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, most, [this] { return stopped_; });
}

void HintBoard::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
}

bool HintBoard::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

void HintBoard::listen(std::function<void(const CabinetId&)> cabinets) {
  cabinet_listeners_.push_back(std::move(cabinets));
}

void HintBoard::listen(Topic topic, std::function<void()> listener) {
  topic_listeners_[index_of(topic)].push_back(std::move(listener));
}

}  // namespace tally::core
