// Rows of the business as openapi.yaml shows them. Fields that are of no use to clients, or none of
// their business, are left out.
//
// Thread-safety: pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

#include "commerce/ledger.hpp"
#include "platform/events.hpp"
#include "server/core/facts.hpp"
#include "server/core/rows.hpp"

namespace tally::routes {

using Json = nlohmann::json;

struct SessionRows {
  core::Row<commerce::Session> session;
  records::SessionDetail detail;
  std::optional<commerce::Payment> payment;  // Of its latest hold.
  std::string cabinet_name;
  std::optional<core::SessionFacts> facts;
};
Result<SessionRows> read_session(platform::Transaction& transaction,
                                 core::Row<commerce::Session> session);

// The same for lists, of which a session's offers, that may be many, are no part: of its detail
// only what session_view() shows.
Result<SessionRows> read_listed(platform::Transaction& transaction, const TenantId& tenant,
                                const core::SessionFacts& facts);

// Where something was bought: a cabinet's name, and its site's zone, in which its times are told.
// Empty where they are unknown.
struct Place {
  std::string cabinet_name;
  std::string time_zone;
};
Result<Place> place_of(platform::Transaction& transaction, const TenantId& tenant,
                       const CabinetId& cabinet);
Result<Place> place_of(platform::Transaction& transaction, const TenantId& tenant,
                       const SessionId& session);

[[nodiscard]] Json session_view(const SessionRows& rows);
[[nodiscard]] Json receipt_view(const core::Row<commerce::Receipt>& receipt,
                                const std::optional<commerce::Payment>& payment,
                                const std::string& cabinet_name);
[[nodiscard]] Json dispute_view(const core::Row<commerce::Dispute>& dispute,
                                const commerce::Offers& offers);  // Of the session.
[[nodiscard]] Json transfer_view(const commerce::Transfer& transfer);
[[nodiscard]] Json event_view(const platform::StoredEvent& event);
[[nodiscard]] Json restock_line_view(const commerce::RestockLine& line);
[[nodiscard]] Json text_or_null(const std::string& text);
[[nodiscard]] Json refund_view(const commerce::Payment& payment, const commerce::Refund& refund);
[[nodiscard]] Json payment_view(const core::Row<commerce::Payment>& payment);
// {"data": […], "has_more": …}.
[[nodiscard]] Json page_view(std::vector<Json> data, bool more);

}  // namespace tally::routes
