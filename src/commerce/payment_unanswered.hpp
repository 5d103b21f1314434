// What a payment waits for, where the calls that asked for it are lost.
//
// Thread-safety: pure functions.
#pragma once

#include <vector>

#include "commerce/payment.hpp"

namespace tally::commerce {

// An AnswerUnknown for each call that is under way: told to the payment, each asks again under its
// own key, as a call that the provider may have forgotten (kSearchAttempt). So what happened before
// does not happen twice. Empty where the payment waits for nothing.
[[nodiscard]] std::vector<PaymentEvent> unanswered(const Payment& payment, Instant now);

}  // namespace tally::commerce
