// A shopper for the demo: does over the public API what a person does with a phone.
//
// Blocks. Thread-safety: one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/instant.hpp"
#include "platform/http/client.hpp"

namespace tally::cli {

struct ShopperWish {
  std::string server;  // "http://127.0.0.1:8080"
  std::string tenant;
  std::string email;
  std::string card;                            // The provider's token.
  std::function<std::string()> code;           // The one that was mailed last; waits for it.
  std::function<void(std::string_view)> tell;  // Each step, in words.
  std::function<bool()> cancelled;             // Waits a moment before it says so.
};

struct Bought {
  std::string session;
  std::string receipt;              // JSON; empty where there was none.
  std::string state;                // The session's last.
  double seconds_after_close = -1;  // Until the receipt was there, as the shopper sees it.
};

class DemoShopper {
 public:
  DemoShopper(http::HttpClient& client, ShopperWish wish)
      : client_(client), wish_(std::move(wish)) {}

  // Signs in and adds the card. Errors: CliError::kSomeFailed with what the server said.
  Result<void> sign_in();
  // With what the cabinet's screen shows: from the scan to the receipt, or the end without one.
  Result<Bought> buy(std::string_view door_url);

 private:
  Result<std::string> ask(http::Method method, const std::string& path, const std::string& body,
                          const std::string& key);

  http::HttpClient& client_;
  ShopperWish wish_;
  std::string bearer_;
  std::string method_;
  int bought_ = 0;
};

}  // namespace tally::cli
