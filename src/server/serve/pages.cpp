#include "server/serve/pages.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "pages/assets.hpp"

namespace tally::serve {
namespace {

// The wallet's first segments; what follows them, it reads itself.
constexpr std::array<std::string_view, 3> kWallet = {"d", "sandbox", "wallet"};

// By PageMode.
constexpr std::array<std::string_view, 3> kWalletPages = {"wallet.html", "wallet.test.html",
                                                          "wallet.demo.html"};
constexpr std::array<std::string_view, 3> kConsolePages = {"console.html", "console.test.html",
                                                           "console.demo.html"};

// One page holds all below /console: it reads the rest of the path itself.
bool is_console(const http::Target& target) {
  return !target.segments.empty() && target.segments[0] == "console";
}

bool is_wallet(const http::Target& target) {
  return target.segments.empty() || std::ranges::find(kWallet, target.segments[0]) != kWallet.end();
}

}  // namespace

std::optional<http::Response> page_for(const http::Request& request, PageMode mode) {
  const bool console = is_console(request.target);
  const pages::Asset* page = nullptr;
  if (console || is_wallet(request.target)) {
    page = pages::find_asset((console ? kConsolePages : kWalletPages)[static_cast<int>(mode)]);
  }
  return page == nullptr ? pages::file_at(request) : pages::asset_response(*page, request.headers);
}

}  // namespace tally::serve
