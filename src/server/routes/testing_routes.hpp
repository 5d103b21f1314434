// For tests: all routes of this room on both stores, with real credentials of two tenants.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/api/testing_api.hpp"
#include "server/core/hint_board.hpp"
#include "server/routes/live_events.hpp"
#include "server/routes/services.hpp"

namespace tally::routes::testing {

inline constexpr std::string_view kPassword = "a password of some length";

class RoutesTest : public api::testing::ApiTest {
 protected:
  void add_routes(api::Api& api) override;
  api::ApiOptions api_options() override;
  void TearDown() override;

  // A token for each role: of the own tenant, or of the other.
  std::map<std::string, std::string> tokens(bool own);

  core::HintBoard board_;
  std::optional<platform::BlobFiles> blobs_;
  std::unique_ptr<LiveEvents> live_;
  std::unique_ptr<Services> services_;
  std::vector<identity::IssuedCode> codes_;  // That were sent.
  std::string tenant_;
  std::string other_tenant_;
  std::string owner_;        // The secret of an owner's API key,
  std::string other_owner_;  // and of another tenant's.
};

}  // namespace tally::routes::testing
