#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "device/agent_impl.hpp"
#include "device/thermometer.hpp"

namespace tally::device {
namespace {

constexpr std::size_t kVersionBytesMax = 64;

template <typename Body>
bool has_report(const Cabinet& cabinet, const SessionId& session) {
  return std::ranges::any_of(cabinet.reports, [&](const KeptReport& report) {
    return report.session == session && std::holds_alternative<Body>(report.body);
  });
}

}  // namespace

void Agent::Impl::start_link() {
  const std::string& server = options_.config.server;
  link_ = std::make_unique<GatewayLink>(
      loop_, world_, *client_, server, options_.reconnect,
      GatewayLinkEvents{.key =
                            [this] {
                              refresh_key();
                              return key_.key;
                            },
                        .hello = [this] { return hello(); },
                        .heartbeat = [this] { return heartbeat(); },
                        .on_message = [this](const link::FromGateway& message,
                                             Duration arrived) { on_message(message, arrived); },
                        .on_down =
                            [this](const std::string& why) {
                              if (why != last_down_) tell("gateway: " + why);
                              last_down_ = why;
                              update_screen();
                            }});
  uploader_ = std::make_unique<Uploader>(
      loop_, world_, *client_, *footage_, server, options_.retry,
      UploaderEvents{
          .key = [this] { return key_.key; },
          .may_go = [this](const SessionId& session) { return may_upload(session); },
          .on_sent =
              [this](const SegmentName& name) {
                if (auto done = footage_->mark_sent(name); !done) {
                  tell(done.error().message);
                }
                forget_finished();
              },
          .on_lost = [this](const SegmentName& name, const std::string& why) { lose(name, why); }});
}

// The file is read at each try, so that a new key is taken without a restart.
void Agent::Impl::refresh_key() {
  if (auto key = load_key(options_.config.key_file)) key_ = std::move(*key);
}

link::Hello Agent::Impl::hello() const {
  link::Hello hello{.protocol = link::kProtocol,
                    .cabinet = key_.cabinet,
                    .version = options_.version.substr(0, kVersionBytesMax),
                    .last_command = memory_.cabinet.last_command,
                    .cameras = {}};
  for (const auto& camera : cameras_) hello.cameras.push_back(camera->id());
  return hello;
}

link::Heartbeat Agent::Impl::heartbeat() {
  link::Heartbeat beat{.celsius = read_celsius(options_.config.temperature),
                       .door_open = lock_->door_open(),
                       .buffered_bytes = footage_->waiting_bytes(),
                       .camera_problems = {},
                       .cameras_working = cameras_working()};
  for (const auto& [camera, health] : health_) {
    if (health.problem().empty()) continue;
    beat.camera_problems.push_back(
        (camera + ": " + health.problem()).substr(0, link::kTextBytesMax));
  }
  return beat;
}

void Agent::Impl::on_message(const link::FromGateway& message, Duration arrived) {
  if (const auto* welcome = std::get_if<link::Welcome>(&message)) {
    tell("gateway: connected");
    last_down_.clear();
    sent_report_ = 0;
    apply(Welcomed{time_now(), welcome->report_seen});
    uploader_->try_now();
    forget_finished();
    update_screen();
  } else if (const auto* seen = std::get_if<link::ReportSeen>(&message)) {
    apply(Acknowledged{time_now(), seen->number});
    forget_finished();
    uploader_->pump();
  } else if (const auto* command = std::get_if<link::Command>(&message)) {
    apply(CommandCame{time_now(), *command, arrived + time_offset_});
  }
}

void Agent::Impl::send_reports() {
  if (!link_ || !link_->up()) return;
  for (const KeptReport& report : memory_.cabinet.reports) {
    if (report.number <= sent_report_) continue;
    if (!link_->send(message_of(report))) return;
    sent_report_ = report.number;
  }
}

link::Report Agent::Impl::message_of(const KeptReport& report) {
  const std::int64_t age = (time_now() - report.at).count();
  link::Report message{report.number, report.session,
                       std::clamp<std::int64_t>(age, 0, link::kAgeMsMax), report.body};
  if (std::holds_alternative<link::Manifest>(report.body)) {
    message.body = footage_->manifest_of(report.session);
  }
  return message;
}

// Only once the server has acknowledged which cameras record since when.
bool Agent::Impl::may_upload(const SessionId& session) const {
  const bool begun = std::ranges::none_of(recordings_, [&](const auto& recording) {
    return recording->session() == session && !recording->told_begun();
  });
  return begun && link_->up() && !has_report<link::Recording>(memory_.cabinet, session);
}

void Agent::Impl::lose(const SegmentName& name, const std::string& why) {
  tell(fmt::format("lost segment {} of {} of {}: {}", name.number, name.camera, name.session.text(),
                   why));
  if (auto done = footage_->mark_lost(name); !done) tell(done.error().message);
  const SessionFootage* session = footage_->find(name.session);
  if (session == nullptr || !session->ended) return;
  // A manifest that was not sent yet will say it; to one that was, another is added.
  const auto& reports = memory_.cabinet.reports;
  const bool unsent = std::ranges::any_of(reports, [&](const KeptReport& report) {
    return report.session == name.session && std::holds_alternative<link::Manifest>(report.body) &&
           (!link_->up() || report.number > sent_report_);
  });
  if (!unsent) apply(RecordingEnded{time_now(), name.session});
}

void Agent::Impl::forget_finished() {
  std::vector<SessionId> finished;
  for (const SessionFootage& session : footage_->sessions()) {
    const bool waits = std::ranges::any_of(session.cameras, [](const CameraFootage& camera) {
      return std::ranges::any_of(camera.segments, [](const Segment& segment) {
        return segment.state == SegmentState::kWaiting;
      });
    });
    const bool reported = !has_report<link::Recording>(memory_.cabinet, session.session) &&
                          !has_report<link::Manifest>(memory_.cabinet, session.session);
    const bool under_way =
        memory_.cabinet.session == session.session || told_to_end_.contains(session.session);
    if (session.ended && !waits && reported && !under_way) finished.push_back(session.session);
  }
  for (const SessionId& session : finished) footage_->forget(session);
}

}  // namespace tally::device
