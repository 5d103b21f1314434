#include "server/payments/stripe_cards.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "server/payments/stripe_answer.hpp"
#include "server/payments/stripe_call.hpp"

namespace tally::payments {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kIdBytesMax = 255;
constexpr std::size_t kUrlBytesMax = 4096;  // Stripe's are about 400.

std::unexpected<Error> no_answer(std::string_view why) {
  return fail(CardError::kNoAnswer, fmt::format("Stripe, about a card: {}", why));
}

// The text at a JSON pointer (RFC 6901); empty where there is none that fits.
std::string text(const Json& json, const char* pointer, std::size_t bytes_max = kIdBytesMax) {
  const Json::json_pointer where(pointer);
  if (!json.contains(where) || !json.at(where).is_string()) return {};
  auto found = json.at(where).get<std::string>();
  return found.size() <= bytes_max ? found : std::string();
}

// Lower-case words, as they are kept; "card" for anything else.
std::string brand_of(const Json& session) {
  std::string brand = text(session, "/setup_intent/payment_method/card/brand", 40);
  const bool word = !brand.empty() && std::ranges::all_of(brand, [](unsigned char letter) {
    return std::islower(letter) != 0 || std::isdigit(letter) != 0 || letter == '_';
  });
  return word ? brand : "card";
}

std::string last4_of(const Json& session) {
  std::string last4 = text(session, "/setup_intent/payment_method/card/last4", 4);
  const bool digits = last4.size() == 4 && std::ranges::all_of(last4, [](unsigned char letter) {
                        return std::isdigit(letter) != 0;
                      });
  return digits ? last4 : "";
}

}  // namespace

ErrorCode code_of(CardError error) {
  switch (error) {
    case CardError::kNoAnswer:
      return {"card.no_answer", ErrorKind::kUnavailable};
    case CardError::kChanged:
      return {"card.changed", ErrorKind::kConflict};
  }
  std::abort();
}

std::string customer_in(std::string_view token) {
  const std::size_t colon = token.find(':');
  return colon == std::string_view::npos ? std::string() : std::string(token.substr(0, colon));
}

StripeCards::StripeCards(http::HttpClient& client, StripeOptions options)
    : client_(client), options_(std::move(options)) {
  options_.deadline = std::min(options_.deadline, kCardDeadline);
}

Result<std::string> StripeCards::ask(http::ClientRequest call) {
  http::CallResult result = client_.call_and_wait(std::move(call));
  if (!result) return no_answer(result.error().error.message);
  if (result->status == 200) return std::move(result->body);
  const StripeAnswer answer{result->status, std::move(result->body)};
  const std::string type = text(Json::parse(answer.body, nullptr, false), "/error/type");
  if (type == "idempotency_error") {
    return fail(CardError::kChanged, "this was begun in another way before: begin anew");
  }
  return no_answer(fmt::format("{} {}", answer.status, error_code(answer)));
}

Result<std::string> StripeCards::customer_of(const CardWish& wish) {
  if (!wish.customer.empty()) return wish.customer;
  StripeForm form;
  form.add("email", wish.email).add("metadata[tally_shopper]", wish.shopper);
  const auto body = ask(stripe_post(options_, "/v1/customers", form, wish.key + ":customer"));
  if (!body) return std::unexpected(body.error());
  std::string id = text(Json::parse(*body, nullptr, false), "/id");
  if (!is_stripe_id(id)) return no_answer("a customer without an id");
  return id;
}

Result<CardPage> StripeCards::begin(const CardWish& wish) {
  const auto customer = customer_of(wish);
  if (!customer) return std::unexpected(customer.error());
  StripeForm form;
  form.add("mode", "setup")
      .add("customer", *customer)
      .add("payment_method_types[0]", "card")
      .add("client_reference_id", wish.key)
      .add("metadata[tally_shopper]", wish.shopper)
      .add("success_url", wish.return_url)
      .add("cancel_url", wish.return_url);
  const auto body = ask(stripe_post(options_, "/v1/checkout/sessions", form, wish.key + ":page"));
  if (!body) return std::unexpected(body.error());
  const Json session = Json::parse(*body, nullptr, false);
  CardPage page{.reference = text(session, "/id"),
                .url = text(session, "/url", kUrlBytesMax),
                .expires_at = {}};
  const Json::json_pointer expires("/expires_at");
  const bool dated = session.contains(expires) && session.at(expires).is_number_unsigned();
  if (!is_stripe_id(page.reference) || !page.url.starts_with("https://") || !dated) {
    return no_answer("a session without its page");
  }
  page.expires_at = Instant{std::chrono::seconds{session.at(expires).get<std::uint32_t>()}};
  return page;
}

Result<CardFound> StripeCards::look(const std::string& reference) {
  if (!is_stripe_id(reference)) return no_answer("this is no session of Stripe's");
  StripeForm query;
  query.add("expand[0]", "setup_intent.payment_method");
  const auto body =
      ask(stripe_get(options_, "/v1/checkout/sessions/" + reference + "?" + query.text()));
  if (!body) return std::unexpected(body.error());
  const Json session = Json::parse(*body, nullptr, false);
  const std::string status = text(session, "/status");
  if (status == "open") return CardFound{};
  CardFound found;
  if (status == "expired") {
    found.state = CardFound::State::kExpired;
    return found;
  }
  const std::string customer = text(session, "/customer");
  const std::string method = text(session, "/setup_intent/payment_method/id");
  const bool saved = status == "complete" && text(session, "/setup_intent/status") == "succeeded" &&
                     is_stripe_id(customer) && is_stripe_id(method);
  if (!saved) return no_answer("a session that is over and has no card");
  found.state = CardFound::State::kSaved;
  found.token = customer + ":" + method;
  found.brand = brand_of(session);
  found.last4 = last4_of(session);
  return found;
}

}  // namespace tally::payments
