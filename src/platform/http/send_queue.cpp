#include "platform/http/send_queue.hpp"

#include <utility>

namespace tally::http {

bool SendQueue::push(std::string message) {
  const std::scoped_lock lock(mutex_);
  const bool full =
      messages_.size() >= limits_.messages_max || message.size() > limits_.bytes_max - bytes_;
  if (closed_ || full) return false;
  bytes_ += message.size();
  messages_.push_back(std::move(message));
  wake_locked();
  return true;
}

void SendQueue::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  wake_locked();
}

void SendQueue::clear() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  messages_ = {};
  bytes_ = 0;
  wake_locked();
}

void SendQueue::attach(std::function<void()> wake) {
  const std::scoped_lock lock(mutex_);
  wake_ = std::move(wake);
  if (closed_ || !messages_.empty()) wake_locked();
}

void SendQueue::detach() {
  std::function<void()> released;  // What it holds is let go of outside of the lock.
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  messages_ = {};
  bytes_ = 0;
  released.swap(wake_);
}

std::optional<std::string> SendQueue::pop() {
  const std::scoped_lock lock(mutex_);
  if (messages_.empty()) return std::nullopt;
  std::string message = std::move(messages_.front());
  messages_.pop_front();
  bytes_ -= message.size();
  return message;
}

bool SendQueue::closed() const {
  const std::scoped_lock lock(mutex_);
  return closed_;
}

bool SendQueue::finished() const {
  const std::scoped_lock lock(mutex_);
  return closed_ && messages_.empty();
}

void SendQueue::wake_locked() const {
  if (wake_) wake_();
}

}  // namespace tally::http
