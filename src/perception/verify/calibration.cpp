#include "perception/verify/calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "base/files.hpp"
#include "perception/identify/enrol.hpp"
#include "perception/vision/letterbox.hpp"
#include "perception/vision/shrink.hpp"

namespace tally::verify {
namespace {

void show(const media::Frame& frame, const inference::ModelPackage& package,
          std::vector<std::uint8_t>& rgb) {
  if (package.task == inference::Task::kEmbed) {
    const vision::Region whole{0, 0, frame.width, frame.height};
    return vision::shrink_and_letterbox(frame, whole, package.input, rgb);
  }
  vision::letterbox(frame, vision::plan_letterbox({frame.width, frame.height}, package.input), rgb);
}

}  // namespace

Result<std::int64_t> write_network_pictures(
    const inference::ModelPackage& package, const PictureSet& set,
    const std::filesystem::path& file,
    const std::function<Result<void>(std::int64_t done, std::int64_t total)>& on_picture) {
  const std::size_t count = std::min(set.pictures.size(), kCalibrationMax);
  const auto width = static_cast<std::size_t>(package.input.width);
  std::vector<std::uint8_t> rgb(3 * width * static_cast<std::size_t>(package.input.height));
  std::ofstream out(file, std::ios::binary);
  for (std::size_t i = 0; i < count; ++i) {
    const Picture& picture = set.pictures[i * set.pictures.size() / count];
    auto frame = identify::read_photo(picture.file);
    if (!frame) return std::unexpected(std::move(frame.error()));
    show(*frame, package, rgb);
    out.write(reinterpret_cast<const char*>(rgb.data()), static_cast<std::streamsize>(rgb.size()));
    if (!on_picture) continue;
    auto told = on_picture(static_cast<std::int64_t>(i) + 1, static_cast<std::int64_t>(count));
    if (!told) return std::unexpected(std::move(told.error()));
  }
  out.close();
  if (!out) return fail(FileError::kUnwritable, fmt::format("{}: can't be written", file.string()));
  return static_cast<std::int64_t>(count);
}

}  // namespace tally::verify
