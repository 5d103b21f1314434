#include "server/serve/serve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "platform/jobs.hpp"
#include "platform/outbox.hpp"
#include "server/api/api.hpp"
#include "server/core/facts.hpp"
#include "server/core/ledger_book.hpp"
#include "server/core/photo_book.hpp"
#include "server/gateway/gateway.hpp"
#include "server/identity/key_mode.hpp"
#include "server/mail/smtp.hpp"
#include "server/routes/live_events.hpp"
#include "server/routes/routes.hpp"
#include "server/serve/letters.hpp"
#include "server/serve/meters.hpp"
#include "server/serve/pages.hpp"
#include "server/serve/parts.hpp"
#include "server/serve/secrets.hpp"
#include "server/serve/this_process.hpp"
#include "server/webhooks/dispatcher.hpp"
#include "server/workers/courier.hpp"
#include "server/workers/janitor.hpp"
#include "server/workers/ticker.hpp"

namespace tally::serve {
namespace {

namespace fs = std::filesystem;
using config::Config;
using config::ServerRole;
using server::LogLevel;

constexpr std::size_t kHttpThreads = 2;
constexpr Duration kEventsLooked = std::chrono::seconds(1);
constexpr Duration kReadyKept = std::chrono::seconds(1);

}  // namespace

// In the order in which they are made; they go in the other order.
class Serve::Impl {
 public:
  Impl(ServeOptions options, server::World& world) : options_(std::move(options)), world_(world) {}

  Result<void> start() {
    if (auto mailed = check_mail(); !mailed) return mailed;
    if (auto made = make_folder(config()); !made) return made;
    const auto store = store_options(config());
    if (!store) return std::unexpected(store.error());
    if (auto migrated = migrate_all(*store, world_.now()); !migrated) return migrated;
    auto opened = platform::Store::open(*store);
    if (!opened) return std::unexpected(std::move(opened.error()));
    store_ = *std::move(opened);
    auto blobs = platform::BlobFiles::open(config().data / "blobs");
    if (!blobs) return std::unexpected(std::move(blobs.error()));
    blobs_.emplace(*std::move(blobs));
    // Another process of the same folder may be in the middle of a write.
    if (has_all_roles(config())) {
      if (auto left = blobs_->remove_leftovers(); !left) return std::unexpected(left.error());
    }
    office_.emplace(*store_, world_, board_);
    if (auto filled = fill_facts(); !filled) return filled;
    auto process = ThisProcess::begin(config().data, *office_);
    if (!process) return std::unexpected(std::move(process.error()));
    process_.emplace(*std::move(process));
    auto client = http::HttpClient::start({});
    if (!client) return std::unexpected(std::move(client.error()));
    client_ = *std::move(client);
    const auto secret = server_secret(config(), world_);
    if (!secret) return std::unexpected(secret.error());
    if (auto mail = start_mail(); !mail) return mail;
    if (auto prepared = prepare_http(*secret); !prepared) return prepared;
    if (auto working = start_workers(); !working) return working;
    // Last: thousands of cabinets come back at once, and nothing must wait behind them to start.
    return listen();
  }

  ~Impl() { stop(Duration(0)); }

  void stop(Duration drain) {
    if (std::exchange(stopped_, true)) return;
    board_.stop();
    if (events_.joinable()) events_.join();
    if (live_) live_->close_all();
    if (http_) http_->stop(drain);
    watcher_.reset();
    janitor_.reset();
    dispatcher_.reset();
    courier_.reset();
    ticker_.reset();
    gateway_.reset();
    http_.reset();
    api_.reset();
    api_workers_.reset();
    provider_.reset();
    smtp_.reset();
    client_.reset();
    store_.reset();
  }

  [[nodiscard]] const Config& config() const { return options_.config; }
  [[nodiscard]] std::string url() const {
    const std::string& address = config().http.address;
    const bool any = address == "0.0.0.0" || address == "::";
    return fmt::format("http://{}:{}", any ? "127.0.0.1" : address, http_->port());
  }
  core::Office& office() { return *office_; }
  const platform::BlobFiles& blobs() { return *blobs_; }

 private:
  [[nodiscard]] std::string public_url() const {
    return config().public_url.empty()
               ? fmt::format("http://{}:{}", config().http.address, config().http.port)
               : config().public_url;
  }

