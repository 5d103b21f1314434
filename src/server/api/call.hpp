// One request that was let in, as a route's functions see it, and what they answer.
//
// Ownership: a call lives until its answer is given. Thread-safety: its functions are called by one
// thread at a time, that of the stage which runs.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <any>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"
#include "platform/http/http.hpp"
#include "server/api/error.hpp"
#include "server/api/operation.hpp"
#include "server/identity/principal.hpp"
#include "server/world.hpp"

namespace tally::api {

struct ApiAnswer {
  int status = 200;
  http::Body body = std::string();
  http::Headers headers = {};  // Content-Type is application/json unless it is here.
  // The client is told this error, and what was written stays: a wrong code counts a try.
  std::optional<Error> refused = {};
};
[[nodiscard]] ApiAnswer answer(int status, const nlohmann::json& body);
[[nodiscard]] inline ApiAnswer no_content() { return {204}; }
[[nodiscard]] inline ApiAnswer refused(Error error) { return {.refused = std::move(error)}; }

inline constexpr std::int64_t kPageLimitMax = 100;
inline constexpr std::size_t kIdBytesMax = 100;  // Of `starting_after`.
inline constexpr std::int64_t kPageLimitDefault = 20;
// The query parameters of lists: limit, starting_after.
struct PageWish {
  std::int64_t limit = kPageLimitDefault;
  std::optional<std::string> starting_after;
};

// What was found out before a call's stages run.
struct Admitted {
  const Operation* operation = nullptr;
  identity::Principal principal;
  std::vector<http::NamedValues::Pair> path;  // The pattern's parameters.
  std::string secret;      // The token of whoever asks: signing out ends it. Empty for nobody.
  std::string credential;  // Which one it is: "wss_…", "key_…", "dky_…".
  std::string_view cookie = {};  // The name of the one that it came in; empty for a header.
};

class ApiCall {
 public:
  ApiCall(server::World& world_, http::Request request_, Admitted admitted);
  ApiCall(const ApiCall&) = delete;
  ApiCall& operator=(const ApiCall&) = delete;
  ~ApiCall();

  server::World& world;
  const Instant now;  // When the request had come.
  const http::Request request;
  const Admitted admitted;

  [[nodiscard]] const identity::Principal& principal() const { return admitted.principal; }
  [[nodiscard]] const TenantId& tenant() const { return admitted.principal.tenant; }

  // The stage's transaction; there is none in `slow`.
  [[nodiscard]] platform::Transaction& transaction() const {
    TALLY_ASSERT(transaction_ != nullptr);
    return *transaction_;
  }

  // The pattern has this parameter, or this is a bug of the route and aborts.
  [[nodiscard]] const std::string& path(std::string_view name) const;
  // A path parameter that is an id; what is none names nothing: kNotFound.
  template <typename SomeId>
  [[nodiscard]] Result<SomeId> path_id(std::string_view name) const {
    auto id = SomeId::parse(path(name));
    if (!id) return fail(ApiError::kNotFound, "there is no such thing as " + path(name));
    return *id;
  }

  [[nodiscard]] std::optional<std::string_view> query(std::string_view name) const;
  // kParameterInvalid where it is no whole number of this range.
  [[nodiscard]] Result<std::int64_t> query_integer(std::string_view name, std::int64_t least,
                                                   std::int64_t most, std::int64_t otherwise) const;
  // Errors: kParameterInvalid.
  [[nodiscard]] Result<PageWish> page() const;

  // An object; empty where the operation takes no body.
  [[nodiscard]] const nlohmann::json& body() const { return *body_; }

  // Called once after the transaction of `run` was committed: hints that something is to be done.
  void after_commit(std::function<void()> hint) { hints_.push_back(std::move(hint)); }

  // From one stage to the next.
  std::any carried;

  // For the framework.
  void set_body(nlohmann::json body);
  void begin(platform::Transaction* transaction);  // Of each try; hints of the one before go.
  [[nodiscard]] std::vector<std::function<void()>> take_hints() { return std::move(hints_); }

 private:
  std::unique_ptr<nlohmann::json> body_;
  platform::Transaction* transaction_ = nullptr;
  std::vector<std::function<void()>> hints_;
};

}  // namespace tally::api
