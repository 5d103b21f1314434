// What routes need beside their call: the rooms behind them.
//
// Ownership: borrows all; outlives the Api. Thread-safety: as the rooms'; the functions may be
// called from any thread.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "commerce/catalog.hpp"
#include "commerce/planogram.hpp"
#include "platform/blob_files.hpp"
#include "platform/store.hpp"
#include "server/core/hint_board.hpp"
#include "server/gateway/gateway.hpp"
#include "server/identity/payment_methods.hpp"
#include "server/identity/shoppers.hpp"
#include "server/payments/stripe_cards.hpp"

namespace tally::routes {

class LiveEvents;

struct LayoutFacts {
  std::vector<std::string> skus;
  std::vector<std::string> cameras;
};

// What the embedder made of a product's photos.
struct ProductVectors {
  struct Photo {
    std::string sha256;
    std::vector<float> vector;
  };
  std::string product;  // Its id.
  std::vector<Photo> photos;
};
struct LookAlike {
  std::string product;
  double likeness = 0;
  bool same_picture = false;
};

// What stands on which shelf, for a layout file to be made of it.
struct LayoutWish {
  struct Product {
    std::string sku;
    std::optional<commerce::ProductSize> size;
  };
  std::string before;                    // The text of the layout before; empty: there is none.
  std::vector<commerce::Shelf> shelves;  // Facings of these products by their ids.
  std::map<ProductId, Product> products;
};

struct Services {
  platform::Store& store;
  core::HintBoard& board;
  const platform::BlobFiles& blobs;
  LiveEvents& live_events;
  std::filesystem::path uploads;  // A folder on the disk of the blobs, for what is on its way.
  identity::CodeKey code_key;
  std::vector<commerce::DoorTokenKey> door_keys;  // Of cabinets' codes; the first one writes.
  bool secure_cookies = true;                     // False only for plain HTTP on one's own machine.
  bool behind_proxy = false;                      // http.behind_proxy of the configuration.
  bool plain_webhooks = false;                    // http:// and private hosts, for demos.
  // By e-mail, in the operator's name and in `language` ("en" or "es"); must be quick.
  std::function<void(const identity::IssuedCode&, const std::string& operator_name,
                     const std::string& language)>
      send_code = {};
  // perception's reading of a product's photo: on a worker's thread. None: any is taken.
  std::function<Result<void>(const std::filesystem::path&)> check_photo = {};
  // perception's reading of a layout file: on a worker's thread. Errors: those of the file.
  std::function<Result<LayoutFacts>(std::string_view text)> read_layout = {};
  // perception's judgement of which products can't be told from one of them; the most alike first.
  // On a worker's thread.
  std::function<Result<std::vector<LookAlike>>(const std::vector<ProductVectors>&,
                                               const std::string& product)>
      look_alikes = {};
  // perception's layout file for shelves, with the cameras of the one before. Errors: what does not
  // fit.
  std::function<Result<std::string>(const LayoutWish&)> draft_layout = {};
  // Whose token it is, and what people know the card by. On a worker's thread: it may ask the
  // provider.
  std::function<Result<identity::NewPaymentMethod>(const std::string& token)> describe_method = {};
  // A page of the provider's where a shopper saves a card, and what became of it. On a worker's
  // thread: they ask the provider. None: cards are added by their token alone.
  std::function<Result<payments::CardPage>(const payments::CardWish&)> begin_card = {};
  std::function<Result<payments::CardFound>(const std::string& reference)> look_at_card = {};
  std::string public_url = {};          // Where the wallet is: the provider leads back to it.
  gateway::Gateway* gateway = nullptr;  // Where cabinets' connections go.
  commerce::SessionPolicy session_policy = {};
  int dispute_grants_max = commerce::DisputePolicy{}.grants_max;  // The sum is the market's.
  bool live = false;                                              // Payments are real money.
  bool sandbox = false;                               // Test cards, and what their banks ask.
  std::string stripe_webhook_secret = {};             // Empty: Stripe tells nothing here.
  std::function<Result<std::string>()> metrics = {};  // On a worker's thread.
  // Who may read them: whoever shows this token; nobody where it is empty; anybody without it.
  std::optional<std::string> metrics_token = {};
  std::function<bool()> ready = {};  // The same.
};

}  // namespace tally::routes
