#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "device/agent_impl.hpp"

namespace tally::device {

void Agent::Impl::begin_recording(const SessionId& session) {
  std::vector<std::string> ids;
  for (const auto& camera : cameras_) ids.push_back(camera->id());
  if (auto begun = footage_->begin(session, time_now(), ids); !begun) tell(begun.error().message);
  // The door was opened while nobody watched: the begin is missing.
  const bool late = starting_;
  if (late) {
    for (const std::string& id : ids) static_cast<void>(footage_->add(session, id, Segment{}));
  }
  const auto clip = static_cast<std::size_t>(memory_.next_clip);
  if (const auto& made = options_.config.virtual_cabinet) {
    memory_.next_clip = clip + 1 < clip_count() ? memory_.next_clip + 1 : 0;
    tell(fmt::format("{} plays {}", session.text(), made->sessions[clip].string()));
    if (play_ && clip == clip_count()) {
      played_ = session;
      play_->begin_session();
    }
  }
  playing_clip_ = clip;
  SessionRecordingPlan plan{
      .session = session,
      .clip = clip,
      .segment_length = options_.config.segment_length,
      .first_segment = late ? 2 : 1,
      .file_of = [folder = options_.config.data / "sessions" / session.text()](
                     const std::string& camera, std::int64_t number) {
        return folder / fmt::format("{}-{}", camera, number);
      }};
  looks_->give_way();  // Where the door was opened without an unlock.
  for (const std::string& id : ids) health_[id].start();
  playing_since_ = loop_.now();
  auto& recording = recordings_.emplace_back(
      std::make_unique<SessionRecording>(loop_, std::move(plan), recording_events(session)));
  recording->start(cameras_);
}

SessionRecordingEvents Agent::Impl::recording_events(const SessionId& session) {
  return {.on_begun =
              [this, session](std::vector<link::CameraStart> cameras) {
                apply(RecordingBegan{time_now(), session, std::move(cameras)});
              },
          .on_segment =
              [this, session](const std::string& camera, Segment segment) {
                const bool lost = segment.sha256.empty();
                if (auto added = footage_->add(session, camera, std::move(segment)); !added) {
                  tell(added.error().message);
                }
                if (lost) tell(fmt::format("{}: {}: a segment is lost", session.text(), camera));
                if (footage_->waiting_bytes() > options_.config.buffer_bytes_max) keep_limits();
                uploader_->pump();
              },
          .on_stats = [this](const std::string& camera,
                             const CameraStats& stats) { health_[camera].take(stats); },
          .on_problem =
              [this](const std::string& camera, const std::string& problem) {
                tell(camera + ": " + problem);
                health_[camera].fail(problem);
                update_screen();
              },
          .on_all_ended =
              [this, session] {
                // Later: this is called by what finish_recording() destroys.
                loop_.post([this, session] {
                  playing_since_.reset();
                  const auto& made = options_.config.virtual_cabinet;
                  const bool closes = made && made->mode == DoorMode::kAuto;
                  if (closes && simulated_ != nullptr && memory_.cabinet.session == session) {
                    simulated_->close();
                  }
                  if (told_to_end_.contains(session)) finish_recording(session);
                });
              }};
}

void Agent::Impl::end_recording(const SessionId& session) {
  const auto found = std::ranges::find_if(
      recordings_, [&](const auto& recording) { return recording->session() == session; });
  told_to_end_.insert(session);
  if (found == recordings_.end() || (*found)->ended()) {
    loop_.post([this, session] { finish_recording(session); });
  } else {
    (*found)->stop();
  }
}

void Agent::Impl::finish_recording(const SessionId& session) {
  if (told_to_end_.erase(session) == 0) return;
  std::erase_if(recordings_,
                [&](const auto& recording) { return recording->session() == session; });
  if (auto ended = footage_->end(session); !ended) tell(ended.error().message);
  apply(RecordingEnded{time_now(), session});
  uploader_->pump();
  if (played_ == session) {
    play_->end_session();
    ask_charge(session);
  }
}

CameraLookEvents Agent::Impl::look_events() {
  return {
      .may_look =
          [this] { return memory_.cabinet.state == CabinetState::kLocked && recordings_.empty(); },
      .has_problems =
          [this] {
            return std::ranges::any_of(
                health_, [](const auto& one) { return !one.second.problem().empty(); });
          },
      .clip = [this] { return static_cast<std::size_t>(memory_.next_clip); },
      .on_seen =
          [this](const std::string& camera, const CameraStats& stats) {
            note_health(camera, [&](CameraHealth& health) { health.look(stats); });
          },
      .on_blind =
          [this](const std::string& camera, std::string problem) {
            note_health(camera, [&](CameraHealth& health) { health.fail(std::move(problem)); });
          }};
}

// Whoever comes next must not be let in to cameras that see nothing: what changes is said at once.
void Agent::Impl::note_health(const std::string& camera,
                              const std::function<void(CameraHealth&)>& note) {
  CameraHealth& health = health_[camera];
  const std::string before = health.problem();
  note(health);
  if (health.problem() == before) return;
  tell(camera + ": " + (health.problem().empty() ? "works again" : health.problem()));
  update_screen();
  if (link_->up()) link_->send(heartbeat());
}

std::int64_t Agent::Impl::cameras_working() const {
  return std::ranges::count_if(cameras_, [&](const auto& camera) {
    const auto known = health_.find(camera->id());
    return known == health_.end() || known->second.problem().empty();
  });
}

// The shopper of a virtual cabinet in its automatic mode.
void Agent::Impl::shopper_may_open() {
  const auto& made = options_.config.virtual_cabinet;
  if (!made || made->mode != DoorMode::kAuto || simulated_ == nullptr) return;
  if (memory_.cabinet.state != CabinetState::kUnlocked) return;
  loop_.after(made->open_after, [this, number = unlocks_] {
    if (number == unlocks_) simulated_->open();
  });
}

}  // namespace tally::device
