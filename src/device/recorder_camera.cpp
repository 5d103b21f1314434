#include "device/recorder_camera.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "base/spawn.hpp"
#include "device/clips.hpp"
#include "device/device_error.hpp"

namespace tally::device {
namespace {

constexpr int kStatsEveryMs = 1'500;  // A camera that says nothing for so long has no frames.
constexpr std::size_t kLineBytesMax = 4096;
constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr std::size_t kProblemBytesMax = 300;

class Pipe {
 public:
  Pipe() { good_ = ::pipe2(ends_.data(), O_CLOEXEC) == 0; }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] int out() const { return ends_[0]; }
  [[nodiscard]] int in() const { return ends_[1]; }
  void close_end(std::size_t end) {
    if (ends_[end] >= 0) ::close(std::exchange(ends_[end], -1));
  }

 private:
  std::array<int, 2> ends_{-1, -1};
  bool good_ = false;
};

// The child's three streams.
struct Pipes {
  Pipe control;
  Pipe video;
  Pipe words;
};

class RecorderProcess final : public Recording {
 public:
  // `start_ms`: nothing where the recorder tells when it began.
  RecorderProcess(pid_t pid, std::unique_ptr<Pipes> pipes, std::optional<std::int64_t> start_ms,
                  RecordingEvents events)
      : pid_(pid), pipes_(std::move(pipes)), start_ms_(start_ms), events_(std::move(events)) {
    thread_ = std::thread([this] { listen(); });
  }
  ~RecorderProcess() override {
    ::kill(pid_, SIGKILL);
    thread_.join();
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  void stop() override { pipes_->control.close_end(1); }

 private:
  void listen() {
    if (start_ms_) events_.on_start(*start_ms_);
    std::array<pollfd, 2> waiting{
        {{pipes_->video.out(), POLLIN, 0}, {pipes_->words.out(), POLLIN, 0}}};
    while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
      if (::poll(waiting.data(), waiting.size(), kStatsEveryMs) == 0) events_.on_stats({});
      if (waiting[0].revents != 0 && !read_video()) waiting[0].fd = -1;
      if (waiting[1].revents != 0 && !read_words()) waiting[1].fd = -1;
    }
    events_.on_end(problem_);
  }

  bool read_video() {
    const ssize_t got = ::read(pipes_->video.out(), buffer_.data(), buffer_.size());
    if (got < 0 && errno == EINTR) return true;
    if (got <= 0) return false;
    events_.on_bytes(std::as_bytes(std::span(buffer_).first(static_cast<std::size_t>(got))));
    return true;
  }

  bool read_words() {
    std::array<char, 1024> words;
    const ssize_t got = ::read(pipes_->words.out(), words.data(), words.size());
    if (got < 0 && errno == EINTR) return true;
    if (got <= 0) return false;
    line_.append(words.data(), static_cast<std::size_t>(got));
    for (std::size_t end = 0; (end = line_.find('\n')) != std::string::npos;) {
      take_line(line_.substr(0, end));
      line_.erase(0, end + 1);
    }
    if (line_.size() > kLineBytesMax) line_.clear();
    return true;
  }

  void take_line(const std::string& line) {
    constexpr std::string_view kError = "error ";
    if (const auto stats = parse_stats(line)) return events_.on_stats(*stats);
    if (line.starts_with(kError)) problem_ = line.substr(kError.size(), kProblemBytesMax);
    if (line == "began" && !start_ms_) {
      const auto passed = std::chrono::steady_clock::now() - begun_;
      start_ms_ = std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
      events_.on_start(*start_ms_);
    }
  }

  pid_t pid_;
  std::unique_ptr<Pipes> pipes_;
  std::optional<std::int64_t> start_ms_;
  RecordingEvents events_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::array<char, kBufferBytes> buffer_{};
  std::string line_;
  std::string problem_;
  std::thread thread_;
};

class RecorderCamera final : public Camera {
 public:
  RecorderCamera(CameraConfig config, std::optional<VirtualConfig> clips,
                 std::filesystem::path program)
      : config_(std::move(config)), clips_(std::move(clips)), program_(std::move(program)) {}

  [[nodiscard]] const std::string& id() const override { return config_.id; }

  Result<std::unique_ptr<Recording>> record(std::size_t clip, RecordingEvents events) override {
    std::vector<std::string> words{program_.string()};
    std::optional<std::int64_t> start_ms;
    if (config_.driver == CameraDriver::kV4l2) {
      words.insert(words.end(), {"capture", "v4l2", config_.device.string()});
    } else {
      const auto& folders = clips_->sessions;
      auto found = find_clip(folders[clip % folders.size()], config_.id);
      if (!found) return std::unexpected(std::move(found.error()));
      start_ms = found->start_ms;
      words.insert(words.end(), {"file", found->file.string(), std::to_string(found->start_ms)});
      if (clips_->loop) words.emplace_back("loop");
    }
    auto pipes = std::make_unique<Pipes>();
    pid_t pid = -1;
    const bool good = pipes->control.good() && pipes->video.good() && pipes->words.good();
    const int error =
        good ? spawn(pid, words, {pipes->control.out(), pipes->video.in(), pipes->words.in()})
             : EMFILE;
    if (error != 0) {
      return fail(DeviceError::kRecorder,
                  fmt::format("can't start {}: {}; it is installed beside tally", program_.string(),
                              std::strerror(error)));
    }
    pipes->control.close_end(0);
    pipes->video.close_end(1);
    pipes->words.close_end(1);
    return std::make_unique<RecorderProcess>(pid, std::move(pipes), start_ms, std::move(events));
  }

 private:
  CameraConfig config_;
  std::optional<VirtualConfig> clips_;
  std::filesystem::path program_;
};

}  // namespace

std::filesystem::path recorder_program() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() / "tally-recorder";
}

std::unique_ptr<Camera> make_camera(const CameraConfig& config,
                                    const std::optional<VirtualConfig>& clips,
                                    std::filesystem::path program) {
  return std::make_unique<RecorderCamera>(config, clips, std::move(program));
}

std::optional<CameraStats> parse_stats(std::string_view line) {
  constexpr std::array<std::string_view, 4> kWords{"stat frames=", " bytes=", " key=", " luma="};
  std::array<std::string_view, 4> values;
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (!line.starts_with(kWords[i])) return std::nullopt;
    line.remove_prefix(kWords[i].size());
    const std::size_t end = std::min(line.find(' '), line.size());
    values[i] = line.substr(0, end);
    line.remove_prefix(end);
  }
  CameraStats stats;
  const auto read = [](std::string_view text, auto& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
  };
  double luma = 0;
  const bool has_luma = values[3] != "-";
  if (!line.empty() || !read(values[0], stats.frames) || !read(values[1], stats.bytes) ||
      !read(values[2], stats.keyframe_bytes) || (has_luma && !read(values[3], luma))) {
    return std::nullopt;
  }
  if (has_luma) stats.luma = luma;
  return stats;
}

}  // namespace tally::device
