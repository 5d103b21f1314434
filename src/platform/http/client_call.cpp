#include "platform/http/client_call.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <utility>

#include "platform/http/contain.hpp"
#include "platform/http/http_error.hpp"

namespace tally::http {
namespace {

constexpr int kAddressesTriedMax = 4;

AddressBytes bytes_of(const asio::ip::address& address) {
  if (address.is_v6()) return address.to_v6().to_bytes();
  return asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()).to_bytes();
}

// Of a handshake that failed, in words.
std::string tls_failure(SSL* tls, const error_code& error) {
  const long verdict = SSL_get_verify_result(tls);
  return verdict == X509_V_OK ? error.message() : X509_verify_cert_error_string(verdict);
}

}  // namespace

ClientCall::ClientCall(ClientShared& shared, AddressPolicy addresses, Duration deadline)
    : shared_(shared),
      addresses_(addresses),
      deadline_(steady_clock::now() + deadline),
      deadline_timer_(shared.context),
      resolver_(shared.context) {}

void ClientCall::fail_call(Error error) {
  if (std::exchange(told_, true)) return;
  contain(shared_.callback_failures, [&] { tell_failure(std::move(error)); });
}

void ClientCall::fail_call(HttpError error, std::string message) {
  fail_call(Error{code_of(error), std::move(message)});
}

void ClientCall::refuse_crowd() {
  fail_call(HttpError::kTooLarge,
            fmt::format("more than {} calls at a time", shared_.options.calls_max));
}

void ClientCall::stop() {
  fail_call(HttpError::kStopped, "the client was stopped");
  resolver_.cancel();
  deadline_timer_.cancel();
  if (cut_) cut_();
}

void ClientCall::watch_deadline() {
  deadline_timer_.expires_at(deadline_);
  deadline_timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->told_) return;
    self->fail_call(HttpError::kDeadline,
                    fmt::format("{}: no answer in time", self->url_.authority()));
    self->stop();
  });
}

asio::awaitable<void> ClientCall::run() {
  if (told_) co_return;
  auto prepared = prepare();
  if (!prepared) {
    fail_call(std::move(prepared.error()));
    co_return;
  }
  url_ = std::move(*prepared);
  watch_deadline();
  auto stream = co_await connect();
  if (stream && !url_.secure) {
    co_await talk(std::move(*stream));
  } else if (stream) {
    auto secured = co_await secure(std::move(*stream));
    if (secured) co_await talk(std::move(*secured));
  }
  cut_ = nullptr;
  cancel_deadline();
}

bool ClientCall::may_be_called(const tcp::resolver::results_type& addresses) {
  if (addresses_ == AddressPolicy::kAny) return true;
  const auto refused = std::ranges::find_if(addresses, [](const auto& entry) {
    return !is_public(bytes_of(entry.endpoint().address()));
  });
  if (refused == addresses.end()) return true;
  fail_call(HttpError::kAddress, fmt::format("{} is not called: its address {} is not public",
                                             url_.host, refused->endpoint().address().to_string()));
  return false;
}

asio::awaitable<std::optional<PlainStream>> ClientCall::connect() {
  const auto [unresolved, addresses] = co_await resolver_.async_resolve(
      url_.host, fmt::format("{}", url_.port), tcp::resolver::numeric_service, kAwait);
  if (told_) co_return std::nullopt;
  if (unresolved) {
    fail_call(HttpError::kResolve, fmt::format("{}: {}", url_.host, unresolved.message()));
    co_return std::nullopt;
  }
  if (!may_be_called(addresses)) co_return std::nullopt;
  error_code last;
  int tries = 0;
  for (const auto& entry : addresses) {
    if (told_ || tries++ == kAddressesTriedMax) break;
    PlainStream stream(shared_.context);
    set_cut([&stream] { stream.close(); });
    stream.expires_after(shared_.options.connect_time);
    const auto [error] = co_await stream.async_connect(entry.endpoint(), kAwait);
    cut_ = nullptr;
    last = error;
    if (error) continue;
    stream.expires_never();  // From here on the deadline is enough.
    stream.socket().set_option(tcp::no_delay(true), last);
    co_return std::move(stream);
  }
  fail_call(HttpError::kConnect, fmt::format("{}: {}", url_.authority(), last.message()));
  co_return std::nullopt;
}

asio::awaitable<std::optional<SecureStream>> ClientCall::secure(PlainStream plain) {
  SecureStream stream(std::move(plain), shared_.tls);
  set_cut([&stream] { beast::get_lowest_layer(stream).close(); });
  error_code ignored;
  asio::ip::make_address(url_.host, ignored);
  const bool is_name = static_cast<bool>(ignored);  // Names alone may be told (RFC 6066, 3).
  if (is_name) SSL_set_tlsext_host_name(stream.native_handle(), url_.host.c_str());
  stream.set_verify_mode(asio::ssl::verify_peer);
  stream.set_verify_callback(asio::ssl::host_name_verification(url_.host));
  const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, kAwait);
  cut_ = nullptr;
  if (told_) co_return std::nullopt;
  if (!error) co_return std::move(stream);
  fail_call(HttpError::kCertificate, fmt::format("{}: no trusted connection: {}", url_.authority(),
                                                 tls_failure(stream.native_handle(), error)));
  co_return std::nullopt;
}

}  // namespace tally::http
