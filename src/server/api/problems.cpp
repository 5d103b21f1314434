#include "server/api/problems.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "base/id.hpp"
#include "server/api/error.hpp"

namespace tally::api {
namespace {

constexpr ProblemRow kRows[] = {
    {"api.unauthenticated", 401, "unauthenticated"},
    {"api.csrf", 403, "csrf_token_invalid"},
    {"api.forbidden", 403, "forbidden"},
    {"api.not_found", 404, "not_found"},
    {"api.body_syntax", 400, "body_invalid"},
    {"api.media_type", 415, "media_type_unsupported"},
    {"api.parameter_missing", 400, "parameter_missing"},
    {"api.parameter_invalid", 400, "parameter_invalid"},
    {"api.parameter_unknown", 400, "parameter_unknown"},
    {"api.key_missing", 400, "idempotency_key_missing"},
    {"api.too_many_requests", 429, "too_many_requests"},
    {"api.conflict", 409, "invalid_state"},
    {"api.payment_required", 402, "payment_required"},
    {"api.busy", 503, "busy"},
    {"api.gone", 410, "gone"},
    {"api.upload", 422, "upload_invalid"},

    {"blob.different", 409, "different_content"},
    {"blob.full", 507, "storage_full"},
    {"blob.held", 409, "held"},
    {"blob.missing", 404, "not_found"},
    {"blob.name", 400, "parameter_invalid"},
    {"blob.too_large", 413, "body_too_large"},
    {"blob.unwritable", 503, "unavailable"},

    {"card.changed", 409, "changed_meanwhile"},
    {"card.no_answer", 503, "unavailable"},

    {"commerce.amount", 422, "amount_invalid"},
    {"commerce.duplicate", 409, "duplicate"},
    {"commerce.invalid", 422, "value_invalid"},
    {"commerce.limit", 422, "limit_exceeded"},
    {"commerce.transition", 409, "invalid_state"},
    {"commerce.unknown", 422, "unknown_reference"},

    {"core.cabinet_closed", 409, "cabinet_closed"},
    {"core.cabinet_in_use", 409, "cabinet_in_use"},
    {"core.invalid", 422, "value_invalid"},
    {"core.locked_out", 402, "locked_out"},
    {"core.missing", 404, "not_found"},
    {"core.payment_method", 422, "payment_method_unknown"},
    {"core.shopping", 409, "shopping_already"},
    {"core.state", 409, "invalid_state"},
    {"core.token_used", 410, "door_token_used"},

    {"dead_work.payment_call", 409, "payment_call"},

    {"door_token.expired", 410, "door_token_expired"},
    {"door_token.forged", 404, "door_token_unknown"},

    {"footage.camera", 404, "not_found"},
    {"footage.content", 409, "different_content"},
    {"footage.manifest", 409, "different_content"},
    {"footage.number", 422, "value_invalid"},
    {"footage.too_large", 413, "body_too_large"},

    {"idempotency.in_flight", 409, "idempotency_key_in_flight"},
    {"idempotency.key", 400, "idempotency_key_invalid"},
    {"idempotency.lost", 409, "idempotency_key_in_flight"},
    {"idempotency.reused", 422, "idempotency_key_reused"},

    {"identity.code", 401, "code_wrong"},
    {"identity.credential", 401, "unauthenticated"},
    {"identity.disabled", 403, "account_disabled"},
    {"identity.expired", 401, "expired"},
    {"identity.invalid", 422, "value_invalid"},
    {"identity.last_owner", 409, "last_owner"},
    {"identity.limit", 422, "limit_exceeded"},
    {"identity.mode", 422, "key_mode_wrong"},
    {"identity.password", 401, "password_wrong"},
    {"identity.taken", 409, "taken"},
    {"identity.tries", 429, "too_many_requests"},
    {"identity.unknown", 404, "not_found"},
    {"identity.weak", 422, "password_weak"},

    {"layout.syntax", 422, "layout_invalid"},
    {"layout.unreadable", 422, "layout_invalid"},
    {"layout.value", 422, "layout_invalid"},
    {"layout.version", 422, "layout_invalid"},

    {"store.busy", 503, "busy"},
    {"store.conflict", 503, "busy"},
    {"store.duplicate", 409, "duplicate"},
    {"store.full", 507, "storage_full"},
    {"store.missing", 404, "not_found"},
    {"store.stale", 409, "changed_meanwhile"},
    {"store.timeout", 503, "busy"},
    {"store.unavailable", 503, "unavailable"},
    {"store.uncertain", 503, "outcome_unknown"},
    {"store.value", 400, "parameter_invalid"},
};

const ProblemRow* row_of(const Error& error) {
  const auto* found = std::ranges::find(kRows, error.code.name, &ProblemRow::error);
  return found == std::end(kRows) ? nullptr : found;
}

std::string_view words_for(int status) {
  switch (status) {
    case 503:
      return "tally is busy or a part of it does not answer; nothing is lost, try again in a "
             "moment";
    case 507:
      return "there is no room left to store this; the operator has to make some";
    default:
      return "something went wrong on our side; the request_id tells us where";
  }
}

bool is_field(std::string_view text) {
  return !text.empty() && text.size() <= 100 && std::ranges::all_of(text, [](unsigned char letter) {
    return std::islower(letter) != 0 || std::isdigit(letter) != 0 || letter == '_' ||
           letter == '.' || letter == '[' || letter == ']';
  });
}

// fail_within() puts the id of what an event concerned before a message: no field of the request.
bool names_a_thing(std::string_view text) {
  return tally::is_id(text, text.substr(0, text.find('_')));
}

constexpr std::string_view kBodyPlace = "body: ";

}  // namespace

ErrorCode code_of(ApiError error) {
  using enum ApiError;
  switch (error) {
    case kUnauthenticated:
      return {"api.unauthenticated", ErrorKind::kFailed};
    case kCsrf:
      return {"api.csrf", ErrorKind::kFailed};
    case kForbidden:
      return {"api.forbidden", ErrorKind::kFailed};
    case kNotFound:
      return {"api.not_found", ErrorKind::kNotFound};
    case kBodySyntax:
      return {"api.body_syntax", ErrorKind::kUsage};
    case kMediaType:
      return {"api.media_type", ErrorKind::kUsage};
    case kParameterMissing:
      return {"api.parameter_missing", ErrorKind::kUsage};
    case kParameterInvalid:
      return {"api.parameter_invalid", ErrorKind::kUsage};
    case kParameterUnknown:
      return {"api.parameter_unknown", ErrorKind::kUsage};
    case kKeyMissing:
      return {"api.key_missing", ErrorKind::kUsage};
    case kTooManyRequests:
      return {"api.too_many_requests", ErrorKind::kUnavailable};
    case kConflict:
      return {"api.conflict", ErrorKind::kConflict};
    case kPaymentRequired:
      return {"api.payment_required", ErrorKind::kFailed};
    case kBusy:
      return {"api.busy", ErrorKind::kUnavailable};
    case kGone:
      return {"api.gone", ErrorKind::kNotFound};
    case kUpload:
      return {"api.upload", ErrorKind::kFailed};
  }
  std::abort();
}

std::span<const ProblemRow> problem_table() { return kRows; }

http::Problem problem_of(const Error& error) {
  const ProblemRow* row = row_of(error);
  http::Problem problem{.status = row == nullptr ? 500 : row->status,
                        .code = std::string(row == nullptr ? "internal_error" : row->code)};
  if (problem.status >= 500) {
    problem.message = words_for(problem.status);
    return problem;
  }
  problem.message = error.message;
  std::string_view rest = error.message;
  const bool of_body = rest.starts_with(kBodyPlace);
  if (of_body) rest.remove_prefix(kBodyPlace.size());
  std::size_t colon = rest.find(": ");
  while (colon != std::string_view::npos && names_a_thing(rest.substr(0, colon))) {
    rest.remove_prefix(colon + 2);
    colon = rest.find(": ");
  }
  std::string_view field = rest.substr(0, rest.find(": "));
  if (field.size() == rest.size() || !is_field(field)) return problem;
  // Commerce's fields begin with what they are of: "product.sku".
  const std::size_t dot = field.find('.');
  if (!of_body && dot != std::string_view::npos) field.remove_prefix(dot + 1);
  problem.param = field;
  return problem;
}

http::Response problem_response(const Error& error, std::string_view request_id) {
  const http::Problem problem = problem_of(error);
  http::Response response = http::problem(problem, request_id);
  const bool again =
      problem.status == 429 || problem.status == 503 || problem.code == "idempotency_key_in_flight";
  if (again) response.headers.set("Retry-After", "1");
  if (problem.status == 401) response.headers.set("WWW-Authenticate", "Bearer");
  return response;
}

bool forgets_key(const Error& error) {
  const int status = problem_of(error).status;
  return status != 402 && status != 409;
}

}  // namespace tally::api
