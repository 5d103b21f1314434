#include "perception/cabinet/process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/assert.hpp"
#include "perception/cabinet/session.hpp"
#include "perception/cart/watch.hpp"

namespace tally::cabinet {
namespace {

// How much less sure a cart is of which one camera's video is not there, or not whole, and one for
// which a clock had to be set right.
constexpr double kLostTrust = 0.96;
constexpr double kClockTrust = 0.98;

std::optional<int> class_named(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<int>(found - names.begin());
}

Result<CabinetClasses> classes_of(const vision::Detector& detector) {
  const std::vector<std::string>& names = detector.package().class_names;
  const auto hand = class_named(names, "hand");
  const auto item = class_named(names, "item");
  const auto held = class_named(names, "item_in_hand");
  if (hand && item && held) return CabinetClasses{*hand, *item, *held};
  return fail(CabinetError::kClasses,
              fmt::format("model {}: a calibrated cabinet needs a detector with the classes hand, "
                          "item and item_in_hand, as models/detector has; without a layout, or "
                          "with one of zones, any detector will do for one camera",
                          detector.package().name));
}

Result<void> check_close_up(const vision::Detector& close_up, const vision::Detector& detector) {
  const inference::ModelPackage& package = close_up.package();
  if (package.class_names != detector.package().class_names) {
    return fail(CabinetError::kClasses,
                fmt::format("model {}: close-ups need the same classes in the same order as {} has",
                            package.name, detector.package().name));
  }
  if (package.input.width == package.input.height) return {};
  return fail(CabinetError::kClasses,
              fmt::format("model {}: takes {}x{} pictures; close-ups are square, as those of "
                          "models/close_up",
                          package.name, package.input.width, package.input.height));
}

ProductLikelihood likelihood_of(const cart::Layout& layout, const CabinetModels& models) {
  std::vector<const identify::GalleryProduct*> candidates;
  for (const cart::LayoutProduct& product : layout.products) {
    candidates.push_back(models.gallery->find(product.id));
  }
  return [candidates = std::move(candidates),
          model = models.identify](std::span<const identify::Look> looks) {
    return identify::log_likelihoods_of_items(looks, candidates, model);
  };
}

// The index into Layout::cameras of each video that is there.
std::vector<std::size_t> layout_cameras(const cart::SessionFile& session,
                                        const cart::Layout& layout) {
  std::vector<std::size_t> cameras;
  for (const cart::SessionVideo& video : session.videos) {
    if (video.missing) continue;
    const auto camera = std::ranges::find(layout.cameras, video.camera, &cart::LayoutCamera::id);
    TALLY_ASSERT(camera != layout.cameras.end());
    cameras.push_back(static_cast<std::size_t>(camera - layout.cameras.begin()));
  }
  return cameras;
}

class CabinetWatcher final : public cart::SessionWatcher {
 public:
  CabinetWatcher(const cart::SessionFile& session, CabinetSetup setup,
                 const cart::ReviewPolicy& review, bool may_look_again,
                 std::optional<CabinetOutcome> first = std::nullopt)
      : file_(session),
        setup_(std::move(setup)),
        review_(review),
        may_look_again_(may_look_again),
        first_(std::move(first)),
        session_(setup_) {
    std::size_t next = 0;
    for (const cart::SessionVideo& video : session.videos) {
      index_.push_back(video.missing ? std::nullopt : std::optional(next++));
    }
  }

  Result<void> push(std::size_t camera, const media::Frame& frame) override {
    return session_.push(index_[camera].value(), frame);
  }

  void lose(std::size_t camera, SessionTime at) override {
    const std::string& id = file_.videos[camera].camera;
    lost_.push_back({at == SessionTime{0}
                         ? fmt::format("camera {} gave no video", id)
                         : fmt::format("camera {} was lost at {:.1f} s", id, to_seconds(at)),
                     kLostTrust});
  }

  Result<cart::SessionFindings> finish() override {
    auto outcome = session_.finish();
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    if (first_) *outcome = looked_again(*first_, *std::move(outcome));
    // Before the doubts: a lost camera shows no more next time.
    if (may_look_again_ && outcome->cart.probability < kSureAtOnce) unsure_ = *outcome;
    add_doubts(*outcome);
    cart::SessionFindings findings;
    findings.decision = decide(outcome->cart, review_);
    findings.events = std::move(outcome->cart.events);
    findings.lines = std::move(outcome->cart.lines);
    for (const auto& index : index_) {
      cart::CameraFindings& camera = findings.cameras.emplace_back();
      if (!index) continue;
      camera.notes = session_.notes(*index);
      camera.looks = session_.looks(*index);
      camera.clock_offset = outcome->clock_offsets[*index];
      camera.boxes = boxes_of(*outcome, *index);
    }
    const auto name = [&](std::string role, const inference::ModelPackage& package) {
      findings.models.push_back({std::move(role), package.name, package.sha256});
    };
    name("detect", setup_.detector->package());
    if (setup_.close_up != nullptr) name("close_up", setup_.close_up->package());
    if (setup_.embedder != nullptr) name("embed", setup_.embedder->package());
    const StageSeconds& seconds = session_.seconds();
    findings.stage_seconds = {{"gate", seconds.gate},         {"detect", seconds.detect},
                              {"close-up", seconds.close_up}, {"embed", seconds.embed},
                              {"facings", seconds.facings},   {"fuse", seconds.fuse}};
    return findings;
  }

