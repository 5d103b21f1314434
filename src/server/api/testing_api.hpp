// For tests of the API: a server on both stores, whose time and chance the test decides, and people
// of two tenants who need no credentials but their names.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <random>
#include <span>
#include <string>
#include <string_view>

#include "platform/http/testing_peer.hpp"
#include "platform/store_test_support.hpp"
#include "server/api/api.hpp"
#include "server/api/workers.hpp"
#include "server/world.hpp"

namespace tally::api::testing {

class TestWorld : public server::World {
 public:
  Instant now() override;
  void fill_random(std::span<std::uint8_t> bytes) override;
  void set(Instant now);

 private:
  std::mutex mutex_;
  std::mt19937_64 generator_{1};
  Instant now_ = Instant(Duration(1'800'000'000'000));
};

// Tenant "a" or "b".
[[nodiscard]] TenantId tenant_of(char letter);

// Knows "a.operator", "b.shopper", …: a tenant's letter and a role.
Result<identity::Authenticated> authenticate_by_name(platform::Transaction& transaction,
                                                     std::string_view credential, Instant now);

class ApiTest : public platform::testing::EmptyStoreTest {
 protected:
  void SetUp() override;
  void TearDown() override;
  // Adds routes; called before the server starts.
  virtual void add_routes(Api& api) = 0;
  virtual ApiOptions api_options();

  [[nodiscard]] http::TestPeer peer() const { return http::TestPeer(server_->port()); }
  // One request on a connection of its own. `who` may be empty; `headers` end with "\r\n".
  http::TestResponse ask(std::string_view method, std::string_view target, std::string_view who,
                         std::string_view body = "", std::string_view headers = "");

  TestWorld world_;
  std::unique_ptr<platform::Store> store_;
  std::unique_ptr<Workers> workers_;
  std::shared_ptr<Api> api_;
  std::unique_ptr<http::HttpServer> server_;
};

// The headers of a JSON body from somebody.
[[nodiscard]] std::string headers_for(std::string_view who, std::string_view body,
                                      std::string_view more = "");

}  // namespace tally::api::testing
