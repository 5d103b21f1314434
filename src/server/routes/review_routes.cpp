// Reviews, and what a reviewer looks at: the cart, the videos.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <set>
#include <span>
#include <tuple>

#include "commerce/review.hpp"
#include "platform/blobs.hpp"
#include "platform/http/body_sink.hpp"
#include "server/routes/body_reader.hpp"
#include "server/routes/filters.hpp"
#include "server/routes/own.hpp"
#include "server/routes/reviews.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/session_views.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

using commerce::Review;
using core::Desk;
using core::Row;

constexpr std::size_t kSkuBytesMax = 200;
constexpr std::size_t kCopyBytes = 1U << 20U;
constexpr std::int64_t kReviewsLookedAt = 200;  // More reviewers than work on one tenant at once.

// ---- Reviews

json lines_view(const std::vector<commerce::ChargeLine>& lines) {
  json view = json::array();
  for (const auto& line : lines) view.push_back({{"sku", line.sku}, {"quantity", line.quantity}});
  return view;
}

// What the cameras counted, as a reviewer could say it.
std::vector<commerce::ChargeLine> suggested(const std::vector<commerce::NetCount>& counts) {
  std::vector<commerce::ChargeLine> lines;
  for (const commerce::NetCount& count : counts) {
    if (count.quantity == 0 || lines.size() == commerce::kChargeLinesMax) continue;
    const auto most = std::int64_t{commerce::kChargeQuantityMax};
    lines.push_back({count.sku, static_cast<int>(std::clamp(count.quantity, -most, most))});
  }
  return lines;
}

// What can be charged: what was offered as the session began. What stood in the cabinet comes
// first, since it nearly always is one of these.
Result<json> offers_view(const ApiCall& call, const SessionId& session) {
  const auto detail =
      core::find_row<records::SessionDetail>(call.transaction(), call.tenant(), session.text());
  if (!detail) return std::unexpected(detail.error());
  if (!*detail) return json::array();
  const auto planogram = core::find_row<commerce::Planogram>(call.transaction(), call.tenant(),
                                                             (*detail)->value.planogram.text());
  if (!planogram) return std::unexpected(planogram.error());
  std::set<ProductId> stood;
  if (*planogram) {
    for (const auto& [product, room] : commerce::room_of((*planogram)->value)) {
      stood.insert(product);
    }
  }
  json here = json::array();
  json elsewhere = json::array();
  for (const auto& [sku, offer] : (*detail)->value.offers.by_sku) {
    if (!offer.price) continue;
    const bool is_here = stood.contains(offer.product);
    (is_here ? here : elsewhere)
        .push_back({{"product", offer.product.text()},
                    {"sku", sku},
                    {"name", offer.name},
                    {"unit_price", json_of(offer.price->amount)},
                    {"here", is_here}});
  }
  for (json& one : elsewhere) here.push_back(std::move(one));
  return here;
}

Result<ApiAnswer> answer_row(const ApiCall& call, const Row<Review>& row) {
  auto view = review_view(call, row);
  if (!view) return std::unexpected(view.error());
  auto offers = offers_view(call, row.value.session);
  if (!offers) return std::unexpected(offers.error());
  (*view)["offers"] = *std::move(offers);
  return api::answer(200, *view);
}

Result<ApiAnswer> answer_review(const ApiCall& call) {
  const auto row = need_row_in_path<Review, ReviewId>(call);
  if (!row) return std::unexpected(row.error());
  return answer_row(call, *row);
}

Result<ApiAnswer> list_reviews(ApiCall& call) {
  RowFilter filter;
  const auto state = query_value<commerce::ReviewState>(call, "state", commerce::kReviewStates);
  if (!state) return std::unexpected(state.error());
  filter.state = *state;
  return list_viewed<Review>(call, filter,
                             [&](const Row<Review>& row) { return review_view(call, row); });
}

