#include "server/serve/testing_serve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/cart.hpp"
#include "base/digest.hpp"
#include "platform/blobs.hpp"

namespace tally::serve::testing {

Answer ask(http::HttpClient& client, http::Method method, const std::string& url,
           const std::string& who, const json& body, const std::string& key) {
  http::ClientRequest request{.method = method, .url = url};
  if (!body.is_null()) {
    request.body = body.dump();
    request.headers.set("Content-Type", "application/json");
  }
  if (!who.empty()) request.headers.set("Authorization", "Bearer " + who);
  if (!key.empty()) request.headers.set("Idempotency-Key", key);
  const auto answer = client.call_and_wait(std::move(request));
  if (!answer) return {};
  return {answer->status, json::parse(answer->body, nullptr, false)};
}

// ---- The cabinet

template <typename Found>
void TestCabinet::wait_for(const char* what, Found found) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, kPatience, found)) << "the cabinet waits for " << what;
}

TestCabinet::TestCabinet(http::HttpClient& client, std::string server, const DemoCabinet& as)
    : client_(client), server_(std::move(server)), id_(as.id) {
  const Answer provisioned = ask(client_, http::Method::kPost, server_ + "/v1/device/provision", "",
                                 {{"code", as.provisioning_code}});
  EXPECT_EQ(provisioned.status, 200) << provisioned.body;
  key_ = provisioned.body.value("key", "");
  http::WebSocketRequest request{.url = "ws" + server_.substr(4) + "/v1/device/link"};
  request.headers.set("Authorization", "Bearer " + key_);
  client_.open_websocket(std::move(request), [this](http::OpenResult opened) {
    const std::lock_guard lock(mutex_);
    if (opened) socket_ = std::move(*opened);
    changed_.notify_all();
    return http::WebSocketEvents{
        .on_message =
            [this](const std::string& text) {
              const auto message = link::parse_from_gateway(text);
              if (!message) return;
              const std::lock_guard inner(mutex_);
              if (const auto* welcome = std::get_if<link::Welcome>(&*message)) {
                seen_ = welcome->report_seen;
              } else if (const auto* seen = std::get_if<link::ReportSeen>(&*message)) {
                seen_ = seen->number;
              } else {
                const auto& command = std::get<link::Command>(*message);
                if (const auto* shown = std::get_if<link::ShowToken>(&command.body)) {
                  token_ = shown->url.substr(shown->url.rfind('/') + 1);
                } else if (std::holds_alternative<link::Unlock>(command.body)) {
                  unlocks_.push_back(command);
                }
              }
              changed_.notify_all();
            },
        .on_close =
            [this](std::uint16_t, std::string_view) {
              const std::lock_guard inner(mutex_);
              gone_ = true;
              changed_.notify_all();
            }};
  });
  wait_for("its connection", [this] { return socket_ != nullptr; });
  socket_->send(link::to_json(link::FromCabinet(
      link::Hello{.cabinet = id_, .version = "test", .cameras = {std::string(kCamera)}})));
  wait_for("a welcome", [this] { return seen_ >= 0; });
}

TestCabinet::~TestCabinet() {
  if (!socket_) return;
  socket_->close(http::kCloseGoingAway, "the test ends");
  wait_until_gone();  // What is called then is this cabinet's.
}

std::string TestCabinet::token() {
  wait_for("a new token", [this] { return !token_.empty() && !used_.contains(token_); });
  const std::lock_guard lock(mutex_);
  used_.insert(token_);
  return token_;
}

void TestCabinet::unlock() {
  wait_for("a command to unlock", [this] { return !unlocks_.empty(); });
  std::string command;
  {
    const std::lock_guard lock(mutex_);
    if (unlocks_.empty()) return;
    command = unlocks_.front().id;
    unlocks_.erase(unlocks_.begin());
  }
  socket_->send(link::to_json(link::FromCabinet(link::CommandAnswer{command, true, ""})));
}

void TestCabinet::report(const SessionId& session, link::ReportBody body, Duration age) {
  const std::int64_t number = ++number_;
  socket_->send(link::to_json(
      link::FromCabinet(link::Report{number, session, age.count(), std::move(body)})));
  wait_for("an acknowledgement", [this, number] { return seen_ >= number; });
}

Answer TestCabinet::put_segment(const SessionId& session, int number, const std::string& content,
                                const std::string& sha256) {
  http::ClientRequest request{
      .method = http::Method::kPut,
      .url =
          fmt::format("{}/v1/device/sessions/{}/segments/{}/{}?sha256={}", server_, session.text(),
                      kCamera, number, sha256.empty() ? sha256_hex(content) : sha256),
      .body = content};
  request.headers.set("Authorization", "Bearer " + key_);
  request.headers.set("Content-Type", "application/octet-stream");
  const auto answer = client_.call_and_wait(std::move(request));
  if (!answer) return {};
  return {answer->status, json::parse(answer->body, nullptr, false)};
}

int TestCabinet::link_status() {
  return ask(client_, http::Method::kGet, server_ + "/v1/device/link", key_).status;
}

void TestCabinet::wait_until_gone() {
  wait_for("the end of its connection", [this] { return gone_; });
}

// ---- The server and its people