  // Of what was stored by a program that knew none.
  Result<void> fill_facts() {
    while (true) {
      const auto filled = store_->write_and_wait(
          [](platform::Transaction& transaction) { return core::fill_facts(transaction); });
      if (!filled) return std::unexpected(filled.error());
      if (*filled == 0) break;
    }
    return store_->write_and_wait(
        [](platform::Transaction& transaction) { return core::want_all_photos(transaction); });
  }

  // Codes that are lost let nobody in; codes in a log let in whoever reads it. So neither happens
  // unless it is asked for.
  [[nodiscard]] Result<void> check_mail() const {
    const bool needed = has_role(config(), ServerRole::kApi) && !options_.demo && !options_.mail;
    if (!needed || config().mail.kind != config::MailKind::kNone) return {};
    return fail(config::ConfigError::kValue,
                "shoppers sign in with a code by e-mail, and no mail is configured: write [mail] "
                "with kind = \"smtp\", host and from into the configuration (docs/config.md); "
                "kind = \"print\" shows the codes in the server's messages instead");
  }

  Result<void> start_mail() {
    if (options_.mail || config().mail.kind != config::MailKind::kSmtp) return {};
    const auto password = config::resolve_secret(config().mail.password, config::system_secrets());
    if (!password) return std::unexpected(password.error());
    mail::SmtpOptions options = config().mail.smtp;
    options.password = password->value_or("");
    smtp_ = std::make_unique<mail::Smtp>(std::move(options), world_, options_.log);
    return {};
  }

  void send(mail::Letter letter) {
    if (options_.mail) return options_.mail(letter);
    if (smtp_) return smtp_->send(std::move(letter));
    options_.log(LogLevel::kWarning, "mail", "a letter to nowhere: no mail is configured");
  }

  Result<void> prepare_http(std::string_view secret) {
    const std::vector<commerce::DoorTokenKey> keys{{1, derived_key(secret, "door tokens")}};
    if (has_role(config(), ServerRole::kGateway)) {
      gateway::GatewayOptions options{public_url(), keys, process_->name()};
      gateway_ = std::make_unique<gateway::Gateway>(*office_, std::move(options), options_.log);
    }
    api_workers_ = std::make_unique<api::Workers>();
    live_ = std::make_unique<routes::LiveEvents>(*store_);
    events_ = std::jthread([this] { show_events(); });
    board_.listen(core::Topic::kEvents, [this] { board_.poke(core::Topic::kWebhooks); });
    const auto code_key = derived_key(secret, "shoppers' codes");
    services_.emplace(routes::Services{*store_,
                                       board_,
                                       *blobs_,
                                       *live_,
                                       process_->uploads(),
                                       {{code_key.begin(), code_key.end()}},
                                       keys});
    services_->secure_cookies = public_url().starts_with("https://");
    services_->plain_webhooks = options_.demo;
    services_->send_code = [this](const identity::IssuedCode& issued, const std::string& from,
                                  const std::string& language) {
      send(letter_of_code(issued, from, language));
    };
    services_->read_layout = layout_facts;
    services_->check_photo = check_photo;
    services_->draft_layout = layout_for;
    services_->look_alikes = look_alikes;
    services_->describe_method = [this](const std::string& token) { return describe(token); };
    services_->public_url = public_url();
    if (auto offered = offer_card_pages(config(), *client_, *services_); !offered) return offered;
    services_->gateway = gateway_.get();
    services_->session_policy = config().session;
    const auto live = is_live(config());
    if (!live) return std::unexpected(live.error());
    services_->live = *live;
    services_->sandbox = config().payments.provider == config::PaymentProvider::kSandbox;
    const auto notices =
        config::resolve_secret(config().payments.webhook_secret, config::system_secrets());
    if (!notices) return std::unexpected(notices.error());
    services_->stripe_webhook_secret = notices->value_or("");
    services_->metrics = [this] { return metrics(); };
    services_->ready = [this] { return ready(); };
    const auto token =
        config::resolve_secret(config().http.metrics_token, config::system_secrets());
    if (!token) return std::unexpected(token.error());
    if (*token || !is_local(config().http)) services_->metrics_token = token->value_or("");
    api::ApiOptions api_options;
    api_options.authenticate = [live = *live](platform::Transaction& transaction,
                                              std::string_view credential, Instant now) {
      return identity::authenticate_in_mode(transaction, credential, now, live);
    };
    api_options.note_use = identity::note_use;
    api_options.behind_proxy = config().http.behind_proxy;
    services_->behind_proxy = config().http.behind_proxy;
    if (has_role(config(), ServerRole::kApi)) {
      const PageMode mode = options_.demo        ? PageMode::kDemo
                            : services_->sandbox ? PageMode::kTest
                                                 : PageMode::kLive;
      api_options.pages = [mode](const http::Request& request) { return page_for(request, mode); };
    }
    api_options.on_failure = [this](std::string_view request, std::string_view operation,
                                    const Error& error) {
      options_.log(
          LogLevel::kError, "api",
          fmt::format("{} {}: {}: {}", request, operation, error.code.name, error.message));
    };
    api_ = std::make_shared<api::Api>(*store_, *api_workers_, world_, std::move(api_options));
    routes::add_health_routes(*api_, *services_);
    if (has_role(config(), ServerRole::kApi)) routes::add_public_routes(*api_, *services_);
    if (has_role(config(), ServerRole::kGateway)) routes::add_device_routes(*api_, *services_);
    return {};
  }

