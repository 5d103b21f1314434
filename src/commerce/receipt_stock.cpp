#include "commerce/receipt_stock.hpp"

#include <fmt/format.h>

#include "commerce/error.hpp"

namespace tally::commerce {
namespace {

class Changes {
 public:
  Changes(const Receipt& receipt, std::span<const MovementId> ids) : receipt_(receipt), ids_(ids) {}

  void add(std::string_view cause_of, const ProductId& product, MovementCause cause,
           std::int64_t quantity, const MovementSource& source) {
    Movement movement;
    movement.id = ids_[next_++];
    movement.key = fmt::format("{}/{}/{}", cause_of, name_of(cause), product.text());
    movement.cabinet = receipt_.cabinet;
    movement.product = product;
    movement.cause = cause;
    movement.quantity = quantity;
    movement.at = receipt_.closed_at;
    movement.source = source;
    event_.changes.push_back({std::move(movement), ids_[next_++]});
  }

  [[nodiscard]] MoveStock take() { return std::move(event_); }

 private:
  const Receipt& receipt_;
  std::span<const MovementId> ids_;
  std::size_t next_ = 0;
  MoveStock event_;
};

Result<void> check_ids(const Receipt& receipt, std::span<const MovementId> ids) {
  if (ids.size() >= movement_ids_needed(receipt)) return {};
  return fail(CommerceError::kInvalid,
              fmt::format("receipt {}: {} ids of movements were given, and {} may be needed",
                          receipt.id.text(), ids.size(), movement_ids_needed(receipt)));
}

}  // namespace

std::size_t movement_ids_needed(const Receipt& receipt) {
  const std::size_t changes = receipt.revisions.empty()
                                  ? receipt.lines.size() + receipt.brought.size()
                                  : receipt.revisions.back().changes.size();
  return kIdsPerStockChange * changes;
}

Result<MoveStock> sale_movements(const Receipt& receipt, std::span<const MovementId> ids) {
  if (const auto good = check_ids(receipt, ids); !good) return std::unexpected(good.error());
  if (!receipt.revisions.empty()) {
    return fail(CommerceError::kInvalid,
                fmt::format("receipt {}: version {} is a correction; the first was the sale",
                            receipt.id.text(), receipt.version));
  }
  Changes changes(receipt, ids);
  const std::string& session = receipt.session.text();
  const MovementSource source{receipt.session, {}, {}, {}};
  for (const ReceiptLine& line : receipt.lines) {
    changes.add(session, line.product, MovementCause::kSale, -line.quantity, source);
  }
  for (const BroughtItem& item : receipt.brought) {
    changes.add(session, item.product, MovementCause::kPutBack, item.quantity, source);
  }
  return changes.take();
}

Result<MoveStock> correction_movements(const Receipt& receipt, std::span<const MovementId> ids) {
  if (const auto good = check_ids(receipt, ids); !good) return std::unexpected(good.error());
  if (receipt.revisions.empty()) {
    return fail(CommerceError::kInvalid,
                fmt::format("receipt {}: nothing of it was corrected", receipt.id.text()));
  }
  Changes changes(receipt, ids);
  const ReceiptRevision& revision = receipt.revisions.back();
  const std::string by = revision.dispute.text() + revision.review.text();  // One is empty.
  const MovementSource source{receipt.session, {}, revision.dispute, revision.review};
  for (const LineChange& change : revision.changes) {
    changes.add(by, change.product, MovementCause::kCorrection, change.before - change.after,
                source);
  }
  return changes.take();
}

}  // namespace tally::commerce
