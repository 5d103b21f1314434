#include "perception/cart/evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "perception/media/clip_writer.hpp"

namespace tally::cart {
namespace {

std::string clip_name(ClipNames names, std::size_t event, const std::string& camera) {
  return names == ClipNames::kByEvent ? fmt::format("evidence/{:04}.mp4", event + 1)
                                      : fmt::format("evidence/{:04}_{}.mp4", event + 1, camera);
}

bool saw(const CartEvent& event, const std::string& camera) {
  return std::ranges::find(event.cameras, camera) != event.cameras.end();
}

// What was cut of one video, by event.
using Cut = std::map<std::size_t, std::string>;

Result<Cut> cut_from(const EvidenceSource& source, ClipNames names,
                     const std::filesystem::path& folder, const media::ReaderOptions& options,
                     const std::vector<CartEvent>& events) {
  Cut cut;
  std::vector<media::Clip> clips;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const SessionTime at = std::chrono::milliseconds(events[i].at_ms);
    const bool there = at + kEvidenceAfter >= source.begin && at - kEvidenceBefore <= source.end;
    if (!there || !saw(events[i], source.camera)) continue;
    const std::string name = clip_name(names, i, source.camera);
    const SessionTime own = at - source.begin;
    const media::Clip clip{{own - kEvidenceBefore, own + kEvidenceAfter}, folder / name};
    if (!source.damaged) {
      clips.push_back(clip);
    } else if (!media::cut_clip(source.file, clip.range, clip.destination, options)) {
      continue;
    }
    cut.emplace(i, name);
  }
  // All by one decoder, whose start costs far more than a clip does.
  if (auto done = media::cut_clips(source.file, clips, options); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return cut;
}

}  // namespace

Result<void> write_evidence(const std::vector<EvidenceSource>& sources, ClipNames names,
                            const std::filesystem::path& folder,
                            const media::ReaderOptions& options, std::vector<CartEvent>& events) {
  std::map<std::string, Cut> by_camera;
  for (const EvidenceSource& source : sources) {
    auto cut = cut_from(source, names, folder, options, events);
    if (!cut) return std::unexpected(std::move(cut.error()));
    by_camera.emplace(source.camera, std::move(*cut));
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    for (const std::string& camera : events[i].cameras) {
      const auto source = by_camera.find(camera);
      if (source == by_camera.end()) continue;
      const auto clip = source->second.find(i);
      if (clip != source->second.end()) events[i].clips.emplace_back(camera, clip->second);
    }
    if (!events[i].clips.empty()) events[i].evidence = events[i].clips.front().second;
  }
  return {};
}

}  // namespace tally::cart
