#include "perception/media/decoder/picture.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "perception/media/decoder/chroma.hpp"

namespace tally::media::decoder {
namespace {

constexpr int kExact = SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_FULL_CHR_H_INT;

bool is_full_range(const AVFrame& picture) {
  switch (picture.format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
      return true;
    default:
      return picture.color_range == AVCOL_RANGE_JPEG;
  }
}

// swscale knows full range as a setting, and its own names for it are deprecated.
AVPixelFormat without_range(int format) {
  switch (format) {
    case AV_PIX_FMT_YUVJ420P:
      return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
      return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
      return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
      return AV_PIX_FMT_YUV440P;
    default:
      return static_cast<AVPixelFormat>(format);
  }
}

bool is_rgb(AVPixelFormat format) {
  const AVPixFmtDescriptor* description = av_pix_fmt_desc_get(format);
  return description != nullptr && (description->flags & AV_PIX_FMT_FLAG_RGB) != 0;
}

Owned<AVFrame> picture_of(AVPixelFormat format, const AVFrame& like) {
  auto picture = owned(av_frame_alloc());
  picture->format = format;
  picture->width = like.width;
  picture->height = like.height;
  if (av_frame_get_buffer(picture.get(), 0) < 0) throw std::bad_alloc();
  return picture;
}

struct PlaneCopy {
  const std::uint8_t* from;
  std::ptrdiff_t from_stride;
  std::uint8_t* to;
  std::ptrdiff_t to_stride;
  int width;  // Of the destination, in samples.
  int rows;
};

void copy_upright(const PlaneCopy& plane, int sample_bytes) {
  const auto row_bytes = static_cast<std::size_t>(plane.width * sample_bytes);
  for (int row = 0; row < plane.rows; ++row) {
    std::memcpy(plane.to + row * plane.to_stride, plane.from + row * plane.from_stride, row_bytes);
  }
}

// One source step per destination column and row; a transposed picture is walked in tiles, because
// each of its columns is a row of the source.
void copy_turned(const PlaneCopy& plane, int sample_bytes, const Orientation& turn) {
  constexpr int kTile = 32;
  const std::ptrdiff_t along = turn.transpose ? plane.from_stride : sample_bytes;
  const std::ptrdiff_t across = turn.transpose ? sample_bytes : plane.from_stride;
  const std::ptrdiff_t step_x = turn.mirror_x ? -along : along;
  const std::ptrdiff_t step_y = turn.mirror_y ? -across : across;
  const std::uint8_t* origin = plane.from;
  if (turn.mirror_x) origin += along * (plane.width - 1);
  if (turn.mirror_y) origin += across * (plane.rows - 1);
  const auto copy_tile = [&](int left, int top) {
    for (int y = top; y < std::min(top + kTile, plane.rows); ++y) {
      std::uint8_t* to = plane.to + y * plane.to_stride + left * sample_bytes;
      const std::uint8_t* from = origin + y * step_y + left * step_x;
      for (int x = left; x < std::min(left + kTile, plane.width); ++x) {
        for (int byte = 0; byte < sample_bytes; ++byte) to[byte] = from[byte];
        to += sample_bytes;
        from += step_x;
      }
    }
  };
  for (int top = 0; top < plane.rows; top += kTile) {
    for (int left = 0; left < plane.width; left += kTile) copy_tile(left, top);
  }
}

}  // namespace

// x' = a x + c y and y' = b x + d y, in 16.16; only quarter turns and mirrors are drawn.
Orientation orientation_of_matrix(const std::int32_t* matrix) {
  if (matrix == nullptr) return {};
  const std::int64_t a = matrix[0];
  const std::int64_t b = matrix[1];
  const std::int64_t c = matrix[3];
  const std::int64_t d = matrix[4];
  const bool transpose = std::abs(b) + std::abs(c) > std::abs(a) + std::abs(d);
  if (transpose) return {.transpose = true, .mirror_x = c < 0, .mirror_y = b < 0};
  return {.transpose = false, .mirror_x = a < 0, .mirror_y = d < 0};
}

Orientation orientation_of_exif(int value) {
  constexpr std::array<Orientation, 9> kOrientations{{
      {},
      {},
      {.transpose = false, .mirror_x = true, .mirror_y = false},
      {.transpose = false, .mirror_x = true, .mirror_y = true},
      {.transpose = false, .mirror_x = false, .mirror_y = true},
      {.transpose = true, .mirror_x = false, .mirror_y = false},
      {.transpose = true, .mirror_x = true, .mirror_y = false},
      {.transpose = true, .mirror_x = true, .mirror_y = true},
      {.transpose = true, .mirror_x = false, .mirror_y = true},
  }};
  return value >= 1 && value <= 8 ? kOrientations[static_cast<std::size_t>(value)] : Orientation{};
}

PictureShape shape_of(const AVFrame& picture, PixelFormat format, const Orientation& orientation) {
  PictureShape shape;
  shape.width = orientation.transpose ? picture.height : picture.width;
  shape.height = orientation.transpose ? picture.width : picture.height;
  shape.format = format;
  if (format == PixelFormat::kRgb24) {
    shape.range = ColorRange::kFull;
    return shape;
  }
  const bool rgb = is_rgb(static_cast<AVPixelFormat>(picture.format));
  const AVColorSpace space = picture.colorspace;
  // BT.2020's coefficients are nearer to BT.709's than to BT.601's.
  const bool wide =
      space == AVCOL_SPC_BT709 || space == AVCOL_SPC_BT2020_NCL || space == AVCOL_SPC_BT2020_CL;
  if (wide && !rgb) shape.matrix = ColorMatrix::kBt709;
  if (is_full_range(picture) && !rgb) shape.range = ColorRange::kFull;
  return shape;
}

PictureWriter::PictureWriter(PictureShape shape, Orientation orientation)
    : shape_(shape),
      orientation_(orientation),
      layout_(protocol::layout_of(shape.format, shape.width, shape.height)) {}

Outcome<PictureWriter::Planes> PictureWriter::converted(const AVFrame& decoded) {
  const bool still = shape_.format == PixelFormat::kRgb24;
  const bool halved = without_range(decoded.format) == AV_PIX_FMT_YUV420P;
  const AVFrame& picture = still && halved ? with_full_chroma(decoded) : decoded;
  Planes planes;
  const AVFrame* source = &picture;
  const AVPixelFormat from = without_range(picture.format);
  if (from != (still ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_YUV420P)) {
    if (!scaler_ || from != scaler_from_) {
      if (auto ready = set_up_scaler(picture); !ready) return std::unexpected(ready.error());
    }
    sws_scale(scaler_.get(), picture.data, picture.linesize, 0, picture.height, scratch_->data,
              scratch_->linesize);
    source = scratch_.get();
  }
  std::copy_n(source->data, planes.data.size(), planes.data.begin());
  std::copy_n(source->linesize, planes.stride.size(), planes.stride.begin());
  return planes;
}

const AVFrame& PictureWriter::with_full_chroma(const AVFrame& picture) {
  full_chroma_ = picture_of(AV_PIX_FMT_YUV444P, picture);
  full_chroma_->color_range = AVCOL_RANGE_JPEG;
  for (int row = 0; row < picture.height; ++row) {
    std::memcpy(full_chroma_->data[0] + std::ptrdiff_t{row} * full_chroma_->linesize[0],
                picture.data[0] + std::ptrdiff_t{row} * picture.linesize[0],
                static_cast<std::size_t>(picture.width));
  }
  for (const std::size_t plane : {1U, 2U}) {
    const ChromaPlane from{picture.data[plane], picture.linesize[plane], (picture.width + 1) / 2,
                           (picture.height + 1) / 2};
    double_chroma(from, full_chroma_->data[plane], full_chroma_->linesize[plane], picture.width,
                  picture.height);
  }
  return *full_chroma_;
}

Outcome<void> PictureWriter::set_up_scaler(const AVFrame& picture) {
  const bool still = shape_.format == PixelFormat::kRgb24;
  const AVPixelFormat from = without_range(picture.format);
  const AVPixelFormat to = still ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_YUV420P;
  const int flags = kExact | (still ? SWS_BILINEAR : SWS_BICUBIC);
  scaler_.reset(sws_getContext(picture.width, picture.height, from, picture.width, picture.height,
                               to, flags, nullptr, nullptr, nullptr));
  if (!scaler_) return failed(MediaError::kCorrupt, "its pixel format can't be converted");
  scaler_from_ = from;
  const int matrix = picture.colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_ITU601;
  const int* coefficients = sws_getCoefficients(matrix);
  const int full = still || is_full_range(picture) ? 1 : 0;
  const int full_out = shape_.range == ColorRange::kFull ? 1 : 0;
  constexpr int kUnity = 1 << 16;
  sws_setColorspaceDetails(scaler_.get(), coefficients, full, coefficients, full_out, 0, kUnity,
                           kUnity);
  scratch_ = picture_of(to, picture);
  return {};
}

Outcome<void> PictureWriter::write(const AVFrame& picture, std::span<std::byte> slot) {
  const auto planes = converted(picture);
  if (!planes) return std::unexpected(planes.error());
  auto* base = reinterpret_cast<std::uint8_t*>(slot.data());
  const int sample_bytes = shape_.format == PixelFormat::kRgb24 ? 3 : 1;
  const bool turned = orientation_.transpose || orientation_.mirror_x || orientation_.mirror_y;
  for (std::size_t index = 0; index < static_cast<std::size_t>(layout_.planes); ++index) {
    const PlaneCopy plane{
        planes->data[index],          planes->stride[index],
        base + layout_.offset[index], static_cast<std::ptrdiff_t>(layout_.stride[index]),
        layout_.width[index],         layout_.rows[index]};
    if (turned) {
      copy_turned(plane, sample_bytes, orientation_);
    } else {
      copy_upright(plane, sample_bytes);
    }
  }
  return {};
}

}  // namespace tally::media::decoder
