#include "cli/session_work.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "cli/cart_words.hpp"
#include "cli/cli_error.hpp"
#include "cli/model.hpp"
#include "perception/cabinet/look_plan.hpp"
#include "perception/cabinet/process.hpp"
#include "perception/cart/session_file.hpp"
#include "perception/identify/enrol.hpp"

namespace tally::cli {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kProductsToldMax = 10;

}  // namespace

Result<cart::CameraDetectors> fitting_detectors(DetectorOnDemand& detector, EarlyReader& reader,
                                                const fs::path& video,
                                                cart::ProcessOptions& options) {
  if (auto checked = detector.check(); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  options.opens_whole_files = true;
  options.open_video = [&reader](const cart::SessionVideo& one) { return reader.open(one.file); };
  std::optional<vision::Size> shape;
  if (options.savings.fit) {
    reader.begin(video);
    if (auto opened = detector.open_ahead(); !opened) return std::unexpected(opened.error());
    const auto size = reader.size_of(video);
    if (!size) return std::unexpected(size.error());
    shape = *size;
  }
  auto full = detector.get(shape);
  if (!full) return std::unexpected(std::move(full.error()));
  cart::CameraDetectors detectors{**full, {}};
  if (options.savings.small_looks) {
    detectors.small = [&detector, full = *full] { return detector.get_small(*full); };
  }
  return detectors;
}

Result<cart::ProcessOutcome> SessionWork::process(const fs::path& folder,
                                                  const cart::ProcessOptions& options) {
  if (options.camera != kDefaultCamera) {
    return fail(CliError::kUsage,
                fmt::format("{}: --camera is for a video; the cameras of a session stand in its {}",
                            folder.string(), cart::kSessionFileName));
  }
  auto session = cart::load_session(folder);
  if (!session) return std::unexpected(std::move(session.error()));
  const bool own = arguments_.layout.empty() && !session->layout.empty();
  auto layout = own ? cart::load_layout(session->layout) : Result<cart::Layout>(layout_);
  if (!layout) return std::unexpected(std::move(layout.error()));
  if (layout->calibrated()) return process_calibrated(*session, *layout, options);
  return process_one_camera(*session, *layout, options);
}

Result<cart::ProcessOutcome> SessionWork::process_one_camera(const cart::SessionFile& session,
                                                             const cart::Layout& layout,
                                                             cart::ProcessOptions options) {
  if (session.videos_there() != 1) {
    return std::unexpected(cart::check_calibrated(session, layout).error());
  }
  EarlyReader reader;
  const auto video = std::ranges::find(session.videos, false, &cart::SessionVideo::missing);
  auto detectors = fitting_detectors(detector_, reader, video->file, options);
  if (!detectors) return std::unexpected(std::move(detectors.error()));
  return cart::process_session(session, *detectors, layout, options);
}

Result<cart::ProcessOutcome> SessionWork::process_calibrated(const cart::SessionFile& session,
                                                             const cart::Layout& layout,
                                                             const cart::ProcessOptions& options) {
  if (auto opened = open_models(options.savings); !opened) {
    return std::unexpected(std::move(opened.error()));
  }
  auto gallery = gallery_of(session);
  if (!gallery) return std::unexpected(std::move(gallery.error()));
  tell_unknown(layout, *gallery);
  return cabinet::process_cabinet(session, layout,
                                  {.detector = finder_.get(),
                                   .close_up = close_up_.get(),
                                   .embedder = embedder_.get(),
                                   .gallery = &*gallery,
                                   .identify = {}},
                                  options);
}

Result<void> SessionWork::open_models(const cart::Savings& savings) {
  if (!finder_ || finds_in_small_ != savings.small_looks) {
    ModelChoice choice = detector_.choice();
    if (savings.small_looks) choice.picture = cabinet::kWholeLookSize;
    auto finder = open_detector(choice);
    if (!finder) return std::unexpected(std::move(finder.error()));
    finder_ = std::move(*finder);
    finds_in_small_ = savings.small_looks;
  }
  if (embedder_) return {};
  auto close_up = open_detector({.package = package_or_default(arguments_.close_up, "close_up"),
                                 .threads = arguments_.threads});
  if (!close_up) return std::unexpected(std::move(close_up.error()));
  auto embedder = open_embedder({.package = package_or_default(arguments_.embedder, "embedder"),
                                 .threads = arguments_.threads});
  if (!embedder) return std::unexpected(std::move(embedder.error()));
  close_up_ = std::move(*close_up);
  embedder_ = std::move(*embedder);
  return {};
}

Result<identify::Gallery> SessionWork::gallery_of(const cart::SessionFile& session) {
  if (!arguments_.gallery.empty()) return saved_gallery(arguments_.gallery);
  if (!session.gallery.empty()) return saved_gallery(session.gallery);
  if (session.photos.empty()) {
    return identify::Gallery{
        .embedder = identify::identity_of(*embedder_), .products = {}, .sha256 = {}};
  }
  if (enrolled_ == session.photos) return gallery_;
  auto products = identify::list_product_photos(session.photos);
  if (!products) return std::unexpected(std::move(products.error()));
  auto gallery = identify::enrol_products(*embedder_, *products);
  if (!gallery) return gallery;
  enrolled_ = session.photos;
  gallery_ = *std::move(gallery);
  return gallery_;
}

Result<identify::Gallery> SessionWork::saved_gallery(const fs::path& folder) {
  auto gallery = identify::load_gallery(folder);
  if (!gallery) return gallery;
  const auto identity = identify::identity_of(*embedder_);
  if (auto fits = identify::check_embedder(*gallery, identity, folder); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  return gallery;
}

void SessionWork::tell_unknown(const cart::Layout& layout, const identify::Gallery& gallery) {
  std::vector<std::string> unknown = cabinet::unknown_products(layout, gallery);
  if (unknown.empty()) return;
  const auto count = static_cast<std::int64_t>(unknown.size());
  const bool more = unknown.size() > kProductsToldMax;
  if (more) unknown.resize(kProductsToldMax);
  for (std::string& id : unknown) id = one_line(id);
  console_.note(
      fmt::format("no photos of {}: {}{}; told by their places alone, 'tally enroll' "
                  "adds photos",
                  counted(count, "product"), fmt::join(unknown, ", "), more ? ", ..." : ""));
}

}  // namespace tally::cli
