// Why the decoder can't go on, as it goes over the wire. Texts say what happened and what to do;
// the reader puts the file's name before them, for the decoder does not know it.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "perception/media/video_reader.hpp"

namespace tally::media::decoder {

struct [[nodiscard]] Failure {
  MediaError error;
  std::string text;
};

template <typename T>
using Outcome = std::expected<T, Failure>;

[[nodiscard]] inline std::unexpected<Failure> failed(MediaError error, std::string text) {
  return std::unexpected(Failure{error, std::move(text)});
}

}  // namespace tally::media::decoder
