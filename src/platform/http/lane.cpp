#include "platform/http/lane.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "platform/http/connection.hpp"

namespace tally::http {
namespace {

constexpr std::string_view kTurnedAway =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    "Connection: close\r\n\r\n";

}  // namespace

std::string ServerShared::next_request_id() {
  const std::uint64_t number = ++requests;
  return options.make_request_id ? options.make_request_id() : fmt::format("req_{}", number);
}

Lane::Lane(ServerShared& shared, std::size_t connections_max)
    : shared_(shared), connections_max_(connections_max), work_(context_.get_executor()) {}

Lane::~Lane() { work_.reset(); }

void Lane::start() {
  thread_ = std::jthread([this] { context_.run(); });
}

void Lane::take(tcp::socket socket) {
  ++shared_.connections;
  asio::post(context_, [this, socket = std::move(socket)]() mutable { add(std::move(socket)); });
}

void Lane::add(tcp::socket socket) {
  const bool room = silent_.size() + busy_.size() < connections_max_ || crowd_out();
  if (!room || shared_.draining) {
    if (!room) ++shared_.turned_away;
    error_code ignored;
    socket.non_blocking(true, ignored);
    if (!ignored) socket.send(asio::buffer(kTurnedAway), 0, ignored);
    socket.close(ignored);
    const std::scoped_lock lock(shared_.ended_mutex);
    --shared_.connections;
    shared_.ended.notify_all();
    return;
  }
  auto connection = std::make_shared<Connection>(std::move(socket), shared_, *this);
  connection->place = busy_.insert(busy_.end(), connection);
  asio::co_spawn(context_, connection->run(),
                 [this, place = connection->place](const std::exception_ptr& bug) {
                   if (bug) std::rethrow_exception(bug);
                   remove(place);
                 });
}

void Lane::remove(Place place) {
  silent_or_busy(place).erase(place);
  const std::scoped_lock lock(shared_.ended_mutex);
  --shared_.connections;
  shared_.ended.notify_all();
}

std::list<std::shared_ptr<Connection>>& Lane::silent_or_busy(Place place) {
  return (*place)->silent ? silent_ : busy_;
}

void Lane::mark_silent(Place place) {
  silent_.splice(silent_.end(), silent_or_busy(place), place);
  (*place)->silent = true;
}

void Lane::mark_busy(Place place) {
  busy_.splice(busy_.end(), silent_or_busy(place), place);
  (*place)->silent = false;
}

// The one that is closed counts until its coroutine has ended, which is soon.
bool Lane::crowd_out() {
  if (silent_.empty()) return false;
  ++shared_.crowded_out;
  const std::shared_ptr<Connection> first = silent_.front();
  mark_busy(first->place);
  first->cut();
  return true;
}

void Lane::make_room(std::size_t count) {
  asio::post(context_, [this, count] {
    for (std::size_t i = 0; i < count && crowd_out(); ++i) {
    }
  });
}

void Lane::drain() {
  asio::post(context_, [this] {
    for (const auto& connection : silent_) connection->cut();
    for (const auto& connection : busy_) connection->drain();
  });
}

void Lane::cut() {
  asio::post(context_, [this] {
    for (const auto* list : {&silent_, &busy_}) {
      for (const auto& connection : *list) connection->cut();
    }
  });
}

}  // namespace tally::http
