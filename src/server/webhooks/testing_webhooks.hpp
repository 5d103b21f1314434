// For tests: a store with endpoints and events in it, on both stores.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "platform/migrations.hpp"
#include "platform/store_test_support.hpp"
#include "server/webhooks/deliveries.hpp"
#include "server/webhooks/schema.hpp"

namespace tally::webhooks::testing {

inline const TenantId kOurs = platform::testing::id_of<TenantKind>(1);
inline const TenantId kOthers = platform::testing::id_of<TenantKind>(2);
inline constexpr Instant kStart{std::chrono::milliseconds(1'800'000'000'000)};

class WebhooksTest : public platform::testing::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const auto migrated = migrate(*connection_, "webhooks", webhook_migrations(), kStart);
    ASSERT_TRUE(migrated) << migrated.error().message;
  }

  // In a transaction, which must succeed.
  template <typename Work>
  auto done(Work work) {
    auto outcome = write(std::move(work));
    EXPECT_TRUE(outcome) << outcome.error().message;
    if constexpr (requires { outcome.value(); }) return std::move(outcome).value();
  }

  WebhookEndpoint add_endpoint(std::uint64_t number, std::string url = "https://example.com/",
                               std::vector<std::string> types = {}) {
    WebhookEndpoint endpoint{.id = platform::testing::id_of<WebhookEndpointKind>(number),
                             .tenant = kOurs,
                             .url = std::move(url),
                             .types = std::move(types),
                             .secret = fmt::format("whsec_{}", number),
                             .created_at = kStart};
    save(endpoint);
    return endpoint;
  }
  void save(WebhookEndpoint& endpoint) {
    done([&](platform::Transaction& transaction) {
      return save_webhook_endpoint(transaction, endpoint, kStart);
    });
  }
  void happen(int events, std::string type = "session.settled", const TenantId& tenant = kOurs,
              Instant at = kStart) {
    done([&](platform::Transaction& transaction) -> Result<void> {
      for (int i = 0; i < events; ++i) {
        const auto id =
            platform::testing::id_of<EventNameKind>(events_ + 1U + static_cast<unsigned>(i));
        const auto appended = platform::append_event(
            transaction, {tenant, 0, id, type, "ses_1", 3, at, R"({"lines": 2})"});
        if (!appended) return std::unexpected(appended.error());
      }
      return {};
    });
    events_ += static_cast<unsigned>(events);
  }
  EndpointHealth health(const WebhookEndpoint& endpoint) {
    return done([&](platform::Transaction& transaction) {
      return endpoint_health(transaction, endpoint.id);
    });
  }

  std::uint64_t events_ = 0;  // That happened.
};

}  // namespace tally::webhooks::testing
