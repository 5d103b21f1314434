#include "perception/media/decoder/clip_select.hpp"

#include <algorithm>
#include <limits>

namespace tally::media::decoder {
namespace {

constexpr std::size_t kPacketsMax = 120 * 60 * 10;
constexpr std::int64_t kClipBytesMax = 256LL * 1024 * 1024;
constexpr int kSeeksMax = 8;
constexpr AVRational kMicroseconds{1, 1'000'000};

std::int64_t shown_at(const AVPacket& packet) {
  return packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
}

// Decoding times may be missing (Matroska has none) or nonsense; made anew from the order of
// showing.
void mend_decoding_times(std::vector<Owned<AVPacket>>& packets) {
  bool sound = true;
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  for (const auto& packet : packets) {
    sound =
        sound && packet->dts != AV_NOPTS_VALUE && packet->dts > last && packet->dts <= packet->pts;
    last = packet->dts;
  }
  if (sound) return;
  std::vector<std::int64_t> shown;
  for (const auto& packet : packets) shown.push_back(packet->pts);
  std::ranges::sort(shown);
  std::int64_t delay = 0;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    delay = std::max(delay, shown[i] - packets[i]->pts);
  }
  for (std::size_t i = 0; i < packets.size(); ++i) packets[i]->dts = shown[i] - delay;
}

}  // namespace

Outcome<void> ClipSelector::find_origin() {
  constexpr int kPacketsLookedAt = 64;
  const auto packet = owned(av_packet_alloc());
  bool begun = false;
  for (int count = 0; count < kPacketsLookedAt; ++count) {
    const auto more = demuxer_.read(*packet);
    if (!more && !begun) return std::unexpected(more.error());
    if (!more || !*more) break;
    const bool counts = (packet->flags & AV_PKT_FLAG_DISCARD) == 0;
    const std::int64_t at = shown_at(*packet);
    if (counts && at != AV_NOPTS_VALUE) {
      origin_ = begun ? std::min(origin_, at) : at;
      begun = true;
    }
    av_packet_unref(packet.get());
  }
  if (!begun) {
    return failed(MediaError::kNoFrames,
                  "has a video track without a picture in it; record it again");
  }
  return {};
}

Outcome<Selection> ClipSelector::select(const protocol::Cut& order) {
  Selection selection;
  selection.begin = origin_ + in_ticks(std::max<std::int64_t>(order.begin_us, 0));
  const std::int64_t end = origin_ + in_ticks(std::max(order.end_us, order.begin_us + 1));
  if (auto found = seek_before(selection.begin); !found) {
    return std::unexpected(found.error());
  }
  if (auto collected = collect(selection, end); !collected) {
    return std::unexpected(collected.error());
  }
  // An order beyond the video's end gets its last pictures.
  const auto last = std::ranges::max_element(selection.packets, {},
                                             [](const Owned<AVPacket>& one) { return one->pts; });
  selection.begin = std::min(selection.begin, (*last)->pts);
  mend_decoding_times(selection.packets);
  return selection;
}

std::int64_t ClipSelector::in_ticks(std::int64_t us) const {
  constexpr std::int64_t kUsMax = SessionTime(kDurationMax).count();
  return av_rescale_q(std::clamp<std::int64_t>(us, 0, kUsMax), kMicroseconds,
                      demuxer_.stream().time_base);
}

// Leaves the demuxer before a key frame that is shown at `begin` or earlier, where there is one.
// Indexes may be kept in decoding time, which runs ahead of showing; so what was found is looked
// at.
Outcome<void> ClipSelector::seek_before(std::int64_t begin) {
  std::int64_t target = begin;
  for (int attempt = 0; attempt < kSeeksMax; ++attempt) {
    if (!seek(target)) return std::unexpected(demuxer_.damage());
    const auto packet = owned(av_packet_alloc());
    const auto more = demuxer_.read(*packet);
    if (!more) return std::unexpected(more.error());
    if (!*more || shown_at(*packet) <= begin || shown_at(*packet) <= origin_) {
      return seek(target) ? Outcome<void>() : std::unexpected(demuxer_.damage());
    }
    target = std::min(target, packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts) - 1;
  }
  return seek(std::numeric_limits<std::int64_t>::min() + 1) ? Outcome<void>()
                                                            : std::unexpected(demuxer_.damage());
}

bool ClipSelector::seek(std::int64_t target) {
  const int index = demuxer_.stream().index;
  AVFormatContext* format = &demuxer_.format();
  // Before the first entry of an index there is nothing to find backwards.
  return av_seek_frame(format, index, target, AVSEEK_FLAG_BACKWARD) >= 0 ||
         av_seek_frame(format, index, target, 0) >= 0;
}

Outcome<void> ClipSelector::collect(Selection& selection, std::int64_t end) {
  std::int64_t bytes = 0;
  auto packet = owned(av_packet_alloc());
  while (true) {
    const auto more = demuxer_.read(*packet);
    if (!more && selection.packets.empty()) return std::unexpected(more.error());
    if (!more || !*more) break;
    const std::int64_t decoded_at = packet->dts != AV_NOPTS_VALUE ? packet->dts : shown_at(*packet);
    const bool begun = !selection.packets.empty();
    if (begun && decoded_at >= end) break;
    if (packet->pts == AV_NOPTS_VALUE) packet->pts = shown_at(*packet);
    const bool usable =
        packet->pts != AV_NOPTS_VALUE && (begun || (packet->flags & AV_PKT_FLAG_KEY) != 0);
    if (!usable) {
      av_packet_unref(packet.get());
      continue;
    }
    bytes += packet->size;
    if (bytes > kClipBytesMax || selection.packets.size() >= kPacketsMax) {
      return failed(MediaError::kTooLarge, "a clip of it is over 256 MiB; cut a shorter one");
    }
    selection.packets.push_back(std::move(packet));
    packet = owned(av_packet_alloc());
  }
  if (selection.packets.empty()) {
    return failed(MediaError::kNoFrames, "has no picture in the time that was asked for");
  }
  return {};
}

}  // namespace tally::media::decoder
