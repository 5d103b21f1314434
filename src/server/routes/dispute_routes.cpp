// Disputes: a shopper says that lines of a receipt are wrong, somebody decides.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "commerce/dispute.hpp"
#include "platform/blobs.hpp"
#include "server/core/facts.hpp"
#include "server/routes/body_reader.hpp"
#include "server/routes/filters.hpp"
#include "server/routes/own.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/session_views.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

using commerce::Dispute;
using commerce::Receipt;
using core::Desk;
using core::Row;

constexpr std::size_t kSkuBytesMax = 200;

Result<Json> view_dispute(const ApiCall& call, const Row<Dispute>& row) {
  const auto detail = core::find_row<records::SessionDetail>(call.transaction(), call.tenant(),
                                                             row.value.session.text());
  if (!detail) return std::unexpected(detail.error());
  const auto place = place_of(call.transaction(), call.tenant(), row.value.session);
  if (!place) return std::unexpected(place.error());
  Json view = dispute_view(row, *detail ? (*detail)->value.offers : commerce::Offers());
  if (!place->time_zone.empty()) view["time_zone"] = place->time_zone;
  return view;
}

Result<ApiAnswer> answer_dispute(const ApiCall& call, int status, const DisputeId& id) {
  const auto row = need_row<Dispute>(call, id.text());
  if (!row) return std::unexpected(row.error());
  const auto view = view_dispute(call, *row);
  if (!view) return std::unexpected(view.error());
  return api::answer(status, *view);
}

// The dispute in the path, if the caller may see it.
Result<Row<Dispute>> dispute_in_path(const ApiCall& call) {
  auto row = need_row_in_path<Dispute, DisputeId>(call);
  if (!row) return row;
  const auto shopper = shopper_of_session(call, row->value.session);
  if (!shopper) return std::unexpected(shopper.error());
  if (!may_see(call, *shopper)) return no_such<Dispute>(row->id);
  return row;
}

Result<ApiAnswer> get_dispute(ApiCall& call) {
  const auto row = dispute_in_path(call);
  if (!row) return std::unexpected(row.error());
  return answer_dispute(call, 200, row->value.id);
}

// A shopper's, newest first: of their sessions, which an index finds.
Result<std::vector<Row<Dispute>>> disputes_of(const ApiCall& call, const ShopperId& shopper) {
  const auto sessions = core::list_sessions(call.transaction(), call.tenant(),
                                            {.shopper = shopper.text(), .disputed = true},
                                            std::nullopt, core::kFactsMax);
  if (!sessions) return std::unexpected(sessions.error());
  std::vector<Row<Dispute>> disputes;
  for (const core::SessionFacts& session : *sessions) {
    const auto detail = core::find_row<records::SessionDetail>(call.transaction(), call.tenant(),
                                                               session.session.text());
    if (!detail) return std::unexpected(detail.error());
    if (!*detail) continue;
    for (const DisputeId& id : (*detail)->value.disputes) {
      auto row = core::find_row<Dispute>(call.transaction(), call.tenant(), id.text());
      if (!row) return std::unexpected(std::move(row.error()));
      if (*row) disputes.push_back(**std::move(row));
    }
  }
  std::ranges::sort(disputes, std::ranges::greater(), [](const Row<Dispute>& row) {
    return std::pair(row.created_at, std::string_view(row.id));
  });
  return disputes;
}

Result<ApiAnswer> list_own_disputes(const ApiCall& call, const std::optional<std::string>& state) {
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  auto rows = disputes_of(call, shopper_of(call));
  if (!rows) return std::unexpected(rows.error());
  if (wish->starting_after) {
    const auto last = std::ranges::find(*rows, *wish->starting_after, &Row<Dispute>::id);
    rows->erase(rows->begin(), last == rows->end() ? last : last + 1);
  }
  if (state) {
    std::erase_if(*rows,
                  [&](const Row<Dispute>& row) { return name_of(row.value.state) != *state; });
  }
  std::vector<Json> data;
  for (const Row<Dispute>& row : *rows) {
    if (std::ssize(data) == wish->limit) break;
    auto view = view_dispute(call, row);
    if (!view) return std::unexpected(std::move(view.error()));
    data.push_back(*std::move(view));
  }
  const bool more = std::ssize(*rows) > wish->limit;
  return api::answer(200, page_view(std::move(data), more));
}

