// Free play: what is rendered is played by the next session, whose charge the gateway is asked for.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "device/agent_impl.hpp"
#include "device/device_error.hpp"

namespace tally::device {
namespace {

constexpr Duration kAskEvery{1'000};
constexpr int kOk = 200;
// What comes after them may be more than a day away, or never comes.
constexpr std::string_view kLastStates[] = {"settled", "ended"};

}  // namespace

std::size_t Agent::Impl::clip_count() const {
  const auto& made = options_.config.virtual_cabinet;
  return made ? made->sessions.size() - (play_ ? 1 : 0) : 0;
}

// What it renders is one more folder of clips, which only play_changed() chooses.
Result<void> Agent::Impl::open_play() {
  auto& made = options_.config.virtual_cabinet;
  if (!made) return {};
  if (!made->renderer.empty()) {
    if (!options_.read_shelf) return fail(DeviceError::kPlay, "nobody reads layouts here");
    auto shelf = options_.read_shelf(made->sessions[0]);
    if (!shelf) return std::unexpected(std::move(shelf.error()));
    auto play = FreePlay::open(made->renderer, made->sessions[0], *std::move(shelf),
                               options_.config.data / "free_play",
                               [this] { loop_.post([this] { play_changed(); }); });
    if (!play) return std::unexpected(std::move(play.error()));
    play_ = *std::move(play);
    made->sessions.push_back(play_->rendered());
  }
  // It was kept by a run that had more folders, or something rendered.
  if (std::cmp_greater_equal(memory_.next_clip, clip_count())) memory_.next_clip = 0;
  return {};
}

bool Agent::Impl::may_play() const {
  if (!play_) return false;
  const PlayStage stage = play_->state().stage;
  return stage == PlayStage::kReady || stage == PlayStage::kPlayed;
}

void Agent::Impl::play_changed() {
  const PlayState state = play_->state();
  if (state.stage == PlayStage::kReady && state.rendering != taken_rendering_) {
    taken_rendering_ = state.rendering;
    memory_.next_clip = static_cast<std::int64_t>(clip_count());
  }
  const bool gone = state.stage == PlayStage::kChoosing || state.stage == PlayStage::kRendering;
  if (gone && std::cmp_equal(memory_.next_clip, clip_count())) memory_.next_clip = 0;
  if (gone) played_.reset();
  update_screen();
}

void Agent::Impl::ask_charge(const SessionId& session) {
  if (played_ != session) return;
  http::ClientRequest request{
      .url = fmt::format("{}/v1/device/sessions/{}", options_.config.server, session.text())};
  request.headers.set("Authorization", "Bearer " + key_.key);
  client_->call(std::move(request), [this, session](http::CallResult result) {
    loop_.post([this, session, result = std::move(result)] { take_charge(session, result); });
  });
}

void Agent::Impl::take_charge(const SessionId& session, const http::CallResult& result) {
  if (played_ != session) return;
  bool over = false;
  if (result && result->status == kOk) {
    if (auto charge = charge_in(result->body, play_->shelf())) {
      over = std::ranges::find(kLastStates, charge->state) != std::end(kLastStates);
      play_->charged(*std::move(charge));
    }
  }
  if (!over) loop_.after(kAskEvery, [this, session] { ask_charge(session); });
}

}  // namespace tally::device
