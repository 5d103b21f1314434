#include "perception/inference/openvino_cache.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "perception/inference/manifest.hpp"

namespace tally::inference::openvino {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".blob";
constexpr std::size_t kBlobBytesMax = std::size_t{4} << 30U;

fs::path file_of(const ModelPackage& package, const std::string& key) {
  constexpr std::size_t kDigits = 16;  // Files of one folder; the whole key is in the file.
  return package.folder / kCompiledFolder /
         (sha256_hex(key).substr(0, kDigits) + std::string(kSuffix));
}

// Takes the first line of `rest`, without its end.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

void remove_oldest(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> blobs;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != kSuffix) continue;
    blobs.emplace_back(entry.last_write_time(error), entry.path());
  }
  if (blobs.size() <= kBlobsMax) return;
  std::ranges::sort(blobs);
  for (std::size_t i = 0; i + kBlobsMax < blobs.size(); ++i) fs::remove(blobs[i].second, error);
}

}  // namespace

std::string blob_key(const ModelPackage& package, const EngineOptions& options) {
  const auto cpu = core().get_property("CPU", ov::device::full_name);
  const auto abilities = core().get_property("CPU", ov::device::capabilities);
  return fmt::format("tally compiled 1; package {}; openvino {}; {}, {}; {} batch {} {}x{}, {}",
                     sha256_hex(manifest_text(package)), ov::get_openvino_version().buildNumber,
                     cpu, fmt::join(abilities, " "), name_of(*options.precision), options.batch,
                     options.streams, options.threads,
                     options.input == InputForm::kPicture ? "pictures" : "raw");
}

std::optional<std::string> kept_blob(const ModelPackage& package, const std::string& key) {
  auto file = read_file(file_of(package, key), kBlobBytesMax);
  if (!file) return std::nullopt;
  std::string_view rest = *file;
  if (take_line(rest) != key || take_line(rest) != sha256_hex(rest)) return std::nullopt;
  file->erase(0, file->size() - rest.size());
  return *std::move(file);
}

void keep_blob(const ModelPackage& package, const std::string& key, const std::string& blob) {
  const fs::path file = file_of(package, key);
  const auto kept =
      write_file_atomically(file, fmt::format("{}\n{}\n{}", key, sha256_hex(blob), blob));
  if (kept) remove_oldest(file.parent_path());
}

}  // namespace tally::inference::openvino
