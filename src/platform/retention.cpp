#include "platform/retention.hpp"

#include <algorithm>
#include <cstdlib>

namespace tally::platform {

std::string_view name_of(BlobKind kind) {
  switch (kind) {
    case BlobKind::kRawVideo:
      return "raw_video";
    case BlobKind::kEvidence:
      return "evidence";
    case BlobKind::kExport:
      return "export";
    case BlobKind::kPicture:
      return "picture";
  }
  std::abort();
}

std::optional<BlobKind> blob_kind_of(std::string_view name) {
  for (const BlobKind kind : kBlobKinds) {
    if (name_of(kind) == name) return kind;
  }
  return std::nullopt;
}

std::optional<Duration> kept_for(const Retention& retention, BlobKind kind) {
  switch (kind) {
    case BlobKind::kRawVideo:
      return retention.raw_video;
    case BlobKind::kEvidence:
      return retention.evidence;
    case BlobKind::kExport:
      return retention.exported;
    case BlobKind::kPicture:
      return std::nullopt;
  }
  std::abort();
}

std::optional<Instant> purge_due(const Retention& retention, BlobKind kind, Instant created,
                                 std::optional<Instant> held_until) {
  const std::optional<Duration> kept = kept_for(retention, kind);
  if (!kept) return std::nullopt;
  return std::max(created + *kept, held_until.value_or(created));
}

}  // namespace tally::platform
