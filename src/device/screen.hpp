// A cabinet's screen, as one page on a local port: QR code, words, door, live pictures.
//
//   GET  /                     the page, and the files it is made of (src/pages)
//   GET  /state                the state as JSON
//   GET  /events               server-sent events: the state as JSON, at each change
//   GET  /clips/{clip}/{camera}  what a virtual cabinet's camera plays, as MP4
//   POST /door {"open": bool, "force": bool}, POST /clip {"clip": n}   where simulated
//   GET  /play/shelf, /play/photos/{product}   where there is free play (free_play.hpp)
//   POST /play   {"take": facing}, {"put": product, "facing": facing} or
//                {"do": "undo" | "render" | "begin_anew"}; 422 says why not: PlayRefusal
//
// For the machine itself: it listens at 127.0.0.1 unless told otherwise, and asks nobody who they
// are. Requests that another site's page makes are refused.
//
// Thread-safety: show() from one thread; actions are called on the server's threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "device/config.hpp"
#include "device/free_play.hpp"

namespace tally::device {

struct ScreenState {
  std::string state;    // name_of(CabinetState)
  bool online = false;  // The gateway has welcomed us.
  bool door_open = false;
  std::string token_url;  // Empty: no QR code now.
  std::string text;
  std::optional<double> celsius;
  std::vector<std::string> cameras;
  std::vector<std::string> problems;
  std::int64_t waiting_bytes = 0;
  // Of a virtual cabinet.
  bool simulated = false;
  bool manual = false;
  std::vector<std::string> clips;          // Their names.
  std::size_t clip = 0;                    // Plays now, or next.
  std::optional<std::int64_t> playing_ms;  // Since the recording began.
  std::vector<OtherScreen> others;
  std::string play;  // play_json(); empty: there is no free play.

  friend bool operator==(const ScreenState&, const ScreenState&) = default;
};
[[nodiscard]] std::string to_json(const ScreenState& state);

struct ScreenActions {
  std::function<void(bool open, bool force)> on_door;
  std::function<void(std::size_t clip)> on_clip;
  std::shared_ptr<FreePlay> play;  // Or null.
};

class Screen {
 public:
  // Errors: DeviceError::kScreen.
  static Result<std::unique_ptr<Screen>> start(const ScreenConfig& config,
                                               const std::optional<VirtualConfig>& clips,
                                               ScreenActions actions);
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  ~Screen();

  void show(const ScreenState& state);
  [[nodiscard]] std::uint16_t port() const;

 private:
  class Impl;
  explicit Screen(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// A text as a QR code (ISO/IEC 18004, error correction M), as SVG; "" where it does not fit.
[[nodiscard]] std::string qr_svg(std::string_view text);

}  // namespace tally::device