// One's own that is claimed, else the one that has waited longest; behind `after`, where it is
// given, and from the first again where there is none behind it.
Result<std::optional<Row<Review>>> next_review(const ApiCall& call,
                                               const std::optional<Row<Review>>& after) {
  std::optional<Row<Review>> first;
  std::optional<Row<Review>> behind;
  for (const commerce::ReviewState state :
       {commerce::ReviewState::kClaimed, commerce::ReviewState::kWaiting}) {
    const auto rows = core::oldest_rows<Review>(call.transaction(), call.tenant(), name_of(state),
                                                kReviewsLookedAt);
    if (!rows) return std::unexpected(rows.error());
    for (const Row<Review>& row : *rows) {
      const Review& review = row.value;
      const bool mine = review.claimed_by == acting_user(call);
      const bool others = review.claimed_until && *review.claimed_until > call.now && !mine;
      if (others || review.waive_at <= call.now) continue;
      if (mine && !after) return std::optional(row);
      const auto age = std::tie(row.created_at, row.id);
      if (!first || age < std::tie(first->created_at, first->id)) first = row;
      const bool passed = after && age > std::tie(after->created_at, after->id);
      if (passed && (!behind || age < std::tie(behind->created_at, behind->id))) behind = row;
    }
  }
  if (behind) return behind;
  return after && first && first->id == after->id ? std::nullopt : first;
}

Result<ApiAnswer> claim_next(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  std::optional<ReviewId> passed;
  if (!body.is_null("after") && body.has("after")) passed = body.id<ReviewId>("after");
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  std::optional<Row<Review>> after;
  if (passed) {
    auto row = core::find_row<Review>(call.transaction(), call.tenant(), passed->text());
    if (!row) return std::unexpected(row.error());
    after = *std::move(row);
  }
  const auto next = next_review(call, after);
  if (!next) return std::unexpected(next.error());
  if (!*next) return api::no_content();
  const ReviewId id = (*next)->value.id;
  return at_desk(
      call, services.board,
      [&](Desk& desk) {
        return desk.tell(call.tenant(), id,
                         commerce::ReviewEvent(commerce::ReviewClaim{call.now, acting_user(call)}));
      },
      [&](Desk&) -> Result<ApiAnswer> {
        const auto row = need_row<Review>(call, id.text());
        if (!row) return std::unexpected(row.error());
        return answer_row(call, *row);
      });
}

Result<ApiAnswer> tell_review(ApiCall& call, Services& services,
                              const commerce::ReviewEvent& event) {
  const auto row = need_row_in_path<Review, ReviewId>(call);
  if (!row) return std::unexpected(row.error());
  return at_desk(
      call, services.board,
      [&](Desk& desk) { return desk.tell(call.tenant(), row->value.id, event); },
      [&](Desk&) { return answer_review(call); });
}

constexpr std::int64_t kHeldMsMax = 10'000;  // As api/openapi.yaml has it.

Result<ApiAnswer> decide_review(ApiCall& call, Services& services) {
  commerce::ReviewDecide decision{call.now, acting_user(call), {}};
  BodyReader body(call.body());
  const int most = commerce::kChargeQuantityMax;
  body.each("lines", commerce::kChargeLinesMax, [&](BodyReader& line) {
    std::string sku = line.text("sku", kSkuBytesMax);
    const auto quantity = static_cast<int>(line.integer("quantity", -most, most));
    decision.lines.push_back({std::move(sku), quantity});
  });
  const auto held_ms = body.integer_if("held_ms", 0, kHeldMsMax);
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  decision.at = call.now - Duration(held_ms.value_or(0));
  return tell_review(call, services, std::move(decision));
}

// ---- What the cameras saw

Result<ApiAnswer> get_cart(ApiCall& call, const Services& services) {
  const auto row = session_in_path(call);
  if (!row) return std::unexpected(row.error());
  const auto blob = platform::find_blob(call.transaction(), {call.tenant(), row->id, "cart.json"});
  if (!blob) return std::unexpected(blob.error());
  if (!*blob || (*blob)->purged_at) {
    return fail(ApiError::kNotFound, fmt::format("{} has no cart (yet, or any more)", row->id));
  }
  auto text = services.blobs.read((*blob)->sha256);
  if (!text) return std::unexpected(text.error());
  return ApiAnswer{.body = *std::move(text)};
}

