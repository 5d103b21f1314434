// What the servers keep of a session beside its state: what was offered, how it is paid, what came
// of it. One row for each session, with the session's id.
//
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cart.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"
#include "commerce/offers.hpp"
#include "commerce/restock.hpp"

namespace tally::records {

// What a decided dispute gives back of a sale whose capture has no outcome yet.
struct WaitingRefund {
  DisputeId dispute;
  std::string words;
  std::int64_t minor = 0;
  std::int64_t tax_minor = 0;  // In it.
};

struct SessionDetail {
  commerce::Offers offers;    // As the session began; empty of a restock.
  std::string method;         // The provider's token for the shopper's means of payment.
  std::string provider;       // That holds the money.
  LayoutId planogram;         // That was valid.
  std::string camera_layout;  // Its cameras' layout, by SHA-256.
  UserId user;                // Who restocks.
  std::vector<commerce::RestockLine> restock;
  std::string cart;                        // SHA-256 of the cart's JSON, once there is one.
  std::vector<commerce::NetCount> counts;  // The cart's lines with their clips.
  ReviewId review;                         // Once there was one.
  ReceiptId receipt;
  std::vector<DisputeId> disputes;
  std::vector<WaitingRefund> refunds_waiting;  // Until the sale is paid, or a debt.
  std::optional<Instant> decided_at;           // The cart was there.
  std::optional<Instant> settled_at;
  double watched_at_close = -1;   // Share of all frames that were watched when the door closed.
  std::string decision;           // The cart's: "charge", "review", "nothing"; empty without one.
  std::vector<CartModel> models;  // That it was made with.
};

}  // namespace tally::records
