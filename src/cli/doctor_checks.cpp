#include "cli/doctor_checks.hpp"

#include <fmt/format.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/files.hpp"
#include "perception/inference/openvino_engine.hpp"
#include "perception/media/video_reader.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;
using Grade = Check::Grade;

constexpr double kGibibyte = 1024.0 * 1024 * 1024;
constexpr double kMemoryComfortable = 1.0 * kGibibyte;

// 32x32 grey pixels as PNG: what the decoder is tried with.
constexpr std::array<unsigned char, 79> kTestPicture{
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x20, 0x00, 0x00, 0x00, 0x20, 0x08, 0x00, 0x00, 0x00, 0x00, 0x56, 0x11, 0x25,
    0x28, 0x00, 0x00, 0x00, 0x16, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0xa8, 0x20, 0x00, 0x18,
    0x46, 0x15, 0x8c, 0x2a, 0x18, 0x55, 0x30, 0x52, 0x15, 0x00, 0x00, 0x3e, 0x22, 0xe0, 0x10, 0x34,
    0x6f, 0x61, 0xaf, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};

// Files of /proc and /sys say 0 for their size, so they are read to their end.
std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The value after "key   : " at the start of a line; empty where there is none.
std::string_view field(std::string_view text, std::string_view key) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    const std::size_t colon = line.find(':');
    if (line.starts_with(key) && colon != std::string_view::npos) {
      const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
      return begin == std::string_view::npos ? "" : line.substr(begin);
    }
    at = end + 1;
  }
  return {};
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool has_flag(std::string_view flags, std::string_view flag) {
  return fmt::format(" {} ", flags).find(fmt::format(" {} ", flag)) != std::string::npos;
}

// 0 where the control group sets no limit ("max") or can't be read.
std::int64_t group_memory_limit() {
  const std::string second = text_of("/sys/fs/cgroup/memory.max");
  return number(second.empty() ? text_of("/sys/fs/cgroup/memory/memory.limit_in_bytes") : second);
}

// Decodes the test picture through the sandboxed child, as every video is.
Result<void> decode_test_picture() {
  auto folder = StagedFolder::beside(fs::temp_directory_path() / "tally-doctor");
  if (!folder) return std::unexpected(std::move(folder.error()));
  const fs::path path = folder->path() / "test.png";
  const std::string_view bytes(reinterpret_cast<const char*>(kTestPicture.data()),
                               kTestPicture.size());
  if (auto written = write_file_atomically(path, bytes); !written) return written;
  auto reader = media::VideoReader::open(path);
  if (!reader) return std::unexpected(std::move(reader.error()));
  auto frame = (*reader)->next();
  if (!frame) return std::unexpected(std::move(frame.error()));
  if (*frame && (*frame)->width == 32 && (*frame)->height == 32) return {};
  return fail(media::MediaError::kDecoderFailed,
              "tally-decoder gave another picture than it was given");
}

Check check_decoder() {
  Check check{.name = "decoder", .found = "tally-decoder decodes in its sandbox", .mend = ""};
  if (auto decoded = decode_test_picture(); !decoded) {
    check.grade = Grade::kFail;
    check.found = decoded.error().message;
    check.mend =
        "tally-decoder must lie beside tally, from the same build, on a kernel with seccomp";
  }
  return check;
}

Check check_sandbox() {
  Check check{.name = "sandbox", .found = "", .mend = ""};
  const bool seccomp = fs::exists("/proc/sys/kernel/seccomp/actions_avail");
  const long landlock =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  check.found = fmt::format("seccomp {}, Landlock {}", seccomp ? "yes" : "not visible",
                            landlock > 0 ? fmt::format("ABI {}", landlock) : "no");
  if (landlock <= 0) {
    check.grade = Grade::kWarn;
    check.mend = "decoding is held by seccomp alone; Linux 5.13 or newer with Landlock adds a wall";
  }
  return check;
}

