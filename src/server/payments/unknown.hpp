// The answer that is always right: that nobody knows whether it happened.
#pragma once

#include "server/payments/provider.hpp"

namespace tally::payments {

[[nodiscard]] inline commerce::payment_event::AnswerUnknown unknown(const ProviderRequest& request,
                                                                    Instant now) {
  return {now, request.kind, request.attempt, request.refund, request.key};
}

}  // namespace tally::payments
