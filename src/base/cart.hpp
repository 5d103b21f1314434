// The cart: what was taken and put back in one session, with the evidence. Values only.
//
// Written as JSON `tally.cart.v1` (cart_json.hpp). Times are milliseconds from the session's start,
// quantities are positive in events and signed net counts in lines (taken minus put back).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tally {

enum class EventKind : std::uint8_t { kTake, kPut };

// One act of a hand: `quantity` equal items taken or put at once.
struct CartEvent {
  std::int64_t at_ms = 0;
  EventKind kind = EventKind::kTake;
  std::string product;
  int quantity = 1;
  double confidence = 0;             // Probability that this event happened as told.
  std::vector<std::string> cameras;  // Those that saw it, the best first.
  std::string evidence;  // Clip, relative to the cart's file; empty if none was written.
  // Camera and clip, for each camera of which one was written; the first is `evidence`.
  std::vector<std::pair<std::string, std::string>> clips{};
};

struct CartLine {
  std::string product;
  int quantity = 0;                 // Taken minus put; may be negative (something was brought).
  double confidence = 0;            // Probability of exactly this quantity.
  std::vector<std::size_t> events;  // Indices into Cart::events.
};

enum class DecisionKind : std::uint8_t {
  kCharge,   // The lines are sure enough to be charged without a human.
  kReview,   // A human looks first; `reasons` says why.
  kNothing,  // Surely nothing to charge.
};

struct Decision {
  DecisionKind kind = DecisionKind::kNothing;
  double probability = 0;  // That all lines are exactly right.
  // By how much the sum is expected to be off, in minor units, over products with a known price.
  std::optional<double> expected_error_minor{};
  std::vector<std::string> reasons;  // In words, empty when the case is clear.
};

struct CartVideo {
  std::string camera;
  std::string sha256;  // Empty where the file is missing or can't be opened.
  std::int64_t frames = 0;
  std::int64_t duration_ms = 0;
  std::int64_t start_ms = 0;  // Of its first frame on the session's clock.
  std::string problem{};      // Code of the error that ended it early; empty where all was read.
};

// What a model did for the cart: "detect" found in whole pictures, "close_up" around hands,
// "embed" told products apart.
struct CartModel {
  std::string role;
  std::string name;
  std::string sha256;  // Of its package.

  friend bool operator==(const CartModel&, const CartModel&) = default;
};
inline constexpr std::size_t kCartModelsMax = 8;

struct CartInputs {
  std::vector<CartVideo> videos;
  std::vector<CartModel> models;  // One a role, the one that detects first.
  std::string layout_sha256;      // Empty where the stock was learnt from the video itself.
};

// Measurements of one run. They are left out of what replay compares.
struct CartStats {
  std::int64_t frames_decoded = 0;
  std::int64_t frames_detected = 0;  // Of the second look as well, where there was one.
  bool second_look = false;          // The first left doubts.
  double wall_seconds = 0;
  std::vector<std::pair<std::string, double>> stage_seconds;  // "decode", "gate", "detect", …
};

struct Cart {
  CartInputs inputs;
  std::vector<CartEvent> events;  // By time.
  std::vector<CartLine> lines;    // By product, each product that had an event.
  Decision decision;
  CartStats stats;
};

}  // namespace tally
