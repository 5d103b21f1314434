// How long each kind of blob is kept. Raw video shows people: three days, unless a dispute holds
// it, and then at most thirty.
//
// Thread-safety: pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/instant.hpp"

namespace tally::platform {

enum class BlobKind : std::uint8_t {
  kRawVideo,  // What the cabinet's cameras sent.
  kEvidence,  // Clips cut from it that a receipt shows, carts, manifests.
  kExport,    // What somebody asked to download.
  kPicture,   // Of products: kept until it is taken out.
};
inline constexpr std::array kBlobKinds{BlobKind::kRawVideo, BlobKind::kEvidence, BlobKind::kExport,
                                       BlobKind::kPicture};
[[nodiscard]] std::string_view name_of(BlobKind kind);
[[nodiscard]] std::optional<BlobKind> blob_kind_of(std::string_view name);

struct Retention {
  Duration raw_video = std::chrono::hours(72);
  Duration evidence = std::chrono::days(90);
  Duration exported = std::chrono::hours(24);
};
inline constexpr Duration kHoldMax = std::chrono::days(30);

// Nothing: for good.
[[nodiscard]] std::optional<Duration> kept_for(const Retention& retention, BlobKind kind);

// When it is to be gone; nothing: never. A hold makes it later, not sooner.
[[nodiscard]] std::optional<Instant> purge_due(const Retention& retention, BlobKind kind,
                                               Instant created, std::optional<Instant> held_until);

}  // namespace tally::platform
