// What tests of payments, ledger and debts share: small amounts, ids by number, a clock of numbers.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "commerce/payment.hpp"

namespace tally::commerce::testing {

inline Money euros(std::int64_t minor) { return {minor, Currency::parse("EUR").value()}; }
inline Money yen(std::int64_t minor) { return {minor, Currency::parse("JPY").value()}; }
inline Gross gross(std::int64_t minor, std::int64_t tax_minor = 0) {
  return {euros(minor), tax_minor};
}

inline constexpr Instant kStart = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};
inline Instant after(Duration duration) { return kStart + duration; }
inline constexpr Duration kDay = std::chrono::hours{24};
inline const Instant kCaptureBefore = kStart + 7 * kDay;

template <typename Id>
Id id_of(std::uint8_t number) {
  IdBits bits{};
  bits.back() = number;
  return Id::from_bits(bits);
}

inline Payment new_payment(PaymentPurpose purpose = PaymentPurpose::kSale) {
  Payment payment;
  payment.id = id_of<PaymentId>(1);
  payment.purpose = purpose;
  payment.tenant = id_of<TenantId>(1);
  payment.shopper = id_of<ShopperId>(1);
  if (purpose == PaymentPurpose::kSale) payment.session = id_of<SessionId>(1);
  payment.method = "card_approves";
  return payment;
}

inline payment_event::HoldPlaced placed(std::int64_t minor) {
  return {kStart, euros(minor), kCaptureBefore, "ref_1"};
}

// A payment that went through all the events; each must be possible.
inline Payment after_events(const std::vector<PaymentEvent>& events,
                            PaymentPurpose purpose = PaymentPurpose::kSale) {
  Payment payment = new_payment(purpose);
  for (const PaymentEvent& event : events) {
    Result<PaymentStep> next = step(payment, event);
    if (!next) {
      ADD_FAILURE() << next.error().message;
      return payment;
    }
    payment = std::move(next->state);
  }
  return payment;
}

template <typename Effect, typename Any>
std::vector<Effect> effects_of(const std::vector<Any>& effects) {
  std::vector<Effect> found;
  for (const auto& effect : effects) {
    if (const auto* one = std::get_if<Effect>(&effect)) found.push_back(*one);
  }
  return found;
}

// Every value of an enum has a name of its own.
template <typename Enum>
void expect_names(std::size_t count) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < count; ++i) names.insert(name_of(static_cast<Enum>(i)));
  EXPECT_EQ(names.size(), count);
  EXPECT_FALSE(names.contains(""));
}

}  // namespace tally::commerce::testing
