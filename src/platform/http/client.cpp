#include "platform/http/client.hpp"

#include <algorithm>
#include <exception>
#include <future>
#include <list>
#include <thread>
#include <utility>

#include "platform/http/client_call.hpp"
#include "platform/http/http_error.hpp"
#include "platform/http/text.hpp"

namespace tally::http {

class HttpClient::Impl {
 public:
  explicit Impl(ClientOptions options)
      : shared_{.options = std::move(options)}, work_(shared_.context.get_executor()) {}
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> trust();
  void run() {
    thread_ = std::jthread([this] { shared_.context.run(); });
  }
  // Makes the call on the client's thread, and starts it there.
  template <typename Make>
  void begin(Make make);
  [[nodiscard]] ClientShared& shared() { return shared_; }

 private:
  ClientShared shared_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::list<std::shared_ptr<ClientCall>> calls_;  // Of the client's thread.
  std::jthread thread_;
};

HttpClient::Impl::~Impl() {
  asio::post(shared_.context, [this] {
    const auto calls = calls_;
    for (const auto& call : calls) call->stop();
    work_.reset();
  });
  if (thread_.joinable()) thread_.join();
}

Result<void> HttpClient::Impl::trust() {
  const ClientOptions& options = shared_.options;
  if (options.calls_max == 0 || options.connect_time <= Duration::zero() ||
      !is_header_value(options.user_agent)) {
    return fail(HttpError::kOptions,
                "the client's calls_max and connect_time must be more than 0, and its user_agent "
                "one line of text");
  }
  error_code error;
  shared_.tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                              asio::ssl::context::no_tlsv1_1,
                          error);
  if (error) return fail(HttpError::kOptions, "TLS can't be set up: " + error.message());
  if (options.trusted_certificates.empty()) {
    shared_.tls.set_default_verify_paths(error);
  } else {
    shared_.tls.add_certificate_authority(asio::buffer(options.trusted_certificates), error);
  }
  if (error) {
    return fail(HttpError::kOptions, "the trusted certificates can't be read: " + error.message());
  }
  return {};
}

template <typename Make>
void HttpClient::Impl::begin(Make make) {
  asio::post(shared_.context, [this, make = std::move(make)]() mutable {
    const std::shared_ptr<ClientCall> call = make();
    if (calls_.size() >= shared_.options.calls_max) {
      call->refuse_crowd();
      return;
    }
    const auto place = calls_.insert(calls_.end(), call);
    asio::co_spawn(shared_.context, call->run(), [this, place](const std::exception_ptr& bug) {
      if (bug) std::rethrow_exception(bug);
      calls_.erase(place);
    });
  });
}

Result<std::unique_ptr<HttpClient>> HttpClient::start(ClientOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  auto trusted = impl->trust();
  impl->run();
  if (!trusted) return std::unexpected(std::move(trusted.error()));
  struct Maker : HttpClient {
    explicit Maker(std::unique_ptr<Impl> to) : HttpClient(std::move(to)) {}
  };
  return std::make_unique<Maker>(std::move(impl));
}

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::~HttpClient() = default;

std::uint64_t HttpClient::callback_failures() const { return impl_->shared().callback_failures; }

void HttpClient::call(ClientRequest request, Done done) {
  impl_->begin(
      [&shared = impl_->shared(), request = std::move(request), done = std::move(done)]() mutable {
        return make_request_call(shared, std::move(request), std::move(done));
      });
}

CallResult HttpClient::call_and_wait(ClientRequest request) {
  std::promise<CallResult> promise;
  auto result = promise.get_future();
  call(std::move(request), [&promise](CallResult given) { promise.set_value(std::move(given)); });
  return result.get();
}

void HttpClient::open_websocket(WebSocketRequest request, Opened opened) {
  impl_->begin([&shared = impl_->shared(), request = std::move(request),
                opened = std::move(opened)]() mutable {
    return make_websocket_call(shared, std::move(request), std::move(opened));
  });
}

}  // namespace tally::http