  std::unique_ptr<SessionWatcher> look_again() override {
    if (!unsure_) return nullptr;
    CabinetSetup closely = setup_;
    closely.savings = setup_.savings.in_second_look();
    return std::make_unique<CabinetWatcher>(file_, std::move(closely), review_, false,
                                            *std::move(unsure_));
  }

 private:
  [[nodiscard]] std::vector<cart::SeenBox> boxes_of(const CabinetOutcome& outcome,
                                                    std::size_t camera) const {
    const cart::LayoutCamera& model = setup_.layout->cameras[setup_.cameras[camera]];
    const auto width = static_cast<float>(model.calibration->size.width);
    const auto height = static_cast<float>(model.calibration->size.height);
    std::vector<cart::SeenBox> boxes;
    for (const Sighting& one : outcome.sightings) {
      if (one.camera != camera) continue;
      boxes.push_back({to_ms(one.time - outcome.clock_offsets[camera]),
                       one.kind == SightingKind::kHand,
                       {one.box.left / width, one.box.top / height, one.box.right / width,
                        one.box.bottom / height},
                       one.score});
    }
    return boxes;
  }

  void add_doubts(CabinetOutcome& outcome) const {
    std::vector<cart::Doubt> doubts = lost_;
    for (std::size_t i = 0; i < index_.size(); ++i) {
      if (!index_[i] || outcome.clock_offsets[*index_[i]] == SessionTime{0}) continue;
      doubts.push_back({fmt::format("camera {}'s clock was {:.1f} s off", file_.videos[i].camera,
                                    -to_seconds(outcome.clock_offsets[*index_[i]])),
                        kClockTrust});
    }
    for (cart::Doubt& doubt : doubts) {
      outcome.cart.probability *= doubt.trust;
      outcome.cart.doubts.push_back(std::move(doubt));
    }
  }

  const cart::SessionFile& file_;
  CabinetSetup setup_;
  cart::ReviewPolicy review_;
  bool may_look_again_;
  std::optional<CabinetOutcome> first_;   // Of the look before.
  std::optional<CabinetOutcome> unsure_;  // Of this one, where it is to be made again.
  CabinetSession session_;
  std::vector<std::optional<std::size_t>> index_;  // Of each video, into the session's cameras.
  std::vector<cart::Doubt> lost_;
};

}  // namespace

ErrorCode code_of(CabinetError error) {
  switch (error) {
    case CabinetError::kClasses:
      return {"cabinet.classes", ErrorKind::kUsage};
  }
  std::abort();
}

std::vector<std::string> unknown_products(const cart::Layout& layout,
                                          const identify::Gallery& gallery) {
  std::vector<std::string> unknown;
  for (std::size_t i = 0; i < layout.products.size(); ++i) {
    const std::string& id = layout.products[i].id;
    const bool stands = std::ranges::count(layout.facings, i, &cart::LayoutFacing::product) > 0;
    if (stands && gallery.find(id) == nullptr) unknown.push_back(id);
  }
  return unknown;
}

Result<cart::ProcessOutcome> process_cabinet(const cart::SessionFile& session,
                                             const cart::Layout& layout,
                                             const CabinetModels& models,
                                             const cart::ProcessOptions& options) {
  TALLY_ASSERT(layout.calibrated());
  if (auto checked = cart::check_calibrated(session, layout); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  auto classes = classes_of(*models.detector);
  if (!classes) return std::unexpected(std::move(classes.error()));
  if (auto fits = check_close_up(*models.close_up, *models.detector); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  CabinetSetup setup{.layout = &layout,
                     .cameras = layout_cameras(session, layout),
                     .detector = models.detector,
                     .close_up = models.close_up,
                     .embedder = models.embedder,
                     .likelihood = likelihood_of(layout, models),
                     .classes = *classes,
                     .savings = options.savings,
                     .clock_seconds = options.clock_seconds};
  const bool more_to_see = options.savings != options.savings.in_second_look();
  CabinetWatcher watcher(session, std::move(setup), options.review,
                         more_to_see && options.second_look);
  return cart::watch_session(session, watcher, layout.sha256, cart::ClipNames::kByCamera, options);
}

}  // namespace tally::cabinet
