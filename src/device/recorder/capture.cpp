#include "device/recorder/capture.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <optional>

#include "device/recorder/output.hpp"

namespace tally::device::recorder {
namespace {

constexpr int kLumaStep = 16;  // Every so many pixels, both ways.
constexpr AVRational kClock{1, 90'000};

// The library brings a hundred others, which only cameras need.
bool load_devices() {
  const std::string name = fmt::format("libavdevice.so.{}", LIBAVFORMAT_VERSION_MAJOR);
  void* library = ::dlopen(name.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) return false;
  const auto add_all = reinterpret_cast<void (*)()>(::dlsym(library, "avdevice_register_all"));
  if (add_all == nullptr) return false;
  add_all();
  return true;
}

Outcome<Owned<AVFormatContext>> open_device(const std::string& kind, const std::string& device) {
  if (!load_devices()) return std::unexpected("libavdevice is not installed, which cameras need");
  const AVInputFormat* format =
      av_find_input_format(kind == "v4l2" ? "video4linux2" : kind.c_str());
  if (format == nullptr) return std::unexpected(fmt::format("can't capture by {}", kind));
  AVDictionary* options = nullptr;
  if (kind == "v4l2") {
    av_dict_set(&options, "video_size", "1280x720", 0);
    av_dict_set_int(&options, "framerate", kCaptureFps, 0);
    av_dict_set(&options, "input_format", "mjpeg", 0);
  }
  AVFormatContext* opened = nullptr;
  int status = avformat_open_input(&opened, device.c_str(), format, &options);
  av_dict_free(&options);
  // A camera that knows no MJPEG, or no such size, gives what it has.
  if (status < 0) status = avformat_open_input(&opened, device.c_str(), format, nullptr);
  if (status < 0) return std::unexpected(fmt::format("{} can't be opened", device));
  return Owned<AVFormatContext>(opened);
}

Outcome<Owned<AVCodecContext>> open_decoder(const AVCodecParameters& parameters) {
  const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
  if (codec == nullptr) return std::unexpected("gives pictures of an unknown kind");
  auto context = owned(avcodec_alloc_context3(codec));
  const bool good = avcodec_parameters_to_context(context.get(), &parameters) >= 0 &&
                    avcodec_open2(context.get(), codec, nullptr) >= 0;
  if (!good) return std::unexpected("gives pictures that can't be decoded");
  return context;
}

Outcome<Owned<AVCodecContext>> open_encoder() {
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  if (codec == nullptr) return std::unexpected("libx264 is not there to encode with");
  auto context = owned(avcodec_alloc_context3(codec));
  context->width = kCaptureWidth;
  context->height = kCaptureHeight;
  context->pix_fmt = AV_PIX_FMT_YUV420P;
  context->time_base = kClock;
  context->framerate = {kCaptureFps, 1};
  context->gop_size = kCaptureFps;
  context->max_b_frames = 0;
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  av_opt_set(context->priv_data, "preset", "veryfast", 0);
  av_opt_set(context->priv_data, "tune", "zerolatency", 0);
  av_opt_set_double(context->priv_data, "crf", 23, 0);
  context->rc_max_rate = 4'000'000;
  context->rc_buffer_size = 4'000'000;
  if (avcodec_open2(context.get(), codec, nullptr) < 0) {
    return std::unexpected("the H.264 encoder can't be started");
  }
  return context;
}

double mean_luma(const AVFrame& frame) {
  std::int64_t sum = 0;
  std::int64_t count = 0;
  for (int y = 0; y < frame.height; y += kLumaStep) {
    const std::uint8_t* row = frame.data[0] + static_cast<std::ptrdiff_t>(y) * frame.linesize[0];
    for (int x = 0; x < frame.width; x += kLumaStep, ++count) sum += row[x];
  }
  return count == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(count);
}

class Capturer {
 public:
  Capturer(AVCodecContext& decoder, AVCodecContext& encoder, Output& output)
      : decoder_(decoder), encoder_(encoder), output_(output), scaled_(owned(av_frame_alloc())) {
    scaled_->format = AV_PIX_FMT_YUV420P;
    scaled_->width = kCaptureWidth;
    scaled_->height = kCaptureHeight;
    if (av_frame_get_buffer(scaled_.get(), 0) < 0) throw std::bad_alloc();
  }

  // Pictures are dated when they come: drivers' own times differ from one to the next.
  Outcome<void> take(const AVPacket& packet) {
    if (avcodec_send_packet(&decoder_, &packet) < 0) return {};  // One broken picture.
    const auto frame = owned(av_frame_alloc());
    while (avcodec_receive_frame(&decoder_, frame.get()) >= 0) {
      if (auto done = encode(*frame, monotonic_us()); !done) return done;
    }
    return {};
  }
  Outcome<void> finish() {
    avcodec_send_frame(&encoder_, nullptr);
    return drain();
  }

 private:
  Outcome<void> encode(const AVFrame& frame, std::int64_t now_us) {
    if (!begin_us_) {
      begin_us_ = now_us;
      constexpr std::string_view kBegan = "began\n";
      if (::write(STDERR_FILENO, kBegan.data(), kBegan.size()) < 0) {
        return std::unexpected("nobody listens");
      }
    }
    scaler_.reset(sws_getCachedContext(scaler_.release(), frame.width, frame.height,
                                       static_cast<AVPixelFormat>(frame.format), kCaptureWidth,
                                       kCaptureHeight, AV_PIX_FMT_YUV420P, SWS_BILINEAR, nullptr,
                                       nullptr, nullptr));
    if (!scaler_) return std::unexpected("gives pictures that can't be scaled");
    if (av_frame_make_writable(scaled_.get()) < 0) throw std::bad_alloc();
    sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, scaled_->data,
              scaled_->linesize);
    const std::int64_t pts = av_rescale_q(now_us - *begin_us_, kMicroseconds, kClock);
    scaled_->pts = std::max(pts, last_pts_ + 1);
    last_pts_ = scaled_->pts;
    output_.saw_luma(mean_luma(*scaled_));
    if (avcodec_send_frame(&encoder_, scaled_.get()) < 0) {
      return std::unexpected("the H.264 encoder failed");
    }
    return drain();
  }

  Outcome<void> drain() {
    const auto packet = owned(av_packet_alloc());
    while (avcodec_receive_packet(&encoder_, packet.get()) >= 0) {
      if (packet->duration == 0) packet->duration = kClock.den / kCaptureFps;
      if (auto done = output_.write(*packet); !done) return done;
      av_packet_unref(packet.get());
    }
    return {};
  }

  AVCodecContext& decoder_;
  AVCodecContext& encoder_;
  Output& output_;
  Owned<AVFrame> scaled_;
  Owned<SwsContext> scaler_;
  std::optional<std::int64_t> begin_us_;
  std::int64_t last_pts_ = -1;
};

}  // namespace

Outcome<void> capture(const std::string& kind, const std::string& device) {
  auto input = open_device(kind, device);
  if (!input) return std::unexpected(input.error());
  AVFormatContext& format = **input;
  if (avformat_find_stream_info(&format, nullptr) < 0) return std::unexpected("gives no pictures");
  const int track = av_find_best_stream(&format, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (track < 0) return std::unexpected("gives no pictures");
  auto decoder = open_decoder(*format.streams[track]->codecpar);
  if (!decoder) return std::unexpected(decoder.error());
  auto encoder = open_encoder();
  if (!encoder) return std::unexpected(encoder.error());
  AVCodecParameters* parameters = avcodec_parameters_alloc();
  if (parameters == nullptr) throw std::bad_alloc();
  avcodec_parameters_from_context(parameters, encoder->get());
  auto output = Output::open(*parameters, kClock);
  avcodec_parameters_free(&parameters);
  if (!output) return std::unexpected(output.error());
  Capturer capturer(**decoder, **encoder, *output);
  const auto packet = owned(av_packet_alloc());
  // A made-up source gives pictures as fast as they are taken; a camera makes us wait.
  const std::int64_t begin = monotonic_us();
  std::int64_t count = 0;
  while (av_read_frame(&format, packet.get()) >= 0) {
    const std::int64_t due = kind == "lavfi" ? begin + count++ * kMicrosecond / kCaptureFps : 0;
    if (!wait_until(due)) break;
    if (packet->stream_index == track) {
      if (auto done = capturer.take(*packet); !done) return done;
    }
    av_packet_unref(packet.get());
  }
  if (auto done = capturer.finish(); !done) return done;
  return output->finish();
}

}  // namespace tally::device::recorder
