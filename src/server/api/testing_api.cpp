#include "server/api/testing_api.hpp"

#include <fmt/format.h>

#include "platform/schema.hpp"
#include "server/identity/roles.hpp"

namespace tally::api::testing {

Instant TestWorld::now() {
  const std::lock_guard lock(mutex_);
  return now_;
}

void TestWorld::fill_random(std::span<std::uint8_t> bytes) {
  const std::lock_guard lock(mutex_);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(generator_());
}

void TestWorld::set(Instant now) {
  const std::lock_guard lock(mutex_);
  now_ = now;
}

TenantId tenant_of(char letter) {
  IdBits bits{};
  bits[0] = static_cast<std::uint8_t>(letter);
  return TenantId::from_bits(bits);
}

Result<identity::Authenticated> authenticate_by_name(platform::Transaction&,
                                                     std::string_view credential, Instant) {
  const auto role =
      credential.size() > 2 ? identity::parse_role(credential.substr(2)) : std::nullopt;
  if (!role) return fail(ApiError::kUnauthenticated, "nobody is called that");
  identity::Principal principal{
      .role = *role, .tenant = tenant_of(credential[0]), .id = {}, .method = "session"};
  IdBits bits{};
  bits[0] = static_cast<std::uint8_t>(credential[0]);
  switch (*role) {
    case identity::Role::kShopper:
      principal.id = ShopperId::from_bits(bits).text();
      break;
    case identity::Role::kDevice:
      principal.id = CabinetId::from_bits(bits).text();
      break;
    default:
      principal.id = UserId::from_bits(bits).text();
  }
  return identity::Authenticated{principal, "wss_" + std::string(credential), false};
}

void ApiTest::SetUp() {
  EmptyStoreTest::SetUp();
  if (IsSkipped() || HasFatalFailure()) return;
  const auto migrated =
      migrate(*connection_, "platform", platform::platform_migrations(), platform::testing::at(0));
  ASSERT_TRUE(migrated) << migrated.error().message;
  auto store = platform::Store::open(options_);
  ASSERT_TRUE(store) << store.error().message;
  store_ = std::move(*store);
  workers_ = std::make_unique<Workers>();
  api_ = std::make_shared<Api>(*store_, *workers_, world_, api_options());
  add_routes(*api_);
  http::ServerOptions options;
  options.make_request_id = [this] { return new_request_id(world_); };
  server_ = http::start_server(std::move(options), api_);
}

ApiOptions ApiTest::api_options() {
  ApiOptions options;
  options.authenticate = authenticate_by_name;
  options.sign_in = {.burst = 5, .refill = std::chrono::seconds(1)};
  return options;
}

void ApiTest::TearDown() {
  server_.reset();
  workers_.reset();
  store_.reset();
  api_.reset();
}

std::string headers_for(std::string_view who, std::string_view body, std::string_view more) {
  std::string headers(more);
  if (!who.empty()) headers += fmt::format("Authorization: Bearer {}\r\n", who);
  if (!body.empty() && headers.find("Content-Type") == std::string::npos) {
    headers += "Content-Type: application/json\r\n";
  }
  return headers;
}

http::TestResponse ApiTest::ask(std::string_view method, std::string_view target,
                                std::string_view who, std::string_view body,
                                std::string_view headers) {
  http::TestPeer connection = peer();
  connection.send(http::request_text(method, target, headers_for(who, body, headers), body));
  return connection.read_response();
}

}  // namespace tally::api::testing
