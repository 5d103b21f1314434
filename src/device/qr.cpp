#include <fmt/format.h>
#include <qrencode.h>

#include <memory>

#include "device/screen.hpp"

namespace tally::device {
namespace {

constexpr int kQuietZone = 4;  // Modules of white around it, as the standard asks.

}  // namespace

std::string qr_svg(std::string_view text) {
  const std::string copy(text);
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(copy.c_str(), 0, QR_ECLEVEL_M), &QRcode_free);
  if (!code) return "";
  const int side = code->width + 2 * kQuietZone;
  std::string path;
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width; ++x) {
      if ((code->data[y * code->width + x] & 1U) == 0) continue;
      int run = 1;
      while (x + run < code->width && (code->data[y * code->width + x + run] & 1U) != 0) ++run;
      path += fmt::format("M{} {}h{}v1h-{}z", x + kQuietZone, y + kQuietZone, run, run);
      x += run;
    }
  }
  return fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" )"
                     R"(shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{0}v{0}H0z"/>)"
                     R"(<path d="{1}"/></svg>)",
                     side, path);
}

}  // namespace tally::device
