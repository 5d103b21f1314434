#include "server/workers/courier.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>

#include "server/core/provider_message.hpp"

namespace tally::workers {
namespace {

using core::Desk;

std::uint64_t random_number(server::World& world) {
  std::array<std::uint8_t, 8> bytes{};
  world.fill_random(bytes);
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), bytes.size());
  return number;
}

}  // namespace

Courier::Courier(core::Office& office, payments::Provider& provider, server::Log log,
                 std::string name)
    : office_(office),
      provider_(provider),
      log_(std::move(log)),
      name_(std::move(name)),
      thread_([this] { run(); }) {}

Courier::~Courier() {
  office_.board().stop();
  thread_.join();
  std::unique_lock lock(mutex_);
  all_ended_.wait(lock, [this] { return under_way_ == 0; });
}

void Courier::run() {
  core::HintBoard& board = office_.board();
  while (!board.stopped()) {
    const std::uint64_t seen = board.count(core::Topic::kOutbox);
    if (!carry_some()) board.wait(core::Topic::kOutbox, seen, kLookLongest);
  }
}

bool Courier::carry_some() {
  auto messages = office_.store().write_and_wait([this](platform::Transaction& transaction) {
    return platform::claim_messages(transaction,
                                    {.topic = std::string(core::kPaymentTopic),
                                     .count = kAskedAtATime,
                                     .lease = kAskLease,
                                     .worker = name_},
                                    office_.world().now());
  });
  if (!messages) {
    log_(server::LogLevel::kError, "courier", messages.error().message);
    return false;
  }
  for (platform::Message& message : *messages) carry(std::move(message));
  return std::ssize(*messages) == kAskedAtATime;
}

void Courier::carry(platform::Message message) {
  {
    const std::lock_guard lock(mutex_);
    ++under_way_;
  }
  auto ask = core::parse_provider_message(message.body);
  if (!ask) return give_up(message.lease, ask.error().message);
  const Asked asked{message.lease, ask->tenant, ask->request.payment, ask->request.kind};
  provider_.ask(std::move(ask->request), [this, asked](commerce::PaymentEvent answer) {
    bring_back(asked, std::move(answer));
  });
}

void Courier::bring_back(const Asked& asked, commerce::PaymentEvent answer) {
  office_.world().reached(name_of(asked.kind), "answered");
  office_.act(
      [=](Desk& desk) -> Result<void> {
        auto delivered = platform::delivered_message(desk.transaction(), asked.lease, desk.now());
        return delivered ? desk.tell(asked.tenant, asked.payment, answer) : delivered;
      },
      [this, asked](const Result<void>& done) {
        if (!done) return give_up(asked.lease, done.error().message);
        office_.world().reached(name_of(asked.kind), "stored");
        ended();
      });
}

// Asked again later, under the same key.
void Courier::give_up(const platform::MessageLease& lease, std::string why) {
  log_(server::LogLevel::kError, "courier", why);
  office_.act(
      [=, this](Desk& desk) {
        return platform::failed_message(
            desk.transaction(), lease,
            {.error = why, .backoff = {}, .random = random_number(office_.world())}, desk.now());
      },
      [this](const Result<bool>& done) {
        if (!done) log_(server::LogLevel::kError, "courier", done.error().message);
        ended();
      });
}

void Courier::ended() {
  const std::lock_guard lock(mutex_);
  --under_way_;
  all_ended_.notify_all();
}

}  // namespace tally::workers
