// The desk: where everything that happens to the business in one store transaction is done.
//
// It loads what an event concerns, lets commerce decide, and carries out what follows: what stays
// inside (payments, the ledger, reviews, receipts, stock, debts) at once, in the same transaction;
// what leaves it (calls of a provider, commands to a cabinet, work for the pipeline) as rows that
// others carry out after the commit. finish() writes what changed, sets the timers, and appends one
// event of each changed thing to its tenant's list.
//
//   Desk desk(transaction, world);
//   auto done = desk.tell(tenant, session, commerce::DoorOpened{desk.now()});
//   if (done) done = desk.finish();
//   …commit, then hints.poke(desk.hints())
//
// Ids of what follows from a session are made from its own, so that doing it again makes the same.
//
// Thread-safety: a transaction's. Errors: commerce's, CoreError, the store's; after an error the
// transaction must be given up.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/cart.hpp"
#include "base/device_link.hpp"
#include "server/core/core_error.hpp"
#include "server/core/rows.hpp"
#include "server/world.hpp"

namespace tally::core {

// Whom to tell after the commit that there may be something to do; a hint that is lost costs time,
// nothing else.
struct Hints {
  bool outbox = false;
  bool timers = false;
  bool pipeline = false;
  bool events = false;
  std::vector<CabinetId> cabinets;  // With new commands.
};

inline constexpr std::string_view kPaymentTopic = "payment";
inline constexpr std::string_view kPipelineQueue = "pipeline";
inline constexpr int kStepsMax = 1'000;

// The session's payments, each for one hold; its review, receipt.
[[nodiscard]] PaymentId payment_id(const SessionId& session, int hold_number);
[[nodiscard]] ReviewId review_id(const SessionId& session);
[[nodiscard]] ReceiptId receipt_id(const SessionId& session);

// As bits of an id: the beginning of SHA-256 over the text.
[[nodiscard]] IdBits bits_of(std::string_view text);

// Whether the cabinet and the shopper are taken up by it.
[[nodiscard]] bool is_busy(commerce::SessionState state);

class Desk {
 public:
  Desk(platform::Transaction& transaction, server::World& world)
      : transaction_(transaction), world_(world), now_(world.now()) {}
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  [[nodiscard]] Instant now() const { return now_; }
  // Who asks for what is done here, for the list of events: "usr_…". Nobody unless it is said.
  void act_for(std::string actor) { actor_ = std::move(actor); }
  [[nodiscard]] platform::Transaction& transaction() { return transaction_; }
  [[nodiscard]] server::World& world() { return world_; }
  [[nodiscard]] const Hints& hints() const { return hints_; }
  [[nodiscard]] Hints& hints() { return hints_; }

  // A row that changes with this transaction: what the pointer leads to is written by finish().
  // Valid as long as the desk. Errors: kMissing.
  template <typename T>
  Result<Row<T>*> row(const TenantId& tenant, std::string_view id);
  // The same; null where there is none.
  template <typename T>
  Result<Row<T>*> find(const TenantId& tenant, std::string_view id);
  template <typename T>
  Row<T>& add(const TenantId& tenant, std::string id, T value);

  // A session that begins, with its detail.
  Result<void> begin(const commerce::SessionRequest& request, records::SessionDetail detail);
  Result<void> tell(const TenantId& tenant, const SessionId& session,
                    const commerce::SessionEvent& event);
  Result<void> tell(const TenantId& tenant, const PaymentId& payment,
                    const commerce::PaymentEvent& event);
  Result<void> tell(const TenantId& tenant, const ReviewId& review,
                    const commerce::ReviewEvent& event);
  Result<void> tell(const TenantId& tenant, const DisputeId& dispute,
                    const commerce::DisputeEvent& event);
  Result<void> tell(const TenantId& tenant, const ShopperId& shopper,
                    const commerce::DebtEvent& event);
  Result<void> tell(const TenantId& tenant, const CabinetId& cabinet,
                    const commerce::FleetEvent& event);
  Result<void> tell(const TenantId& tenant, const SessionId& session,
                    const commerce::FootageEvent& event);
  // What the cameras saw. `sha256` names the cart's JSON, a blob of the session.
  Result<void> tell_cart(const TenantId& tenant, const SessionId& session, const Cart& cart,
                         std::string sha256);
  Result<void> open_dispute(const TenantId& tenant, const commerce::DisputeRequest& request);

  // Pays all that the shopper owes in the currency: captured as soon as its hold is placed. `id` is
  // the payment's, fresh. Errors: kState where nothing is owed.
  Result<void> pay_debts(const TenantId& tenant, const PaymentId& id, const ShopperId& shopper,
                         std::string method, const Currency& currency);
  // What somebody counted in a cabinet.
  Result<void> count(const TenantId& tenant, const CabinetId& cabinet,
                     const commerce::CountStock& event);

  // A command that must be obeyed before `expires` or not at all.
  Result<void> command(const TenantId& tenant, const CabinetId& cabinet, const SessionId& session,
                       link::CommandBody body, Instant expires);
  // Something a person of the operator should know: "alert.<name>" in the list of events, and in
  // the list of alerts until it is cleared. `detail` is an id, a time or a code, and no program's
  // words: these are for the log.
  void alert(const TenantId& tenant, std::string_view name, std::string object,
             std::string_view detail);

  Result<void> finish();

 private:
  template <typename T>
  struct Cached {
    Row<T> row;
    std::string text;  // As it was read; empty for a new one.
  };
  template <typename T>
  using Cache = std::map<std::string, Cached<T>, std::less<>>;
  struct Alert {
    TenantId tenant;
    std::string name;
    std::string object;
    std::string detail;
    std::string subject = {};
    std::string clears = {};  // The alert that this ends; it is none itself then.
    bool told = true;         // By an event.
  };
  using Work = std::function<Result<void>()>;

