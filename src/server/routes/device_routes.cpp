// A cabinet's way: its key, its connection, its video.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>

#include "platform/blobs.hpp"
#include "server/identity/device_keys.hpp"
#include "server/routes/body_reader.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/session_views.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

using commerce::Session;
using core::Desk;

CabinetId cabinet_of(const ApiCall& call) {
  return CabinetId::parse(call.principal().id).value_or(CabinetId{});
}

Result<ApiAnswer> provision(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  const std::string code = body.text("code", 60);
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  const auto key = identity::redeem_provisioning_code(call.transaction(), call.world, code);
  if (!key) return std::unexpected(key.error());
  const auto cabinet =
      core::find_row<commerce::Cabinet>(call.transaction(), key->tenant, key->cabinet.text());
  if (!cabinet) return std::unexpected(cabinet.error());
  // Whoever is set up anew counts its reports from 1.
  const auto forgotten = call.transaction().execute(
      "UPDATE device_links SET report_seen = 0 WHERE cabinet = $1", key->cabinet);
  if (!forgotten) return std::unexpected(forgotten.error());
  if (services.gateway != nullptr) {
    call.after_commit([gateway = services.gateway, id = key->cabinet] { gateway->close(id); });
  }
  return api::answer(200, {{"cabinet", key->cabinet.text()},
                           {"key", key->secret},
                           {"name", *cabinet ? (*cabinet)->value.name : ""}});
}

Result<ApiAnswer> rotate_key(ApiCall& call) {
  const auto caller = identity::authenticate(call.transaction(), call.admitted.secret, call.now);
  if (!caller) return std::unexpected(caller.error());
  const auto key = identity::rotate_device_key(call.transaction(), call.world, *caller);
  if (!key) return std::unexpected(key.error());
  return api::answer(200, {{"key", key->secret}});
}

struct SegmentName {
  SessionId session;
  std::string camera;
  int number = 0;
  std::string sha256;
};

Result<SegmentName> segment_of(const ApiCall& call) {
  auto session = call.path_id<SessionId>("session");
  if (!session) return std::unexpected(session.error());
  SegmentName name{*std::move(session), call.path("camera"), 0,
                   std::string(call.query("sha256").value_or(""))};
  const std::string& text = call.path("number");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), name.number);
  if (error != std::errc() || end != text.data() + text.size() || name.number < 0 ||
      name.number >= commerce::kSegmentsMax) {
    return fail(ApiError::kParameterInvalid,
                fmt::format("number: must be 0 to {}", commerce::kSegmentsMax - 1));
  }
  const bool digest = name.sha256.size() == 64 &&
                      name.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!digest) {
    return fail(ApiError::kParameterInvalid,
                "sha256: must be the 64 hexadecimal digits of the body's SHA-256");
  }
  return name;
}

// A session of this cabinet.
Result<Session> own_session(ApiCall& call, const SessionId& id) {
  auto session = core::find_row<Session>(call.transaction(), call.tenant(), id.text());
  if (!session) return std::unexpected(std::move(session.error()));
  if (!*session || (*session)->value.cabinet != cabinet_of(call)) {
    return no_such<Session>(id.text());
  }
  return (*std::move(*session)).value;
}

Result<ApiAnswer> get_session(ApiCall& call) {
  const auto id = call.path_id<SessionId>("session");
  if (!id) return std::unexpected(id.error());
  const auto session = own_session(call, *id);
  if (!session) return std::unexpected(session.error());
  const auto receipt = core::find_row<commerce::Receipt>(call.transaction(), call.tenant(),
                                                         core::receipt_id(*id).text());
  if (!receipt) return std::unexpected(receipt.error());
  Json view = {{"id", id->text()}, {"state", name_of(session->state)}, {"receipt", nullptr}};
  if (*receipt) {
    Json lines = Json::array();
    for (const auto& line : (*receipt)->value.lines) {
      lines.push_back({{"sku", line.sku}, {"quantity", line.quantity}});
    }
    view["receipt"] = {{"lines", std::move(lines)}};
  }
  return api::answer(200, std::move(view));
}

// The session is this cabinet's, and it has told what it records with.
Result<void> check_session(ApiCall& call, const SegmentName& name) {
  const auto session = own_session(call, name.session);
  if (!session) return std::unexpected(session.error());
  const auto footage =
      core::find_row<commerce::Footage>(call.transaction(), call.tenant(), name.session.text());
  if (!footage) return std::unexpected(footage.error());
  if (*footage) return {};
  // Its report is on the way, on another connection.
  return fail(ApiError::kBusy, "it is not known yet which cameras record; send it again");
}

