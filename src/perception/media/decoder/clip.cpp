#include "perception/media/decoder/clip.hpp"

#include <cstring>
#include <optional>

#include "perception/media/channel.hpp"
#include "perception/media/decoder/clip_mux.hpp"
#include "perception/media/decoder/clip_select.hpp"
#include "perception/media/decoder/codec.hpp"
#include "perception/media/decoder/demuxer.hpp"
#include "perception/media/decoder/frame_link.hpp"
#include "perception/media/decoder_fds.hpp"

namespace tally::media::decoder {
namespace {

Outcome<Demuxer> open_source(const Input& input) {
  const Signature signature = recognise(input);
  if (signature != Signature::kMp4 && signature != Signature::kMatroska) {
    return failed(MediaError::kNotVideo, "is not an MP4, MOV, Matroska or WebM video");
  }
  auto demuxer = Demuxer::open(input, signature);
  if (!demuxer) return demuxer;
  const AVCodecParameters& parameters = *demuxer->stream().codecpar;
  if (auto allowed = check_size(parameters.width, parameters.height); !allowed) {
    return std::unexpected(allowed.error());
  }
  return demuxer;
}

// Null: the reader wants no more.
std::optional<protocol::Cut> next_order(int socket, Datagram& datagram) {
  if (receive(socket, datagram, Waiting::kBlock, Descriptors::kTakeOne) != Receipt::kMessage) {
    return std::nullopt;
  }
  protocol::Cut order;
  if (datagram.size != sizeof order) return std::nullopt;
  std::memcpy(&order, datagram.buffer.data(), sizeof order);
  // The sandbox lets this descriptor alone be written to.
  if (order.type != protocol::MessageType::kCut || datagram.fd.get() != kReceivedFd) {
    return std::nullopt;
  }
  return order;
}

Outcome<void> serve(const Input& input, int socket) {
  auto demuxer = open_source(input);
  if (!demuxer) return std::unexpected(demuxer.error());
  ClipSelector selector(*demuxer);
  if (auto found = selector.find_origin(); !found) return found;
  while (true) {
    Datagram datagram;
    const auto order = next_order(socket, datagram);
    if (!order) return {};
    auto selection = selector.select(*order);
    if (!selection) return std::unexpected(selection.error());
    if (auto muxed = mux_clip(*demuxer, *selection, datagram.fd.get()); !muxed) return muxed;
    if (!send_message(socket, protocol::CutDone{})) return {};
  }
}

}  // namespace

void serve_clips(const Input& input, int socket) {
  const auto served = serve(input, socket);
  if (!served) static_cast<void>(send_message(socket, message_of(served.error())));
}

}  // namespace tally::media::decoder