  // Does it now, and after it what it leads to; inside of another's work, after that.
  Result<void> run(Work work);

  Result<void> step_session(const TenantId& tenant, const SessionId& id,
                            const commerce::SessionEvent& event);
  Result<void> carry_out(const commerce::Session& session, const commerce::AskHold& effect);
  Result<void> carry_out(const commerce::Session& session, const commerce::ReleaseHold& effect);
  Result<void> carry_out(const commerce::Session& session, const commerce::SendUnlock& effect);
  Result<void> carry_out(const commerce::Session& session, const commerce::SendLock& effect);
  Result<void> carry_out(const commerce::Session& session, const commerce::Watch& effect);
  Result<void> carry_out(const commerce::Session& session, const commerce::FinishWatch& effect);
  Result<void> carry_out(const commerce::Session& session, const commerce::StopWatch& effect);
  Result<void> carry_out(const commerce::Session& session, const commerce::OpenReview& effect);
  Result<void> carry_out(const commerce::Session& session, const commerce::Settle& effect);
  Result<void> carry_out(const commerce::Session& session, const commerce::EndRestock& effect);
  Result<void> carry_out(const commerce::Session& session, const commerce::RaiseAlert& effect);
  Result<void> carry_out(const commerce::Session& session, const commerce::TellShopper& effect);

  Result<void> step_payment(const TenantId& tenant, const PaymentId& id,
                            const commerce::PaymentEvent& event);
  Result<void> carry_out(const commerce::Payment& payment, const commerce::PaymentEffect& effect);
  Result<void> ask_provider(const commerce::Payment& payment, const commerce::PaymentEffect& ask);
  Result<void> tell_session(const commerce::Payment& before, const commerce::Payment& after);

  Result<void> step_review(const TenantId& tenant, const ReviewId& id,
                           const commerce::ReviewEvent& event);
  Result<void> step_dispute(const TenantId& tenant, const DisputeId& id,
                            const commerce::DisputeEvent& event);
  Result<void> carry_out(const TenantId& tenant, const commerce::Dispute& dispute,
                         const std::vector<commerce::DisputeEffect>& effects);
  Result<void> refund(const TenantId& tenant, const commerce::Dispute& dispute,
                      const commerce::RefundLines& effect);
  Result<void> give_back(const TenantId& tenant, const SessionId& session);
  Result<void> give_back(const commerce::Payment& payment, const DisputeId& dispute,
                         const std::string& words, commerce::Gross left);
  Result<void> step_debts(const TenantId& tenant, const ShopperId& shopper,
                          const commerce::DebtEvent& event);
  Result<void> step_health(const TenantId& tenant, const CabinetId& cabinet,
                           const commerce::FleetEvent& event);
  Result<void> step_footage(const TenantId& tenant, const SessionId& session,
                            const commerce::FootageEvent& event);
  Result<void> queue_watch(const TenantId& tenant, const SessionId& session, std::string_view why,
                           Instant due);
  Result<void> move(const commerce::Session& session, const commerce::MoveStock& movements);
  void alert_stock(const TenantId& tenant, const std::vector<commerce::StockAlert>& alerts);

  template <typename T>
  Result<void> write(Cache<T>& cache);
  template <typename T>
  void announce(const Row<T>& row, std::string_view body);
  template <typename T>
  Result<void> set_timer(const Row<T>& row);
  Result<void> mark_busy(const commerce::Session& session);
  Result<void> append_events();
  Result<void> note(const Alert& alert);

  platform::Transaction& transaction_;
  server::World& world_;
  Instant now_;
  std::string actor_;
  Hints hints_;
  std::deque<Work> waiting_;
  bool running_ = false;
  std::vector<Alert> alerts_;
  struct Announcement {
    TenantId tenant;
    std::string type;
    std::string object;
    std::int64_t version = 0;
    std::string body;
  };
  std::vector<Announcement> announcements_;
  std::tuple<Cache<commerce::Session>, Cache<records::SessionDetail>, Cache<commerce::Footage>,
             Cache<commerce::Payment>, Cache<commerce::Review>, Cache<commerce::Dispute>,
             Cache<commerce::Receipt>, Cache<commerce::Debts>, Cache<commerce::CabinetHealth>,
             Cache<commerce::Planogram>>
      rows_;
};

template <typename T>
Result<Row<T>*> Desk::find(const TenantId& tenant, std::string_view id) {
  auto& cache = std::get<Cache<T>>(rows_);
  const auto known = cache.find(id);
  if (known != cache.end()) return &known->second.row;
  auto found = find_row<T>(transaction_, tenant, id);
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found) return nullptr;
  std::string text = records::to_text((*found)->value);
  const auto put = cache.emplace(std::string(id), Cached<T>{*std::move(*found), std::move(text)});
  return &put.first->second.row;
}

template <typename T>
Result<Row<T>*> Desk::row(const TenantId& tenant, std::string_view id) {
  auto found = find<T>(tenant, id);
  if (found && *found == nullptr) {
    return fail(CoreError::kMissing, fmt::format("there is no {} {}", kKind<T>, id));
  }
  return found;
}

template <typename T>
Row<T>& Desk::add(const TenantId& tenant, std::string id, T value) {
  auto& cache = std::get<Cache<T>>(rows_);
  const auto put =
      cache.emplace(id, Cached<T>{Row<T>{std::move(value), tenant, id, 0, now_}, std::string()});
  return put.first->second.row;
}

}  // namespace tally::core
