#include "server/payments/stripe_call.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace tally::payments {
namespace {

void encode(std::string& into, std::string_view text) {
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool plain = std::isalnum(byte) != 0 || std::string_view("-_.~").contains(letter);
    into += plain ? std::string(1, letter) : fmt::format("%{:02X}", byte);
  }
}

http::ClientRequest call_to(const StripeOptions& options, http::Method method,
                            std::string_view target) {
  http::ClientRequest call{.method = method, .url = options.base_url + std::string(target)};
  call.headers.add("Authorization", "Bearer " + options.secret_key);
  call.headers.add("Stripe-Version", kStripeVersion);
  call.deadline = options.deadline;
  return call;
}

}  // namespace

StripeForm& StripeForm::add(std::string_view name, std::string_view value) {
  if (!text_.empty()) text_ += '&';
  encode(text_, name);
  text_ += '=';
  encode(text_, value);
  return *this;
}

http::ClientRequest stripe_get(const StripeOptions& options, std::string_view target) {
  return call_to(options, http::Method::kGet, target);
}

http::ClientRequest stripe_post(const StripeOptions& options, std::string_view path,
                                const StripeForm& form, std::string_view key) {
  http::ClientRequest call = call_to(options, http::Method::kPost, path);
  call.headers.add("Content-Type", "application/x-www-form-urlencoded");
  call.headers.add("Idempotency-Key", key);
  call.body = form.text();
  return call;
}

bool is_stripe_id(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char letter) {
    return std::isalnum(letter) != 0 || letter == '_';
  });
}

}  // namespace tally::payments
