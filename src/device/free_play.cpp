#include "device/free_play.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "base/child_program.hpp"
#include "base/files.hpp"
#include "device/device_error.hpp"

namespace tally::device {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t kTruthBytesMax = std::size_t{1} << 20U;
constexpr int kPercentMax = 100;

std::optional<int> percent_in(std::string_view line) {
  constexpr std::string_view kProgress = "progress ";
  if (!line.starts_with(kProgress)) return std::nullopt;
  line.remove_prefix(kProgress.size());
  int value = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
  if (error != std::errc{} || end != line.data() + line.size()) return std::nullopt;
  return std::clamp(value, 0, kPercentMax);
}

std::optional<PlayLine> line_of(const Json& json, const char* name) {
  if (!json.is_object() || !json.contains(name) || !json.at(name).is_string() ||
      !json.contains("quantity") || !json.at("quantity").is_number_integer()) {
    return std::nullopt;
  }
  return PlayLine{json.at(name).get<std::string>(), json.at("quantity").get<std::int64_t>()};
}

std::optional<std::vector<PlayLine>> lines_of(const Json& json, const char* list,
                                              const char* name) {
  if (!json.is_object() || !json.contains(list) || !json.at(list).is_array()) return std::nullopt;
  std::vector<PlayLine> lines;
  for (const Json& one : json.at(list)) {
    auto line = line_of(one, name);
    if (!line) return std::nullopt;
    lines.push_back(*std::move(line));
  }
  return lines;
}

std::string product_of(const std::string& sku, const Shelf& shelf) {
  if (find_product(shelf, sku)) return sku;
  const std::size_t dash = sku.find('-');
  const std::string rest = dash == std::string::npos ? "" : sku.substr(dash + 1);
  return find_product(shelf, rest) ? rest : sku;
}

}  // namespace

std::string_view name_of(PlayStage stage) {
  switch (stage) {
    case PlayStage::kChoosing:
      return "choosing";
    case PlayStage::kRendering:
      return "rendering";
    case PlayStage::kReady:
      return "ready";
    case PlayStage::kPlaying:
      return "playing";
    case PlayStage::kPlayed:
      return "played";
  }
  std::abort();
}

Result<std::vector<PlayLine>> truth_in(std::string_view text) {
  auto lines = lines_of(Json::parse(text, nullptr, false), "cart", "product");
  if (lines) return *std::move(lines);
  return fail(DeviceError::kPlay, "the renderer left no truth.json with a cart");
}

std::optional<PlayCharge> charge_in(std::string_view text, const Shelf& shelf) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("state") || !json.at("state").is_string() ||
      !json.contains("receipt")) {
    return std::nullopt;
  }
  PlayCharge charge{json.at("state").get<std::string>(), std::nullopt};
  if (json.at("receipt").is_null()) return charge;
  charge.receipt = lines_of(json.at("receipt"), "lines", "sku");
  if (!charge.receipt) return std::nullopt;
  for (PlayLine& line : *charge.receipt) line.product = product_of(line.product, shelf);
  return charge;
}

FreePlay::FreePlay(fs::path renderer, fs::path session, Shelf shelf, fs::path folder,
                   std::function<void()> on_change)
    : renderer_(std::move(renderer)),
      session_(std::move(session)),
      shelf_(std::move(shelf)),
      folder_(std::move(folder)),
      on_change_(std::move(on_change)) {
  state_.plan = empty_plan(shelf_);
}

// The worker locks the mutex: it ends before that does.
FreePlay::~FreePlay() {
  worker_.request_stop();
  if (worker_.joinable()) worker_.join();
}

Result<std::unique_ptr<FreePlay>> FreePlay::open(fs::path renderer, fs::path session, Shelf shelf,
                                                 fs::path folder, std::function<void()> on_change) {
  if (::access(renderer.c_str(), X_OK) != 0) {
    return fail(
        DeviceError::kPlay,
        fmt::format("{}: is no program, and [virtual] renderer names it", renderer.string()));
  }
  // tidy-allow(memory): private maker.
  return std::unique_ptr<FreePlay>(new FreePlay(std::move(renderer), std::move(session),
                                                std::move(shelf), std::move(folder),
                                                std::move(on_change)));
}

PlayState FreePlay::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

