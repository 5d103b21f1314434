#include "device/screen.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <mutex>
#include <utility>

#include "device/clips.hpp"
#include "device/device_error.hpp"
#include "device/play_json.hpp"
#include "pages/assets.hpp"
#include "platform/http/router.hpp"
#include "platform/http/server.hpp"

namespace tally::device {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kStreamsMax = 32;
constexpr std::size_t kBodyBytesMax = 1024;

enum class Route : std::uint8_t {
  kPage,
  kState,
  kEvents,
  kClip,
  kDoor,
  kChoose,
  kShelf,
  kPhoto,
  kPlay
};

std::optional<std::size_t> number_of(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_true(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

std::string text_at(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<void> act_in(FreePlay& play, const nlohmann::json& json) {
  if (json.contains("take")) return play.take(text_at(json, "take"));
  if (json.contains("put")) return play.put(text_at(json, "put"), text_at(json, "facing"));
  const std::string what = text_at(json, "do");
  if (what == "undo") return play.undo();
  if (what == "render") return play.render();
  if (what == "begin_anew") return play.begin_anew();
  return fail(PlayRefusal::kNoAct, "there is no such act: take, put, undo, render or begin_anew");
}

// A product's first photo, of the session whose cabinet it is.
std::optional<std::filesystem::path> photo_of(const FreePlay& play, const std::string& product) {
  if (!find_product(play.shelf(), product) || product.find('/') != std::string::npos) {
    return std::nullopt;
  }
  std::vector<std::filesystem::path> photos;
  std::error_code ignored;
  for (const auto& entry :
       std::filesystem::directory_iterator(play.session() / "products" / product, ignored)) {
    if (entry.path().extension() == ".jpg") photos.push_back(entry.path());
  }
  const auto first = std::ranges::min_element(photos);
  return first == photos.end() ? std::nullopt : std::optional(*first);
}

// Another site's page may not open this door: a browser tells where a request comes from.
bool is_foreign(const http::Request& request) {
  const auto origin = request.headers.find("Origin");
  const auto host = request.headers.find("Host");
  return origin && (!host || *origin != fmt::format("http://{}", *host));
}

class ScreenHandler final : public http::Handler {
 public:
  ScreenHandler(std::optional<VirtualConfig> clips, ScreenActions actions)
      : clips_(std::move(clips)), play_(actions.play), actions_(std::move(actions)) {
    add(http::Method::kGet, "/", Route::kPage);
    add(http::Method::kGet, "/state", Route::kState);
    add(http::Method::kGet, "/events", Route::kEvents);
    add(http::Method::kGet, "/clips/{clip}/{camera}", Route::kClip);
    add(http::Method::kPost, "/door", Route::kDoor);
    add(http::Method::kPost, "/clip", Route::kChoose);
    if (!play_) return;
    add(http::Method::kGet, "/play/shelf", Route::kShelf);
    add(http::Method::kGet, "/play/photos/{product}", Route::kPhoto);
    add(http::Method::kPost, "/play", Route::kPlay);
  }

  void admit(const http::Request& /*head*/, http::Admit admit) override {
    admit({http::AcceptBody{kBodyBytesMax}});
  }

  void handle(http::Request request, http::Reply reply) override {
    const auto match = router_.match(request.method, request.target);
    if (const auto* missing = std::get_if<http::RouteNotFound>(&match)) {
      auto file = pages::file_at(request);
      return reply(file ? *std::move(file) : response_of(*missing, request));
    }
    if (const auto* wrong = std::get_if<http::RouteNotAllowed>(&match)) {
      return reply(response_of(*wrong, request));
    }
    reply(answer(std::get<http::RouteMatch>(match), request));
  }

  void show(const ScreenState& state) {
    const std::scoped_lock lock(mutex_);
    if (state == state_ && !json_.empty()) return;
    state_ = state;
    json_ = to_json(state);
    std::erase_if(streams_, [this](const auto& stream) {
      if (stream->send({.data = json_})) return false;
      stream->close();
      return true;
    });
  }

  // Before the server stops.
  void end() {
    const std::scoped_lock lock(mutex_);
    for (const auto& stream : streams_) stream->close();
    streams_.clear();
    actions_ = {};
  }

 private:
  void add(http::Method method, std::string_view pattern, Route route) {
    static_cast<void>(router_.add(method, pattern, static_cast<std::size_t>(route)));
  }

  http::Response answer(const http::RouteMatch& match, const http::Request& request) {
    switch (static_cast<Route>(match.route)) {
      case Route::kPage:
        return page(request);
      case Route::kState:
        return state();
      case Route::kEvents:
        return events();
      case Route::kClip:
        return clip(match, request);
      case Route::kShelf:
        return http::json_response(200, shelf_json(play_->shelf()));
      case Route::kPhoto:
        return photo(match, request);
      case Route::kDoor:
      case Route::kChoose:
      case Route::kPlay:
        break;
    }
    return act(static_cast<Route>(match.route), request);
  }

  http::Response state() {
    const std::scoped_lock lock(mutex_);
    return http::json_response(200, json_.empty() ? "{}" : json_);
  }

  static http::Response page(const http::Request& request) {
    const pages::Asset* found = pages::find_asset("cabinet.html");
    return found == nullptr ? response_of(http::RouteNotFound{}, request)
                            : pages::asset_response(*found, request.headers);
  }

  http::Response events() {
    auto stream = std::make_shared<http::EventStream>(http::EventStreamOptions{});
    const std::scoped_lock lock(mutex_);
    // The oldest page makes room, and comes back by itself if it is still there.
    if (streams_.size() >= kStreamsMax) {
      streams_.front()->close();
      streams_.erase(streams_.begin());
    }
    if (!json_.empty()) stream->send({.data = json_});
    streams_.push_back(stream);
    return {.body = std::move(stream)};
  }

  http::Response clip(const http::RouteMatch& match, const http::Request& request) {
    const auto number = number_of(match.parameter("clip"));
    const std::string& camera = match.parameter("camera");
    const bool there =
        clips_ && number && *number < clips_->sessions.size() && is_camera_id(camera);
    const auto found = there ? find_clip(clips_->sessions[*number], camera)
                             : Result<Clip>(fail(DeviceError::kScreen, ""));
    if (!found) return response_of(http::RouteNotFound{}, request);
    http::Response response{.body = http::FileBody{found->file}};
    response.headers.set("Content-Type", "video/mp4");
    return response;
  }

  http::Response photo(const http::RouteMatch& match, const http::Request& request) {
    const auto file = photo_of(*play_, match.parameter("product"));
    if (!file) return response_of(http::RouteNotFound{}, request);
    http::Response response{.body = http::FileBody{*file}};
    response.headers.set("Content-Type", "image/jpeg");
    return response;
  }

  http::Response act(Route route, const http::Request& request) {
    if (is_foreign(request)) {
      return http::problem({.status = 403,
                            .code = "foreign_origin",
                            .message = "this page is not the cabinet's own"},
                           request.id);
    }
    const auto json = nlohmann::json::parse(request.body, nullptr, false);
    if (!json.is_object()) {
      return http::problem(
          {.status = 400, .code = "body_invalid", .message = "the body is not a JSON object"},
          request.id);
    }
    if (route == Route::kPlay) {
      const auto done = act_in(*play_, json);
      if (done) return http::json_response(200, "{}");
      std::string code(done.error().code.name);
      std::ranges::replace(code, '.', '_');
      return http::problem(
          {.status = 422, .code = std::move(code), .message = done.error().message}, request.id);
    }
    const std::scoped_lock lock(mutex_);
    if (route == Route::kDoor && actions_.on_door) {
      actions_.on_door(is_true(json, "open"), is_true(json, "force"));
    }
    const auto clip = json.find("clip");
    if (route == Route::kChoose && actions_.on_clip && clip != json.end() &&
        clip->is_number_unsigned() && clips_ &&
        clip->get<std::size_t>() < clips_->sessions.size()) {
      actions_.on_clip(clip->get<std::size_t>());
    }
    return http::json_response(200, "{}");
  }

  http::Router router_;
  std::optional<VirtualConfig> clips_;
  std::shared_ptr<FreePlay> play_;
  std::mutex mutex_;
  ScreenActions actions_;
  ScreenState state_;
  std::string json_;
  std::vector<std::shared_ptr<http::EventStream>> streams_;
};

}  // namespace

class Screen::Impl {
 public:
  std::shared_ptr<ScreenHandler> handler;
  std::unique_ptr<http::HttpServer> server;
};

std::string to_json(const ScreenState& state) {
  Json others = Json::array();
  for (const OtherScreen& other : state.others) {
    others.push_back({{"name", other.name}, {"session", other.session}, {"url", other.url}});
  }
  const Json json = {{"state", state.state},
                     {"online", state.online},
                     {"door_open", state.door_open},
                     {"url", state.token_url},
                     {"qr", state.token_url.empty() ? "" : qr_svg(state.token_url)},
                     {"text", state.text},
                     {"celsius", state.celsius ? Json(*state.celsius) : Json(nullptr)},
                     {"cameras", state.cameras},
                     {"problems", state.problems},
                     {"waiting_bytes", state.waiting_bytes},
                     {"simulated", state.simulated},
                     {"manual", state.manual},
                     {"clips", state.clips},
                     {"clip", state.clip},
                     {"playing_ms", state.playing_ms ? Json(*state.playing_ms) : Json(nullptr)},
                     {"others", std::move(others)},
                     {"play", state.play.empty() ? Json(nullptr) : Json::parse(state.play)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Screen::Screen(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Screen::~Screen() {
  impl_->handler->end();
  impl_->server->stop(std::chrono::milliseconds(200));
}

Result<std::unique_ptr<Screen>> Screen::start(const ScreenConfig& config,
                                              const std::optional<VirtualConfig>& clips,
                                              ScreenActions actions) {
  auto impl = std::make_unique<Impl>();
  impl->handler = std::make_shared<ScreenHandler>(clips, std::move(actions));
  http::ServerOptions options;
  options.address = config.address;
  options.port = config.port;
  auto server = http::HttpServer::start(std::move(options), impl->handler);
  if (!server) {
    return fail(DeviceError::kScreen,
                fmt::format("{}; name another [screen] port", server.error().message));
  }
  impl->server = std::move(*server);
  // tidy-allow(memory): private maker.
  return std::unique_ptr<Screen>(new Screen(std::move(impl)));
}

void Screen::show(const ScreenState& state) { impl_->handler->show(state); }

std::uint16_t Screen::port() const { return impl_->server->port(); }

}  // namespace tally::device
