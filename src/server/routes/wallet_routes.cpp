// A shopper's means of payment.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "server/core/desk.hpp"
#include "server/identity/shoppers.hpp"
#include "server/routes/cards.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

json view_of(const identity::PaymentMethod& method) {
  return {{"id", method.id.text()},          {"provider", method.provider},
          {"brand", method.brand},           {"last4", method.last4},
          {"is_default", method.is_default}, {"created_at", to_string(method.created_at)}};
}

Result<ShopperId> shopper_of(const ApiCall& call) {
  const auto shopper = ShopperId::parse(call.principal().id);
  if (!shopper) return fail(ApiError::kForbidden, "only shoppers have a wallet");
  return *shopper;
}

Result<ApiAnswer> list_methods(ApiCall& call) {
  const auto shopper = shopper_of(call);
  if (!shopper) return std::unexpected(shopper.error());
  const auto methods = identity::list_payment_methods(call.transaction(), call.tenant(), *shopper);
  if (!methods) return std::unexpected(methods.error());
  return page_of(call, *methods, [](const auto& method) { return view_of(method); });
}

Result<void> describe(ApiCall& call, const Services& services) {
  BodyReader body(call.body());
  const std::string token = body.text("provider_token", identity::kMethodTokenBytesMax);
  if (auto read = body.done(); !read) return read;
  auto method = services.describe_method(token);
  if (!method) return std::unexpected(method.error());
  call.carried = *std::move(method);
  return {};
}

Result<ApiAnswer> add_method(ApiCall& call) {
  const auto shopper = shopper_of(call);
  if (!shopper) return std::unexpected(shopper.error());
  const auto added =
      identity::add_payment_method(call.transaction(), call.world, call.tenant(), *shopper,
                                   std::any_cast<const identity::NewPaymentMethod&>(call.carried));
  if (!added) return std::unexpected(added.error());
  return api::answer(201, view_of(*added));
}

Result<ApiAnswer> remove_method(ApiCall& call) {
  const auto shopper = shopper_of(call);
  if (!shopper) return std::unexpected(shopper.error());
  const auto id = call.path_id<identity::PaymentMethodId>("id");
  if (!id) return std::unexpected(id.error());
  const auto removed =
      identity::remove_payment_method(call.transaction(), call.tenant(), *shopper, *id);
  if (!removed) return std::unexpected(removed.error());
  return api::no_content();
}

// ---- Cards that are saved on a page of the provider's

struct Beginning {
  identity::CardSetup setup;
  payments::CardWish wish;
  payments::CardPage page = {};
};

// The same for the same Idempotency-Key, so that Stripe gives the same page whatever was lost.
Result<identity::CardSetupId> setup_id(const ApiCall& call) {
  const auto key = call.request.headers.find("Idempotency-Key");
  if (!key) return fail(ApiError::kKeyMissing, "a card is begun under an Idempotency-Key");
  return identity::CardSetupId::from_bits(
      core::bits_of(fmt::format("{}:{}:card:{}", call.tenant().text(), call.principal().id, *key)));
}

Result<void> look_at_wallet(ApiCall& call, const Services& services) {
  if (!services.begin_card) {
    return fail(ApiError::kConflict,
                "payments are played here, and cards have no page: add one by its token");
  }
  const auto shopper = shopper_of(call);
  if (!shopper) return std::unexpected(shopper.error());
  const auto id = setup_id(call);
  if (!id) return std::unexpected(id.error());
  auto may = identity::check_card_setup(call.transaction(), call.tenant(), *shopper, call.now);
  if (!may) return may;
  const auto known = identity::find_shopper(call.transaction(), call.tenant(), *shopper);
  if (!known) return std::unexpected(known.error());
  if (!*known) return fail(ApiError::kUnauthenticated, "this shopper is no longer here");
  const auto methods = identity::list_payment_methods(call.transaction(), call.tenant(), *shopper);
  if (!methods) return std::unexpected(methods.error());
  Beginning beginning{{*id, call.tenant(), *shopper, {}, call.now, {}},
                      {.key = id->text(),
                       .shopper = shopper->text(),
                       .email = (*known)->email,
                       .customer = {},
                       .return_url = services.public_url + "/wallet/cards/setup/" + id->text()}};
  for (const auto& method : *methods) {
    if (beginning.wish.customer.empty() && method.provider == "stripe") {
      beginning.wish.customer = payments::customer_in(method.token);
    }
  }
  call.carried = std::move(beginning);
  return {};
}

