#include "server/webhooks/dispatcher.hpp"

#include <fmt/format.h>

#include <cstring>
#include <functional>

#include "server/records/event_json.hpp"
#include "server/webhooks/signature.hpp"

namespace tally::webhooks {
namespace {

std::uint64_t random_number(server::World& world) {
  std::array<std::uint8_t, 8> bytes{};
  world.fill_random(bytes);
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), bytes.size());
  return number;
}

std::size_t client_of(const WebhookDelivery& delivery) {
  if (!delivery.proven) return 0;
  return 1 + std::hash<std::string>()(delivery.event.tenant.text()) % (kClients - 1);
}

// Nothing: it was taken.
std::string failure_of(const http::CallResult& result) {
  if (!result) return result.error().error.message;
  if (result->status >= 200 && result->status < 300) return {};
  return fmt::format("was answered {}{}", result->status,
                     result->status >= 300 && result->status < 400
                         ? ", and redirects are not followed: change the endpoint's url"
                         : "");
}

}  // namespace

Result<std::unique_ptr<Dispatcher>> Dispatcher::start(core::Office& office,
                                                      DispatcherOptions options, server::Log log) {
  Clients clients;
  for (auto& client : clients) {
    auto started = http::HttpClient::start(
        {.trusted_certificates = options.trusted_certificates, .user_agent = "tally-webhooks"});
    if (!started) return std::unexpected(std::move(started.error()));
    client = *std::move(started);
  }
  return std::unique_ptr<Dispatcher>(
      // tidy-allow(memory): the constructor is private, so make_unique can't call it
      new Dispatcher(office, std::move(options), std::move(clients), std::move(log)));
}

Dispatcher::Dispatcher(core::Office& office, DispatcherOptions options, Clients clients,
                       server::Log log)
    : office_(office),
      options_(std::move(options)),
      log_(std::move(log)),
      clients_(std::move(clients)),
      thread_([this] { run(); }) {}

Dispatcher::~Dispatcher() {
  office_.board().stop();
  thread_.join();
  for (auto& client : clients_) client.reset();  // Ends all calls.
  std::unique_lock lock(mutex_);
  all_ended_.wait(lock, [this] { return under_way_ == 0; });
}

void Dispatcher::run() {
  core::HintBoard& board = office_.board();
  while (!board.stopped()) {
    const std::uint64_t seen = board.count(core::Topic::kWebhooks);
    const bool more_to_plan = plan();
    const bool more_to_send = send_some();
    if (more_to_plan || more_to_send) continue;
    board.wait(core::Topic::kWebhooks, seen, options_.look_longest);
  }
}

bool Dispatcher::plan() {
  const auto behind = office_.look_and_wait(endpoints_behind);
  if (!behind) {
    complain(behind.error());
    return false;
  }
  bool planned = false;
  for (const Behind& one : *behind) {
    if (office_.board().stopped()) return false;
    const auto done = office_.store().write_and_wait([&](platform::Transaction& transaction) {
      return plan_deliveries(transaction, one, office_.world().now());
    });
    if (!done) complain(done.error());
    planned = planned || done;
  }
  return planned;
}

bool Dispatcher::send_some() {
  std::int64_t room = kInFlightMax;
  {
    const std::lock_guard lock(mutex_);
    room -= under_way_;
  }
  if (room <= 0) return false;  // Hears of the first that ends.
  const auto due = office_.look_and_wait([this](platform::Transaction& transaction) {
    return deliveries_due(transaction, office_.world().now());
  });
  if (!due) complain(due.error());
  if (!due || !*due) return false;
  const auto claimed = office_.store().write_and_wait([&](platform::Transaction& transaction) {
    return claim_deliveries(transaction, room, kSendLease, office_.world().now());
  });
  if (!claimed) complain(claimed.error());
  if (!claimed) return false;
  for (const WebhookDelivery& delivery : *claimed) send(delivery);
  return !claimed->empty();
}

void Dispatcher::send(const WebhookDelivery& delivery) {
  const platform::StoredEvent& event = delivery.event;
  http::ClientRequest request{
      .method = http::Method::kPost,
      .url = delivery.endpoint.url,
      .body = records::event_json(event.sequence, event.id.text(), event.type, event.object_id,
                                  event.object_version, event.at, event.body, event.actor),
      .addresses =
          options_.any_address ? http::AddressPolicy::kAny : http::AddressPolicy::kPublicOnly,
      .deadline = kSendTime,
      .response_body_bytes_max = kAnswerBytesMax};
  request.headers.set("Content-Type", "application/json");
  request.headers.set(kSignatureHeader,
                      signature_of(delivery.endpoint.secret, office_.world().now(), request.body));
  {
    const std::lock_guard lock(mutex_);
    ++under_way_;
  }
  clients_[client_of(delivery)]->call(
      std::move(request),
      [this, lease = delivery.lease](const http::CallResult& result) { record(lease, result); });
}

void Dispatcher::record(const DeliveryLease& lease, const http::CallResult& result) {
  // Nobody knows whether it was taken, and nobody failed: it is sent again when its lease ends.
  if (!result && office_.board().stopped()) return ended();
  office_.store().write(
      [this, lease, failure = failure_of(result)](platform::Transaction& transaction) {
        const Instant now = office_.world().now();
        return failure.empty() ? delivered(transaction, lease, now)
                               : failed_delivery(transaction, lease, failure,
                                                 random_number(office_.world()), now);
      },
      [this](const Result<void>& done) {
        if (!done) complain(done.error());
        ended();
      });
}

void Dispatcher::complain(const Error& error) {
  log_(server::LogLevel::kError, "webhooks", error.message);
}

void Dispatcher::ended() {
  core::HintBoard& board = office_.board();
  {
    const std::lock_guard lock(mutex_);
    --under_way_;
    all_ended_.notify_all();
  }
  board.poke(core::Topic::kWebhooks);  // There may be room; this may be gone.
}

}  // namespace tally::webhooks
