#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/digest.hpp"
#include "server/api/admission.hpp"
#include "server/api/api_core.hpp"
#include "server/api/problems.hpp"

namespace tally::api {
namespace {

using nlohmann::json;

constexpr std::string_view kKeyHeader = "Idempotency-Key";
constexpr std::string_view kReplayedHeader = "Idempotent-Replayed";
constexpr int kBodyDepthMax = 32;

bool is_json(const http::Headers& headers) {
  const std::string_view type = headers.find("Content-Type").value_or("");
  return type.substr(0, type.find(';')) == "application/json";
}

bool takes_query(const Operation& operation, std::string_view name) {
  std::string_view rest = operation.query;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, end) == name) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

Result<void> check_query(const Operation& operation, const http::Target& target) {
  for (std::size_t i = 0; i < target.query.size(); ++i) {
    const auto& name = target.query[i].first;
    if (!takes_query(operation, name)) {
      return fail(ApiError::kParameterUnknown, "query: this route does not take " + name);
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (target.query[j].first != name) continue;
      return fail(ApiError::kParameterInvalid, name + ": is there twice");
    }
  }
  return {};
}

Result<json> parse_body(std::string_view text) {
  bool twice = false;
  bool deep = false;
  std::vector<std::vector<std::string>> keys;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > kBodyDepthMax) deep = true;
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key) {
      auto& names = keys.back();
      const auto& name = parsed.get_ref<const std::string&>();
      if (std::ranges::find(names, name) != names.end()) twice = true;
      names.push_back(name);
    }
    return !deep;
  };
  json body = json::parse(text, watch, false);
  if (deep || body.is_discarded()) {
    return fail(ApiError::kBodySyntax, "the body is not JSON; mend it");
  }
  if (twice) return fail(ApiError::kBodySyntax, "the body names a field twice");
  if (!body.is_object()) return fail(ApiError::kBodySyntax, "the body must be a JSON object");
  return body;
}

// What makes it this request: an equal one asks for the same thing.
std::string digest_of(const ApiCall& call) {
  std::string text(call.request.target.path);
  for (const auto& [name, value] : call.request.target.query) {
    text += fmt::format("\n{}={}", name, value);
  }
  return sha256_hex(text + "\n\n" + call.body().dump());
}

std::string head_of(const http::Headers& headers) {
  json head = json::array();
  for (const auto& [name, value] : headers) head.push_back({name, value});
  return head.dump();
}

http::Headers headers_of(std::string_view head) {
  http::Headers headers;
  const json pairs = json::parse(head, nullptr, false);
  if (!pairs.is_array()) return headers;
  for (const json& pair : pairs) {
    headers.add(pair.at(0).get<std::string>(), pair.at(1).get<std::string>());
  }
  return headers;
}

}  // namespace

RunningCall::RunningCall(std::shared_ptr<Api::Core> core, const Route& route, http::Request request,
                         const Admitted& admitted, http::Reply reply)
    : core_(std::move(core)),
      route_(route),
      call_(std::make_shared<ApiCall>(core_->world, std::move(request), admitted)),
      reply_(std::move(reply)) {}

void RunningCall::start() {
  if (auto fine = read_request(); !fine) return refuse(fine.error());
  if (route_.direct) return run_direct();
  const KeyUse use = call_->admitted.operation->key;
  const auto key = call_->request.headers.find(kKeyHeader);
  if (use != KeyUse::kNone && key) return begin_key(std::string(*key));
  if (use == KeyUse::kRequired) {
    return refuse({code_of(ApiError::kKeyMissing),
                   "this route needs an Idempotency-Key: a text of your choice, new for each new "
                   "request and the same when you repeat one"});
  }
  look();
}

void RunningCall::run_direct() {
  const auto hand_on = [self = shared_from_this()](std::optional<http::Response> response) {
    if (response) self->send(std::move(*response));
  };
  route_.direct(call_, http::Reply(hand_on));
}

Result<void> RunningCall::read_request() {
  const Operation& operation = *call_->admitted.operation;
  if (auto known = check_query(operation, call_->request.target); !known) return known;
  if (operation.body) return read_body();
  if (!call_->request.body.empty()) {
    return fail(ApiError::kBodySyntax, "this route takes no body");
  }
  return {};
}

Result<void> RunningCall::read_body() {
  if (call_->request.body.empty()) {
    return fail(ApiError::kBodySyntax, "the body is missing; send a JSON object");
  }
  if (!is_json(call_->request.headers)) {
    return fail(ApiError::kMediaType, "Content-Type must be application/json");
  }
  auto body = parse_body(call_->request.body);
  if (!body) return std::unexpected(body.error());
  call_->set_body(std::move(*body));
  return {};
}