  Result<void> listen() {
    http::ServerOptions server;
    server.address = config().http.address;
    server.port = config().http.port;
    server.threads = kHttpThreads;
    server.limits.websocket.message_bytes_max = link::kMessageBytesMax;
    // Cabinets that send their heartbeats need no pings.
    server.limits.websocket.idle_time = gateway::kSilentMost;
    server.make_request_id = [this] { return api::new_request_id(world_); };
    server.now = [this] { return world_.now(); };
    server.observe = [this](const http::Exchange& exchange) {
      meters_.request(name_of(exchange.method), exchange.status,
                      std::chrono::duration<double>(exchange.duration).count());
    };
    auto http = http::HttpServer::start(std::move(server), api_);
    if (!http) return std::unexpected(std::move(http.error()));
    http_ = *std::move(http);
    return {};
  }

  // To the pages that follow them: at a hint, or soon where another process stored them.
  void show_events() {
    std::uint64_t seen = 0;
    while (!board_.stopped()) {
      seen = board_.wait(core::Topic::kEvents, seen, kEventsLooked);
      live_->poke();
    }
  }

  Result<void> start_workers() {
    if (has_role(config(), ServerRole::kWorker)) {
      auto provider = options_.provider
                          ? Result<std::unique_ptr<payments::Provider>>(options_.provider(*store_))
                          : make_provider(config(), *store_, world_, *client_, public_url());
      if (!provider) return std::unexpected(std::move(provider.error()));
      provider_ = *std::move(provider);
      courier_ =
          std::make_unique<workers::Courier>(*office_, *provider_, options_.log, process_->name());
      ticker_ = std::make_unique<workers::Ticker>(*office_, options_.log);
      auto dispatcher =
          webhooks::Dispatcher::start(*office_, {.any_address = options_.demo}, options_.log);
      if (!dispatcher) return std::unexpected(std::move(dispatcher.error()));
      dispatcher_ = *std::move(dispatcher);
      janitor_ = std::make_unique<workers::Janitor>(
          *office_, workers::chores(*blobs_, config().retention, options_.log), options_.log);
    }
    if (!has_role(config(), ServerRole::kPipeline)) return {};
    pipeline::WatcherOptions options;
    options.name = process_->name();
    options.folder = process_->work();
    options.slots = config().pipeline.slots;
    options.models = {config().pipeline.detector, config().pipeline.close_up,
                      config().pipeline.embedder, config().pipeline.threads};
    options.observe = [this](const pipeline::Watched& watched) { observe(watched); };
    auto watcher = pipeline::Watcher::start(*office_, *blobs_, std::move(options), options_.log);
    if (!watcher) return std::unexpected(std::move(watcher.error()));
    watcher_ = *std::move(watcher);
    return {};
  }

  // The receipt is there, or a human has to look.
  void observe(const pipeline::Watched& watched) {
    const auto session = office_->look_and_wait(
        [&](platform::Transaction& transaction) -> Result<std::optional<double>> {
          const auto tenant = transaction.query_one<TenantId>(
              "SELECT tenant FROM aggregates WHERE kind = 'session' AND id = $1", watched.session);
          if (!tenant || !*tenant) return std::optional<double>();
          const auto row = core::find_row<commerce::Session>(transaction, std::get<0>(**tenant),
                                                             watched.session.text());
          const auto detail = core::find_row<records::SessionDetail>(
              transaction, std::get<0>(**tenant), watched.session.text());
          if (!row || !*row || !detail || !*detail) return std::optional<double>();
          const auto& settled = (*detail)->value.settled_at;
          const auto& closed = (*row)->value.last_closed;
          if (!settled || !closed) return std::optional<double>();
          return std::chrono::duration<double>(*settled - *closed).count();
        });
    if (session && *session) {
      meters_.receipt(**session, watched.share_at_close);
    } else {
      meters_.reviewed();
    }
    if (options_.on_watched) options_.on_watched(watched);
  }