Check check_user() {
  if (::geteuid() != 0) {
    return {.name = "user", .grade = Grade::kOk, .found = "not root", .mend = ""};
  }
  return {.name = "user",
          .grade = Grade::kWarn,
          .found = "root",
          .mend = "tally needs no rights of root; run it as an ordinary user"};
}

bool on_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    if (::access((fs::path(folder) / program).c_str(), X_OK) == 0) return true;
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
  }
  return false;
}

Check check_ffmpeg() {
  if (on_path("ffmpeg")) {
    return {.name = "ffmpeg",
            .grade = Grade::kOk,
            .found = "on the path; only tests use it",
            .mend = ""};
  }
  return {.name = "ffmpeg",
          .grade = Grade::kWarn,
          .found = "not found; only tests need it",
          .mend = "to run the tests: apt-get install ffmpeg"};
}

Check check_folder() {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  auto staged = StagedFolder::beside(here / "tally-doctor");
  if (staged) {
    return {.name = "folder",
            .grade = Grade::kOk,
            .found = here.string() + " can be written",
            .mend = ""};
  }
  return {.name = "folder",
          .grade = Grade::kWarn,
          .found = staged.error().message,
          .mend = "give 'tally process' a folder that can be written, with -o"};
}

Check check_models() {
  std::string names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("models", error)) {
    if (!fs::exists(entry.path() / "model.toml", error)) continue;
    names += (names.empty() ? "" : ", ") + entry.path().string();
  }
  if (!names.empty()) return {.name = "models", .grade = Grade::kOk, .found = names, .mend = ""};
  return {.name = "models",
          .grade = Grade::kWarn,
          .found = "no model package under models/",
          .mend = "make one: tally compile MODEL.onnx -o models/NAME"};
}

}  // namespace

std::string_view name_of(Grade grade) {
  switch (grade) {
    case Grade::kOk:
      return "ok";
    case Grade::kWarn:
      return "warn";
    case Grade::kFail:
      return "fail";
  }
  std::abort();
}

Check check_processor(std::string_view cpuinfo, int cores) {
  const std::string_view flags = field(cpuinfo, "flags");
  const std::string_view model = field(cpuinfo, "model name");
  Check check{.name = "processor", .found = "", .mend = ""};
  check.found = fmt::format("{}, {} {} usable", model.empty() ? "unknown model" : model, cores,
                            cores == 1 ? "core" : "cores");
  for (const std::string_view flag :
       {"avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_int8"}) {
    if (has_flag(flags, flag)) check.found += fmt::format(", {}", flag);
  }
  if (!flags.empty() && !has_flag(flags, "avx2")) {
    check.grade = Grade::kWarn;
    check.mend = "without AVX2 detection is several times slower; use a newer processor";
  }
  return check;
}

Check check_memory(std::string_view meminfo, std::int64_t group_limit_bytes) {
  const std::int64_t total = number(field(meminfo, "MemTotal")) * 1024;
  std::int64_t available = number(field(meminfo, "MemAvailable")) * 1024;
  Check check{.name = "memory", .found = "", .mend = ""};
  check.found = fmt::format("{:.1f} GiB free of {:.1f}", static_cast<double>(available) / kGibibyte,
                            static_cast<double>(total) / kGibibyte);
  // Without a limit the first version of control groups tells a number near 2^63.
  if (group_limit_bytes > 0 && group_limit_bytes < total) {
    available = std::min(available, group_limit_bytes);
    check.found +=
        fmt::format(", limited to {:.1f}", static_cast<double>(group_limit_bytes) / kGibibyte);
  }
  if (static_cast<double>(available) < kMemoryComfortable) {
    check.grade = Grade::kWarn;
    check.mend = "less than 1 GiB is free; end other programs, or give fewer --threads";
  }
  return check;
}

std::vector<Check> run_checks() {
  return {check_processor(text_of("/proc/cpuinfo"), inference::allowed_cores()),
          check_memory(text_of("/proc/meminfo"), group_memory_limit()),
          check_engine(),
          check_neuron(),
          check_decoder(),
          check_sandbox(),
          check_user(),
          check_folder(),
          check_models(),
          check_ffmpeg()};
}

}  // namespace tally::cli
