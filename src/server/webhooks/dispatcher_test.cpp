#include "server/webhooks/dispatcher.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <condition_variable>
#include <deque>

#include "platform/http/testing_peer.hpp"
#include "server/api/testing_api.hpp"
#include "server/payments/stripe_notice.hpp"
#include "server/webhooks/signature.hpp"
#include "server/webhooks/testing_webhooks.hpp"

namespace tally::webhooks::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// Somebody else's program: answers what it is told to, or not at all.
class Receiver {
 public:
  Receiver() : handler_(std::make_shared<http::ScriptedHandler>()) {
    handler_->when_handling = [this](http::Request request, http::Reply reply) {
      const std::lock_guard lock(mutex_);
      got_.push_back(std::move(request));
      if (silent_) {
        unanswered_.push_back(std::move(reply));
      } else {
        http::Response response{.status = status_, .body = answer_};
        if (!location_.empty()) response.headers.set("Location", location_);
        reply(std::move(response));
      }
      changed_.notify_all();
    };
    server_ = http::start_server({}, handler_);
  }
  ~Receiver() { server_.reset(); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  [[nodiscard]] std::string url() const {
    return fmt::format("http://127.0.0.1:{}/hooks", server_->port());
  }
  [[nodiscard]] std::uint64_t connections() const { return server_->counts().accepted; }
  void answer(int status, std::string body = "", std::string location = "") {
    const std::lock_guard lock(mutex_);
    status_ = status;
    answer_ = std::move(body);
    location_ = std::move(location);
  }
  void say_nothing(bool silent = true) {
    const std::lock_guard lock(mutex_);
    silent_ = silent;
  }
  // The next request; an empty one if none comes.
  http::Request next() {
    std::unique_lock lock(mutex_);
    const bool came = changed_.wait_for(lock, http::kPatience, [this] { return !got_.empty(); });
    EXPECT_TRUE(came) << "nothing came";
    if (!came) return {};
    http::Request request = std::move(got_.front());
    got_.pop_front();
    return request;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<http::Request> got_;
  std::vector<http::Reply> unanswered_;
  int status_ = 200;
  std::string answer_;
  std::string location_;
  bool silent_ = false;
  std::shared_ptr<http::ScriptedHandler> handler_;
  std::unique_ptr<http::HttpServer> server_;
};

class DispatcherTest : public WebhooksTest {
 protected:
  void SetUp() override {
    WebhooksTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    auto store = platform::Store::open(options_);
    ASSERT_TRUE(store) << store.error().message;
    store_ = *std::move(store);
    world_.set(kStart);
  }
  void TearDown() override { stop(); }

  void start(bool any_address = true) {
    board_ = std::make_unique<core::HintBoard>();
    office_ = std::make_unique<core::Office>(*store_, world_, *board_);
    auto started = Dispatcher::start(
        *office_, {.any_address = any_address},
        [](server::LogLevel, std::string_view, std::string_view text) { ADD_FAILURE() << text; });
    ASSERT_TRUE(started) << started.error().message;
    dispatcher_ = *std::move(started);
  }
  void stop() { dispatcher_.reset(); }
  void look() { board_->poke(core::Topic::kWebhooks); }
  void pass(Duration duration) {
    world_.set(world_.now() + duration);
    look();
  }
  // Looks until the endpoint is so; each look waits for the dispatcher's own transactions.
  template <typename Is>
  EndpointHealth wait_until(const WebhookEndpoint& endpoint, Is is) {
    const auto until = std::chrono::steady_clock::now() + http::kPatience;
    EndpointHealth now = health(endpoint);
    while (!is(now) && std::chrono::steady_clock::now() < until) {
      const std::uint64_t seen = board_->count(core::Topic::kWebhooks);
      now = health(endpoint);
      if (!is(now)) board_->wait(core::Topic::kWebhooks, seen, Duration(50));
      now = health(endpoint);
    }
    EXPECT_TRUE(is(now)) << now.last_error.value_or("no error");
    return now;
  }
  EndpointHealth wait_until_failed(const WebhookEndpoint& endpoint) {
    return wait_until(endpoint, [](const EndpointHealth& now) { return !!now.failed_at; });
  }
  EndpointHealth wait_until_delivered(const WebhookEndpoint& endpoint) {
    return wait_until(
        endpoint, [](const EndpointHealth& now) { return now.delivered_at && now.waiting == 0; });
  }

  api::testing::TestWorld world_;
  std::unique_ptr<platform::Store> store_;
  std::unique_ptr<core::HintBoard> board_;
  std::unique_ptr<core::Office> office_;
  std::unique_ptr<Dispatcher> dispatcher_;
};
TALLY_ON_BOTH_STORES(DispatcherTest);

TEST_P(DispatcherTest, PostsEventsThatTheirReceiverCanVerify) {
  Receiver receiver;
  const WebhookEndpoint endpoint = add_endpoint(1, receiver.url());
  start();
  happen(1);
  look();
  const http::Request request = receiver.next();
  EXPECT_EQ(request.method, http::Method::kPost);
  EXPECT_EQ(request.target.path, "/hooks");
  EXPECT_EQ(request.headers.find("Content-Type"), "application/json");
  const auto signature = request.headers.find(kSignatureHeader);
  ASSERT_TRUE(signature);
  EXPECT_TRUE(payments::verify_stripe_signature(request.body, *signature, "whsec_1", kStart));
  const json event = json::parse(request.body);
  EXPECT_EQ(event.at("id"), platform::testing::id_of<EventNameKind>(1).text());
  EXPECT_EQ(event.at("sequence"), 1);
  EXPECT_EQ(event.at("type"), "session.settled");
  EXPECT_EQ(event.at("object_version"), 3);
  EXPECT_EQ(event.at("data").at("lines"), 2);
  wait_until_delivered(endpoint);
}

TEST_P(DispatcherTest, TriesAgainWhatWasNotTaken) {
  Receiver receiver;
  const WebhookEndpoint endpoint = add_endpoint(1, receiver.url());
  receiver.answer(500);
  start();
  happen(1);
  look();
  const json first = json::parse(receiver.next().body);
  EXPECT_EQ(wait_until_failed(endpoint).last_error, "was answered 500");
  receiver.answer(204);
  pass(kDeliveryBackoff.first);
  const http::Request again = receiver.next();
  EXPECT_EQ(json::parse(again.body), first);
  EXPECT_TRUE(payments::verify_stripe_signature(
      again.body, again.headers.find(kSignatureHeader).value_or(""), "whsec_1", world_.now()));
  wait_until_delivered(endpoint);
}

TEST_P(DispatcherTest, FollowsNoRedirect) {
  Receiver receiver;
  const Receiver elsewhere;
  const WebhookEndpoint endpoint = add_endpoint(1, receiver.url());
  receiver.answer(307, "", elsewhere.url());
  start();
  happen(1);
  look();
  EXPECT_THAT(*wait_until_failed(endpoint).last_error, HasSubstr("was answered 307"));
  EXPECT_EQ(elsewhere.connections(), 0U);
}

TEST_P(DispatcherTest, CallsNoAddressInside) {
  const Receiver inside;
  const WebhookEndpoint endpoint = add_endpoint(1, inside.url());
  start(false);
  happen(1);
  look();
  EXPECT_THAT(*wait_until_failed(endpoint).last_error, HasSubstr("public"));
  EXPECT_EQ(inside.connections(), 0U);
}

TEST_P(DispatcherTest, TakesAnEndlessAnswerForAFailure) {
  Receiver receiver;
  const WebhookEndpoint endpoint = add_endpoint(1, receiver.url());
  receiver.answer(200, std::string(kAnswerBytesMax + 1, 'x'));
  start();
  happen(1);
  look();
  wait_until_failed(endpoint);
}

TEST_P(DispatcherTest, LetsNoSlowReceiverDelayAnother) {
  Receiver slow;
  slow.say_nothing();
  Receiver fast;
  add_endpoint(1, slow.url());
  const WebhookEndpoint endpoint = add_endpoint(2, fast.url());
  start();
  happen(30);
  look();
  for (int i = 0; i < 30; ++i) EXPECT_EQ(fast.next().method, http::Method::kPost);
  wait_until_delivered(endpoint);
  for (int i = 0; i < kInFlightOfEndpoint; ++i) slow.next();
  EXPECT_LE(slow.connections(), static_cast<std::uint64_t>(kInFlightOfEndpoint));
}

TEST_P(DispatcherTest, EndedBeforeItCouldRecordSendsTheSameAgain) {
  Receiver receiver;
  receiver.say_nothing();
  const WebhookEndpoint endpoint = add_endpoint(1, receiver.url());
  start();
  happen(1);
  look();
  const json first = json::parse(receiver.next().body);
  stop();
  EXPECT_FALSE(health(endpoint).failed_at);
  receiver.say_nothing(false);
  start();
  pass(kSendLease);
  EXPECT_EQ(json::parse(receiver.next().body), first);
  wait_until_delivered(endpoint);
}

}  // namespace
}  // namespace tally::webhooks::testing
