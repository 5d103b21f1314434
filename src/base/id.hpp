// Names of things, one type for each kind of thing: `ses_4f8kq…`, `pay_…`.
//
// An id is its kind's prefix, "_", and 26 letters of Crockford's base 32 in lower case, which hold
// 128 random bits (no i, l, o, u). Randomness is the caller's: Id::from_bits(). Ids of two kinds
// do not compare, convert or mix; a default-made id is empty and names nothing.
//
// Thread-safety: values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tally {

inline constexpr std::size_t kIdDigits = 26;

using IdBits = std::array<std::uint8_t, 16>;

// The digits alone; and whether a text is prefix, "_" and such digits (the first at most 7, so that
// 130 bits of digits hold 128).
[[nodiscard]] std::string id_digits(const IdBits& bits);
[[nodiscard]] bool is_id(std::string_view text, std::string_view prefix);
// What id_digits() was made of. Precondition: they are such digits.
[[nodiscard]] IdBits id_bits(std::string_view digits);

// Kind has `static constexpr std::string_view kPrefix`.
template <typename Kind>
class Id {
 public:
  Id() = default;

  [[nodiscard]] static Id from_bits(const IdBits& bits) {
    return Id(std::string(Kind::kPrefix) + "_" + id_digits(bits));
  }
  // Nothing unless text is a whole id of this kind.
  [[nodiscard]] static std::optional<Id> parse(std::string_view text) {
    if (!is_id(text, Kind::kPrefix)) return std::nullopt;
    return Id(std::string(text));
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  // Precondition: not empty().
  [[nodiscard]] IdBits bits() const {
    return id_bits(std::string_view(text_).substr(Kind::kPrefix.size() + 1));
  }
  [[nodiscard]] bool empty() const { return text_.empty(); }

  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

// clang-format off
struct TenantKind   { static constexpr std::string_view kPrefix = "ten"; };
struct SiteKind     { static constexpr std::string_view kPrefix = "sit"; };
struct CabinetKind  { static constexpr std::string_view kPrefix = "pop"; };
struct ProductKind  { static constexpr std::string_view kPrefix = "prd"; };
struct MarketKind   { static constexpr std::string_view kPrefix = "mkt"; };
struct LayoutKind   { static constexpr std::string_view kPrefix = "lay"; };
struct ShopperKind  { static constexpr std::string_view kPrefix = "cus"; };
struct UserKind     { static constexpr std::string_view kPrefix = "usr"; };
struct SessionKind  { static constexpr std::string_view kPrefix = "ses"; };
struct ReceiptKind  { static constexpr std::string_view kPrefix = "rct"; };
struct PaymentKind  { static constexpr std::string_view kPrefix = "pay"; };
struct RefundKind   { static constexpr std::string_view kPrefix = "rfd"; };
struct TransferKind { static constexpr std::string_view kPrefix = "trf"; };
struct MovementKind { static constexpr std::string_view kPrefix = "mov"; };
struct ReviewKind   { static constexpr std::string_view kPrefix = "rev"; };
struct DisputeKind  { static constexpr std::string_view kPrefix = "dsp"; };
struct JobKind      { static constexpr std::string_view kPrefix = "job"; };
struct CommandKind  { static constexpr std::string_view kPrefix = "cmd"; };
struct EventNameKind { static constexpr std::string_view kPrefix = "evt"; };
// clang-format on

using TenantId = Id<TenantKind>;
using SiteId = Id<SiteKind>;
using CabinetId = Id<CabinetKind>;
using ProductId = Id<ProductKind>;
using MarketId = Id<MarketKind>;
using LayoutId = Id<LayoutKind>;
using ShopperId = Id<ShopperKind>;
using UserId = Id<UserKind>;
using SessionId = Id<SessionKind>;
using ReceiptId = Id<ReceiptKind>;
using PaymentId = Id<PaymentKind>;
using RefundId = Id<RefundKind>;
using TransferId = Id<TransferKind>;
using MovementId = Id<MovementKind>;
using ReviewId = Id<ReviewKind>;
using DisputeId = Id<DisputeKind>;
using JobId = Id<JobKind>;
using CommandId = Id<CommandKind>;
using EventId = Id<EventNameKind>;

}  // namespace tally

template <typename Kind>
struct std::hash<tally::Id<Kind>> {
  std::size_t operator()(const tally::Id<Kind>& id) const {
    return std::hash<std::string>{}(id.text());
  }
};
