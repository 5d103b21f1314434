// What routes need beside their call: the rooms behind them.
//
// Ownership: borrows all; outlives the Api. Thread-safety: as the rooms'; the functions may be
// called from any thread.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "platform/blob_files.hpp"
#include "platform/store.hpp"
#include "server/core/hint_board.hpp"
#include "server/gateway/gateway.hpp"
#include "server/identity/payment_methods.hpp"
#include "server/identity/shoppers.hpp"

namespace tally::routes {

class LiveEvents;

struct LayoutFacts {
  std::vector<std::string> skus;
  std::vector<std::string> cameras;
};

struct Services {
  platform::Store& store;
  core::HintBoard& board;
  const platform::BlobFiles& blobs;
  LiveEvents& live;
  std::filesystem::path uploads;  // A folder on the disk of the blobs, for what is on its way.
  identity::CodeKey code_key;
  std::vector<commerce::DoorTokenKey> door_keys;  // Of cabinets' codes; the first one writes.
  bool secure_cookies = true;                     // False only for plain HTTP on one's own machine.
  bool behind_proxy = false;                      // http.behind_proxy of the configuration.
  bool plain_webhooks = false;                    // http:// and private hosts, for demos.
  std::function<void(const identity::IssuedCode&)> send_code = {};  // By e-mail; must be quick.
  // perception's reading of a product's photo: on a worker's thread. None: any is taken.
  std::function<Result<void>(const std::filesystem::path&)> check_photo = {};
  // perception's reading of a layout file: on a worker's thread. Errors: those of the file.
  std::function<Result<LayoutFacts>(std::string_view text)> read_layout = {};
  // Whose token it is, and what people know the card by. On a worker's thread: it may ask the
  // provider.
  std::function<Result<identity::NewPaymentMethod>(const std::string& token)> describe_method = {};
  gateway::Gateway* gateway = nullptr;  // Where cabinets' connections go.
  commerce::SessionPolicy session_policy = {};
  commerce::DisputePolicy dispute_policy = {};
  bool sandbox = false;                               // Test cards, and what their banks ask.
  std::string stripe_webhook_secret = {};             // Empty: Stripe tells nothing here.
  std::function<Result<std::string>()> metrics = {};  // On a worker's thread.
  std::function<bool()> ready = {};                   // The same.
};

}  // namespace tally::routes
