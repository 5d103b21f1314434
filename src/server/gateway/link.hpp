// One cabinet's connection. Used by gateway.cpp alone.
//
// What it says is worked off one after the other, each when the one before is stored.
// Thread-safety: all members behind its mutex; callbacks of the socket and of the store hold a
// shared pointer.
#pragma once

#include <condition_variable>
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

namespace tally::gateway {

// What all connections of a gateway share. Thread-safety: all functions from any thread.
class LinkContext {
 public:
  LinkContext(core::Office& the_office, GatewayOptions the_options, server::Log the_log)
      : office(the_office), options(std::move(the_options)), log(std::move(the_log)) {}

  void count(std::uint64_t GatewayCounts::* which);
  [[nodiscard]] GatewayCounts counts() const;

  // While work is under way the office is there. False when the gateway has stopped: nothing may
  // be done any more, and end_work() is not to be called.
  [[nodiscard]] bool begin_work();
  void end_work();
  // Returns when nothing is under way, and nothing begins any more.
  void stop();

  core::Office& office;
  const GatewayOptions options;
  const server::Log log;

 private:
  mutable std::mutex mutex_;  // Guards all below.
  std::condition_variable idle_;
  GatewayCounts counts_;
  std::int64_t under_way_ = 0;
  bool stopped_ = false;
};

// Work for as long as it lives, if it is true.
class Working {
 public:
  explicit Working(LinkContext& context) : context_(context), may_(context.begin_work()) {}
  Working(const Working&) = delete;
  Working& operator=(const Working&) = delete;
  ~Working() {
    if (may_) context_.end_work();
  }
  explicit operator bool() const { return may_; }

 private:
  LinkContext& context_;
  bool may_;
};

class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(std::shared_ptr<LinkContext> context, TenantId tenant, CabinetId cabinet,
       std::int64_t number, std::shared_ptr<http::WebSocket> socket)
      : context_(std::move(context)),
        tenant_(std::move(tenant)),
        cabinet_(std::move(cabinet)),
        number_(number),
        opened_at_(context_->office.world().now()),
        socket_(std::move(socket)),
        heard_at_(opened_at_) {}

  [[nodiscard]] const TenantId& tenant() const { return tenant_; }
  [[nodiscard]] const CabinetId& cabinet() const { return cabinet_; }
  [[nodiscard]] std::int64_t number() const { return number_; }  // Later ones have higher ones.
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

  // The last heartbeat since it was taken.
  std::optional<link::Heartbeat> take_heartbeat();

 private:
  using Work = std::function<void()>;
  void enqueue(Work work);
  void next();  // The work before has ended.
  void hear(const std::string& text);

  void on(link::Hello hello);
  void on(link::Heartbeat heartbeat);
  void on(link::Report report);
  void on(link::CommandAnswer answer);
  void refuse_report(std::int64_t number, const Error& why);
  void send_commands();
  void send_token();

  // `work` is Result<T>(Desk&); `done` gets its outcome. The next work of this link waits for it.
  template <typename Act, typename Done>
  void act(Act act, Done done);

  std::shared_ptr<LinkContext> context_;
  const TenantId tenant_;
  const CabinetId cabinet_;
  const std::int64_t number_;
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
  Instant heard_at_;
  std::optional<link::Heartbeat> heartbeat_;
};

}  // namespace tally::gateway