Result<ApiAnswer> list_disputes(ApiCall& call) {
  const auto state = query_value<commerce::DisputeState>(call, "state", commerce::kDisputeStates);
  if (!state) return std::unexpected(state.error());
  if (call.principal().role == identity::Role::kShopper) return list_own_disputes(call, *state);
  return list_own<Dispute>(
      call, *state,
      [&](const Dispute& dispute) { return shopper_of_session(call, dispute.session); },
      [&](const Row<Dispute>& row) { return view_dispute(call, row); });
}

// How many of the shopper's disputes no human decided, in the last 30 days.
Result<int> granted_lately(const ApiCall& call, const ShopperId& shopper) {
  const auto disputes = disputes_of(call, shopper);
  if (!disputes) return std::unexpected(disputes.error());
  return static_cast<int>(std::ranges::count_if(*disputes, [&](const Row<Dispute>& row) {
    return row.value.by_policy && row.value.opened >= call.now - commerce::kDisputeTime;
  }));
}

// One at a time: what is decided of the first changes what the second is about.
Result<void> check_none_open(const ApiCall& call, const records::SessionDetail& detail) {
  for (const DisputeId& id : detail.disputes) {
    const auto row = core::find_row<Dispute>(call.transaction(), call.tenant(), id.text());
    if (!row) return std::unexpected(row.error());
    if (*row && (*row)->value.state == commerce::DisputeState::kOpen) {
      return fail(ApiError::kConflict,
                  fmt::format("{} of this receipt is still open; wait for its answer, or withdraw "
                              "it",
                              id.text()));
    }
  }
  return {};
}

Result<std::vector<commerce::DecidedQuantity>> read_lines(BodyReader& body) {
  std::vector<commerce::DecidedQuantity> lines;
  body.each("lines", commerce::kDisputeLinesMax, [&](BodyReader& line) {
    std::string sku = line.text("sku", kSkuBytesMax);
    const auto quantity = line.integer("quantity", 0, commerce::kChargeQuantityMax);
    lines.push_back({std::move(sku), static_cast<int>(quantity)});
  });
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  if (lines.empty()) return fail(ApiError::kParameterInvalid, "body: lines: are none");
  return lines;
}

// What the shopper would get back if all of it were granted.
Result<Money> claimed_of(const commerce::DisputeRequest& request, const Receipt& receipt,
                         const commerce::Offers& offers) {
  commerce::Correction correction{
      .at = request.at, .dispute = request.id, .review = {}, .reason = "as claimed", .counts = {}};
  for (const commerce::DisputedLine& line : request.lines) {
    correction.counts.push_back({line.sku, line.claimed, {}});
  }
  const auto corrected = commerce::correct(receipt, correction, offers);
  if (!corrected) return std::unexpected(corrected.error());
  const Money& before = receipt.total.gross;
  return Money{before.minor - corrected->total.gross.minor, before.currency};
}

struct Disputed {
  Row<Receipt> receipt;
  ShopperId shopper;
  records::SessionDetail detail;
};

// The receipt in the path, if it is the shopper's.
Result<Disputed> disputed_in_path(const ApiCall& call) {
  auto receipt = need_row_in_path<Receipt, ReceiptId>(call);
  if (!receipt) return std::unexpected(receipt.error());
  const auto shopper = shopper_of_session(call, receipt->value.session);
  if (!shopper) return std::unexpected(shopper.error());
  if (!may_see(call, *shopper)) return no_such<Receipt>(receipt->id);
  auto detail = need_row<records::SessionDetail>(call, receipt->value.session.text());
  if (!detail) return std::unexpected(detail.error());
  return Disputed{*std::move(receipt), *shopper, std::move(detail->value)};
}

// As its cabinet's market has it now. Where nothing is known of it any more a human decides.
Result<commerce::DisputePolicy> policy_of(const ApiCall& call, const Services& services,
                                          const SessionId& id) {
  commerce::DisputePolicy policy{.grant_max = {}, .grants_max = services.dispute_grants_max};
  const auto session = need_row<commerce::Session>(call, id.text());
  if (!session) return std::unexpected(session.error());
  const auto cabinet = core::find_row<commerce::Cabinet>(call.transaction(), call.tenant(),
                                                         session->value.cabinet.text());
  if (!cabinet) return std::unexpected(cabinet.error());
  if (!*cabinet) return policy;
  const auto market = core::find_row<commerce::Market>(call.transaction(), call.tenant(),
                                                       (*cabinet)->value.market.text());
  if (!market) return std::unexpected(market.error());
  if (*market) policy.grant_max = commerce::dispute_grant_max((*market)->value);
  return policy;
}

