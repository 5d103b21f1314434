// The courier: carries what payments ask out of the outbox to the provider, and its answers back.
// A call and its answer may be lost with the process in between; then it is asked again under the
// same idempotency key.
//
// Ownership: borrows office and provider; the destructor ends the thread and waits for answers that
// are under way. Several couriers share the work by leases.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "platform/outbox.hpp"
#include "server/core/office.hpp"
#include "server/log.hpp"
#include "server/payments/provider.hpp"

namespace tally::workers {

// Longer than a provider takes to answer, or to be given up.
inline constexpr Duration kAskLease = std::chrono::seconds(40);
inline constexpr Duration kLookLongest = std::chrono::seconds(1);
inline constexpr std::int64_t kAskedAtATime = 16;

class Courier {
 public:
  // `name` is whose messages are released where it died.
  Courier(core::Office& office, payments::Provider& provider, server::Log log,
          std::string name = "courier");
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;
  ~Courier();

 private:
  struct Asked {
    platform::MessageLease lease;
    TenantId tenant;
    PaymentId payment;
    commerce::PaymentRequest kind;
  };
  void run();
  bool carry_some();  // Whether there may be more.
  void carry(platform::Message message);
  void bring_back(const Asked& asked, commerce::PaymentEvent answer);
  void give_up(const platform::MessageLease& lease, std::string why);
  void ended();

  core::Office& office_;
  payments::Provider& provider_;
  server::Log log_;
  std::string name_;
  std::mutex mutex_;
  std::condition_variable all_ended_;
  int under_way_ = 0;
  std::jthread thread_;
};

}  // namespace tally::workers
