#include "server/webhooks/signature.hpp"

#include <gtest/gtest.h>

#include "server/payments/stripe_notice.hpp"

namespace tally::webhooks {
namespace {

constexpr std::string_view kBody = R"({"a": 1})";
constexpr Instant kNow{std::chrono::milliseconds(1'800'000'000'999)};

TEST(WebhookSignature, IsTheHmacOfTimeAndBody) {
  // printf '1800000000.{"a": 1}' | openssl dgst -sha256 -hmac whsec_abc
  EXPECT_EQ(signature_of("whsec_abc", kNow, kBody),
            "t=1800000000,v1=93f08239b3bbe3552e7e2638d535cd0073f4586c25d18782b42f40556e269280");
}

TEST(WebhookSignature, PassesWhatVerifiesStripes) {
  const std::string header = signature_of("whsec_abc", kNow, kBody);
  EXPECT_TRUE(payments::verify_stripe_signature(kBody, header, "whsec_abc", kNow));
  EXPECT_FALSE(payments::verify_stripe_signature(R"({"a": 2})", header, "whsec_abc", kNow));
  EXPECT_FALSE(payments::verify_stripe_signature(kBody, header, "whsec_abd", kNow));
}

}  // namespace
}  // namespace tally::webhooks