// A quantity that no receipt has can't be below what was charged; the dispute says so.
Result<commerce::DisputeRequest> request_of(const ApiCall& call, const Services& services,
                                            const Disputed& disputed) {
  const Receipt& receipt = disputed.receipt.value;
  commerce::DisputeRequest request;
  request.id = call.world.new_id<DisputeId>();
  request.session = receipt.session;
  request.receipt = receipt.id;
  request.receipt_at = receipt.revisions.empty() ? receipt.at : disputed.receipt.created_at;
  request.at = call.now;
  const auto policy = policy_of(call, services, receipt.session);
  if (!policy) return std::unexpected(policy.error());
  request.policy = *policy;
  BodyReader body(call.body());
  request.words = body.text("words", commerce::kDisputeTextMax, 0);
  const auto lines = read_lines(body);
  if (!lines) return std::unexpected(lines.error());
  for (const commerce::DecidedQuantity& line : *lines) {
    request.lines.push_back({.sku = line.sku,
                             .charged = static_cast<int>(net_count(receipt, line.sku)),
                             .claimed = line.quantity});
  }
  request.claimed = {0, receipt.currency};
  if (auto right = commerce::open_dispute(request); !right) {
    return std::unexpected(right.error());
  }
  const auto claimed = claimed_of(request, receipt, disputed.detail.offers);
  if (!claimed) return std::unexpected(claimed.error());
  request.claimed = *claimed;
  const auto granted = granted_lately(call, disputed.shopper);
  if (!granted) return std::unexpected(granted.error());
  request.granted_lately = *granted;
  return request;
}

// Its videos are kept until it is decided, for whoever decides.
Result<void> hold_videos(Desk& desk, const TenantId& tenant, const DisputeId& id) {
  const auto row = desk.row<Dispute>(tenant, id.text());
  if (!row) return std::unexpected(row.error());
  const Dispute& dispute = (*row)->value;
  const std::string& session = dispute.session.text();
  const auto done =
      dispute.state == commerce::DisputeState::kOpen
          ? platform::hold_blobs(desk.transaction(), tenant, session,
                                 desk.now() + platform::kHoldMax, id.text(), desk.now())
          : platform::release_blobs(desk.transaction(), tenant, session);
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<ApiAnswer> open_dispute(ApiCall& call, Services& services) {
  const auto disputed = disputed_in_path(call);
  if (!disputed) return std::unexpected(disputed.error());
  if (auto free = check_none_open(call, disputed->detail); !free) {
    return std::unexpected(free.error());
  }
  const auto request = request_of(call, services, *disputed);
  if (!request) return std::unexpected(request.error());
  return at_desk(
      call, services.board,
      [&](Desk& desk) {
        auto opened = desk.open_dispute(call.tenant(), *request);
        return opened ? hold_videos(desk, call.tenant(), request->id) : opened;
      },
      [&](Desk&) { return answer_dispute(call, 201, request->id); });
}

Result<ApiAnswer> tell_dispute(ApiCall& call, Services& services,
                               const commerce::DisputeEvent& event) {
  const auto row = dispute_in_path(call);
  if (!row) return std::unexpected(row.error());
  const DisputeId& id = row->value.id;
  return at_desk(
      call, services.board,
      [&](Desk& desk) {
        auto told = desk.tell(call.tenant(), id, event);
        return told ? hold_videos(desk, call.tenant(), id) : told;
      },
      [&](Desk&) { return answer_dispute(call, 200, id); });
}

Result<ApiAnswer> decide_dispute(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  auto lines = read_lines(body);
  if (!lines) return std::unexpected(lines.error());
  return tell_dispute(call, services,
                      commerce::DisputeDecide{call.now, acting_user(call), *std::move(lines)});
}

}  // namespace

void add_dispute_routes(api::Api& api, Services& services) {
  api.add({.operation = "open_dispute",
           .run = [&services](ApiCall& call) { return open_dispute(call, services); }});
  api.add({.operation = "list_disputes", .run = list_disputes});
  api.add({.operation = "get_dispute", .run = get_dispute});
  api.add({.operation = "withdraw_dispute", .run = [&services](ApiCall& call) {
             return tell_dispute(call, services, commerce::DisputeWithdraw{call.now});
           }});
  api.add({.operation = "decide_dispute",
           .run = [&services](ApiCall& call) { return decide_dispute(call, services); }});
}

}  // namespace tally::routes
