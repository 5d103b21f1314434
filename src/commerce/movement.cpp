#include "commerce/movement.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "commerce/error.hpp"
#include "commerce/fields.hpp"

namespace tally::commerce {
namespace {

Result<void> wrong(std::string_view field, MovementCause cause, std::string_view rule) {
  return fail(CommerceError::kInvalid,
              fmt::format("movement.{}: of a movement by {} {}", field, name_of(cause), rule));
}

Result<void> check_quantity(const Movement& movement) {
  const std::int64_t quantity = movement.quantity;
  switch (movement.cause) {
    case MovementCause::kSale:
    case MovementCause::kWaste:
    case MovementCause::kExpired:
      if (quantity < 0) break;
      return wrong("quantity", movement.cause, "must be below 0");
    case MovementCause::kPutBack:
      if (quantity > 0) break;
      return wrong("quantity", movement.cause, "must be above 0");
    case MovementCause::kRestock:
    case MovementCause::kCorrection:
    case MovementCause::kCountOffset:
      if (quantity != 0) break;
      return wrong("quantity", movement.cause, "must not be 0");
    case MovementCause::kCount:
      return {};  // As far as the prediction was off, which has a limit of its own.
  }
  return check_range("movement.quantity", quantity, -kMovementQuantityMax, kMovementQuantityMax);
}

Result<void> check_source(const Movement& movement) {
  const MovementSource& source = movement.source;
  switch (movement.cause) {
    case MovementCause::kSale:
    case MovementCause::kPutBack:
    case MovementCause::kRestock:
      if (!source.session.empty()) return {};
      return wrong("source", movement.cause, "must name its session");
    case MovementCause::kCount:
    case MovementCause::kWaste:
    case MovementCause::kExpired:
      if (!source.session.empty() || !source.user.empty()) return {};
      return wrong("source", movement.cause, "must name a session or a user");
    case MovementCause::kCorrection:
      if (!source.session.empty() && source.dispute.empty() != source.review.empty()) return {};
      return wrong("source", movement.cause, "must name its session, and a dispute or a review");
    case MovementCause::kCountOffset:
      return {};  // That of the movement which it offsets.
  }
  std::abort();
}

Result<void> check_counted(const Movement& movement) {
  const bool is_count = movement.cause == MovementCause::kCount;
  if (is_count != movement.counted.has_value()) {
    return wrong("counted", movement.cause, is_count ? "must be given" : "must be absent");
  }
  return is_count ? check_range("movement.counted", *movement.counted, 0, kMovementQuantityMax)
                  : Result<void>{};
}

}  // namespace

std::string_view name_of(MovementCause cause) {
  switch (cause) {
    case MovementCause::kSale:
      return "sale";
    case MovementCause::kPutBack:
      return "put_back";
    case MovementCause::kRestock:
      return "restock";
    case MovementCause::kCount:
      return "count";
    case MovementCause::kCountOffset:
      return "count_offset";
    case MovementCause::kWaste:
      return "waste";
    case MovementCause::kExpired:
      return "expired";
    case MovementCause::kCorrection:
      return "correction";
  }
  std::abort();
}

Result<void> check(const Movement& movement) {
  return first_error(check_id("movement.id", movement.id),
                     check_text("movement.key", movement.key, kMovementKeyBytesMax),
                     check_id("movement.cabinet", movement.cabinet),
                     check_id("movement.product", movement.product), check_quantity(movement),
                     check_source(movement), check_counted(movement));
}

bool is_repeat(const Movement& earlier, const Movement& now) {
  // A count's correction depends on what was predicted when it became known; the count does not.
  const bool is_count = now.cause == MovementCause::kCount;
  return earlier.key == now.key && earlier.cabinet == now.cabinet &&
         earlier.product == now.product && earlier.cause == now.cause && earlier.at == now.at &&
         earlier.source == now.source && earlier.counted == now.counted &&
         (is_count || earlier.quantity == now.quantity);
}

}  // namespace tally::commerce