  // What people know a card by. The sandbox's tokens are named after what they do.
  Result<identity::NewPaymentMethod> describe(const std::string& token) const {
    const bool sandbox = config().payments.provider == config::PaymentProvider::kSandbox;
    return identity::NewPaymentMethod{.provider = sandbox ? "sandbox" : "stripe",
                                      .token = token,
                                      .brand = sandbox ? "test_card" : "card",
                                      .last4 = "",
                                      .make_default = true};
  }

  Result<Gauges> gauges() {
    return office_->look_and_wait([this](platform::Transaction& transaction) -> Result<Gauges> {
      const auto outbox = platform::outbox_state(transaction);
      const auto queue = platform::queue_state(transaction, std::string(core::kPipelineQueue));
      const auto ledger = core::check_ledger(transaction);
      const auto webhooks = webhooks::count_deliveries(transaction);
      if (!outbox) return std::unexpected(outbox.error());
      if (!queue) return std::unexpected(queue.error());
      if (!ledger) return std::unexpected(ledger.error());
      if (!webhooks) return std::unexpected(webhooks.error());
      const auto number = [](auto value) { return static_cast<double>(value); };
      return Gauges{.cabinets_connected = gateway_ ? number(gateway_->counts().connected) : 0,
                    .outbox_waiting = number(outbox->waiting),
                    .outbox_dead = number(outbox->dead),
                    .webhooks_waiting = number(webhooks->waiting),
                    .webhooks_dead = number(webhooks->dead),
                    .pipeline_waiting = number(queue->waiting),
                    .pipeline_running = number(queue->running),
                    .pipeline_dead = number(queue->dead),
                    .store_queued = number(store_->queued()),
                    .http_connections = number(http_->counts().connections),
                    .ledger_unmatched_minor = number(ledger->unmatched_minor),
                    .ledger_unbalanced = number(ledger->unbalanced)};
    });
  }

  // Whoever asks may: so the store is asked once a second at most.
  bool ready() {
    const std::lock_guard lock(ready_mutex_);
    const Instant now = world_.now();
    if (!ready_looked_ || now < *ready_looked_ || now >= *ready_looked_ + kReadyKept) {
      ready_ = static_cast<bool>(gauges());
      ready_looked_ = now;
    }
    return ready_;
  }

  Result<std::string> metrics() {
    const auto now = gauges();
    if (!now) return std::unexpected(now.error());
    return meters_.text(*now);
  }

  ServeOptions options_;
  server::World& world_;
  bool stopped_ = false;
  Meters meters_;
  std::mutex ready_mutex_;  // Guards what /readyz said last.
  std::optional<Instant> ready_looked_;
  bool ready_ = false;
  core::HintBoard board_;
  std::unique_ptr<platform::Store> store_;
  std::optional<platform::BlobFiles> blobs_;
  std::optional<core::Office> office_;
  std::optional<ThisProcess> process_;
  std::unique_ptr<http::HttpClient> client_;
  std::unique_ptr<mail::Smtp> smtp_;
  std::unique_ptr<payments::Provider> provider_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::unique_ptr<api::Workers> api_workers_;
  std::unique_ptr<routes::LiveEvents> live_;
  std::jthread events_;
  std::optional<routes::Services> services_;
  std::shared_ptr<api::Api> api_;
  std::unique_ptr<http::HttpServer> http_;
  std::unique_ptr<workers::Courier> courier_;
  std::unique_ptr<workers::Ticker> ticker_;
  std::unique_ptr<webhooks::Dispatcher> dispatcher_;
  std::unique_ptr<workers::Janitor> janitor_;
  std::unique_ptr<pipeline::Watcher> watcher_;
};

Serve::Serve(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Serve::~Serve() = default;

Result<std::unique_ptr<Serve>> Serve::start(ServeOptions options, server::World& world) {
  auto impl = std::make_unique<Impl>(std::move(options), world);
  if (auto started = impl->start(); !started) return std::unexpected(std::move(started.error()));
  return std::make_unique<Serve>(std::move(impl));
}

std::string Serve::url() const { return impl_->url(); }
core::Office& Serve::office() { return impl_->office(); }
const platform::BlobFiles& Serve::blobs() const { return impl_->blobs(); }
void Serve::stop(Duration drain) { impl_->stop(drain); }

}  // namespace tally::serve
