#include "platform/http/server.hpp"

#include <fmt/format.h>

#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "platform/http/http_error.hpp"
#include "platform/http/lane.hpp"

namespace tally::http {
namespace {

constexpr int kBacklog = 4096;  // The system's own limit may be lower.
// Out of descriptors or memory: no use in asking again at once.
constexpr auto kAcceptPause = std::chrono::milliseconds(50);
constexpr std::size_t kRoomToMake = 16;  // In each lane, then.

}  // namespace

void Handler::admit(const Request& /*head*/, Admit admit) { admit({AcceptBody{}}); }

WebSocketEvents Handler::on_websocket(Request /*request*/, std::shared_ptr<WebSocket> /*socket*/) {
  return {};
}

class HttpServer::Impl {
 public:
  Impl(ServerOptions options, std::shared_ptr<Handler> handler);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> listen();
  void run();
  bool stop(Duration drain);
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] ServerCounts counts() const;

 private:
  asio::awaitable<void> accept();
  void stop_accepting();
  bool wait_until_ended(std::optional<Duration> at_most);

  ServerShared shared_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::uint16_t port_ = 0;
  bool accepting_ = false;  // Guarded by shared_.ended_mutex.
  bool started_ = false;
};

HttpServer::Impl::Impl(ServerOptions options, std::shared_ptr<Handler> handler)
    : shared_(std::move(options), std::move(handler)),
      lanes_([&] {
        const std::size_t threads = shared_.options.threads;
        const std::size_t each = (shared_.options.limits.connections_max + threads - 1) / threads;
        std::vector<std::unique_ptr<Lane>> lanes;
        for (std::size_t i = 0; i < threads; ++i) {
          lanes.push_back(std::make_unique<Lane>(shared_, each));
        }
        return lanes;
      }()),
      acceptor_(lanes_.front()->context()),
      pause_(lanes_.front()->context()) {}

HttpServer::Impl::~Impl() {
  stop(Duration::zero());
  shared_.disk.join();
}

Result<void> HttpServer::Impl::listen() {
  const ServerOptions& options = shared_.options;
  const auto refuse = [&](const error_code& error) {
    return fail(HttpError::kListen, fmt::format("can't listen at {} port {}: {}", options.address,
                                                options.port, error.message()));
  };
  error_code error;
  const tcp::endpoint end(asio::ip::make_address(options.address, error), options.port);
  if (error) return refuse(error);
  acceptor_.open(end.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(end, error);
  if (!error) acceptor_.listen(kBacklog, error);
  if (error) return refuse(error);
  port_ = acceptor_.local_endpoint(error).port();
  return {};
}

void HttpServer::Impl::run() {
  started_ = true;
  accepting_ = true;
  asio::co_spawn(lanes_.front()->context(), accept(), [this](const std::exception_ptr& bug) {
    if (bug) std::rethrow_exception(bug);
    const std::scoped_lock lock(shared_.ended_mutex);
    accepting_ = false;
    shared_.ended.notify_all();
  });
  for (const auto& lane : lanes_) lane->start();
}

asio::awaitable<void> HttpServer::Impl::accept() {
  for (std::size_t next = 0; !shared_.draining; next = (next + 1) % lanes_.size()) {
    Lane& lane = *lanes_[next];
    tcp::socket socket(lane.context());
    const auto [error] = co_await acceptor_.async_accept(socket, kAwait);
    if (!error) {
      ++shared_.accepted;
      lane.take(std::move(socket));
    } else if (!acceptor_.is_open()) {
      break;
    } else if (error != asio::error::connection_aborted) {
      ++shared_.accept_pauses;
      for (const auto& each : lanes_) each->make_room(kRoomToMake);
      pause_.expires_after(kAcceptPause);
      co_await pause_.async_wait(kAwait);
    }
  }
}

void HttpServer::Impl::stop_accepting() {
  asio::post(lanes_.front()->context(), [this] {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  });
}

bool HttpServer::Impl::wait_until_ended(std::optional<Duration> at_most) {
  std::unique_lock lock(shared_.ended_mutex);
  const auto ended = [this] { return shared_.connections == 0 && !accepting_; };
  if (at_most) return shared_.ended.wait_for(lock, *at_most, ended);
  shared_.ended.wait(lock, ended);
  return true;
}

bool HttpServer::Impl::stop(Duration drain) {
  if (!std::exchange(started_, false)) return true;
  shared_.draining = true;
  stop_accepting();
  for (const auto& lane : lanes_) lane->drain();
  const bool whole = wait_until_ended(drain);
  if (!whole) {
    for (const auto& lane : lanes_) lane->cut();
    wait_until_ended(std::nullopt);
  }
  return whole;
}

ServerCounts HttpServer::Impl::counts() const {
  return {.connections = shared_.connections,
          .bodies_bytes = shared_.bodies.bytes(),
          .websockets = shared_.websockets,
          .accepted = shared_.accepted,
          .crowded_out = shared_.crowded_out,
          .turned_away = shared_.turned_away,
          .bodies_refused = shared_.bodies_refused,
          .accept_pauses = shared_.accept_pauses,
          .timeouts = shared_.timeouts,
          .requests = shared_.requests,
          .handler_failures = shared_.handler_failures};
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(ServerOptions options,
                                                      std::shared_ptr<Handler> handler) {
  if (auto checked = check(options); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  auto impl = std::make_unique<Impl>(std::move(options), std::move(handler));
  if (auto listening = impl->listen(); !listening) {
    return std::unexpected(std::move(listening.error()));
  }
  impl->run();
  struct Maker : HttpServer {
    explicit Maker(std::unique_ptr<Impl> to) : HttpServer(std::move(to)) {}
  };
  return std::make_unique<Maker>(std::move(impl));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;
std::uint16_t HttpServer::port() const { return impl_->port(); }
ServerCounts HttpServer::counts() const { return impl_->counts(); }
bool HttpServer::stop(Duration drain) { return impl_->stop(drain); }

}  // namespace tally::http
