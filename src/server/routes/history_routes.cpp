// What a session's page shows beside the session: its history, boxes over the video, clips.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

#include "platform/blobs.hpp"
#include "server/core/ledger_book.hpp"
#include "server/routes/own.hpp"
#include "server/routes/reviews.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/session_views.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

constexpr std::int64_t kTransfersMax = 10'000;
constexpr std::size_t kEventsMax = 1'000;

// Gathers what is shown, and the ids of all things whose events belong to it.
class Historian {
 public:
  Historian(const ApiCall& call, SessionRows rows) : call_(call), rows_(std::move(rows)) {}

  Result<Json> tell() {
    things_.insert(rows_.session.id);
    history_ = {{"session", session_view(rows_)},
                {"review", nullptr},
                {"receipt", nullptr},
                {"disputes", Json::array()},
                {"restock", restock_lines(rows_.detail.restock)}};
    for (const auto step :
         {&Historian::add_payments, &Historian::add_review, &Historian::add_receipt,
          &Historian::add_disputes, &Historian::add_events}) {
      if (auto done = (this->*step)(); !done) return std::unexpected(done.error());
    }
    return std::move(history_);
  }

 private:
  static Json restock_lines(const std::vector<commerce::RestockLine>& lines) {
    Json view = Json::array();
    for (const auto& line : lines) view.push_back(restock_line_view(line));
    return view;
  }

  Result<void> add_payments() {
    const commerce::Session& session = rows_.session.value;
    Json payments = Json::array();
    core::TransferFilter filter;
    for (int number = 1; number <= session.hold_number; ++number) {
      const PaymentId id = core::payment_id(session.id, number);
      const auto row =
          core::find_row<commerce::Payment>(call_.transaction(), call_.tenant(), id.text());
      if (!row) return std::unexpected(row.error());
      if (!*row) continue;
      things_.insert(id.text());
      filter.payments.push_back(id);
      payments.push_back(payment_view(**row));
    }
    Json transfers = Json::array();
    if (!filter.payments.empty()) {
      const auto found = core::list_transfers(call_.transaction(), call_.tenant(), filter,
                                              std::nullopt, kTransfersMax);
      if (!found) return std::unexpected(found.error());
      for (const auto& transfer : *found) transfers.push_back(transfer_view(transfer));
    }
    history_["payments"] = std::move(payments);
    history_["transfers"] = std::move(transfers);
    return {};
  }

  Result<void> add_review() {
    if (rows_.detail.review.empty()) return {};
    const auto row = core::find_row<commerce::Review>(call_.transaction(), call_.tenant(),
                                                      rows_.detail.review.text());
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
    auto view = review_view(call_, **row);
    if (!view) return std::unexpected(view.error());
    history_["review"] = *std::move(view);
    things_.insert((*row)->id);
    return {};
  }

  Result<void> add_receipt() {
    if (rows_.detail.receipt.empty()) return {};
    const auto row = core::find_row<commerce::Receipt>(call_.transaction(), call_.tenant(),
                                                       rows_.detail.receipt.text());
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
    history_["receipt"] = receipt_view(**row, rows_.payment, rows_.cabinet_name);
    things_.insert((*row)->id);
    return {};
  }

  Result<void> add_disputes() {
    for (const DisputeId& id : rows_.detail.disputes) {
      const auto row =
          core::find_row<commerce::Dispute>(call_.transaction(), call_.tenant(), id.text());
      if (!row) return std::unexpected(row.error());
      if (!*row) continue;
      history_["disputes"].push_back(dispute_view(**row, rows_.detail.offers));
      things_.insert(id.text());
    }
    return {};
  }

  // The newest are left out where there are too many: the beginning explains the rest.
  Result<void> add_events() {
    std::vector<platform::StoredEvent> events;
    for (const std::string& thing : things_) {
      std::int64_t after = 0;
      while (true) {
        const auto page = platform::events_of(call_.transaction(), call_.tenant(), thing, after,
                                              platform::kEventsPageMax);
        if (!page) return std::unexpected(page.error());
        events.insert(events.end(), page->begin(), page->end());
        if (std::ssize(*page) < platform::kEventsPageMax || events.size() > kEventsMax) break;
        after = page->back().sequence;
      }
    }
    std::ranges::sort(events, {}, &platform::StoredEvent::sequence);
    if (events.size() > kEventsMax) events.resize(kEventsMax);
    Json view = Json::array();
    for (const auto& event : events) view.push_back(event_view(event));
    history_["events"] = std::move(view);
    return {};
  }

  const ApiCall& call_;
  SessionRows rows_;
  Json history_;
  std::set<std::string> things_;
};

Result<ApiAnswer> get_history(ApiCall& call) {
  auto row = session_in_path(call);
  if (!row) return std::unexpected(row.error());
  auto rows = read_session(call.transaction(), *std::move(row));
  if (!rows) return std::unexpected(rows.error());
  const auto history = Historian(call, *std::move(rows)).tell();
  if (!history) return std::unexpected(history.error());
  return api::answer(200, *history);
}

Result<platform::BlobEntry> evidence(const ApiCall& call, const std::string& name,
                                     std::string_view what) {
  const auto row = session_in_path(call);
  if (!row) return std::unexpected(row.error());
  const auto blob = platform::find_blob(call.transaction(), {call.tenant(), row->id, name});
  if (!blob) return std::unexpected(blob.error());
  if (!*blob) return fail(ApiError::kNotFound, fmt::format("{} has no such {}", row->id, what));
  if ((*blob)->purged_at) {
    return fail(ApiError::kGone, fmt::format("this {} was kept as long as it may", what));
  }
  return **blob;
}

Result<ApiAnswer> get_boxes(ApiCall& call, const Services& services) {
  const auto blob = evidence(call, "boxes.json", "boxes");
  if (!blob) return std::unexpected(blob.error());
  ApiAnswer answer{.body = http::FileBody{services.blobs.path_of(blob->sha256)}};
  answer.headers.set("Content-Type", "application/json");
  return answer;
}

Result<ApiAnswer> get_clip(ApiCall& call, const Services& services) {
  const auto blob = evidence(call, "evidence/" + call.path("clip"), "clip");
  if (!blob) return std::unexpected(blob.error());
  ApiAnswer answer{.body = http::FileBody{services.blobs.path_of(blob->sha256)}};
  answer.headers.set("Content-Type", "video/mp4");
  answer.headers.set("Cache-Control", "private, max-age=3600");
  return answer;
}

}  // namespace

void add_history_routes(api::Api& api, Services& services) {
  api.add({.operation = "get_session_history", .run = get_history});
  api.add({.operation = "get_session_boxes",
           .run = [&services](ApiCall& call) { return get_boxes(call, services); }});
  api.add({.operation = "get_session_clip",
           .run = [&services](ApiCall& call) { return get_clip(call, services); }});
}

}  // namespace tally::routes
