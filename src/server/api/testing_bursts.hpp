// For tests: bursts of equal requests under one idempotency key, of which some connections are cut
// before, within or after their sending. All that were answered must have got the same reply, and
// another body under the key is refused.
//
// Thread-safety: pure functions; several bursts may run at a time.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "server/api/testing_api.hpp"

namespace tally::api::testing {

inline constexpr std::uint64_t kBurstRequestsMax = 20;

struct Burst {
  std::string target;
  std::string who;
  std::string key;
  std::string body;
  std::string other_body;  // For the refusal.

  [[nodiscard]] std::string request(std::string_view of) const {
    return http::request_text(
        "POST", target, headers_for(who, of, fmt::format("Idempotency-Key: {}\r\n", key)), of);
  }
};

// Asks until the first request is done.
inline http::TestResponse settle(std::uint16_t port, const Burst& burst, std::string_view body) {
  http::TestPeer connection(port);
  while (true) {
    connection.send(burst.request(body));
    http::TestResponse response = connection.read_response();
    if (response.status != 409 && response.status != 503) return response;
  }
}

// The one reply; its status must be 201.
inline std::string run_burst(std::uint16_t port, std::uint64_t seed, const Burst& burst) {
  std::mt19937_64 random(seed);
  const std::string text = burst.request(burst.body);
  std::vector<std::optional<http::TestPeer>> peers(1 + random() % kBurstRequestsMax);
  for (auto& one : peers) {
    one.emplace(port);
    const bool cut_within = random() % 8 == 0;
    one->send(cut_within ? text.substr(0, random() % text.size()) : text);
    if (cut_within || random() % 4 == 0) {
      one->reset();
      one.reset();
    }
  }
  std::vector<std::string> replies;
  for (auto& one : peers) {
    if (!one) continue;
    const http::TestResponse response = one->read_response();
    if (response.status == 201) replies.push_back(response.body);
    EXPECT_TRUE(response.status == 201 || response.status == 409 || response.status == 503)
        << response.status << response.body;
  }
  const http::TestResponse last = settle(port, burst, burst.body);
  EXPECT_EQ(last.status, 201) << last.body;
  for (const std::string& reply : replies) EXPECT_EQ(reply, last.body);
  const http::TestResponse other = settle(port, burst, burst.other_body);
  EXPECT_EQ(other.status, 422);
  EXPECT_THAT(other.body, ::testing::HasSubstr("idempotency_key_reused"));
  return last.body;
}

}  // namespace tally::api::testing
