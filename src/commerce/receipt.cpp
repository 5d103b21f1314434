#include "commerce/receipt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "commerce/error.hpp"
#include "commerce/fields.hpp"

namespace tally::commerce {
namespace {

constexpr std::string_view kTooMuch = "comes to more than money can hold";

Result<void> check_evidence(std::string_view sku, const std::vector<std::string>& evidence) {
  const std::string field = fmt::format("receipt.lines[{}].evidence", sku);
  if (evidence.size() > kEvidenceMax) {
    return fail(CommerceError::kLimit, fmt::format("{}: are {} clips, and {} are the most", field,
                                                   evidence.size(), kEvidenceMax));
  }
  for (const std::string& clip : evidence) {
    if (auto good = check_text(field, clip, kEvidenceBytesMax); !good) return good;
  }
  return {};
}

Result<void> check_counts(const std::vector<NetCount>& counts) {
  if (counts.size() > kReceiptLinesMax) {
    return fail(CommerceError::kLimit, fmt::format("receipt.lines: are {}, and {} are the most",
                                                   counts.size(), kReceiptLinesMax));
  }
  std::set<std::string_view> skus;
  for (const NetCount& count : counts) {
    const std::string field = fmt::format("receipt.lines[{}]", count.sku);
    const auto good = first_error(
        check_text("receipt.lines.sku", count.sku),
        check_range(field + ".quantity", count.quantity, -kLineQuantityMax, kLineQuantityMax),
        check_evidence(count.sku, count.evidence));
    if (!good) return good;
    if (!skus.insert(count.sku).second) {
      return fail(CommerceError::kDuplicate, field + ": is there twice; sum the counts first");
    }
  }
  return {};
}

std::optional<TaxedAmount> amount_of(const Price& unit, std::int64_t quantity, bool includes_tax) {
  const std::optional<Money> sum = times(unit.amount, quantity);
  if (!sum) return std::nullopt;
  return includes_tax ? tax_within(*sum, unit.tax_rate_bp) : tax_on_top(*sum, unit.tax_rate_bp);
}

// Adds a line or a brought item; the sku is known to be offered, and priced if it is a line.
Result<void> add(Receipt& receipt, const Offer& offer, const NetCount& count) {
  if (count.quantity < 0) {
    receipt.brought.push_back(
        {offer.product, offer.sku, offer.name, -count.quantity, count.evidence});
  }
  if (count.quantity <= 0) return {};
  const auto amount = amount_of(*offer.price, count.quantity, receipt.price_includes_tax);
  if (!amount) {
    return fail(CommerceError::kAmount,
                fmt::format("receipt.lines[{}]: {} of it {}", count.sku, count.quantity, kTooMuch));
  }
  receipt.lines.push_back({offer.product, offer.sku, offer.name, count.quantity, *offer.price,
                           *amount, count.evidence});
  return {};
}

TaxedAmount nothing_in(const Currency& currency) {
  return {{0, currency}, {0, currency}, {0, currency}};
}

Result<void> sum_up(Receipt& receipt) {
  receipt.total = nothing_in(receipt.currency);
  receipt.taxes.clear();
  for (const ReceiptLine& line : receipt.lines) {
    const int rate = line.unit.tax_rate_bp;
    auto tax = std::ranges::lower_bound(receipt.taxes, rate, {}, &TaxTotal::rate_bp);
    if (tax == receipt.taxes.end() || tax->rate_bp != rate) {
      tax = receipt.taxes.insert(tax, {rate, nothing_in(receipt.currency)});
    }
    const auto of_rate = plus(tax->amount, line.amount);
    const auto total = plus(receipt.total, line.amount);
    if (!of_rate || !total) {
      return fail(CommerceError::kAmount, fmt::format("receipt.total: {}", kTooMuch));
    }
    tax->amount = *of_rate;
    receipt.total = *total;
  }
  return {};
}

Result<void> fill(Receipt& receipt, const std::vector<NetCount>& counts, const Offers& offers) {
  std::vector<Wanted> wanted;
  for (const NetCount& count : counts) {
    if (count.quantity != 0) wanted.push_back({count.sku, count.quantity > 0});
  }
  if (auto good = check_offered(offers, wanted); !good) return good;
  for (const NetCount& count : counts) {
    if (count.quantity == 0) continue;
    if (auto good = add(receipt, offers.by_sku.find(count.sku)->second, count); !good) return good;
  }
  return sum_up(receipt);
}

Result<void> wrong_sum(std::string_view field) {
  return fail(CommerceError::kAmount,
              fmt::format("receipt.{}: is not what the lines come to; the receipt was changed, or "
                          "written by something else",
                          field));
}

}  // namespace

std::vector<NetCount> net_counts(const Cart& cart) {
  std::vector<NetCount> counts;
  for (const CartLine& line : cart.lines) {
    NetCount count{line.product, line.quantity, {}};
    for (const std::size_t event : line.events) {
      if (event >= cart.events.size() || cart.events[event].evidence.empty()) continue;
      count.evidence.push_back(cart.events[event].evidence);
    }
    counts.push_back(std::move(count));
  }
  return counts;
}

Result<Receipt> make_receipt(const ReceiptRequest& request, const Offers& offers) {
  const auto good =
      first_error(check_id("receipt.id", request.id), check_id("receipt.session", request.session),
                  check_id("receipt.cabinet", request.cabinet), check_counts(request.counts));
  if (!good) return std::unexpected(good.error());
  Receipt receipt;
  receipt.id = request.id;
  receipt.session = request.session;
  receipt.cabinet = request.cabinet;
  receipt.market = offers.market;
  receipt.closed_at = request.closed_at;
  receipt.at = request.at;
  receipt.currency = offers.currency;
  receipt.price_includes_tax = offers.price_includes_tax;
  if (const auto filled = fill(receipt, request.counts, offers); !filled) {
    return std::unexpected(filled.error());
  }
  return receipt;
}

Result<void> check(const Receipt& receipt) {
  for (const ReceiptLine& line : receipt.lines) {
    const bool in_currency = line.unit.amount.currency == receipt.currency;
    if (line.quantity < 1 || line.unit.amount.minor < 0 || !in_currency ||
        amount_of(line.unit, line.quantity, receipt.price_includes_tax) != line.amount) {
      return wrong_sum(fmt::format("lines[{}]", line.sku));
    }
  }
  for (const BroughtItem& item : receipt.brought) {
    if (item.quantity < 1) return wrong_sum(fmt::format("brought[{}]", item.sku));
  }
  Receipt again = receipt;
  if (auto summed = sum_up(again); !summed) return summed;
  if (again.total != receipt.total) return wrong_sum("total");
  if (again.taxes != receipt.taxes) return wrong_sum("taxes");
  if (receipt.version != 1 + static_cast<std::int64_t>(receipt.revisions.size())) {
    return wrong_sum("version");
  }
  return {};
}

std::int64_t net_count(const Receipt& receipt, std::string_view sku) {
  const auto line = std::ranges::find(receipt.lines, sku, &ReceiptLine::sku);
  if (line != receipt.lines.end()) return line->quantity;
  const auto item = std::ranges::find(receipt.brought, sku, &BroughtItem::sku);
  return item == receipt.brought.end() ? 0 : -item->quantity;
}

namespace {

Result<void> check_correction(const Receipt& receipt, const Correction& correction) {
  if (correction.dispute.empty() == correction.review.empty()) {
    return fail(CommerceError::kInvalid, "correction: must name either a dispute or a review");
  }
  for (const ReceiptRevision& revision : receipt.revisions) {
    if (revision.dispute == correction.dispute && revision.review == correction.review) {
      return fail(
          CommerceError::kDuplicate,
          fmt::format("correction: {}{} has led to version {} already", correction.dispute.text(),
                      correction.review.text(), revision.version));
    }
  }
  if (receipt.version >= kReceiptVersionsMax) {
    return fail(CommerceError::kLimit,
                fmt::format("receipt.version: {} is the last that can be", kReceiptVersionsMax));
  }
  return first_error(check_text("correction.reason", correction.reason, kReasonBytesMax),
                     check_counts(correction.counts));
}

// What the session offered, at the prices of the receipt itself where it has one.
Result<Offers> offers_for(const Receipt& receipt, const Offers& offers) {
  if (offers.market != receipt.market || offers.currency != receipt.currency ||
      offers.price_includes_tax != receipt.price_includes_tax) {
    return fail(CommerceError::kInvalid, "correction: the offers are not those of the session");
  }
  Offers joined = offers;
  for (const BroughtItem& item : receipt.brought) {
    joined.by_sku.try_emplace(item.sku, Offer{item.product, item.sku, item.name, std::nullopt});
  }
  for (const ReceiptLine& line : receipt.lines) {
    joined.by_sku.insert_or_assign(line.sku, Offer{line.product, line.sku, line.name, line.unit});
  }
  return joined;
}

// All counts after the correction, the receipt's own first.
std::vector<NetCount> counts_after(const Receipt& receipt, const Correction& correction) {
  std::vector<NetCount> counts;
  for (const ReceiptLine& line : receipt.lines) {
    counts.push_back({line.sku, line.quantity, line.evidence});
  }
  for (const BroughtItem& item : receipt.brought) {
    counts.push_back({item.sku, -item.quantity, item.evidence});
  }
  for (const NetCount& decided : correction.counts) {
    const auto found = std::ranges::find(counts, decided.sku, &NetCount::sku);
    if (found == counts.end()) {
      counts.push_back(decided);
    } else {
      found->quantity = decided.quantity;
      if (!decided.evidence.empty()) found->evidence = decided.evidence;
    }
  }
  return counts;
}

Money gross_of(const Receipt& receipt, std::string_view sku) {
  const auto line = std::ranges::find(receipt.lines, sku, &ReceiptLine::sku);
  return line == receipt.lines.end() ? Money{0, receipt.currency} : line->amount.gross;
}

std::vector<LineChange> changes_between(const Receipt& before, const Receipt& after,
                                        const Correction& correction, const Offers& offers) {
  std::vector<LineChange> changes;
  for (const NetCount& decided : correction.counts) {
    const std::string& sku = decided.sku;
    const std::int64_t was = net_count(before, sku);
    if (was == decided.quantity) continue;
    const Offer& offer = offers.by_sku.find(sku)->second;
    const std::int64_t difference = gross_of(after, sku).minor - gross_of(before, sku).minor;
    changes.push_back(
        {offer.product, sku, offer.name, was, decided.quantity, {difference, before.currency}});
  }
  return changes;
}

}  // namespace

Result<Receipt> correct(const Receipt& receipt, const Correction& correction,
                        const Offers& offers) {
  if (const auto good = check_correction(receipt, correction); !good) {
    return std::unexpected(good.error());
  }
  const auto joined = offers_for(receipt, offers);
  if (!joined) return std::unexpected(joined.error());
  const std::vector<NetCount> counts = counts_after(receipt, correction);
  if (const auto good = check_counts(counts); !good) return std::unexpected(good.error());
  Receipt next = receipt;
  next.lines.clear();
  next.brought.clear();
  if (const auto good = fill(next, counts, *joined); !good) return std::unexpected(good.error());
  ReceiptRevision revision{receipt.version + 1,
                           correction.at,
                           correction.dispute,
                           correction.review,
                           correction.reason,
                           changes_between(receipt, next, correction, *joined),
                           {next.total.gross.minor - receipt.total.gross.minor, next.currency}};
  if (revision.changes.empty()) {
    return fail(CommerceError::kInvalid,
                "correction: changes nothing; close the dispute or review without one");
  }
  if (!correction.dispute.empty() && revision.difference.minor > 0) {
    return fail(CommerceError::kAmount,
                fmt::format("correction: would add {}; a dispute never raises a receipt",
                            to_string(revision.difference)));
  }
  next.version = revision.version;
  next.at = correction.at;
  next.revisions.push_back(std::move(revision));
  return next;
}

}  // namespace tally::commerce
