#include "cli/demo_shopper.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>

#include "cli/cli_error.hpp"

namespace tally::cli {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::minutes kSessionMost{10};

std::unexpected<Error> failed(std::string message) {
  return fail(CliError::kSomeFailed, std::move(message));
}

std::string text_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string_view words_of(std::string_view state) {
  if (state == "holding") return "the card is asked for a hold";
  if (state == "action") return "the bank wants the shopper to confirm";
  if (state == "unlocking") return "the cabinet unlocks";
  if (state == "open") return "the door is open";
  if (state == "grace") return "the door is closed";
  if (state == "deciding") return "the cart is being made";
  if (state == "review") return "a person has to look";
  if (state == "settled") return "the receipt is there";
  return "the session has ended";
}

}  // namespace

Result<std::string> DemoShopper::ask(http::Method method, const std::string& path,
                                     const std::string& body, const std::string& key) {
  http::ClientRequest request{.method = method, .url = wish_.server + path, .body = body};
  if (!body.empty()) request.headers.set("Content-Type", "application/json");
  if (!bearer_.empty()) request.headers.set("Authorization", "Bearer " + bearer_);
  if (!key.empty()) request.headers.set("Idempotency-Key", key);
  auto answer = client_.call_and_wait(std::move(request));
  if (!answer) return fail_within(path, std::move(answer.error().error));
  if (answer->status < 300) return std::move(answer->body);
  const Json problem = Json::parse(answer->body, nullptr, false);
  return failed(fmt::format("{} answered {}: {}", path, answer->status,
                            problem.is_object() ? text_in(problem, "message") : answer->body));
}

Result<void> DemoShopper::sign_in() {
  const Json who = {{"tenant", wish_.tenant}, {"email", wish_.email}};
  if (auto asked = ask(http::Method::kPost, "/v1/sign_in/codes", who.dump(), ""); !asked) {
    return std::unexpected(asked.error());
  }
  Json with_code = who;
  with_code["code"] = wish_.code();
  const auto signed_in = ask(http::Method::kPost, "/v1/sign_in/shoppers", with_code.dump(), "");
  if (!signed_in) return std::unexpected(signed_in.error());
  bearer_ = text_in(Json::parse(*signed_in, nullptr, false), "token");
  const auto method = ask(http::Method::kPost, "/v1/payment_methods",
                          Json{{"provider_token", wish_.card}}.dump(), "demo-card-" + wish_.card);
  if (!method) return std::unexpected(method.error());
  method_ = text_in(Json::parse(*method, nullptr, false), "id");
  wish_.tell(fmt::format("{} has signed in with a code and added a test card", wish_.email));
  return {};
}

Result<Bought> DemoShopper::buy(std::string_view door_url) {
  const std::string token(door_url.substr(door_url.rfind('/') + 1));
  const auto door = ask(http::Method::kGet, "/v1/doors/" + token, "", "");
  if (!door) return std::unexpected(door.error());
  const Json preview = Json::parse(*door, nullptr, false);
  wish_.tell(fmt::format("the code on the screen is of \"{}\"", text_in(preview, "name")));
  const auto begun = ask(http::Method::kPost, "/v1/sessions",
                         Json{{"door_token", token}, {"payment_method", method_}}.dump(),
                         fmt::format("demo-{}-{}", token.substr(0, 40), ++bought_));
  if (!begun) return std::unexpected(begun.error());
  Bought bought;
  bought.session = text_in(Json::parse(*begun, nullptr, false), "id");
  const auto begin = std::chrono::steady_clock::now();
  std::optional<std::chrono::steady_clock::time_point> closed;
  while (!wish_.cancelled()) {
    const auto now = std::chrono::steady_clock::now();
    if (now - begin > kSessionMost) return failed(bought.session + " does not end");
    const auto text = ask(http::Method::kGet, "/v1/sessions/" + bought.session, "", "");
    if (!text) return std::unexpected(text.error());
    const Json session = Json::parse(*text, nullptr, false);
    const std::string state = text_in(session, "state");
    if (state != bought.state) {
      bought.state = state;
      wish_.tell(fmt::format("{:6.2f} s  {}", std::chrono::duration<double>(now - begin).count(),
                             words_of(state)));
      if (state == "open") closed.reset();
      if (state != "open" && !closed && !text_in(session, "closed_at").empty()) closed = now;
    }
    const std::string receipt = text_in(session, "receipt");
    if (!receipt.empty()) {
      auto got = ask(http::Method::kGet, "/v1/receipts/" + receipt, "", "");
      if (!got) return std::unexpected(got.error());
      bought.receipt = *std::move(got);
      if (closed) bought.seconds_after_close = std::chrono::duration<double>(now - *closed).count();
      return bought;
    }
    if (state == "ended" || state == "review") return bought;
  }
  return fail(CliError::kInterrupted, "interrupted");
}

}  // namespace tally::cli