void ServeTest::SetUp() {
  config::Config config;
  config.data = folder_.path();
  config.http.port = 0;
  config.roles = {config::ServerRole::kApi, config::ServerRole::kGateway,
                  config::ServerRole::kWorker};
  change(config);
  auto server = Serve::start({.config = std::move(config),
                              .log = [](server::LogLevel, std::string_view, std::string_view) {},
                              .mail =
                                  [this](const mail::Letter& mail) {
                                    const std::lock_guard lock(mutex_);
                                    letters_[mail.to] = mail;
                                  },
                              .provider =
                                  [this](platform::Store& store) {
                                    auto sandbox = std::make_unique<payments::Sandbox>(
                                        store, world_, payments::SandboxOptions{});
                                    sandbox_ = sandbox.get();
                                    return sandbox;
                                  }},
                             world_);
  ASSERT_TRUE(server) << server.error().message;
  server_ = *std::move(server);
  auto demo = set_up_demo(*server_, {TALLY_SOURCE_DIR "/demo/take_one"}, 1, world_);
  ASSERT_TRUE(demo) << demo.error().message;
  demo_ = *std::move(demo);
  client_ = *http::HttpClient::start({});
  cabinet_ = std::make_unique<TestCabinet>(*client_, server_->url(), demo_.cabinets[0]);
  const Answer owner =
      post("", "/v1/sign_in/users", {{"email", kDemoOwner}, {"password", kDemoPassword}});
  owner_ = owner.body.value("token", "");
  sam_ = sign_in("sam@example.com");
  method_ = post(sam_, "/v1/payment_methods", {{"provider_token", kDemoCard}}).body.value("id", "");
  ASSERT_FALSE(owner_.empty() || sam_.empty() || method_.empty());
}

void ServeTest::TearDown() {
  cabinet_.reset();
  client_.reset();
  server_.reset();
}

Answer ServeTest::get(const std::string& who, const std::string& path) {
  return ask(*client_, http::Method::kGet, server_->url() + path, who);
}

Answer ServeTest::post(const std::string& who, const std::string& path, const json& body) {
  const std::string key = who.empty() ? "" : fmt::format("key {}", ++keys_);
  return ask(*client_, http::Method::kPost, server_->url() + path, who, body, key);
}

mail::Letter ServeTest::letter_to(const std::string& email) {
  const std::lock_guard lock(mutex_);
  return letters_[email];
}

std::string ServeTest::sign_in(const std::string& email) {
  json who = {{"tenant", demo_.tenant.text()}, {"email", email}};
  EXPECT_EQ(post("", "/v1/sign_in/codes", who).status, 202);
  who["code"] = letter_to(email).code;
  return post("", "/v1/sign_in/shoppers", who).body.value("token", "");
}

void ServeTest::pass(Duration time) {
  world_.pass(time);
  server_->office().board().poke(core::Topic::kTimers);
  server_->office().board().poke(core::Topic::kOutbox);
}

// ---- A session

SessionId ServeTest::scan() {
  const Answer begun =
      post(sam_, "/v1/sessions", {{"door_token", cabinet_->token()}, {"payment_method", method_}});
  EXPECT_EQ(begun.status, 201) << begun.body;
  return SessionId::parse(begun.body.value("id", "")).value_or(SessionId{});
}

void ServeTest::open(const SessionId& session, Duration age) {
  cabinet_->unlock();
  cabinet_->report(session, link::DoorOpened{}, age);
  cabinet_->report(session, link::Recording{{{std::string(kCamera), 0}}});
}

void ServeTest::close(const SessionId& session, const std::vector<std::string>& segments,
                      Duration age) {
  cabinet_->report(session, link::DoorClosed{}, age);
  link::CameraSegments camera{std::string(kCamera), {}};
  for (const std::string& segment : segments) {
    camera.segments.push_back(segment.empty() ? "" : sha256_hex(segment));
  }
  cabinet_->report(session, link::Manifest{{std::move(camera)}});
  pass(std::chrono::seconds(2));  // The grace.
}

void ServeTest::see(const SessionId& session, int quantity) {
  wait_for_state(session, "deciding");
  Cart cart;
  cart.lines = {{"p02", quantity, 0.99, {}}};
  cart.decision = {DecisionKind::kCharge, 0.99, {}, {}};
  const auto digest = server_->blobs().put(R"({"schema": "tally.cart.v1"})");
  ASSERT_TRUE(digest);
  const auto done = server_->office().act_and_wait([&](core::Desk& desk) {
    auto kept = platform::add_blob(desk.transaction(), server_->blobs(),
                                   {demo_.tenant, session.text(), "cart.json"},
                                   platform::BlobKind::kEvidence, *digest, desk.now());
    return kept ? desk.tell_cart(demo_.tenant, session, cart, *digest) : kept;
  });
  ASSERT_TRUE(done) << done.error().message;
}

json ServeTest::session(const SessionId& session) {
  return get(sam_, "/v1/sessions/" + session.text()).body;
}

json ServeTest::payment(const SessionId& session) {
  return get(owner_, "/v1/payments/" + core::payment_id(session, 1).text()).body;
}

std::uint32_t ServeTest::attempts(const SessionId& session) {
  const auto row = server_->office().look_and_wait([&](platform::Transaction& transaction) {
    return core::find_row<commerce::Payment>(transaction, demo_.tenant,
                                             core::payment_id(session, 1).text());
  });
  return row && *row ? (*row)->value.attempt : 0;
}

void ServeTest::wait_for_state(const SessionId& session, const std::string& state) {
  wait_for(state, [&] { return this->session(session).value("state", "") == state; });
}

void ServeTest::wait_for_payment(const SessionId& session, const std::string& state) {
  wait_for(state, [&] { return payment(session).value("state", "") == state; });
}

payments::SandboxStatement ServeTest::statement() {
  const auto lines = server_->office().look_and_wait([this](platform::Transaction& transaction) {
    return payments::sandbox_statement(transaction, world_.now());
  });
  return lines && !lines->empty() ? lines->front() : payments::SandboxStatement{};
}

void ServeTest::expect_balanced() {
  const Answer balances = get(owner_, "/v1/ledger/balances");
  EXPECT_EQ(balances.body.value("balanced", false), true) << balances.body;
}

}  // namespace tally::serve::testing
