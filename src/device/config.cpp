#include "device/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/device_link.hpp"
#include "base/files.hpp"
#include "base/toml_reader.hpp"
#include "device/device_error.hpp"
#include "platform/http/url.hpp"

namespace tally::device {
namespace {
namespace fs = std::filesystem;

using Wrong = TomlReader::Wrong;

constexpr std::int64_t kFormatVersion = 1;
constexpr std::size_t kCameraIdBytesMax = 32;
constexpr TomlReader::Integers kSegmentRange{250, kSegmentLengthMax.count()};
constexpr TomlReader::Integers kHoursRange{1, 99};  // Ages on the link end at 100 hours.
constexpr TomlReader::Integers kMegabytesRange{1, 1'000'000'000};
constexpr TomlReader::Integers kPortRange{0, 65'535};
constexpr TomlReader::Integers kLineRange{0, 1'023};
constexpr TomlReader::Integers kOpenAfterRange{0, 60'000};
constexpr TomlReader::Range kCelsiusRange{-100, 100};

template <typename Value>
struct Choice {
  std::string_view name;
  Value value;
};

class ConfigReader {
 public:
  explicit ConfigReader(const fs::path& file)
      : where_(file.string()), folder_(file.parent_path()), toml_(where_) {}

  Result<Config> read(std::string_view text) {
    const toml::table root = toml_.open(text, kFormatVersion);
    if (!toml_.mistake()) read_root(root);
    if (const auto& mistake = toml_.mistake()) return failure(*mistake);
    return std::move(config_);
  }

 private:
  static std::unexpected<Error> failure(const TomlReader::Mistake& mistake) {
    switch (mistake.wrong) {
      case Wrong::kVersion:
        return fail(DeviceError::kConfigVersion, mistake.message);
      case Wrong::kValue:
        return fail(DeviceError::kConfigValue, mistake.message);
      case Wrong::kSyntax:
        break;
    }
    return fail(DeviceError::kConfigSyntax, mistake.message);
  }

  void read_root(const toml::table& root) {
    toml_.check_keys(root, {"version", "server", "trusted_certificates", "key_file", "data",
                            "segment_ms", "buffer_megabytes", "buffer_hours", "lock", "temperature",
                            "camera", "virtual", "screen"});
    read_server(root);
    config_.key_file = path(root, "key_file");
    config_.data = path(root, "data");
    if (root.contains("trusted_certificates")) {
      config_.trusted_certificates = path(root, "trusted_certificates");
    }
    if (root.contains("segment_ms")) {
      config_.segment_length = Duration(toml_.integer(root, "segment_ms", kSegmentRange));
    }
    if (root.contains("buffer_megabytes")) {
      config_.buffer_bytes_max = toml_.integer(root, "buffer_megabytes", kMegabytesRange) << 20U;
    }
    if (root.contains("buffer_hours")) {
      config_.buffer_time_max =
          std::chrono::hours(toml_.integer(root, "buffer_hours", kHoursRange));
    }
    within(root, "lock", [this](const toml::table& table) { read_lock(table); });
    within(root, "temperature", [this](const toml::table& table) { read_temperature(table); });
    toml_.each_table(root, "camera", link::kCamerasMax,
                     [this](const toml::table& table) { read_camera(table); });
    within(root, "virtual", [this](const toml::table& table) { read_virtual(table); });
    within(root, "screen", [this](const toml::table& table) { read_screen(table); });
    check_cameras(root);
  }

  void read_server(const toml::table& root) {
    config_.server = toml_.text(root, "server");
    while (config_.server.ends_with('/')) config_.server.pop_back();
    const auto url = http::parse_url(config_.server);
    if (!url || url->websocket || url->target != "/") {
      toml_.wrong(Wrong::kValue, place_of(root, "server"),
                  "\"server\" must be an address as in \"https://tally.example\", without a path");
    }
  }

  void read_lock(const toml::table& table) {
    toml_.check_keys(
        table, {"driver", "chip", "bolt_line", "door_line", "bolt_active_low", "door_active_low"});
    LockConfig& lock = config_.lock;
    lock.driver = choice<LockDriver>(
        table, "driver", {{{"simulated", LockDriver::kSimulated}, {"gpio", LockDriver::kGpio}}});
    if (lock.driver != LockDriver::kGpio) return;
    if (table.contains("chip")) lock.chip = path(table, "chip");
    lock.bolt_line = static_cast<std::uint32_t>(toml_.integer(table, "bolt_line", kLineRange));
    lock.door_line = static_cast<std::uint32_t>(toml_.integer(table, "door_line", kLineRange));
    lock.bolt_active_low = flag(table, "bolt_active_low");
    lock.door_active_low = flag(table, "door_active_low");
    if (lock.bolt_line == lock.door_line) {
      toml_.wrong(Wrong::kValue, place_of(table, "door_line"),
                  "\"door_line\" and \"bolt_line\" are the same line");
    }
  }

  void read_temperature(const toml::table& table) {
    toml_.check_keys(table, {"driver", "celsius", "file"});
    TemperatureConfig& temperature = config_.temperature;
    temperature.driver = choice<TemperatureDriver>(
        table, "driver",
        {{{"simulated", TemperatureDriver::kSimulated}, {"file", TemperatureDriver::kFile}}});
    if (temperature.driver == TemperatureDriver::kFile) temperature.file = path(table, "file");
    if (table.contains("celsius")) {
      temperature.celsius = toml_.number(table, "celsius", kCelsiusRange);
    }
  }

  void read_camera(const toml::table& table) {
    toml_.check_keys(table, {"id", "driver", "device"});
    CameraConfig camera;
    camera.id = toml_.text(table, "id");
    if (!is_camera_id(camera.id)) {
      toml_.wrong(Wrong::kValue, place_of(table, "id"),
                  fmt::format("\"id\" must be 1 to {} of a-z, 0-9, _ and -", kCameraIdBytesMax));
    }
    if (std::ranges::find(config_.cameras, camera.id, &CameraConfig::id) != config_.cameras.end()) {
      toml_.wrong(Wrong::kValue, place_of(table, "id"),
                  fmt::format("camera \"{}\" is there twice", camera.id));
    }
    camera.driver = choice<CameraDriver>(
        table, "driver", {{{"file", CameraDriver::kFile}, {"v4l2", CameraDriver::kV4l2}}});
    if (camera.driver == CameraDriver::kV4l2) camera.device = path(table, "device");
    config_.cameras.push_back(std::move(camera));
  }

  void read_virtual(const toml::table& table) {
    toml_.check_keys(table, {"sessions", "mode", "open_after_ms", "loop", "renderer"});
    VirtualConfig made;
    const toml::array* list = table.get_as<toml::array>("sessions");
    if (list == nullptr || list->empty() || !list->is_homogeneous<std::string>() ||
        list->size() > kClipFoldersMax) {
      return toml_.wrong(Wrong::kSyntax, place_of(table, "sessions"),
                         "\"sessions\" must name 1 to 1000 folders of clips, as in "
                         "[\"demo/take_one\"]");
    }
    for (const toml::node& name : *list) {
      made.sessions.push_back((folder_ / name.as_string()->get()).lexically_normal());
    }
    if (table.contains("mode")) {
      made.mode = choice<DoorMode>(table, "mode",
                                   {{{"auto", DoorMode::kAuto}, {"manual", DoorMode::kManual}}});
    }
    if (table.contains("open_after_ms")) {
      made.open_after = Duration(toml_.integer(table, "open_after_ms", kOpenAfterRange));
    }
    made.loop = flag(table, "loop");
    if (table.contains("renderer")) made.renderer = path(table, "renderer");
    if (made.loop && made.mode == DoorMode::kAuto) {
      toml_.wrong(Wrong::kValue, place_of(table, "loop"),
                  "\"loop\" does not go with mode \"auto\": the door closes when the clips end");
    }
    config_.virtual_cabinet = std::move(made);
  }

  void read_screen(const toml::table& table) {
    toml_.check_keys(table, {"address", "port", "others"});
    ScreenConfig screen;
    if (table.contains("address")) screen.address = toml_.text(table, "address");
    screen.port = static_cast<std::uint16_t>(toml_.integer(table, "port", kPortRange));
    if (const toml::array* others = table.get_as<toml::array>("others")) {
      for (const toml::node& node : *others) {
        const toml::table* other = node.as_table();
        if (other == nullptr) {
          return toml_.wrong(Wrong::kSyntax, place_of(table, "others"),
                             "\"others\" must list {name = \"…\", url = \"…\"} tables");
        }
        toml_.check_keys(*other, {"name", "session", "url"});
        screen.others.push_back({toml_.text(*other, "name"),
                                 (*other)["session"].value_or(std::string()),
                                 toml_.text(*other, "url")});
      }
    }
    config_.screen = std::move(screen);
  }

  void check_cameras(const toml::table& root) {
    if (config_.cameras.empty()) {
      return toml_.wrong(Wrong::kSyntax, root.source(), "add a camera as [[camera]]");
    }
    const bool files = std::ranges::any_of(config_.cameras, [](const CameraConfig& camera) {
      return camera.driver == CameraDriver::kFile;
    });
    if (files && !config_.virtual_cabinet) {
      toml_.wrong(Wrong::kSyntax, root.source(),
                  "cameras with driver \"file\" need [virtual] with the folders they play");
    }
  }

  template <typename Value>
  Value choice(const toml::table& table, std::string_view key,
               const std::array<Choice<Value>, 2>& choices) {
    const std::string said = toml_.text(table, key);
    for (const Choice<Value>& one : choices) {
      if (one.name == said) return one.value;
    }
    toml_.wrong(
        Wrong::kValue, place_of(table, key),
        fmt::format("\"{}\" must be \"{}\" or \"{}\"", key, choices[0].name, choices[1].name));
    return choices[0].value;
  }

  bool flag(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return false;
    if (!node->is_boolean()) {
      toml_.wrong(Wrong::kSyntax, node->source(), fmt::format("\"{}\" is true or false", key));
      return false;
    }
    return node->as_boolean()->get();
  }

  fs::path path(const toml::table& table, std::string_view key) {
    return (folder_ / toml_.text(table, key)).lexically_normal();
  }

  template <typename Read>
  void within(const toml::table& root, std::string_view key, Read read) {
    const toml::node* node = root.get(key);
    if (node == nullptr) return;
    const toml::table* table = node->as_table();
    if (table == nullptr) {
      return toml_.wrong(Wrong::kSyntax, node->source(), fmt::format("write [{}]", key));
    }
    read(*table);
  }

  std::string where_;
  fs::path folder_;
  TomlReader toml_;
  Config config_;
};

}  // namespace

bool is_camera_id(std::string_view text) {
  return !text.empty() && text.size() <= kCameraIdBytesMax &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string_view::npos;
}

Result<Config> parse_config(std::string_view text, const fs::path& file) {
  return ConfigReader(file).read(text);
}

Result<Config> load_config(const fs::path& file) {
  const auto text = read_file(file, kConfigBytesMax);
  if (!text) return std::unexpected(text.error());
  return parse_config(*text, file);
}

std::string config_template(std::string_view server) {
  std::string text = fmt::format(R"(version = 1
server = "{}"
key_file = "device.key"
data = "device-data"

[lock]
driver = "simulated"

[temperature]
driver = "simulated"
celsius = 4.0

[virtual]
sessions = ["demo/take_one"]
mode = "manual"

[screen]
port = 7070
)",
                                 server);
  for (int camera = 0; camera < 3; ++camera) {
    text += fmt::format("\n[[camera]]\nid = \"cam{}\"\ndriver = \"file\"\n", camera);
  }
  return text;
}

}  // namespace tally::device
