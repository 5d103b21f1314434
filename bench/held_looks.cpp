// What identification has to go by: held_looks SESSION… prints a line of JSON for each session
// folder, with every held item that was followed and, for each look at it, camera, time, box and
// the similarity to each photo of each product. lab/identify fits IdentifyModel's numbers on it.
//
// Runs from the checkout's root with the shipped models. Ends with 1 at the first error.
#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "perception/cabinet/session.hpp"
#include "perception/cart/session_file.hpp"
#include "perception/cart/watch.hpp"
#include "perception/identify/enrol.hpp"

namespace {

using namespace tally;
using nlohmann::json;

// Keeps what a session comes to; finds nothing itself.
class Watcher final : public cart::SessionWatcher {
 public:
  explicit Watcher(const cabinet::CabinetSetup& setup)
      : cameras_(setup.cameras.size()), session_(setup) {}
  Result<void> push(std::size_t camera, const media::Frame& frame) override {
    return session_.push(camera, frame);
  }
  void lose(std::size_t, SessionTime) override {}
  Result<cart::SessionFindings> finish() override {
    auto outcome = session_.finish();
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    outcome_ = std::move(*outcome);
    cart::SessionFindings findings;
    findings.cameras.resize(cameras_);
    return findings;
  }
  [[nodiscard]] const cabinet::CabinetOutcome& outcome() const { return *outcome_; }

 private:
  std::size_t cameras_;
  cabinet::CabinetSession session_;
  std::optional<cabinet::CabinetOutcome> outcome_;
};

json told(const cabinet::Sighting& look, const cart::Layout& layout,
          const identify::Gallery& gallery) {
  json similarities = json::array();
  for (const cart::LayoutProduct& product : layout.products) {
    json& photos = similarities.emplace_back(json::array());
    const identify::GalleryProduct* known = gallery.find(product.id);
    if (known == nullptr) continue;
    for (const identify::GalleryPhoto& photo : known->photos) {
      photos.push_back(vision::similarity(look.embedding, photo.embedding));
    }
  }
  return {{"camera", look.camera},
          {"time_us", look.time.count()},
          {"box", {look.box.left, look.box.top, look.box.right, look.box.bottom}},
          {"similarities", std::move(similarities)}};
}

Result<json> looks_of(const std::filesystem::path& folder, vision::Detector& detector,
                      vision::Detector& close_up, vision::Embedder& embedder) {
  auto session = cart::load_session(folder);
  if (!session) return std::unexpected(session.error());
  auto layout = cart::load_layout(session->layout);
  if (!layout) return std::unexpected(layout.error());
  auto photos = identify::list_product_photos(session->photos);
  if (!photos) return std::unexpected(photos.error());
  auto gallery = identify::enrol_products(embedder, *photos);
  if (!gallery) return std::unexpected(gallery.error());
  cabinet::CabinetSetup setup;
  setup.layout = &*layout;
  setup.detector = &detector;
  setup.close_up = &close_up;
  setup.embedder = &embedder;
  setup.likelihood = [&](auto) { return std::vector<double>(layout->products.size(), 0.0); };
  for (const cart::SessionVideo& video : session->videos) {
    for (std::size_t i = 0; i < layout->cameras.size(); ++i) {
      if (layout->cameras[i].id == video.camera) setup.cameras.push_back(i);
    }
  }
  Watcher watcher(setup);
  auto processed = cart::watch_session(*session, watcher, "", cart::ClipNames::kByCamera, {});
  if (!processed) return std::unexpected(processed.error());
  json line{{"session", folder.string()}, {"products", json::array()}, {"items", json::array()}};
  for (const cart::LayoutProduct& product : layout->products)
    line["products"].push_back(product.id);
  for (const cabinet::Carry& carry : watcher.outcome().carries) {
    if (carry.kind != cabinet::SightingKind::kItemInHand) continue;
    json& looks = line["items"].emplace_back(json::array());
    for (const std::size_t index : carry.sightings) {
      looks.push_back(told(watcher.outcome().sightings[index], *layout, *gallery));
    }
  }
  return line;
}

int fail_with(const Error& error) {
  std::fprintf(stderr, "held_looks: %s\n", error.message.c_str());
  return 1;
}

}  // namespace

int main(int count, char** words) {
  auto detector = vision::Detector::open(
      "models/detector",
      {.engine = {}, .score = {}, .iou = {}, .picture = cabinet::kWholeLookSize});
  if (!detector) return fail_with(detector.error());
  auto close_up = vision::Detector::open("models/close_up");
  if (!close_up) return fail_with(close_up.error());
  auto embedder = vision::Embedder::open("models/embedder");
  if (!embedder) return fail_with(embedder.error());
  for (int i = 1; i < count; ++i) {
    auto line = looks_of(words[i], **detector, **close_up, **embedder);
    if (!line) return fail_with(line.error());
    std::puts(line->dump().c_str());
    std::fflush(stdout);
  }
  return 0;
}