std::string segment_name(std::string_view camera, int number) {
  return fmt::format("{}/{:04}", camera, number);
}

Result<ApiAnswer> list_videos(ApiCall& call) {
  const auto row = session_in_path(call);
  if (!row) return std::unexpected(row.error());
  const auto footage =
      core::find_row<commerce::Footage>(call.transaction(), call.tenant(), row->id);
  if (!footage) return std::unexpected(footage.error());
  json data = json::array();
  if (!*footage) return api::answer(200, {{"data", data}});
  for (const commerce::CameraFootage& camera : (*footage)->value.cameras) {
    std::int64_t bytes = 0;
    for (const auto& [number, segment] : camera.segments) bytes += segment.bytes;
    bool purged = false;
    if (!camera.segments.empty()) {
      const auto first = platform::find_blob(
          call.transaction(),
          {call.tenant(), row->id, segment_name(camera.camera, camera.segments.begin()->first)});
      if (!first) return std::unexpected(first.error());
      purged = !*first || (*first)->purged_at.has_value();
    }
    data.push_back({{"camera", camera.camera},
                    {"bytes", bytes},
                    {"start_ms", camera.start_ms},
                    {"purged", purged}});
  }
  return api::answer(200, {{"data", std::move(data)}});
}

// A camera's video as one file, on its way through the stages of a call.
struct JoinedVideo {
  platform::BlobName name;  // Of the file; it says of how many segments it is made.
  std::vector<platform::BlobEntry> segments;
  std::string sha256;   // Once it is a file.
  bool joined = false;  // It was one before.
};

// Which segments are joined: from the first, which has the index, up to one that is not here.
Result<void> find_segments(ApiCall& call) {
  const auto row = session_in_path(call);
  if (!row) return std::unexpected(row.error());
  const std::string& camera = call.path("camera");
  JoinedVideo video;
  for (int number = 0; number < commerce::kSegmentsMax; ++number) {
    auto blob = platform::find_blob(call.transaction(),
                                    {call.tenant(), row->id, segment_name(camera, number)});
    if (!blob) return std::unexpected(blob.error());
    if (!*blob) break;
    if ((*blob)->purged_at) {
      return fail(ApiError::kGone, "this video was kept as long as it may");
    }
    video.segments.push_back(**std::move(blob));
  }
  if (video.segments.empty()) {
    return fail(ApiError::kNotFound, fmt::format("{} has no video of this camera", row->id));
  }
  video.name = {call.tenant(), row->id,
                fmt::format("{}/joined-{}.mp4", camera, video.segments.size())};
  const auto joined = platform::find_blob(call.transaction(), video.name);
  if (!joined) return std::unexpected(joined.error());
  if (*joined && (*joined)->purged_at) {
    return fail(ApiError::kGone, "this video was kept as long as it may");
  }
  if (*joined) video.sha256 = (*joined)->sha256;
  video.joined = joined->has_value();
  call.carried = std::move(video);
  return {};
}

Result<void> append_file(http::FileSink& sink, const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> chunk(kCopyBytes);
  while (file) {
    file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    const auto read = static_cast<std::size_t>(file.gcount());
    if (auto written = sink.write(std::as_bytes(std::span(chunk.data(), read))); !written) {
      return written;
    }
  }
  if (file.eof()) return {};
  return fail(platform::BlobError::kMissing, fmt::format("{}: can't be read", path.string()));
}

Result<void> join_segments(ApiCall& call, const Services& services) {
  auto& video = std::any_cast<JoinedVideo&>(call.carried);
  if (!video.sha256.empty()) return {};
  auto sink =
      http::FileSink::create(services.uploads / (call.world.new_id<EventId>().text() + ".mp4"));
  if (!sink) return std::unexpected(std::move(sink.error()));
  for (const platform::BlobEntry& segment : video.segments) {
    auto joined = append_file(**sink, services.blobs.path_of(segment.sha256));
    if (!joined) return joined;
  }
  if (auto finished = (*sink)->finish(); !finished) return finished;
  if (auto kept = services.blobs.adopt((*sink)->path(), (*sink)->sha256()); !kept) return kept;
  (*sink)->keep();
  video.sha256 = (*sink)->sha256();
  return {};
}

