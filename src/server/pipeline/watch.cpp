#include "server/pipeline/watch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/cart_json.hpp"
#include "base/files.hpp"
#include "commerce/fields.hpp"
#include "server/core/rows.hpp"
#include "server/pipeline/boxes.hpp"

namespace tally::pipeline {
namespace {

namespace fs = std::filesystem;
using commerce::SessionState;
using core::Desk;
using platform::Transaction;

constexpr double kIdleSeconds = 60;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Nobody waits for a cart, and none of what the cameras saw may be known.
bool is_over(const commerce::Session& session) {
  return session.state == SessionState::kEnded || session.state == SessionState::kSettled;
}

bool door_is_closed(const commerce::Session& session) {
  return session.state >= SessionState::kGrace && session.state != SessionState::kEnded;
}

}  // namespace

struct Watcher::Watch::View {
  commerce::Session session;
  records::SessionDetail detail;
  std::optional<commerce::Footage> footage;
};

Watcher::Watch::~Watch() {
  live_.reset();
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

Result<Watcher::Watch::View> Watcher::Watch::look() {
  return watcher_.office_.look_and_wait([this](Transaction& transaction) -> Result<View> {
    auto session = core::find_row<commerce::Session>(transaction, job_.tenant, session_.text());
    auto detail = core::find_row<records::SessionDetail>(transaction, job_.tenant, session_.text());
    auto footage = core::find_row<commerce::Footage>(transaction, job_.tenant, session_.text());
    if (!session) return std::unexpected(session.error());
    if (!detail) return std::unexpected(detail.error());
    if (!footage) return std::unexpected(footage.error());
    if (!*session || !*detail) {
      return fail(core::CoreError::kMissing, fmt::format("there is no {}", session_.text()));
    }
    View view{std::move((*session)->value), std::move((*detail)->value), std::nullopt};
    if (*footage) view.footage = std::move((*footage)->value);
    return view;
  });
}

Result<bool> Watcher::Watch::begin(const View& view) {
  if (!view.footage) return false;
  const auto text = watcher_.blobs_.read(view.detail.camera_layout);
  if (!text) return fail_within("the cameras' layout", text.error());
  auto layout = cart::parse_layout(*text, "the cameras' layout");
  if (!layout) return std::unexpected(std::move(layout.error()));
  layout_ = *std::move(layout);
  layout_.sha256 = view.detail.camera_layout;
  auto products = watcher_.office_.look_and_wait([this](Transaction& transaction) {
    return core::all_rows<commerce::Product>(transaction, job_.tenant);
  });
  if (!products) return std::unexpected(std::move(products.error()));
  std::vector<commerce::Product> here;
  for (const auto& row : *products) {
    const auto stands =
        std::ranges::count(layout_.products, row.value.sku, &cart::LayoutProduct::id);
    if (stands > 0) here.push_back(row.value);
  }
  std::ranges::sort(here, {}, &commerce::Product::sku);
  auto gallery = watcher_.galleries_.of(here, *slot_.embedder);
  if (!gallery) return std::unexpected(std::move(gallery.error()));
  gallery_ = *std::move(gallery);
  // A session may be watched twice at the same time, by two jobs.
  folder_ = watcher_.options_.folder / fmt::format("{}-{}", session_.text(), job_.lease.id.text());
  server::LivePlan plan{.folder = folder_,
                        .cameras = {},
                        .layout = &layout_,
                        .models = {.detector = slot_.detector.get(),
                                   .close_up = slot_.close_up.get(),
                                   .embedder = slot_.embedder.get(),
                                   .gallery = gallery_.get(),
                                   .identify = {}},
                        .options = {}};
  plan.options.review = watcher_.options_.review;
  plan.options.evidence_folder = folder_;
  for (const commerce::CameraFootage& camera : view.footage->cameras) {
    plan.cameras.push_back({camera.camera, camera.start_ms});
  }
  auto live = server::LiveSession::begin(std::move(plan));
  if (!live) return std::unexpected(std::move(live.error()));
  live_ = *std::move(live);
  return true;
}

Result<void> Watcher::Watch::feed(const View& view) {
  for (const commerce::CameraFootage& camera : view.footage->cameras) {
    int& fed = fed_[camera.camera];
    for (; fed < camera.appended; ++fed) {
      const auto segment = camera.segments.find(fed);
      if (segment == camera.segments.end()) break;
      const auto bytes = watcher_.blobs_.read(segment->second.sha256);
      if (!bytes) return fail_within(camera.camera, bytes.error());
      if (auto appended = live_->append(camera.camera, *bytes); !appended) return appended;
      last_fed_ = std::chrono::steady_clock::now();
    }
    if (!view.footage->ended) continue;
    if (auto ended = live_->end(camera.camera); !ended) return ended;
  }
  return {};
}

Result<void> Watcher::Watch::run() {
  core::HintBoard& board = watcher_.office_.board();
  while (!board.stopped()) {
    const std::uint64_t seen = board.count(core::Topic::kPipeline);
    if (auto lost = keeper_.lost()) return std::unexpected(*std::move(lost));
    const auto view = look();
    if (!view) return std::unexpected(view.error());
    if (is_over(view->session)) return end_without_cart("no cart was wanted");
    if (!view->detail.cart.empty()) return end_without_cart("there is a cart already");
    if (!live_) {
      const auto begun = begin(*view);
      if (!begun) return std::unexpected(begun.error());
    }
    if (live_) {
      if (frames_at_close_ < 0 && door_is_closed(view->session)) {
        frames_at_close_ = live_->frames_watched();
      }
      if (auto fed = feed(*view); !fed) return fed;
      if (view->footage->ended && !core::is_busy(view->session.state)) return finish();
    }
    // Whoever waits for a cabinet that is offline is in others' way; the end of the video wakes
    // another watch.
    if (seconds_since(last_fed_) > kIdleSeconds) return end_without_cart("waits for the video");
    board.wait(core::Topic::kPipeline, seen, kLookLongest);
  }
  return fail(server::LiveError::kCancelled, "this server is being stopped");
}

// Clips and cart become blobs; gives the cart's SHA-256, and names and digests of the clips.
Result<std::string> Watcher::Watch::keep_evidence(
    const cart::ProcessOutcome& outcome, std::vector<std::pair<std::string, std::string>>& clips) {
  const auto keep = [&](const std::string& name) -> Result<void> {
    const auto known = std::ranges::count(clips, name, &std::pair<std::string, std::string>::first);
    if (name.empty() || known > 0) return {};
    auto content = read_file(folder_ / name, platform::kBlobBytesMax);
    if (!content) return std::unexpected(std::move(content.error()));
    auto sha256 = watcher_.blobs_.put(*content);
    if (!sha256) return std::unexpected(std::move(sha256.error()));
    clips.emplace_back(name, *std::move(sha256));
    return {};
  };
  for (const CartEvent& event : outcome.cart.events) {
    if (auto kept = keep(event.evidence); !kept) return std::unexpected(kept.error());
    for (const auto& [camera, clip] : event.clips) {
      if (auto kept = keep(clip); !kept) return std::unexpected(kept.error());
    }
  }
  return watcher_.blobs_.put(to_json(outcome.cart, CartStatsIn::kYes));
}

// All of the video is in; what is left to do may take longer than a lease.
Result<void> Watcher::Watch::wait_for_cart() {
  while (!live_->wait_until_done(kLookLongest)) {
    if (auto lost = keeper_.lost()) return std::unexpected(*std::move(lost));
    if (watcher_.office_.board().stopped()) {
      return fail(server::LiveError::kCancelled, "this server is being stopped");
    }
  }
  return {};
}

Result<void> Watcher::Watch::finish() {
  if (auto waited = wait_for_cart(); !waited) return waited;
  auto outcome = live_->finish();
  if (!outcome) return std::unexpected(std::move(outcome.error()));
  std::vector<std::pair<std::string, std::string>> clips;
  const auto sha256 = keep_evidence(*outcome, clips);
  if (!sha256) return std::unexpected(sha256.error());
  const auto boxes = watcher_.blobs_.put(boxes_json(outcome->cameras));
  if (!boxes) return std::unexpected(boxes.error());
  const auto frames = std::max<std::int64_t>(outcome->cart.stats.frames_decoded, 1);
  const double share = static_cast<double>(std::max<std::int64_t>(frames_at_close_, 0)) /
                       static_cast<double>(frames);
  watcher_.office_.world().reached("cart", "made");
  const auto done = watcher_.office_.act_and_wait([&](Desk& desk) -> Result<void> {
    const auto blob = [&](const std::string& name, const std::string& digest) {
      return platform::add_blob(desk.transaction(), watcher_.blobs_,
                                {job_.tenant, session_.text(), name}, platform::BlobKind::kEvidence,
                                digest, desk.now());
    };
    auto kept = blob("cart.json", *sha256);
    if (kept) kept = blob("boxes.json", *boxes);
    for (const auto& [name, digest] : clips) {
      if (kept) kept = blob(name, digest);
    }
    if (!kept) return kept;
    auto session = desk.row<commerce::Session>(job_.tenant, session_.text());
    auto detail = desk.row<records::SessionDetail>(job_.tenant, session_.text());
    if (!session || !detail) {
      return std::unexpected(!session ? session.error() : detail.error());
    }
    (*detail)->value.watched_at_close = share;
    if (!is_over((*session)->value)) {
      auto told = desk.tell_cart(job_.tenant, session_, outcome->cart, *sha256);
      if (!told) return told;
    }
    return platform::finish_job(desk.transaction(), job_.lease, "cart", desk.now());
  });
  if (!done) return done;
  watcher_.office_.world().reached("cart", "stored");
  if (watcher_.options_.observe) {
    watcher_.options_.observe({session_, frames, share, seconds_since(last_fed_)});
  }
  return {};
}

Result<void> Watcher::Watch::end_without_cart(std::string_view why) {
  return watcher_.office_.store().write_and_wait([&](Transaction& transaction) {
    return platform::finish_job(transaction, job_.lease, why, watcher_.office_.world().now());
  });
}

}  // namespace tally::pipeline
