// A cabinet's configuration: one TOML file. docs/device.md lists its keys. An unknown key is an
// error with its line and column; paths are relative to the file's folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/instant.hpp"

namespace tally::device {

inline constexpr std::size_t kConfigBytesMax = std::size_t{64} << 10U;
inline constexpr std::size_t kClipFoldersMax = 1000;
// One upload (16 MiB on the server) holds a segment of this length with much to spare.
inline constexpr Duration kSegmentLengthMax{10'000};

enum class LockDriver : std::uint8_t { kSimulated, kGpio };
enum class CameraDriver : std::uint8_t { kFile, kV4l2 };
enum class TemperatureDriver : std::uint8_t { kNone, kSimulated, kFile };
enum class DoorMode : std::uint8_t { kAuto, kManual };

struct LockConfig {
  LockDriver driver = LockDriver::kSimulated;
  std::filesystem::path chip = "/dev/gpiochip0";
  std::uint32_t bolt_line = 0;  // Output; active: unlocked, so that without power it locks.
  std::uint32_t door_line = 0;  // Input; active: the door is open.
  bool bolt_active_low = false;
  bool door_active_low = false;
};

struct TemperatureConfig {
  TemperatureDriver driver = TemperatureDriver::kNone;
  double celsius = 4;          // What kSimulated says.
  std::filesystem::path file;  // Read by kFile: one number in thousandths, as the kernel writes it.
};

struct CameraConfig {
  std::string id;
  CameraDriver driver = CameraDriver::kFile;
  std::filesystem::path device;  // Of kV4l2.
};

// What the shopper of a virtual cabinet does, session by session.
struct VirtualConfig {
  std::vector<std::filesystem::path> sessions;  // Folders with one clip for each camera.
  DoorMode mode = DoorMode::kAuto;
  Duration open_after{600};  // From the unlocking, in kAuto.
  bool loop = false;         // Clips begin anew when they end.
  // Renders free play in the cabinet of the first session (free_play.hpp); empty: there is none.
  std::filesystem::path renderer;
};

// Another virtual cabinet's screen, which this one links to: a demo has several.
struct OtherScreen {
  std::string name;
  std::string session;  // What its cameras play: the folder's name, or nothing.
  std::string url;

  friend bool operator==(const OtherScreen&, const OtherScreen&) = default;
};

struct ScreenConfig {
  std::string address = "127.0.0.1";
  std::uint16_t port = 7070;  // 0: any free one.
  std::vector<OtherScreen> others;
};

struct Config {
  std::string server;  // "https://tally.example"; without a slash at its end.
  std::filesystem::path trusted_certificates;  // PEM; empty: what the system trusts.
  std::filesystem::path key_file;
  std::filesystem::path data;
  Duration segment_length{1'000};
  std::int64_t buffer_bytes_max = std::int64_t{20} << 30U;
  Duration buffer_time_max = std::chrono::hours(72);
  LockConfig lock;
  TemperatureConfig temperature;
  std::vector<CameraConfig> cameras;
  std::optional<VirtualConfig> virtual_cabinet;
  std::optional<ScreenConfig> screen;
};

// `file` names the text in messages, and its folder is where relative paths begin.
// Errors: DeviceError::kConfigSyntax, kConfigVersion, kConfigValue.
Result<Config> parse_config(std::string_view text, const std::filesystem::path& file);
// The same and FileError.
Result<Config> load_config(const std::filesystem::path& file);

// The file that provisioning writes where there is none: a cabinet with three file cameras.
[[nodiscard]] std::string config_template(std::string_view server);

// Whether a text can name a camera here: 1 to 32 of a-z, 0-9, "_" and "-", for it names files.
[[nodiscard]] bool is_camera_id(std::string_view text);

}  // namespace tally::device