// It is kept as long as its first segment, and no longer.
Result<ApiAnswer> get_video(ApiCall& call, const Services& services) {
  const auto& video = std::any_cast<const JoinedVideo&>(call.carried);
  const platform::BlobEntry& first = video.segments.front();
  const auto kept =
      platform::add_blob(call.transaction(), services.blobs, video.name,
                         platform::BlobKind::kRawVideo, video.sha256, first.created_at);
  if (!kept) return std::unexpected(kept.error());
  if (!video.joined && first.held_until && *first.held_until > call.now) {
    const auto held = platform::hold_blobs(call.transaction(), call.tenant(), video.name.owner,
                                           *first.held_until, "its segments are held", call.now);
    if (!held) return std::unexpected(held.error());
  }
  ApiAnswer answer;
  answer.body = http::FileBody{services.blobs.path_of(video.sha256)};
  answer.headers.set("Content-Type", "video/mp4");
  answer.headers.set("Cache-Control", "private, no-store");
  return answer;
}

}  // namespace

Result<json> review_view(const ApiCall& call, const Row<Review>& row) {
  const Review& review = row.value;
  const auto detail =
      core::find_row<records::SessionDetail>(call.transaction(), row.tenant, review.session.text());
  if (!detail) return std::unexpected(detail.error());
  const auto session =
      core::find_row<commerce::Session>(call.transaction(), row.tenant, review.session.text());
  if (!session) return std::unexpected(session.error());
  const auto counts = *detail ? (*detail)->value.counts : std::vector<commerce::NetCount>();
  const bool decided = review.state == commerce::ReviewState::kDecided;
  return json{{"id", review.id.text()},
              {"session", review.session.text()},
              {"cabinet", *session ? (*session)->value.cabinet.text() : ""},
              {"state", name_of(review.state)},
              {"reasons", review.reasons},
              {"claimed_by", json_of_id(review.claimed_by)},
              {"claimed_until", json_of(review.claimed_until)},
              {"claimed_at", json_of(review.claimed_at)},
              {"decided_at", json_of(review.decided_at)},
              {"decided_by", decided ? json_of_id(review.claimed_by) : json(nullptr)},
              {"opened_at", to_string(review.opened)},
              {"waive_at", to_string(review.waive_at)},
              {"suggested", lines_view(suggested(counts))},
              {"lines", lines_view(review.lines)},
              {"cart", *detail && !(*detail)->value.cart.empty()},
              {"offers", json::array()},
              {"version", row.version}};
}

void add_review_routes(api::Api& api, Services& services) {
  api.add({.operation = "list_reviews", .run = list_reviews});
  api.add({.operation = "get_review", .run = answer_review});
  api.add({.operation = "claim_next_review",
           .run = [&services](ApiCall& call) { return claim_next(call, services); }});
  api.add({.operation = "claim_review", .run = [&services](ApiCall& call) {
             return tell_review(call, services, commerce::ReviewClaim{call.now, acting_user(call)});
           }});
  api.add({.operation = "unclaim_review", .run = [&services](ApiCall& call) {
             return tell_review(call, services,
                                commerce::ReviewUnclaim{call.now, acting_user(call)});
           }});
  api.add({.operation = "decide_review",
           .run = [&services](ApiCall& call) { return decide_review(call, services); }});
  api.add({.operation = "get_session_cart",
           .run = [&services](ApiCall& call) { return get_cart(call, services); }});
  api.add({.operation = "list_session_videos", .run = list_videos});
  api.add({.operation = "get_session_video",
           .run = [&services](ApiCall& call) { return get_video(call, services); },
           .look = find_segments,
           .slow = [&services](ApiCall& call) { return join_segments(call, services); },
           .run_in = api::RunIn::kWrite});
}

}  // namespace tally::routes
