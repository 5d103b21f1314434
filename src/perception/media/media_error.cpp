#include <cstdlib>

#include "perception/media/video_reader.hpp"

namespace tally::media {

ErrorCode code_of(MediaError error) {
  switch (error) {
    case MediaError::kNotFound:
      return {"media.not_found", ErrorKind::kNotFound};
    case MediaError::kUnreadable:
      return {"media.unreadable", ErrorKind::kFailed};
    case MediaError::kEmpty:
      return {"media.empty", ErrorKind::kFailed};
    case MediaError::kNotVideo:
      return {"media.not_video", ErrorKind::kFailed};
    case MediaError::kNoVideoTrack:
      return {"media.no_video_track", ErrorKind::kFailed};
    case MediaError::kUnsupportedCodec:
      return {"media.unsupported_codec", ErrorKind::kFailed};
    case MediaError::kNoFrames:
      return {"media.no_frames", ErrorKind::kFailed};
    case MediaError::kTruncated:
      return {"media.truncated", ErrorKind::kFailed};
    case MediaError::kCorrupt:
      return {"media.corrupt", ErrorKind::kFailed};
    case MediaError::kTooLarge:
      return {"media.too_large", ErrorKind::kFailed};
    case MediaError::kTooSmall:
      return {"media.too_small", ErrorKind::kFailed};
    case MediaError::kDecoderMissing:
      return {"media.decoder_missing", ErrorKind::kUnavailable};
    case MediaError::kDecoderFailed:
      return {"media.decoder_failed", ErrorKind::kFailed};
    case MediaError::kDecoderHung:
      return {"media.decoder_hung", ErrorKind::kFailed};
    case MediaError::kOutput:
      return {"media.output", ErrorKind::kFailed};
  }
  std::abort();
}

}  // namespace tally::media
