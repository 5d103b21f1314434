// The catalog, planograms, stock and receipts.
#include "commerce/catalog.hpp"
#include "commerce/inventory.hpp"
#include "commerce/offers.hpp"
#include "commerce/planogram.hpp"
#include "commerce/receipt.hpp"
#include "commerce/restock.hpp"
#include "server/records/archive.hpp"
#include "server/records/names.hpp"
#include "server/records/session_detail.hpp"

namespace tally::records {

template <>
inline constexpr int kValues<commerce::ReviewLevel> = 5;
template <>
inline constexpr int kFirstValue<commerce::ReviewLevel> = 1;
template <>
inline constexpr int kValues<commerce::PlanogramState> =
    static_cast<int>(commerce::PlanogramState::kCount);
template <>
inline constexpr int kValues<commerce::MovementCause> = 8;

template <typename Archive, Same<commerce::Tenant> Value>
void describe(Archive& archive, Value& tenant) {
  archive("id", tenant.id);
  archive("name", tenant.name);
}

template <typename Archive, Same<commerce::Site> Value>
void describe(Archive& archive, Value& site) {
  archive("id", site.id);
  archive("tenant", site.tenant);
  archive("name", site.name);
  archive("address", site.address);
  archive("latitude", site.latitude);
  archive("longitude", site.longitude);
  archive("time_zone", site.time_zone);
}

template <typename Archive, Same<commerce::Cabinet> Value>
void describe(Archive& archive, Value& cabinet) {
  archive("id", cabinet.id);
  archive("tenant", cabinet.tenant);
  archive("site", cabinet.site);
  archive("market", cabinet.market);
  archive("name", cabinet.name);
}

template <typename Archive, Same<commerce::ProductSize> Value>
void describe(Archive& archive, Value& size) {
  archive("width_mm", size.width);
  archive("depth_mm", size.depth);
  archive("height_mm", size.height);
}

template <typename Archive, Same<commerce::Product> Value>
void describe(Archive& archive, Value& product) {
  archive("id", product.id);
  archive("tenant", product.tenant);
  archive("sku", product.sku);
  archive("name", product.name);
  archive("gtin", product.gtin);
  archive("photos", product.photos);
  archive("size", product.size);
}

template <typename Archive, Same<commerce::Price> Value>
void describe(Archive& archive, Value& price) {
  archive("amount", price.amount);
  archive("tax_rate_bp", price.tax_rate_bp);
}

template <typename Archive, Same<commerce::Market> Value>
void describe(Archive& archive, Value& market) {
  archive("id", market.id);
  archive("tenant", market.tenant);
  archive("name", market.name);
  archive("currency", market.currency);
  archive("price_includes_tax", market.price_includes_tax);
  archive("hold", market.hold);
  archive("review_level", market.review_level);
  archive("prices", market.prices);
  archive("dispute_grant_max", market.dispute_grant_max);
  archive("review_error_max", market.review_error_max);
}

template <typename Archive, Same<commerce::Facing> Value>
void describe(Archive& archive, Value& facing) {
  archive("id", facing.id);
  archive("product", facing.product);
  archive("capacity", facing.capacity);
  archive("par_level", facing.par_level);
}

template <typename Archive, Same<commerce::Shelf> Value>
void describe(Archive& archive, Value& shelf) {
  archive("id", shelf.id);
  archive("facings", shelf.facings);
}

template <typename Archive, Same<commerce::Planogram> Value>
void describe(Archive& archive, Value& planogram) {
  archive("id", planogram.id);
  archive("cabinet", planogram.cabinet);
  archive("version", planogram.version);
  archive("camera_layout", planogram.camera_layout);
  archive("shelves", planogram.shelves);
  archive("state", planogram.state);
  archive("published_at", planogram.published_at);
  archive("applied_at", planogram.applied_at);
  archive("ended_at", planogram.ended_at);
}

template <typename Archive, Same<commerce::MovementSource> Value>
void describe(Archive& archive, Value& source) {
  archive("session", source.session);
  archive("user", source.user);
  archive("dispute", source.dispute);
  archive("review", source.review);
}

template <typename Archive, Same<commerce::Movement> Value>
void describe(Archive& archive, Value& movement) {
  archive("id", movement.id);
  archive("key", movement.key);
  archive("cabinet", movement.cabinet);
  archive("product", movement.product);
  archive("cause", movement.cause);
  archive("quantity", movement.quantity);
  archive("at", movement.at);
  archive("source", movement.source);
  archive("counted", movement.counted);
}

template <typename Archive, Same<commerce::CountRecord> Value>
void describe(Archive& archive, Value& count) {
  archive("at", count.at);
  archive("counted", count.counted);
  archive("predicted", count.predicted);
  archive("taken", count.taken);
}

template <typename Archive, Same<commerce::StockLevel> Value>
void describe(Archive& archive, Value& level) {
  archive("predicted", level.predicted);
  archive("par_level", level.par_level);
  archive("taken_since_count", level.taken_since_count);
  archive("counts", level.counts);
}

template <typename Archive, Same<commerce::Offer> Value>
void describe(Archive& archive, Value& offer) {
  archive("product", offer.product);
  archive("sku", offer.sku);
  archive("name", offer.name);
  archive("price", offer.price);
}

template <typename Archive, Same<commerce::Offers> Value>
void describe(Archive& archive, Value& offers) {
  archive("market", offers.market);
  archive("currency", offers.currency);
  archive("price_includes_tax", offers.price_includes_tax);
  archive("at", offers.at);
  archive("by_sku", offers.by_sku);
}

template <typename Archive, Same<commerce::TaxedAmount> Value>
void describe(Archive& archive, Value& amount) {
  archive("net", amount.net);
  archive("tax", amount.tax);
  archive("gross", amount.gross);
}

template <typename Archive, Same<commerce::ReceiptLine> Value>
void describe(Archive& archive, Value& line) {
  archive("product", line.product);
  archive("sku", line.sku);
  archive("name", line.name);
  archive("quantity", line.quantity);
  archive("unit", line.unit);
  archive("amount", line.amount);
  archive("evidence", line.evidence);
}

template <typename Archive, Same<commerce::BroughtItem> Value>
void describe(Archive& archive, Value& item) {
  archive("product", item.product);
  archive("sku", item.sku);
  archive("name", item.name);
  archive("quantity", item.quantity);
  archive("evidence", item.evidence);
}

template <typename Archive, Same<commerce::TaxTotal> Value>
void describe(Archive& archive, Value& total) {
  archive("rate_bp", total.rate_bp);
  archive("amount", total.amount);
}

template <typename Archive, Same<commerce::LineChange> Value>
void describe(Archive& archive, Value& change) {
  archive("product", change.product);
  archive("sku", change.sku);
  archive("name", change.name);
  archive("before", change.before);
  archive("after", change.after);
  archive("difference", change.difference);
}

template <typename Archive, Same<commerce::ReceiptRevision> Value>
void describe(Archive& archive, Value& revision) {
  archive("version", revision.version);
  archive("at", revision.at);
  archive("dispute", revision.dispute);
  archive("review", revision.review);
  archive("reason", revision.reason);
  archive("changes", revision.changes);
  archive("difference", revision.difference);
}

template <typename Archive, Same<commerce::Receipt> Value>
void describe(Archive& archive, Value& receipt) {
  archive("id", receipt.id);
  archive("session", receipt.session);
  archive("cabinet", receipt.cabinet);
  archive("market", receipt.market);
  archive("closed_at", receipt.closed_at);
  archive("at", receipt.at);
  archive("version", receipt.version);
  archive("currency", receipt.currency);
  archive("price_includes_tax", receipt.price_includes_tax);
  archive("lines", receipt.lines);
  archive("brought", receipt.brought);
  archive("taxes", receipt.taxes);
  archive("total", receipt.total);
  archive("revisions", receipt.revisions);
}

template <typename Archive, Same<commerce::RestockLine> Value>
void describe(Archive& archive, Value& line) {
  archive("product", line.product);
  archive("counted", line.counted);
  archive("wasted", line.wasted);
  archive("expired", line.expired);
  archive("loaded", line.loaded);
}

template <typename Archive, Same<commerce::NetCount> Value>
void describe(Archive& archive, Value& count) {
  archive("sku", count.sku);
  archive("quantity", count.quantity);
  archive("evidence", count.evidence);
}

template <typename Archive, Same<WaitingRefund> Value>
void describe(Archive& archive, Value& refund) {
  archive("dispute", refund.dispute);
  archive("words", refund.words);
  archive("minor", refund.minor);
  archive("tax_minor", refund.tax_minor);
}

template <typename Archive, Same<CartModel> Value>
void describe(Archive& archive, Value& model) {
  archive("role", model.role);
  archive("name", model.name);
  archive("sha256", model.sha256);
}

// Older programs named the detector alone.
void read_detector(Reader& reader, SessionDetail& detail) {
  CartModel detector{.role = "detect", .name = {}, .sha256 = {}};
  reader("model_name", detector.name);
  reader("model_sha256", detector.sha256);
  if (detail.models.empty() && !detector.sha256.empty()) detail.models.push_back(detector);
}

template <typename Archive, Same<SessionDetail> Value>
void describe(Archive& archive, Value& detail) {
  archive("offers", detail.offers);
  archive("method", detail.method);
  archive("provider", detail.provider);
  archive("planogram", detail.planogram);
  archive("camera_layout", detail.camera_layout);
  archive("user", detail.user);
  archive("restock", detail.restock);
  archive("cart", detail.cart);
  archive("counts", detail.counts);
  archive("review", detail.review);
  archive("receipt", detail.receipt);
  archive("disputes", detail.disputes);
  archive("refunds_waiting", detail.refunds_waiting);
  archive("decided_at", detail.decided_at);
  archive("settled_at", detail.settled_at);
  archive("watched_at_close", detail.watched_at_close);
  archive("decision", detail.decision);
  archive("models", detail.models);
  if constexpr (std::same_as<Archive, Reader>) read_detector(archive, detail);
}

}  // namespace tally::records

TALLY_RECORD(tally::commerce::Tenant);
TALLY_RECORD(tally::commerce::Site);
TALLY_RECORD(tally::commerce::Cabinet);
TALLY_RECORD(tally::commerce::Product);
TALLY_RECORD(tally::commerce::Market);
TALLY_RECORD(tally::commerce::Planogram);
TALLY_RECORD(tally::commerce::Movement);
TALLY_RECORD(tally::commerce::StockLevel);
TALLY_RECORD(tally::commerce::Offers);
TALLY_RECORD(tally::commerce::Receipt);
TALLY_RECORD(std::vector<tally::commerce::RestockLine>);
TALLY_RECORD(tally::records::SessionDetail);