Result<void> ask_for_page(ApiCall& call, const Services& services) {
  auto& beginning = std::any_cast<Beginning&>(call.carried);
  auto page = services.begin_card(beginning.wish);
  if (!page) return std::unexpected(page.error());
  beginning.setup.reference = page->reference;
  beginning.page = *std::move(page);
  return {};
}

Result<ApiAnswer> begin_card(ApiCall& call) {
  const auto& beginning = std::any_cast<const Beginning&>(call.carried);
  const auto added = identity::add_card_setup(call.transaction(), beginning.setup);
  if (!added) return std::unexpected(added.error());
  return api::answer(201, {{"id", beginning.setup.id.text()},
                           {"url", beginning.page.url},
                           {"expires_at", to_string(beginning.page.expires_at)}});
}

struct Completing {
  identity::CardSetup setup;
  std::optional<payments::CardFound> found = {};  // Nothing where it has given its card already.
};

Result<void> look_at_setup(ApiCall& call) {
  const auto shopper = shopper_of(call);
  if (!shopper) return std::unexpected(shopper.error());
  const auto id = call.path_id<identity::CardSetupId>("id");
  if (!id) return std::unexpected(id.error());
  auto setup = identity::find_card_setup(call.transaction(), call.tenant(), *shopper, *id);
  if (!setup) return std::unexpected(setup.error());
  if (!*setup) return fail(ApiError::kNotFound, "there is no such card setup as " + id->text());
  call.carried = Completing{std::move(**setup)};
  return {};
}

Result<void> ask_what_came(ApiCall& call, const Services& services) {
  auto& completing = std::any_cast<Completing&>(call.carried);
  if (completing.setup.method || !services.look_at_card) return {};
  auto found = services.look_at_card(completing.setup.reference);
  if (!found) return std::unexpected(found.error());
  completing.found = *std::move(found);
  return {};
}

Result<ApiAnswer> complete_card(ApiCall& call) {
  using State = payments::CardFound::State;
  const auto& completing = std::any_cast<const Completing&>(call.carried);
  identity::CardSetup setup = completing.setup;
  if (completing.found && completing.found->state == State::kSaved) {
    auto kept = keep_card(call, setup, *completing.found);
    if (!kept) return std::unexpected(kept.error());
    setup = *std::move(kept);
  }
  const bool expired = completing.found && completing.found->state == State::kExpired;
  json view = {{"id", setup.id.text()},
               {"state", setup.method ? "saved"
                         : expired    ? "expired"
                                      : "open"},
               {"payment_method", nullptr}};
  if (setup.method) {
    const auto method = identity::find_payment_method(call.transaction(), setup.tenant,
                                                      setup.shopper, *setup.method);
    if (!method) return std::unexpected(method.error());
    if (*method) view["payment_method"] = view_of(**method);
  }
  return api::answer(200, view);
}

}  // namespace

Result<identity::CardSetup> keep_card(const ApiCall& call, const identity::CardSetup& setup,
                                      const payments::CardFound& found) {
  return identity::finish_card_setup(call.transaction(), call.world, setup,
                                     {.provider = "stripe",
                                      .token = found.token,
                                      .brand = found.brand,
                                      .last4 = found.last4,
                                      .make_default = true});
}

void add_wallet_routes(api::Api& api, Services& services) {
  api.add({.operation = "list_payment_methods", .run = list_methods});
  api.add({.operation = "create_payment_method",
           .run = add_method,
           .slow = [&services](ApiCall& call) { return describe(call, services); }});
  api.add({.operation = "remove_payment_method", .run = remove_method});
  api.add({.operation = "begin_card_setup",
           .run = begin_card,
           .look = [&services](ApiCall& call) { return look_at_wallet(call, services); },
           .slow = [&services](ApiCall& call) { return ask_for_page(call, services); }});
  api.add({.operation = "complete_card_setup",
           .run = complete_card,
           .look = look_at_setup,
           .slow = [&services](ApiCall& call) { return ask_what_came(call, services); }});
}

}  // namespace tally::routes
