// Stripe's webhook. Whatever is signed and not ours is taken too, or Stripe would send it for days.
#include "server/identity/identity_error.hpp"
#include "server/payments/stripe_notice.hpp"
#include "server/routes/cards.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

using commerce::Payment;
using core::Desk;

struct Notice {
  std::optional<identity::CardSetup> setup = {};  // That it says is complete.
  payments::CardFound card = {};
};

Result<void> look_at_notice(ApiCall& call, const Services& services) {
  if (services.stripe_webhook_secret.empty()) {
    return fail(ApiError::kNotFound, "there is no Stripe here");
  }
  const std::string& payload = call.request.body;
  const auto signature = call.request.headers.find("Stripe-Signature").value_or("");
  if (!payments::verify_stripe_signature(payload, signature, services.stripe_webhook_secret,
                                         call.now)) {
    return fail(ApiError::kUnauthenticated,
                "this is not signed with the endpoint's secret, or too long ago: see "
                "payments.webhook_secret_file, and this machine's clock");
  }
  Notice notice;
  if (const std::string reference = payments::saved_card_in(payload); !reference.empty()) {
    auto setup = identity::find_card_setup_at(call.transaction(), reference);
    if (!setup) return std::unexpected(setup.error());
    notice.setup = std::move(*setup);
  }
  call.carried = std::move(notice);
  return {};
}

// A notice is a reason to look: the card is read from the session itself.
Result<void> look_at_card(ApiCall& call, const Services& services) {
  auto& notice = std::any_cast<Notice&>(call.carried);
  if (!notice.setup || notice.setup->method || !services.look_at_card) return {};
  auto found = services.look_at_card(notice.setup->reference);
  if (!found) return std::unexpected(found.error());
  notice.card = *std::move(found);
  return {};
}

Result<ApiAnswer> take_card(const ApiCall& call, const Notice& notice) {
  if (notice.card.state != payments::CardFound::State::kSaved) return api::no_content();
  const auto kept = keep_card(call, *notice.setup, notice.card);
  // Who has too many is told so on their page; sending it again changes nothing.
  if (kept || is(kept.error(), identity::IdentityError::kLimit)) return api::no_content();
  return std::unexpected(kept.error());
}

Result<ApiAnswer> take_notice(ApiCall& call, Services& services) {
  const auto& carried = std::any_cast<const Notice&>(call.carried);
  if (carried.setup) return take_card(call, carried);
  const auto notice = payments::parse_stripe_notice(call.request.body);
  const auto id = notice ? PaymentId::parse(notice->payment) : std::nullopt;
  if (!id) return api::no_content();
  const auto tenant = call.transaction().query_one<TenantId>(
      "SELECT tenant FROM aggregates WHERE kind = 'payment' AND id = $1", *id);
  if (!tenant) return std::unexpected(tenant.error());
  if (!*tenant) return api::no_content();
  const TenantId& whose = std::get<0>(**tenant);
  const auto row = core::find_row<Payment>(call.transaction(), whose, id->text());
  if (!row) return std::unexpected(row.error());
  if (!*row) return api::no_content();
  const auto event = payments::event_of(*notice, (*row)->value, call.now);
  if (!event) return api::no_content();
  return at_desk(
      call, services.board, [&](Desk& desk) { return desk.tell(whose, *id, *event); },
      [](Desk&) -> Result<ApiAnswer> { return api::no_content(); });
}

}  // namespace

void add_notice_routes(api::Api& api, Services& services) {
  api.add({.operation = "take_stripe_notice",
           .run = [&services](ApiCall& call) { return take_notice(call, services); },
           .look = [&services](ApiCall& call) { return look_at_notice(call, services); },
           .slow = [&services](ApiCall& call) { return look_at_card(call, services); }});
}

}  // namespace tally::routes
