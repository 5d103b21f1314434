#include "platform/http/lane.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "platform/http/connection.hpp"
#include "platform/http/contain.hpp"

namespace tally::http {
namespace {

// Beyond, whoever is turned away may not hear of it.
constexpr std::size_t kLeavingMax = 256;

}  // namespace

std::string ServerShared::next_request_id() {
  const std::uint64_t number = ++requests;
  std::string id;
  if (options.make_request_id) {
    contain(handler_failures, [&] { id = options.make_request_id(); });
  }
  return id.empty() ? fmt::format("req_{}", number) : id;
}

std::string ServerShared::date() {
  std::string text;
  if (options.now) contain(handler_failures, [&] { text = http_date(options.now()); });
  return text;
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
  if (!room && !shared_.draining) ++shared_.turned_away;
  if (!room || shared_.draining) return turn_away(std::move(socket));
  auto connection = std::make_shared<Connection>(std::move(socket), shared_, *this);
  connection->place = busy_.insert(busy_.end(), connection);
  asio::co_spawn(context_, connection->run(),
                 [this, place = connection->place](const std::exception_ptr& bug) {
                   if (bug) std::rethrow_exception(bug);
                   silent_or_busy(place).erase(place);
                   note_end();
                 });
}

void Lane::turn_away(tcp::socket socket) {
  if (shared_.draining || leaving_.size() >= kLeavingMax) {
    error_code ignored;
    socket.close(ignored);
    return note_end();
  }
  auto connection = std::make_shared<Connection>(std::move(socket), shared_, *this);
  const Place place = leaving_.insert(leaving_.end(), connection);
  asio::co_spawn(context_, connection->turn_away(), [this, place](const std::exception_ptr& bug) {
    if (bug) std::rethrow_exception(bug);
    leaving_.erase(place);
    note_end();
  });
}

void Lane::note_end() {
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
    for (const auto* list : {&silent_, &leaving_}) {
      for (const auto& connection : *list) connection->cut();
    }
    for (const auto& connection : busy_) connection->drain();
  });
}

void Lane::cut() {
  asio::post(context_, [this] {
    for (const auto* list : {&silent_, &busy_, &leaving_}) {
      for (const auto& connection : *list) connection->cut();
    }
  });
}

}  // namespace tally::http
