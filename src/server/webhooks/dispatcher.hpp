// The dispatcher: plans what is to be told to webhook endpoints, and tells it.
//
// A delivery is a POST of the event as GET /v1/events shows it, signed anew at each try
// (signature.hpp). Taken is what was answered 2xx within kSendTime and kAnswerBytesMax; all else is
// a failure, redirects and kept-open connections among them: redirects are not followed. What was
// taken and could not be recorded is sent again with the same event id.
//
// It has HTTP clients of its own, so that no receiver delays payments. One endpoint holds at most
// kInFlightOfEndpoint of kInFlightMax calls, one that fails a single one. Since a client resolves
// one name at a time, endpoints that took their last delivery share other clients (by tenant) than
// those that did not: a host whose name server does not answer holds up mostly its like.
//
// Addresses: public ones only, looked at after the name was resolved and connected to as looked at,
// so that no URL leads inside; `any_address` is for demos and tests.
//
// Ownership: borrows the office; owns one thread and its clients. The destructor waits for what is
// being recorded; calls under way end, and are made again when their lease ends. Several
// dispatchers, also in several processes, share the work by leases.
#pragma once

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "platform/http/client.hpp"
#include "server/core/office.hpp"
#include "server/log.hpp"
#include "server/webhooks/deliveries.hpp"

namespace tally::webhooks {

inline constexpr Duration kSendTime = std::chrono::seconds(15);
inline constexpr Duration kSendLease = std::chrono::seconds(45);  // Sending, and recording it.
inline constexpr std::size_t kAnswerBytesMax = 64U << 10U;
inline constexpr std::int64_t kInFlightMax = 256;
inline constexpr std::size_t kClients = 4;  // The first is for endpoints that are not proven.

struct DispatcherOptions {
  bool any_address = false;
  std::string trusted_certificates = {};  // PEM; empty: what the system trusts.
  Duration look_longest = std::chrono::seconds(1);
};

class Dispatcher {
 public:
  // Errors: of HttpClient::start().
  static Result<std::unique_ptr<Dispatcher>> start(core::Office& office, DispatcherOptions options,
                                                   server::Log log);
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;
  ~Dispatcher();

 private:
  using Clients = std::array<std::unique_ptr<http::HttpClient>, kClients>;
  Dispatcher(core::Office& office, DispatcherOptions options, Clients clients, server::Log log);

  void run();
  bool plan();       // Whether there may be more.
  bool send_some();  // Whether there may be more.
  void send(const WebhookDelivery& delivery);
  void record(const DeliveryLease& lease, const http::CallResult& result);
  void complain(const Error& error);
  void ended();

  core::Office& office_;
  DispatcherOptions options_;
  server::Log log_;
  Clients clients_;
  std::mutex mutex_;
  std::condition_variable all_ended_;
  std::int64_t under_way_ = 0;  // Calls and their recording.
  std::jthread thread_;
};

}  // namespace tally::webhooks
