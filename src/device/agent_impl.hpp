// The agent's parts and how they hang together. Inside this folder only.
#pragma once

#include <map>
#include <set>

#include "device/agent.hpp"
#include "device/footage.hpp"
#include "device/free_play.hpp"
#include "device/gateway_link.hpp"
#include "device/screen.hpp"
#include "device/session_recording.hpp"
#include "device/uploader.hpp"

namespace tally::device {

class Agent::Impl {
 public:
  Impl(AgentOptions options, World& world)
      : options_(std::move(options)), world_(world), loop_(world) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl();

  Result<void> start();

  AgentOptions options_;
  World& world_;
  Loop loop_;
  Memory memory_;
  std::unique_ptr<Footage> footage_;
  std::unique_ptr<Screen> screen_;
  std::unique_ptr<GatewayLink> link_;
  SimulatedLock* simulated_ = nullptr;

 private:
  using Clocks = ClocksNow;

  // ---- agent.cpp: the machine and its memory.
  Result<void> open_parts();
  void recover();
  [[nodiscard]] Duration time_now();  // On the cabinet's time line.
  void apply(const CabinetEvent& event);
  bool keep(const Cabinet& cabinet);
  void carry_out(const CabinetEffect& effect);
  void set_lock(bool locked);
  void show(const ShowOnScreen& what);
  void on_door(bool open);
  void tick();
  void tell(std::string_view line) const;
  void update_screen();

  // ---- agent_link.cpp: gateway and uploads.
  void start_link();
  link::Hello hello() const;
  link::Heartbeat heartbeat();
  void on_message(const link::FromGateway& message, Duration arrived);
  void send_reports();
  link::Report message_of(const KeptReport& report);
  [[nodiscard]] bool may_upload(const SessionId& session) const;
  void lose(const SegmentName& name, const std::string& why);
  void keep_limits();  // Of what waits for its upload.
  void watch_limits();
  void forget_finished();
  void refresh_key();

  // ---- agent_sessions.cpp: recordings, and the virtual shopper.
  void begin_recording(const SessionId& session);
  void end_recording(const SessionId& session);
  void finish_recording(const SessionId& session);
  SessionRecordingEvents recording_events(const SessionId& session);
  void shopper_may_open();
  CameraLookEvents look_events();
  void note_health(const std::string& camera, const std::function<void(CameraHealth&)>& note);
  [[nodiscard]] std::int64_t cameras_working() const;
  Result<void> open_play();
  void play_changed();
  [[nodiscard]] bool may_play() const;  // Something is rendered, and does not play now.
  void ask_charge(const SessionId& session);
  void take_charge(const SessionId& session, const http::CallResult& result);
  // Those of the configuration; after them comes what free play has rendered.
  [[nodiscard]] std::size_t clip_count() const;

  CabinetKey key_;
  std::unique_ptr<Lock> lock_;
  std::vector<std::unique_ptr<Camera>> cameras_;
  std::map<std::string, CameraHealth> health_;
  std::unique_ptr<http::HttpClient> client_;
  std::unique_ptr<Uploader> uploader_;
  std::vector<std::unique_ptr<SessionRecording>> recordings_;
  std::unique_ptr<CameraLooks> looks_;
  std::set<SessionId> told_to_end_;
  std::optional<Duration> playing_since_;
  std::size_t playing_clip_ = 0;       // While playing_since_.
  std::shared_ptr<FreePlay> play_;     // Null: there is no free play.
  std::optional<SessionId> played_;    // The session that plays, or played, what it rendered.
  std::uint64_t taken_rendering_ = 0;  // The last one that was chosen to be played next.
  std::int64_t sent_report_ = 0;       // The highest number that was sent since the welcome.
  Duration time_offset_{0};            // From since_boot() to the time line.
  bool starting_ = false;              // Started is being applied.
  std::uint64_t unlocks_ = 0;          // Counts, so that an old timer opens no door.
  std::uint64_t tokens_ = 0;
  std::string token_url_;
  std::string text_;
  std::string last_down_;
};

}  // namespace tally::device
