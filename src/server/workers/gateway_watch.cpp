#include "server/workers/gateway_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tally::workers {

using core::Desk;
using core::SeenGateway;

namespace {

Result<void> tell(Desk& desk, const SeenGateway& gateway, const core::HeldCabinet& held) {
  // First, so that it is not told for ever should its row say another gateway.
  auto let_go = core::let_go(desk.transaction(), held.cabinet, gateway.gateway);
  if (!let_go) return let_go;
  return desk.tell(
      held.tenant, held.cabinet,
      commerce::FleetEvent(commerce::GatewayLost{desk.now(), gateway.gateway, gateway.seen_at}));
}

}  // namespace

void GatewayWatch::look() {
  const auto all = office_.look_and_wait(
      [](platform::Transaction& transaction) { return core::seen_gateways(transaction); });
  if (!all) {
    words_.clear();
    return log_(server::LogLevel::kError, "ticker", all.error().message);
  }
  const Instant now = office_.world().now();
  const Duration passed = now - looked_.value_or(now);
  const Duration counts = std::clamp(passed, Duration(0), core::kGatewaySeen);
  looked_ = now;
  std::map<std::string, Word> words;
  for (const SeenGateway& gateway : *all) {
    const auto known = words_.find(gateway.gateway);
    const bool same = known != words_.end() && known->second.seen_at == gateway.seen_at;
    const Word word{gateway.seen_at, same ? known->second.old + counts : Duration(0)};
    words.emplace(gateway.gateway, word);
    if (gateway.lost || word.old >= core::kGatewayLost) lose(gateway);
  }
  words_ = std::move(words);
}

void GatewayWatch::lose(const SeenGateway& gateway) {
  while (!office_.board().stopped()) {
    const auto more = tell(gateway);
    if (more && !*more) return;
    if (more) continue;
    log_(server::LogLevel::kError, "ticker",
         fmt::format("{}: {}", gateway.gateway, more.error().message));
    if (more.error().code.kind != ErrorKind::kUnavailable) tell_each(gateway);
    return;  // The next look goes on.
  }
}

// Whether there are more.
Result<bool> GatewayWatch::tell(const SeenGateway& gateway) {
  return office_.act_and_wait([&](Desk& desk) -> Result<bool> {
    const auto lost = core::lose_gateway(desk.transaction(), gateway);
    if (!lost || !*lost) return lost;
    const auto held = core::held_by(desk.transaction(), gateway.gateway);
    if (!held) return std::unexpected(held.error());
    for (const core::HeldCabinet& one : *held) {
      if (auto told = workers::tell(desk, gateway, one); !told) {
        return std::unexpected(told.error());
      }
    }
    if (std::ssize(*held) == core::kCabinetsLost) return true;
    const auto forgotten = core::forget_gateway(desk.transaction(), gateway.gateway);
    if (!forgotten) return std::unexpected(forgotten.error());
    return false;
  });
}

// One that can't be told takes no other with it: it is let go of untold.
void GatewayWatch::tell_each(const SeenGateway& gateway) {
  const auto held = office_.look_and_wait([&](platform::Transaction& transaction) {
    return core::held_by(transaction, gateway.gateway);
  });
  if (!held) return;
  for (const core::HeldCabinet& one : *held) {
    const auto told =
        office_.act_and_wait([&](Desk& desk) { return workers::tell(desk, gateway, one); });
    if (told) continue;
    log_(server::LogLevel::kError, "ticker",
         fmt::format("{}: {}", one.cabinet.text(), told.error().message));
    if (told.error().code.kind == ErrorKind::kUnavailable) return;
    const auto let_go = office_.act_and_wait(
        [&](Desk& desk) { return core::let_go(desk.transaction(), one.cabinet, gateway.gateway); });
    if (!let_go) return;
  }
}

}  // namespace tally::workers
