#include "server/api/call.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace tally::api {

ApiAnswer answer(int status, const nlohmann::json& body) {
  return {status, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

ApiCall::ApiCall(server::World& world_, http::Request request_, Admitted admitted_)
    : world(world_),
      now(world_.now()),
      request(std::move(request_)),
      admitted(std::move(admitted_)),
      body_(std::make_unique<nlohmann::json>(nlohmann::json::object())) {}

ApiCall::~ApiCall() = default;

void ApiCall::set_body(nlohmann::json body) { *body_ = std::move(body); }

void ApiCall::begin(platform::Transaction* transaction) {
  transaction_ = transaction;
  hints_.clear();
}

const std::string& ApiCall::path(std::string_view name) const {
  const auto found = std::ranges::find(admitted.path, name, &http::NamedValues::Pair::first);
  TALLY_ASSERT(found != admitted.path.end());
  return found->second;
}

std::optional<std::string_view> ApiCall::query(std::string_view name) const {
  return request.target.parameter(name);
}

Result<std::int64_t> ApiCall::query_integer(std::string_view name, std::int64_t least,
                                            std::int64_t most, std::int64_t otherwise) const {
  const auto text = query(name);
  if (!text) return otherwise;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  const bool whole = error == std::errc() && end == text->data() + text->size();
  if (whole && number >= least && number <= most) return number;
  return fail(ApiError::kParameterInvalid,
              fmt::format("{}: must be a whole number from {} to {}", name, least, most));
}

Result<PageWish> ApiCall::page() const {
  const auto limit = query_integer("limit", 1, kPageLimitMax, kPageLimitDefault);
  if (!limit) return std::unexpected(limit.error());
  PageWish wish{*limit, std::nullopt};
  if (const auto after = query("starting_after")) {
    if (after->empty() || after->size() > kIdBytesMax) {
      return fail(ApiError::kParameterInvalid,
                  fmt::format("starting_after: an id has 1 to {} characters", kIdBytesMax));
    }
    wish.starting_after = std::string(*after);
  }
  return wish;
}

}  // namespace tally::api
