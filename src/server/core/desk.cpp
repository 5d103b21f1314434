#include "server/core/desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/digest.hpp"
#include "platform/events.hpp"
#include "server/core/alert_book.hpp"
#include "server/core/commands.hpp"
#include "server/core/facts.hpp"
#include "server/core/gateway_book.hpp"
#include "server/core/planogram_facts.hpp"
#include "server/core/timers.hpp"
#include "server/records/json_text.hpp"

namespace tally::core {
namespace {

// What is told to the world when it changes. The rest is detail of these, or told by alerts.
template <typename T>
inline constexpr bool kAnnounced =
    !std::same_as<T, records::SessionDetail> && !std::same_as<T, commerce::Footage> &&
    !std::same_as<T, commerce::CabinetHealth>;

template <typename T>
std::optional<Instant> due_of(const T& value) {
  if constexpr (std::same_as<T, commerce::Session>) {
    return value.due;
  } else if constexpr (std::same_as<T, commerce::Payment>) {
    return commerce::wakes_at(value);
  } else {
    return commerce::due(value);
  }
}

template <typename T>
inline constexpr bool kTimed =
    std::same_as<T, commerce::Session> || std::same_as<T, commerce::Payment> ||
    std::same_as<T, commerce::Review> || std::same_as<T, commerce::CabinetHealth>;

}  // namespace

IdBits bits_of(std::string_view text) {
  const std::string hex = sha256_hex(text);
  IdBits bits{};
  const auto nibble = [](char digit) {
    return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
  };
  for (std::size_t i = 0; i < bits.size(); ++i) {
    bits[i] = static_cast<std::uint8_t>(nibble(hex[2 * i]) << 4U | nibble(hex[2 * i + 1]));
  }
  return bits;
}

PaymentId payment_id(const SessionId& session, int hold_number) {
  return PaymentId::from_bits(bits_of(fmt::format("{}:hold:{}", session.text(), hold_number)));
}
ReviewId review_id(const SessionId& session) {
  return ReviewId::from_bits(bits_of(session.text() + ":review"));
}
ReceiptId receipt_id(const SessionId& session) {
  return ReceiptId::from_bits(bits_of(session.text() + ":receipt"));
}

bool is_busy(commerce::SessionState state) { return state < commerce::SessionState::kDeciding; }

Result<void> Desk::run(Work work) {
  waiting_.push_back(std::move(work));
  if (running_) return {};
  running_ = true;
  Result<void> done;
  for (int steps = 0; done && !waiting_.empty(); ++steps) {
    if (steps == kStepsMax) {
      done = fail(CoreError::kEndless, "one event led to more steps than any can");
      break;
    }
    const Work next = std::move(waiting_.front());
    waiting_.pop_front();
    done = next();
  }
  running_ = false;
  return done;
}

Result<void> Desk::tell(const TenantId& tenant, const SessionId& session,
                        const commerce::SessionEvent& event) {
  return run([=, this] { return step_session(tenant, session, event); });
}
Result<void> Desk::tell(const TenantId& tenant, const PaymentId& payment,
                        const commerce::PaymentEvent& event) {
  return run([=, this] { return step_payment(tenant, payment, event); });
}
Result<void> Desk::tell(const TenantId& tenant, const ReviewId& review,
                        const commerce::ReviewEvent& event) {
  return run([=, this] { return step_review(tenant, review, event); });
}
Result<void> Desk::tell(const TenantId& tenant, const DisputeId& dispute,
                        const commerce::DisputeEvent& event) {
  return run([=, this] { return step_dispute(tenant, dispute, event); });
}
Result<void> Desk::tell(const TenantId& tenant, const ShopperId& shopper,
                        const commerce::DebtEvent& event) {
  return run([=, this] { return step_debts(tenant, shopper, event); });
}
Result<void> Desk::tell(const TenantId& tenant, const CabinetId& cabinet,
                        const commerce::FleetEvent& event) {
  return run([=, this] { return step_health(tenant, cabinet, event); });
}
Result<void> Desk::tell(const TenantId& tenant, const SessionId& session,
                        const commerce::FootageEvent& event) {
  return run([=, this] { return step_footage(tenant, session, event); });
}

Result<void> Desk::command(const TenantId& tenant, const CabinetId& cabinet,
                           const SessionId& session, link::CommandBody body, Instant expires) {
  const std::string id = world_.new_id<CommandId>().text();
  hints_.cabinets.push_back(cabinet);
  return put_command(transaction_, tenant, cabinet, session, body, id, expires);
}

void Desk::alert(const TenantId& tenant, std::string_view name, std::string object,
                 std::string_view detail) {
  alerts_.push_back({.tenant = tenant,
                     .name = std::string(name),
                     .object = std::move(object),
                     .detail = std::string(detail)});
}

template <typename T>
void Desk::announce(const Row<T>& row, std::string_view body) {
  if constexpr (kAnnounced<T>) {
    const std::string state = state_of(row.value);
    announcements_.push_back({row.tenant,
                              fmt::format("{}.{}", kKind<T>, state.empty() ? "changed" : state),
                              row.id, row.version, std::string(body)});
  }
}

template <typename T>
Result<void> Desk::set_timer(const Row<T>& row) {
  if constexpr (kTimed<T>) {
    hints_.timers = true;
    return core::set_timer(transaction_, {row.tenant, std::string(kKind<T>), row.id},
                           due_of(row.value));
  } else {
    return {};
  }
}

template <typename T>
Result<void> Desk::write(Cache<T>& cache) {
  for (auto& [id, cached] : cache) {
    std::string text = records::to_text(cached.row.value);
    if (text == cached.text) continue;
    if (auto saved = save_row(transaction_, cached.row, now_); !saved) return saved;
    if (auto noted = note_facts(transaction_, cached.row); !noted) {
      return noted;
    }
    if (auto set = set_timer(cached.row); !set) return set;
    if constexpr (std::same_as<T, commerce::Session>) {
      if (auto marked = mark_busy(cached.row.value); !marked) return marked;
    }
    announce(cached.row, text);
    cached.text = std::move(text);
  }
  return {};
}

Result<void> Desk::mark_busy(const commerce::Session& session) {
  const auto mark = [&](std::string_view table, std::string_view column,
                        const std::string& who) -> Result<void> {
    if (who.empty()) return {};
    const auto done =
        is_busy(session.state)
            ? transaction_.execute(
                  fmt::format("INSERT INTO {} ({}, session) VALUES ($1, $2) ON CONFLICT ({}) "
                              "DO UPDATE SET session = excluded.session",
                              table, column, column),
                  who, session.id)
            : transaction_.execute(
                  fmt::format("DELETE FROM {} WHERE {} = $1 AND session = $2", table, column), who,
                  session.id);
    return done ? Result<void>{} : std::unexpected(done.error());
  };
  if (auto done = mark("busy_cabinets", "cabinet", session.cabinet.text()); !done) return done;
  return mark("busy_shoppers", "shopper", session.shopper.text());
}

Result<void> Desk::note(const Alert& alert) {
  const AlertName name{alert.tenant, alert.clears.empty() ? alert.name : alert.clears, alert.object,
                       alert.subject};
  return alert.clears.empty()
             ? raise_alert(transaction_, name, world_.new_id<EventId>(), alert.detail, now_)
             : clear_alert(transaction_, name, now_);
}

Result<void> Desk::append_events() {
  for (Alert& alert : alerts_) {
    if (auto noted = note(alert); !noted) return noted;
    if (!alert.told) continue;
    announcements_.push_back(
        {alert.tenant, "alert." + alert.name, alert.object, 0,
         records::object_text(
             {{"alert", alert.name}, {"object", alert.object}, {"detail", alert.detail}})});
  }
  alerts_.clear();
  for (const Announcement& one : announcements_) {
    const auto appended = platform::append_event(transaction_, {.tenant = one.tenant,
                                                                .sequence = 0,
                                                                .id = world_.new_id<EventId>(),
                                                                .type = one.type,
                                                                .object_id = one.object,
                                                                .object_version = one.version,
                                                                .at = now_,
                                                                .body = one.body,
                                                                .actor = actor_});
    if (!appended) return std::unexpected(appended.error());
    hints_.events = true;
  }
  announcements_.clear();
  return {};
}

Result<void> Desk::finish() {
  Result<void> done;
  std::apply(
      [&](auto&... caches) {
        (static_cast<void>(done ? void(done = write(caches)) : void()), ...);
      },
      rows_);
  return done ? append_events() : done;
}

}  // namespace tally::core