Result<http::AcceptUpload> open_upload(ApiCall& call, Services& services) {
  const auto name = segment_of(call);
  if (!name) return std::unexpected(name.error());
  if (auto known = check_session(call, *name); !known) return std::unexpected(known.error());
  auto sink =
      http::FileSink::create(services.uploads / (call.world.new_id<EventId>().text() + ".part"));
  if (!sink) return std::unexpected(std::move(sink.error()));
  return http::AcceptUpload{*std::move(sink),
                            static_cast<std::uint64_t>(commerce::kSegmentBytesMax)};
}

Result<void> keep_segment(ApiCall& call, Services& services) {
  const auto name = segment_of(call);
  if (!name) return std::unexpected(name.error());
  const auto sink = std::dynamic_pointer_cast<http::FileSink>(call.request.upload);
  if (!sink || sink->bytes() == 0) return fail(ApiError::kUpload, "the segment is empty");
  if (sink->sha256() != name->sha256) {
    return fail(ApiError::kUpload,
                fmt::format("the body's SHA-256 is {}, not what the request says; send it again",
                            sink->sha256()));
  }
  auto kept = services.blobs.adopt(sink->path(), sink->sha256());
  if (!kept) return kept;
  sink->keep();
  call.world.reached("segment", "kept");
  return kept;
}

// Whoever decides a review or a dispute sees what came late as long as the rest.
Result<void> hold_if_decided(Desk& desk, const TenantId& tenant, const SessionId& session) {
  const auto row = desk.row<Session>(tenant, session.text());
  const auto detail = desk.row<records::SessionDetail>(tenant, session.text());
  if (!row || !detail) return std::unexpected(!row ? row.error() : detail.error());
  std::string why =
      (*row)->value.state == commerce::SessionState::kReview ? "a review is open" : "";
  for (const DisputeId& id : (*detail)->value.disputes) {
    const auto dispute = desk.find<commerce::Dispute>(tenant, id.text());
    if (!dispute) return std::unexpected(dispute.error());
    if (*dispute != nullptr && (*dispute)->value.state == commerce::DisputeState::kOpen) {
      why = id.text();
    }
  }
  if (why.empty()) return {};
  const auto held = platform::hold_blobs(desk.transaction(), tenant, session.text(),
                                         desk.now() + platform::kHoldMax, why, desk.now());
  return held ? Result<void>{} : std::unexpected(held.error());
}

Result<ApiAnswer> note_segment(ApiCall& call, Services& services) {
  const auto name = segment_of(call);
  if (!name) return std::unexpected(name.error());
  const auto bytes = static_cast<std::int64_t>(call.request.upload_bytes);
  call.after_commit([&world = call.world] { world.reached("segment", "stored"); });
  return at_desk(
      call, services.board,
      [&](Desk& desk) -> Result<void> {
        auto told = desk.tell(call.tenant(), name->session,
                              commerce::FootageEvent(commerce::SegmentStored{
                                  name->camera, name->number, {name->sha256, bytes}}));
        if (!told) return told;
        auto kept = platform::add_blob(desk.transaction(), services.blobs,
                                       {call.tenant(), name->session.text(),
                                        fmt::format("{}/{:04}", name->camera, name->number)},
                                       platform::BlobKind::kRawVideo, name->sha256, desk.now());
        return kept ? hold_if_decided(desk, call.tenant(), name->session) : kept;
      },
      [&](Desk&) -> Result<ApiAnswer> { return api::answer(200, {{"bytes", bytes}}); });
}

}  // namespace

void add_device_routes(api::Api& api, Services& services) {
  api.add({.operation = "provision_device",
           .run = [&services](ApiCall& call) { return provision(call, services); }});
  api.add({.operation = "rotate_device_key", .run = rotate_key});
  api.add({.operation = "open_device_link",
           .on_websocket = [&](const identity::Principal& principal, const http::Request&,
                               std::shared_ptr<http::WebSocket> socket) {
             return services.gateway->connect(principal.tenant,
                                              CabinetId::parse(principal.id).value_or(CabinetId{}),
                                              std::move(socket));
           }});
  api.add({.operation = "get_device_session", .run = get_session});
  api.add({.operation = "put_segment",
           .run = [&services](ApiCall& call) { return note_segment(call, services); },
           .slow = [&services](ApiCall& call) { return keep_segment(call, services); },
           .open_upload = [&services](ApiCall& call) { return open_upload(call, services); }});
}

}  // namespace tally::routes