Result<void> FreePlay::change(const std::function<Result<PlayPlan>(PlayPlan)>& next) {
  {
    const std::scoped_lock lock(mutex_);
    if (state_.stage != PlayStage::kChoosing) {
      return fail(PlayRefusal::kChosen, "the acts are chosen already: begin anew to choose others");
    }
    auto plan = next(state_.plan);
    if (!plan) return std::unexpected(std::move(plan.error()));
    state_.plan = *std::move(plan);
  }
  on_change_();
  return {};
}

Result<void> FreePlay::take(std::string_view facing) {
  return change([&](PlayPlan plan) { return take_from(shelf_, std::move(plan), facing); });
}

Result<void> FreePlay::put(std::string_view product, std::string_view facing) {
  return change([&](PlayPlan plan) { return put_into(shelf_, std::move(plan), product, facing); });
}

Result<void> FreePlay::undo() {
  return change([&](PlayPlan plan) { return without_last(shelf_, std::move(plan)); });
}

Result<void> FreePlay::render() {
  {
    const std::scoped_lock lock(mutex_);
    if (state_.stage != PlayStage::kChoosing) {
      return fail(PlayRefusal::kChosen, "it is rendered, or being rendered");
    }
    if (state_.plan.acts.empty()) {
      return fail(PlayRefusal::kNothing, "take something first: there is nothing to show");
    }
    if (worker_.joinable()) worker_.join();  // It has ended: the stage says so.
    state_.stage = PlayStage::kRendering;
    state_.percent = 0;
    state_.problem.clear();
    ++state_.rendering;
    worker_ = std::jthread([this, acts = acts_json(shelf_, state_.plan)](
                               const std::stop_token& stop) { run(stop, acts); });
  }
  on_change_();
  return {};
}

Result<void> FreePlay::begin_anew() {
  {
    const std::scoped_lock lock(mutex_);
    if (state_.stage == PlayStage::kPlaying) {
      return fail(PlayRefusal::kPlaying, "close the door first: it is playing");
    }
    if (state_.stage == PlayStage::kRendering) {
      worker_.request_stop();  // Its end clears the table.
    } else {
      clear_table();
    }
  }
  on_change_();
  return {};
}

void FreePlay::clear_table() {
  const std::uint64_t rendering = state_.rendering;
  state_ = {};
  state_.plan = empty_plan(shelf_);
  state_.rendering = rendering;
}

void FreePlay::run(const std::stop_token& stop, const std::string& acts) {
  auto truth = rendering(stop, acts);
  {
    const std::scoped_lock lock(mutex_);
    if (stop.stop_requested()) {
      clear_table();
    } else if (truth) {
      state_.stage = PlayStage::kReady;
      state_.truth = *std::move(truth);
    } else {
      state_.stage = PlayStage::kChoosing;
      state_.problem = truth.error().message;
    }
  }
  on_change_();
}

Result<std::vector<PlayLine>> FreePlay::rendering(const std::stop_token& stop,
                                                  const std::string& acts) {
  std::error_code error;
  fs::remove_all(rendered(), error);
  const fs::path file = folder_ / "acts.json";
  if (auto written = write_file_atomically(file, acts); !written) {
    return std::unexpected(std::move(written.error()));
  }
  auto ended = run_child({renderer_.string(), "--session", session_.string(), "--acts",
                          file.string(), "--out", rendered().string()},
                         kRenderTimeMax, stop, [this](std::string_view line) {
                           const auto percent = percent_in(line);
                           if (!percent) return;
                           {
                             const std::scoped_lock lock(mutex_);
                             state_.percent = *percent;
                           }
                           on_change_();
                         });
  if (!ended) return std::unexpected(std::move(ended.error()));
  const auto text = read_file(rendered() / "truth.json", kTruthBytesMax);
  if (!text) return std::unexpected(text.error());
  return truth_in(*text);
}

void FreePlay::begin_session() {
  {
    const std::scoped_lock lock(mutex_);
    if (state_.stage != PlayStage::kReady && state_.stage != PlayStage::kPlayed) return;
    state_.stage = PlayStage::kPlaying;
    state_.charge.reset();
  }
  on_change_();
}

void FreePlay::end_session() {
  {
    const std::scoped_lock lock(mutex_);
    if (state_.stage != PlayStage::kPlaying) return;
    state_.stage = PlayStage::kPlayed;
  }
  on_change_();
}

void FreePlay::charged(PlayCharge charge) {
  {
    const std::scoped_lock lock(mutex_);
    if (state_.stage != PlayStage::kPlayed) return;
    state_.charge = std::move(charge);
  }
  on_change_();
}

}  // namespace tally::device
