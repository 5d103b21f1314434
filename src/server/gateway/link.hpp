// One cabinet's connection. Used by gateway.cpp alone.
//
// What it says is worked off one after the other, each when the one before is stored; while the
// store is busy it waits, and the connection stays. Heartbeats are the roll's.
// Thread-safety: all members behind its mutex; callbacks of the socket and of the store hold a
// shared pointer.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/device_link.hpp"
#include "server/gateway/gateway.hpp"
#include "server/gateway/roll.hpp"
#include "server/gateway/turns.hpp"
#include "server/gateway/under_way.hpp"

namespace tally::gateway {

// What all connections of a gateway share. Thread-safety: all functions from any thread.
class LinkContext {
 public:
  LinkContext(core::Office& the_office, GatewayOptions the_options, server::Log the_log)
      : office(the_office),
        options(std::move(the_options)),
        log(std::move(the_log)),
        roll(std::make_shared<Roll>(office, under_way, options.name, log)) {}

  void count(std::uint64_t GatewayCounts::* which);
  [[nodiscard]] GatewayCounts counts() const;

  core::Office& office;
  const GatewayOptions options;
  const server::Log log;
  UnderWay under_way;  // While work is, the office is there.
  Turns turns;
  const std::shared_ptr<Roll> roll;

 private:
  mutable std::mutex mutex_;  // Guards all below.
  GatewayCounts counts_;
};

class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(std::shared_ptr<LinkContext> context, TenantId tenant, CabinetId cabinet,
       std::int64_t number, std::shared_ptr<http::WebSocket> socket)
      : context_(std::move(context)),
        connection_{std::move(tenant), std::move(cabinet), number},
        opened_at_(context_->office.world().now()),
        socket_(std::move(socket)),
        heard_at_(opened_at_) {}

  [[nodiscard]] const CabinetId& cabinet() const { return connection_.cabinet; }
  [[nodiscard]] Instant opened_at() const { return opened_at_; }

  void receive(const std::string& text);
  // There may be new commands.
  void look_for_commands();
  // A new code for its screen.
  void show_token();
  void show_token_if_due(Instant now);
  // If it has said nothing for kSilentMost.
  void close_if_silent(Instant now);
  // Nothing that it says is heard any more.
  void close(std::uint16_t code, std::string_view reason);
  // Its socket is closed.
  void ended();

 private:
  using Work = std::function<void()>;
  void enqueue(Work work);
  void next();  // The work before has ended.
  void hear(const std::string& text);

  void on(link::Hello hello);
  void welcome(const Result<Greeting>& greeting);
  void on(const link::Heartbeat& heartbeat);
  void on(link::Report report);
  void on(link::CommandAnswer answer);
  void refuse_report(std::int64_t number, const Error& why);
  void send_commands();
  void send(const std::vector<link::Command>& commands);
  void send_token();
  [[nodiscard]] bool is_closed();

  // `act` is Result<T>(Desk&); `done` gets its outcome. The next work of this link waits for it.
  // What the store can't do now is done again, for as long as the connection is there.
  template <typename Act, typename Done>
  void act(Act act, Done done);
  void try_again(const Error& why, std::function<void()> turn);
  template <typename Act, typename Done>
  void take_turn(const std::shared_ptr<std::pair<Act, Done>>& work);

  std::shared_ptr<LinkContext> context_;
  const Roll::Connection connection_;
  const Instant opened_at_;
  std::shared_ptr<http::WebSocket> socket_;

  std::mutex mutex_;  // Guards all below.
  std::deque<Work> waiting_;
  bool working_ = false;
  bool greeted_ = false;
  bool closed_ = false;
  bool commands_asked_ = false;  // send_commands() waits among the work.
  std::int64_t last_counter_ = 0;
  std::set<std::string> sent_;  // Of the commands that wait: at most core::kCommandsSent.
  Instant token_at_{};
  bool token_waits_ = false;
  Instant heard_at_;
};

}  // namespace tally::gateway
