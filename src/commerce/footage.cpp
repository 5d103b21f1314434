#include "commerce/footage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace tally::commerce {
namespace {

constexpr std::size_t kSha256Digits = 64;

bool is_sha256(const std::string& text) {
  return text.size() == kSha256Digits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

const CameraManifest* manifest_of(const Footage& footage, const std::string& camera) {
  if (!footage.manifest) return nullptr;
  const auto found = std::ranges::find(*footage.manifest, camera, &CameraManifest::camera);
  return found == footage.manifest->end() ? nullptr : &*found;
}

std::int64_t bytes_of(const Footage& footage) {
  std::int64_t bytes = 0;
  for (const CameraFootage& camera : footage.cameras) {
    for (const auto& [number, segment] : camera.segments) bytes += segment.bytes;
  }
  return bytes;
}

std::unexpected<Error> differs(const std::string& camera, int number) {
  return fail(FootageError::kContent,
              fmt::format("segment {} of camera {} is another one than was told before; send each "
                          "segment's own bytes under its own number",
                          number, camera));
}

Result<void> check_segment(const Footage& footage, const SegmentStored& event) {
  const std::string& camera = event.camera;
  if (event.number < 0 || event.number >= kSegmentsMax) {
    return fail(FootageError::kNumber, fmt::format("segment {} of camera {}: from 0 to {}",
                                                   event.number, camera, kSegmentsMax - 1));
  }
  if (!is_sha256(event.segment.sha256)) {
    return fail(FootageError::kContent, "a segment's SHA-256 is 64 lower-case hexadecimal digits");
  }
  if (event.segment.bytes <= 0 || event.segment.bytes > kSegmentBytesMax) {
    return fail(FootageError::kTooLarge,
                fmt::format("segment {} of camera {}: {} bytes; from 1 to {}", event.number, camera,
                            event.segment.bytes, kSegmentBytesMax));
  }
  if (bytes_of(footage) + event.segment.bytes > kFootageBytesMax) {
    return fail(FootageError::kTooLarge,
                fmt::format("a session's video is at most {} bytes", kFootageBytesMax));
  }
  const CameraManifest* told = manifest_of(footage, camera);
  if (told == nullptr) return {};
  if (static_cast<std::size_t>(event.number) >= told->segments.size()) {
    return fail(FootageError::kNumber,
                fmt::format("segment {} of camera {}: the manifest says there are {}", event.number,
                            camera, told->segments.size()));
  }
  const std::string& wanted = told->segments[static_cast<std::size_t>(event.number)];
  if (!wanted.empty() && wanted != event.segment.sha256) return differs(camera, event.number);
  return {};
}

Result<void> check_manifest(const Footage& footage, const std::vector<CameraManifest>& told) {
  for (const CameraManifest& camera : told) {
    const auto here = std::ranges::find(footage.cameras, camera.camera, &CameraFootage::camera);
    if (here == footage.cameras.end() ||
        std::ranges::count(told, camera.camera, &CameraManifest::camera) != 1) {
      return fail(FootageError::kManifest,
                  fmt::format("the manifest names camera {} twice, or the cabinet has none such",
                              camera.camera));
    }
    const bool lengths = camera.segments.size() <= kSegmentsMax;
    const bool hashes = std::ranges::all_of(
        camera.segments, [](const std::string& text) { return text.empty() || is_sha256(text); });
    const int last = here->segments.empty() ? -1 : here->segments.rbegin()->first;
    if (!lengths || !hashes || last >= static_cast<int>(camera.segments.size())) {
      return fail(FootageError::kManifest,
                  fmt::format("the manifest of camera {}: at most {} segments, not fewer than have "
                              "come, each with its SHA-256 or empty",
                              camera.camera, kSegmentsMax));
    }
    for (const auto& [number, segment] : here->segments) {
      const std::string& wanted = camera.segments[static_cast<std::size_t>(number)];
      if (!wanted.empty() && wanted != segment.sha256) return differs(camera.camera, number);
    }
  }
  return {};
}

class Stepper {
 public:
  explicit Stepper(const Footage& footage) : made_{footage, {}} {}

  FootageStep finish() { return std::move(made_); }

  void append_in_order(CameraFootage& camera) {
    for (auto next = camera.segments.find(camera.appended); next != camera.segments.end();
         next = camera.segments.find(camera.appended)) {
      made_.effects.emplace_back(AppendSegment{camera.camera, next->first, next->second});
      ++camera.appended;
    }
  }

  CameraFootage& camera(const std::string& id) {
    return *std::ranges::find(made_.footage.cameras, id, &CameraFootage::camera);
  }
  Footage& footage() { return made_.footage; }

  // After the manifest: a camera ends with its last segment, or before the first that is lost.
  void end_if_all_here() {
    if (!footage().manifest || footage().ended || !missing(footage()).empty()) return;
    footage().ended = true;
    std::string lost;
    for (const CameraFootage& here : footage().cameras) {
      made_.effects.emplace_back(EndCamera{here.camera});
      const CameraManifest* told = manifest_of(footage(), here.camera);
      const int all = told == nullptr ? 0 : static_cast<int>(told->segments.size());
      if (all > 0 && here.appended == all) continue;
      if (!lost.empty()) lost += "; ";
      lost += all == 0 ? fmt::format("camera {} recorded nothing", here.camera)
                       : fmt::format("segment {} of camera {} is lost", here.appended, here.camera);
    }
    if (lost.empty()) {
      made_.effects.emplace_back(FootageWhole{});
    } else {
      made_.effects.emplace_back(FootageBroken{std::move(lost)});
    }
  }

 private:
  FootageStep made_;
};

Result<FootageStep> store(const Footage& footage, const SegmentStored& event) {
  const auto here = std::ranges::find(footage.cameras, event.camera, &CameraFootage::camera);
  if (here == footage.cameras.end()) {
    return fail(FootageError::kCamera, fmt::format("this cabinet has no camera {}", event.camera));
  }
  const auto before = here->segments.find(event.number);
  if (before != here->segments.end()) {
    if (before->second == event.segment) return FootageStep{footage, {}};
    return differs(event.camera, event.number);
  }
  if (auto checked = check_segment(footage, event); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  Stepper stepper(footage);
  CameraFootage& camera = stepper.camera(event.camera);
  camera.segments.emplace(event.number, event.segment);
  if (!footage.ended) stepper.append_in_order(camera);
  stepper.end_if_all_here();
  return stepper.finish();
}

Result<FootageStep> tell(const Footage& footage, const ManifestTold& event) {
  if (footage.manifest) {
    if (*footage.manifest == event.cameras) return FootageStep{footage, {}};
    return fail(FootageError::kManifest, "the manifest is another one than was told before");
  }
  if (auto checked = check_manifest(footage, event.cameras); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  Stepper stepper(footage);
  stepper.footage().manifest = event.cameras;
  stepper.end_if_all_here();
  return stepper.finish();
}

}  // namespace

ErrorCode code_of(FootageError error) {
  switch (error) {
    case FootageError::kCamera:
      return {"footage.camera", ErrorKind::kNotFound};
    case FootageError::kNumber:
      return {"footage.number", ErrorKind::kFailed};
    case FootageError::kContent:
      return {"footage.content", ErrorKind::kConflict};
    case FootageError::kTooLarge:
      return {"footage.too_large", ErrorKind::kFailed};
    case FootageError::kManifest:
      return {"footage.manifest", ErrorKind::kConflict};
  }
  std::abort();
}

Result<Footage> begin_footage(const std::vector<CameraStart>& cameras) {
  if (cameras.empty() || cameras.size() > kCamerasMax) {
    return fail(FootageError::kCamera,
                fmt::format("{} cameras: from 1 to {}", cameras.size(), kCamerasMax));
  }
  Footage footage;
  for (const CameraStart& start : cameras) {
    if (std::ranges::count(cameras, start.camera, &CameraStart::camera) != 1) {
      return fail(FootageError::kCamera, fmt::format("camera {} is there twice", start.camera));
    }
    if (std::abs(start.start_ms) > kClockOffsetMsMax) {
      return fail(FootageError::kManifest,
                  fmt::format("the clock of camera {} is {} ms off the session's: at most {}",
                              start.camera, start.start_ms, kClockOffsetMsMax));
    }
    footage.cameras.push_back({start.camera, start.start_ms, {}, 0});
  }
  return footage;
}

Result<FootageStep> step(const Footage& footage, const FootageEvent& event) {
  if (const auto* stored = std::get_if<SegmentStored>(&event)) return store(footage, *stored);
  return tell(footage, std::get<ManifestTold>(event));
}

std::vector<MissingSegment> missing(const Footage& footage) {
  std::vector<MissingSegment> gaps;
  for (const CameraFootage& here : footage.cameras) {
    const CameraManifest* told = manifest_of(footage, here.camera);
    if (told == nullptr) continue;
    for (std::size_t number = 0; number < told->segments.size(); ++number) {
      const bool lost = told->segments[number].empty();
      if (!lost && !here.segments.contains(static_cast<int>(number))) {
        gaps.push_back({here.camera, static_cast<int>(number)});
      }
    }
  }
  return gaps;
}

}  // namespace tally::commerce
