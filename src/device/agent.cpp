#include "device/agent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "device/agent_impl.hpp"
#include "device/play_json.hpp"
#include "device/recorder_camera.hpp"
#include "device/thermometer.hpp"

namespace tally::device {
namespace {

constexpr Duration kTickEvery{100};
constexpr Duration kLimitsEvery{10'000};

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

}  // namespace

Agent::Agent(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Agent::~Agent() = default;

Result<std::unique_ptr<Agent>> Agent::start(AgentOptions options, World& world) {
  auto impl = std::make_unique<Impl>(std::move(options), world);
  if (auto started = impl->start(); !started) return std::unexpected(std::move(started.error()));
  return std::unique_ptr<Agent>(new Agent(std::move(impl)));  // tidy-allow(memory): private maker.
}

void Agent::run_for(Duration time, const std::function<bool()>& done) {
  impl_->loop_.run_for(time, done);
}
std::optional<std::uint16_t> Agent::screen_port() const {
  return impl_->screen_ ? std::optional(impl_->screen_->port()) : std::nullopt;
}
const Cabinet& Agent::cabinet() const { return impl_->memory_.cabinet; }
std::int64_t Agent::waiting_bytes() const { return impl_->footage_->waiting_bytes(); }
bool Agent::online() const { return impl_->link_->up(); }
SimulatedLock* Agent::simulated() { return impl_->simulated_; }

// The client goes first: its thread calls into all others.
Agent::Impl::~Impl() {
  client_.reset();
  screen_.reset();
  play_.reset();
  recordings_.clear();
  looks_.reset();
}

Result<void> Agent::Impl::start() {
  if (auto opened = open_parts(); !opened) return opened;
  start_link();
  looks_ = std::make_unique<CameraLooks>(loop_, cameras_, options_.looks, look_events());
  recover();
  link_->start();
  looks_->start();
  tick();
  watch_limits();
  return {};
}

Result<void> Agent::Impl::open_parts() {
  const Config& config = options_.config;
  auto key = load_key(config.key_file);
  if (!key) return std::unexpected(std::move(key.error()));
  key_ = std::move(*key);
  auto footage =
      Footage::open(config.data / "sessions", [this](const std::string& line) { tell(line); });
  if (!footage) return std::unexpected(std::move(footage.error()));
  footage_ = std::make_unique<Footage>(std::move(*footage));
  auto memory = load_memory(config.data / "memory.json");
  if (!memory) return std::unexpected(std::move(memory.error()));
  memory_ = std::move(*memory);
  time_offset_ =
      resume_time(memory_.mark, {world_.since_boot(), world_.boot_name(), world_.now()}) -
      world_.since_boot();
  auto client = start_client(config);
  if (!client) return std::unexpected(std::move(client.error()));
  client_ = std::move(*client);
  const auto door = [this](bool open) { on_door(open); };
  if (config.lock.driver == LockDriver::kSimulated) {
    auto lock = std::make_unique<SimulatedLock>(door);
    simulated_ = lock.get();
    lock_ = std::move(lock);
  } else {
    const auto trouble = [this](const std::string& words) { tell(words); };
    auto lock = open_gpio_lock(config.lock, loop_, door, trouble);
    if (!lock) return std::unexpected(std::move(lock.error()));
    lock_ = std::move(*lock);
  }
  if (auto opened = open_play(); !opened) return opened;
  const auto recorder = options_.recorder.empty() ? recorder_program() : options_.recorder;
  for (const CameraConfig& camera : config.cameras) {
    cameras_.push_back(make_camera(camera, config.virtual_cabinet, recorder));
  }
  if (!config.screen) return {};
  auto screen = Screen::start(*config.screen, config.virtual_cabinet,
                              {.on_door =
                                   [this](bool open, bool force) {
                                     loop_.post([this, open, force] {
                                       if (simulated_ == nullptr) return;
                                       open ? force ? simulated_->force_open() : simulated_->open()
                                            : simulated_->close();
                                     });
                                   },
                               .on_clip =
                                   [this](std::size_t clip) {
                                     loop_.post([this, clip] {
                                       if (clip >= clip_count() && !may_play()) return;
                                       memory_.next_clip = static_cast<std::int64_t>(clip);
                                       update_screen();
                                     });
                                   },
                               .play = play_});
  if (!screen) return std::unexpected(std::move(screen.error()));
  screen_ = std::move(*screen);
  return {};
}

// What an earlier run was recording breaks off here. A manifest says so, by a segment that is lost.
void Agent::Impl::recover() {
  std::vector<SessionId> over;
  for (const SessionFootage& session : footage_->sessions()) over.push_back(session.session);
  for (const SessionId& session : over) {
    if (footage_->find(session)->ended) continue;
    const std::vector<CameraFootage> cameras = footage_->find(session)->cameras;
    for (const CameraFootage& camera : cameras) {
      static_cast<void>(footage_->add(session, camera.camera, Segment{}));
    }
    static_cast<void>(footage_->end(session));
  }
  starting_ = true;
  apply(Started{time_now(), lock_->door_open()});
  starting_ = false;
  for (const SessionId& session : over) {
    const auto& reports = memory_.cabinet.reports;
    const bool told = std::ranges::any_of(reports, [&](const KeptReport& report) {
      return report.session == session && std::holds_alternative<link::Manifest>(report.body);
    });
    if (!told && memory_.cabinet.session != session) apply(RecordingEnded{time_now(), session});
  }
  update_screen();
}

Duration Agent::Impl::time_now() { return world_.since_boot() + time_offset_; }

void Agent::Impl::tell(std::string_view line) const {
  if (options_.tell) options_.tell(line);
}

bool Agent::Impl::keep(const Cabinet& cabinet) {
  Memory next{cabinet,
              {time_now(), world_.since_boot(), world_.boot_name(), world_.now()},
              memory_.next_clip};
  const auto saved = save_memory(options_.config.data / "memory.json", next);
  if (!saved) tell(saved.error().message);
  return saved.has_value();
}

// Nothing is done before it is kept. What can't be kept is done all the same where a door moved,
// but nothing is unlocked: a counter that is forgotten could unlock twice.
void Agent::Impl::apply(const CabinetEvent& event) {
  CabinetStep next = step(memory_.cabinet, event);
  if (next.changed && !keep(next.cabinet)) {
    const auto* came = std::get_if<CommandCame>(&event);
    if (came != nullptr) {
      return carry_out(refusal(came->command, "the cabinet's disk can't be written"));
    }
  }
  if (next.cabinet.state != memory_.cabinet.state) {
    tell(fmt::format("{}{}{}", name_of(next.cabinet.state), next.cabinet.session.empty() ? "" : " ",
                     next.cabinet.session.text()));
  }
  memory_.cabinet = std::move(next.cabinet);
  for (const CabinetEffect& effect : next.effects) carry_out(effect);
  send_reports();
  if (next.changed) update_screen();
}

void Agent::Impl::carry_out(const CabinetEffect& effect) {
  std::visit(Overloaded{[this](const SetLock& lock) { set_lock(lock.locked); },
                        [this](const Record& record) { begin_recording(record.session); },
                        [this](const EndRecording& end) { end_recording(end.session); },
                        [this](const AnswerCommand& answer) {
                          if (!answer.answer.obeyed) {
                            tell(fmt::format("command {} refused: {}", answer.answer.command,
                                             answer.answer.reason));
                          }
                          link_->send(answer.answer);
                        },
                        [this](const ShowOnScreen& what) { show(what); }},
             effect);
}

void Agent::Impl::set_lock(bool locked) {
  if (auto set = lock_->set_locked(locked); !set) tell(set.error().message);
  ++unlocks_;
  if (locked) return;
  looks_->give_way();
  shopper_may_open();
}

void Agent::Impl::show(const ShowOnScreen& what) {
  std::visit(Overloaded{[this](const link::ShowToken& token) {
                          token_url_ = token.url;
                          text_.clear();
                          loop_.after(Duration(token.valid_ms), [this, number = ++tokens_] {
                            if (number != tokens_) return;
                            token_url_.clear();
                            update_screen();
                          });
                        },
                        [this](const link::ShowText& text) { text_ = text.text; }},
             what.what);
  update_screen();
}

void Agent::Impl::on_door(bool open) { apply(DoorMoved{time_now(), open}); }

void Agent::Impl::tick() {
  if (memory_.cabinet.deadline && time_now() >= *memory_.cabinet.deadline) {
    apply(TimePassed{time_now()});
  }
  loop_.after(kTickEvery, [this] { tick(); });
}

void Agent::Impl::update_screen() {
  if (!screen_) return;
  ScreenState state;
  state.state = std::string(name_of(memory_.cabinet.state));
  state.online = link_ && link_->up();
  state.door_open = lock_->door_open();
  state.token_url = token_url_;
  state.text = text_;
  state.celsius = read_celsius(options_.config.temperature);
  if (options_.config.screen) state.others = options_.config.screen->others;
  state.simulated = simulated_ != nullptr;
  state.waiting_bytes = footage_->waiting_bytes();
  for (const auto& camera : cameras_) state.cameras.push_back(camera->id());
  for (const auto& [camera, health] : health_) {
    if (!health.problem().empty()) state.problems.push_back(camera + ": " + health.problem());
  }
  if (const auto& made = options_.config.virtual_cabinet) {
    state.manual = made->mode == DoorMode::kManual;
    for (std::size_t i = 0; i < clip_count(); ++i) {
      state.clips.push_back(made->sessions[i].filename().string());
    }
    state.clip = playing_since_ ? playing_clip_ : static_cast<std::size_t>(memory_.next_clip);
    if (play_) state.play = play_json(play_->shelf(), play_->state());
    if (playing_since_) state.playing_ms = (loop_.now() - *playing_since_).count();
  }
  screen_->show(state);
}

void Agent::Impl::keep_limits() {
  const Config& config = options_.config;
  for (const SegmentName& name :
       footage_->too_much(time_now(), config.buffer_time_max, config.buffer_bytes_max)) {
    lose(name, "the buffer's limit");
  }
}

void Agent::Impl::watch_limits() {
  keep_limits();
  loop_.after(kLimitsEvery, [this] { watch_limits(); });
}

}  // namespace tally::device
