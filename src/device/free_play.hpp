// Free play at a virtual cabinet: the acts that a person chooses at its screen, their rendering by
// a program of its own, the truth of what was rendered, and what was charged in the end.
//
// The renderer is a command from the configuration, which is called as
//   RENDERER --session FOLDER --acts FILE --out FOLDER
// and says "progress PERCENT" on standard error, and last there what is wrong. It leaves a
// session's folder (docs/session.md) with its truth.json.
//
// Thread-safety: all functions may be called from any thread. `on_change` is called from that
// thread or from the one on which the renderer is waited for, and must not call back.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "device/play_plan.hpp"
#include "device/shelf.hpp"

namespace tally::device {

inline constexpr std::chrono::minutes kRenderTimeMax{30};

enum class PlayStage : std::uint8_t {
  kChoosing,   // Acts are added and undone.
  kRendering,  //
  kReady,      // The next session plays what was rendered.
  kPlaying,    // It does.
  kPlayed,     // It is over; the charge is there, or still to come.
};
[[nodiscard]] std::string_view name_of(PlayStage stage);

struct PlayLine {
  std::string product;
  std::int64_t quantity = 0;

  friend bool operator==(const PlayLine&, const PlayLine&) = default;
};

// What the gateway says of the session.
struct PlayCharge {
  std::string state;                             // The session's.
  std::optional<std::vector<PlayLine>> receipt;  // Of its lines, the skus.

  friend bool operator==(const PlayCharge&, const PlayCharge&) = default;
};

struct PlayState {
  PlayStage stage = PlayStage::kChoosing;
  PlayPlan plan;
  int percent = 0;
  std::string problem;          // Of the last rendering.
  std::uint64_t rendering = 0;  // Counts them.
  std::vector<PlayLine> truth;  // From kReady on.
  std::optional<PlayCharge> charge;

  friend bool operator==(const PlayState&, const PlayState&) = default;
};

// The cart of a truth.json (docs/session.md). Errors: DeviceError::kPlay.
Result<std::vector<PlayLine>> truth_in(std::string_view text);
// The answer to `GET /v1/device/sessions/{session}`, with the skus as `shelf` has its products: a
// demo of several cabinets puts their number and a dash before them. Nothing where it is none.
[[nodiscard]] std::optional<PlayCharge> charge_in(std::string_view text, const Shelf& shelf);

class FreePlay {
 public:
  // `session`: a rendered one, in whose cabinet `shelf` is; `folder`: for acts and results.
  // Errors: DeviceError::kPlay where there is no such renderer.
  static Result<std::unique_ptr<FreePlay>> open(std::filesystem::path renderer,
                                                std::filesystem::path session, Shelf shelf,
                                                std::filesystem::path folder,
                                                std::function<void()> on_change);
  FreePlay(const FreePlay&) = delete;
  FreePlay& operator=(const FreePlay&) = delete;
  ~FreePlay();  // Stops the renderer, and waits for it.

  [[nodiscard]] const Shelf& shelf() const { return shelf_; }
  [[nodiscard]] const std::filesystem::path& session() const { return session_; }
  // Where the clips are that were rendered.
  [[nodiscard]] std::filesystem::path rendered() const { return folder_ / "session"; }
  [[nodiscard]] PlayState state() const;

  // What a person does. Errors: PlayRefusal.
  Result<void> take(std::string_view facing);
  Result<void> put(std::string_view product, std::string_view facing);
  Result<void> undo();
  Result<void> render();
  Result<void> begin_anew();  // Also stops the renderer.

  // What the agent tells: its session plays what was rendered, is over, was charged.
  void begin_session();
  void end_session();
  void charged(PlayCharge charge);

 private:
  FreePlay(std::filesystem::path renderer, std::filesystem::path session, Shelf shelf,
           std::filesystem::path folder, std::function<void()> on_change);
  Result<void> change(const std::function<Result<PlayPlan>(PlayPlan)>& next);
  void clear_table();  // With the mutex locked.
  void run(const std::stop_token& stop, const std::string& acts);
  Result<std::vector<PlayLine>> rendering(const std::stop_token& stop, const std::string& acts);

  const std::filesystem::path renderer_;
  const std::filesystem::path session_;
  const Shelf shelf_;
  const std::filesystem::path folder_;
  const std::function<void()> on_change_;
  mutable std::mutex mutex_;
  PlayState state_;
  std::jthread worker_;
};

}  // namespace tally::device
