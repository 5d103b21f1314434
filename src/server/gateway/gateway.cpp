#include "server/gateway/gateway.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "server/gateway/link.hpp"
#include "server/identity/device_keys.hpp"

namespace tally::gateway {
namespace {

constexpr std::string_view kKeyEnded = "the cabinet's key has ended";

}  // namespace

class Gateway::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(core::Office& office, GatewayOptions options, server::Log log)
      : office_(office),
        context_(std::make_shared<LinkContext>(office, std::move(options), std::move(log))) {}

  void start() {
    office_.board().listen([weak = weak_from_this()](const CabinetId& cabinet) {
      const auto self = weak.lock();
      const auto link = self ? self->link_of(cabinet) : nullptr;
      if (!link) return;
      link->look_for_commands();
      link->show_token();  // The one that it shows may have been used.
    });
    thread_ = std::thread([this] { run(); });
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      changed_.notify_all();
    }
    thread_.join();
    context_->roll->stop();
    for (const auto& link : links()) {
      link->close(http::kCloseGoingAway, "this server is being stopped");
    }
    context_->turns.stop();
    context_->under_way.stop();
  }

  http::WebSocketEvents connect(const TenantId& tenant, const CabinetId& cabinet,
                                std::shared_ptr<http::WebSocket> socket) {
    std::shared_ptr<Link> older;
    std::shared_ptr<Link> link;
    {
      const std::lock_guard lock(mutex_);
      // Rises also over restarts, as far as the clock does.
      number_ = std::max(number_ + 1, office_.world().now().time_since_epoch().count());
      link = std::make_shared<Link>(context_, tenant, cabinet, number_, std::move(socket));
      older = std::exchange(links_[cabinet], link);
    }
    if (older) older->close(http::kClosePolicy, "the cabinet has connected anew");
    return {.on_message = [link](const std::string& text) { link->receive(text); },
            .on_close =
                [weak = weak_from_this(), link](std::uint16_t, std::string_view) {
                  if (const auto self = weak.lock()) self->closed(link);
                }};
  }

  [[nodiscard]] GatewayCounts counts() const {
    GatewayCounts counts = context_->counts();
    const RollCounts roll = context_->roll->counts();
    counts.words_stored = roll.cabinets;
    counts.word_transactions = roll.transactions;
    const std::lock_guard lock(mutex_);
    counts.connected = std::ssize(links_);
    return counts;
  }

  void look_around() {
    const Instant now = office_.world().now();
    context_->roll->look();
    context_->turns.look();
    for (const auto& link : links()) {
      link->close_if_silent(now);
      link->show_token_if_due(now);
    }
    look_at_waiting(now);
    look_at_keys(now);
  }

  void close(const CabinetId& cabinet) {
    if (const auto link = link_of(cabinet)) link->close(http::kClosePolicy, kKeyEnded);
  }

 private:
  void closed(const std::shared_ptr<Link>& link) {
    {
      const std::lock_guard lock(mutex_);
      const auto found = links_.find(link->cabinet());
      if (found != links_.end() && found->second == link) links_.erase(found);
    }
    link->ended();
  }

  [[nodiscard]] std::shared_ptr<Link> link_of(const CabinetId& cabinet) const {
    const std::lock_guard lock(mutex_);
    const auto found = links_.find(cabinet);
    return found == links_.end() ? nullptr : found->second;
  }

  [[nodiscard]] std::vector<std::shared_ptr<Link>> links() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<Link>> all;
    for (const auto& [cabinet, link] : links_) all.push_back(link);
    return all;
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      changed_.wait_for(lock, kLookedAround, [this] { return stopping_; });
      if (stopping_) return;
      lock.unlock();
      look_around();
      lock.lock();
    }
  }

  // Commands whose hint was another process's, or was lost.
  void look_at_waiting(Instant now) {
    {
      const std::lock_guard lock(mutex_);
      if (now < looked_ + kCommandsLooked) return;
      looked_ = now;
    }
    // Those that are too late are of cabinets that are away, and are nobody's until they come back.
    const auto cabinets = office_.look_and_wait([now](platform::Transaction& transaction) {
      return transaction.query<CabinetId>(
          "SELECT DISTINCT cabinet FROM device_commands WHERE state = 'waiting' AND expires_at > "
          "$1",
          now);
    });
    if (!cabinets) {
      return context_->log(server::LogLevel::kError, "gateway", cabinets.error().message);
    }
    for (const auto& [cabinet] : *cabinets) {
      if (const auto link = link_of(cabinet)) link->look_for_commands();
    }
  }

  // Whose key has ended, in this process or another.
  void look_at_keys(Instant now) {
    Instant after{};
    {
      const std::lock_guard lock(mutex_);
      if (now < keys_looked_ + kKeysLooked) return;
      after = keys_looked_ - kKeysLookedBack;
    }
    const auto ended = office_.look_and_wait([after](platform::Transaction& transaction) {
      return identity::keys_ended_after(transaction, after);
    });
    if (!ended) {
      return context_->log(server::LogLevel::kError, "gateway", ended.error().message);
    }
    for (const identity::EndedKeys& one : *ended) {
      const auto link = link_of(one.cabinet);
      const bool valid = one.valid_since && link && link->opened_at() >= *one.valid_since;
      if (link && !valid) link->close(http::kClosePolicy, kKeyEnded);
    }
    const std::lock_guard lock(mutex_);
    keys_looked_ = now;
  }

  core::Office& office_;
  std::shared_ptr<LinkContext> context_;
  std::thread thread_;
  mutable std::mutex mutex_;  // Guards all below.
  std::condition_variable changed_;
  std::map<CabinetId, std::shared_ptr<Link>> links_;
  std::int64_t number_ = 0;
  Instant looked_{};
  Instant keys_looked_{};
  bool stopping_ = false;
};

Gateway::Gateway(core::Office& office, GatewayOptions options, server::Log log)
    : impl_(std::make_shared<Impl>(office, std::move(options), std::move(log))) {
  impl_->start();
}

Gateway::~Gateway() { impl_->stop(); }

http::WebSocketEvents Gateway::connect(const TenantId& tenant, const CabinetId& cabinet,
                                       std::shared_ptr<http::WebSocket> socket) {
  return impl_->connect(tenant, cabinet, std::move(socket));
}

void Gateway::close(const CabinetId& cabinet) { impl_->close(cabinet); }

void Gateway::look_around() { impl_->look_around(); }

GatewayCounts Gateway::counts() const { return impl_->counts(); }

}  // namespace tally::gateway