void RunningCall::begin_key(std::string key) {
  const Operation& operation = *call_->admitted.operation;
  key_ = platform::IdempotentRequest{
      .tenant = call_->tenant(),
      .principal = call_->principal().id,
      .key = std::move(key),
      .route = fmt::format("{} {}", name_of(operation.method), operation.pattern),
      .sha256 = digest_of(*call_)};
  core_->store.write(
      [self = shared_from_this()](platform::Transaction& transaction) {
        return platform::begin_request(transaction, *self->key_, self->call_->now);
      },
      [self = shared_from_this()](Result<platform::Begun> begun) {
        if (!begun) {
          self->key_.reset();
          return self->refuse(begun.error());
        }
        if (const auto* before = std::get_if<platform::Reply>(&*begun)) {
          http::Response response{static_cast<int>(before->status), headers_of(before->head),
                                  before->body};
          response.headers.set(kReplayedHeader, "true");
          return self->send(std::move(response));
        }
        self->mine_ = std::get<platform::GoOn>(*begun);
        self->look();
      });
}

void RunningCall::look() {
  if (!route_.look) return slow();
  const auto work = [self = shared_from_this()](platform::Transaction& transaction) {
    self->call_->begin(&transaction);
    auto outcome = self->route_.look(*self->call_);
    self->call_->begin(nullptr);
    return outcome;
  };
  const auto done = [self = shared_from_this()](const Result<void>& outcome) {
    if (!outcome) return self->refuse(outcome.error());
    self->slow();
  };
  if (route_.look_writes) {
    core_->store.write(work, done);
  } else {
    core_->store.read(work, done);
  }
}

void RunningCall::slow() {
  if (!route_.slow) return run();
  const bool posted = core_->workers.post([self = shared_from_this()] {
    const Result<void> outcome = self->route_.slow(*self->call_);
    if (!outcome) return self->refuse(outcome.error());
    self->run();
  });
  if (!posted) refuse({code_of(ApiError::kBusy), "too much slow work waits"});
}

void RunningCall::run() {
  const bool reads =
      route_.run_in == RunIn::kRead ||
      (route_.run_in == RunIn::kDefault && call_->admitted.operation->method == http::Method::kGet);
  const auto work = [self = shared_from_this()](platform::Transaction& transaction) {
    return self->work(transaction);
  };
  const auto done = [self = shared_from_this()](Result<ApiAnswer> outcome) {
    self->ran(std::move(outcome));
  };
  if (reads && !key_) {
    core_->store.read(work, done);
  } else {
    core_->store.write(work, done);
  }
}

Result<ApiAnswer> RunningCall::work(platform::Transaction& transaction) {
  call_->begin(&transaction);
  auto answer = route_.run(*call_);
  if (!answer || !key_) return answer;
  if (auto kept = finish_key(transaction, *answer); !kept) return std::unexpected(kept.error());
  return answer;
}

Result<void> RunningCall::finish_key(platform::Transaction& transaction, const ApiAnswer& answer) {
  if (answer.refused) {
    const auto response = problem_response(*answer.refused, call_->request.id);
    return close_key(transaction, response, forgets_key(*answer.refused));
  }
  const std::string* body = std::get_if<std::string>(&answer.body);
  const platform::Reply reply{answer.status, head_of(answer.headers), body == nullptr ? "" : *body};
  return platform::finish_request(transaction, *key_, mine_, reply);
}

Result<void> RunningCall::close_key(platform::Transaction& transaction,
                                    const http::Response& refusal, bool forget) {
  if (forget) return platform::forget_request(transaction, *key_, mine_);
  return platform::finish_request(
      transaction, *key_, mine_,
      {refusal.status, head_of(refusal.headers), std::get<std::string>(refusal.body)});
}

void RunningCall::ran(Result<ApiAnswer> outcome) {
  const auto hints = call_->take_hints();
  call_->begin(nullptr);
  if (!outcome) return refuse(outcome.error());
  for (const auto& hint : hints) hint();
  if (outcome->refused) {
    const auto& id = call_->admitted.operation->id;
    return send(core_->refusal(*outcome->refused, call_->request.id, id));
  }
  answer_with(std::move(*outcome));
}

// Nothing of the request has happened. Its key is free again, or keeps this answer.
void RunningCall::refuse(const Error& error) {
  http::Response response = core_->refusal(error, call_->request.id, call_->admitted.operation->id);
  // Whether it happened is not known: the key stays in flight until somebody may try it anew.
  if (!key_ || error.code.name == "store.uncertain" || error.code.name == "idempotency.lost") {
    return send(std::move(response));
  }
  const auto kept = std::make_shared<http::Response>(response);
  const bool forget = forgets_key(error);
  core_->store.write(
      [self = shared_from_this(), kept, forget](platform::Transaction& transaction) {
        return self->close_key(transaction, *kept, forget);
      },
      [self = shared_from_this(), kept](const Result<void>&) { self->send(std::move(*kept)); });
}

void RunningCall::answer_with(ApiAnswer answer) {
  http::Response response{answer.status, std::move(answer.headers), std::move(answer.body)};
  send(std::move(response));
}

void RunningCall::send(http::Response response) {
  const auto* text = std::get_if<std::string>(&response.body);
  if (text != nullptr && !text->empty() && !response.headers.find("Content-Type")) {
    response.headers.add("Content-Type", "application/json");
  }
  add_security_headers(response);
  reply_(std::move(response));
}

}  // namespace tally::api
