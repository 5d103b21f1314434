#include "base/device_link.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "base/json_reader.hpp"

namespace tally::link {
namespace {

using Json = JsonReader::Json;
using Ordered = nlohmann::ordered_json;

constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kSha256Digits = 64;
constexpr std::int64_t kNumberMax = std::int64_t{1} << 53;  // What every JSON reader keeps exactly.
constexpr std::int64_t kStartMsMax = 600'000;
constexpr std::int64_t kHeartbeatMsMax = 600'000;
constexpr double kCelsiusMost = 1000;  // What it means is commerce's to say.

JsonErrors errors() {
  return {code_of(LinkError::kSyntax), code_of(LinkError::kSyntax), code_of(LinkError::kValue)};
}

// ---- Writing.

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

Ordered optional_text(const std::string& text) {
  return text.empty() ? Ordered(nullptr) : Ordered(text);
}

Ordered json_of(const Recording& recording) {
  Ordered cameras = Ordered::array();
  for (const CameraStart& start : recording.cameras) {
    cameras.push_back({{"camera", start.camera}, {"start_ms", start.start_ms}});
  }
  return cameras;
}

Ordered json_of(const Manifest& manifest) {
  Ordered cameras = Ordered::array();
  for (const CameraSegments& camera : manifest.cameras) {
    cameras.push_back({{"camera", camera.camera}, {"segments", camera.segments}});
  }
  return cameras;
}

Ordered json_of(const Report& report) {
  Ordered json = {{"kind", "report"},
                  {"number", report.number},
                  {"session", optional_text(report.session.text())},
                  {"age_ms", report.age_ms}};
  std::visit(Overloaded{[&](const DoorOpened&) { json["what"] = "door_opened"; },
                        [&](const DoorClosed&) { json["what"] = "door_closed"; },
                        [&](const Recording& recording) {
                          json["what"] = "recording";
                          json["cameras"] = json_of(recording);
                        },
                        [&](const Manifest& manifest) {
                          json["what"] = "manifest";
                          json["cameras"] = json_of(manifest);
                        }},
             report.body);
  return json;
}

Ordered json_of(const Hello& hello) {
  return {{"kind", "hello"},
          {"protocol", hello.protocol},
          {"cabinet", hello.cabinet.text()},
          {"version", hello.version},
          {"last_command", hello.last_command},
          {"cameras", hello.cameras}};
}

Ordered json_of(const Heartbeat& beat) {
  return {{"kind", "heartbeat"},
          {"celsius", beat.celsius ? Ordered(*beat.celsius) : Ordered(nullptr)},
          {"door_open", beat.door_open},
          {"buffered_bytes", beat.buffered_bytes},
          {"camera_problems", beat.camera_problems},
          {"cameras_working",
           beat.cameras_working ? Ordered(*beat.cameras_working) : Ordered(nullptr)}};
}

Ordered json_of(const CommandAnswer& answer) {
  return {{"kind", "answer"},
          {"command", answer.command},
          {"obeyed", answer.obeyed},
          {"reason", optional_text(answer.reason)}};
}

Ordered json_of(const Welcome& welcome) {
  return {{"kind", "welcome"},
          {"heartbeat_ms", welcome.heartbeat_ms},
          {"report_seen", welcome.report_seen}};
}

Ordered json_of(const ReportSeen& seen) {
  return {{"kind", "report_seen"}, {"number", seen.number}};
}

Ordered json_of(const Command& command) {
  Ordered json = {{"kind", "command"},
                  {"id", command.id},
                  {"counter", command.counter},
                  {"valid_ms", command.valid_ms}};
  std::visit(Overloaded{[&](const Unlock& unlock) {
                          json["what"] = "unlock";
                          json["session"] = unlock.session.text();
                          json["open_timeout_ms"] = unlock.open_timeout_ms;
                        },
                        [&](const Lock&) { json["what"] = "lock"; },
                        [&](const ShowToken& token) {
                          json["what"] = "show_token";
                          json["url"] = token.url;
                          json["token_valid_ms"] = token.valid_ms;
                        },
                        [&](const ShowText& text) {
                          json["what"] = "show_text";
                          json["text"] = text.text;
                        }},
             command.body);
  return json;
}

template <typename Message>
std::string written(const Message& message) {
  return std::visit(
      [](const auto& one) {
        return json_of(one).dump(-1, ' ', false, Ordered::error_handler_t::replace);
      },
      message);
}

// ---- Reading.

template <typename Kind>
Id<Kind> read_id(JsonReader& reader, const Json& json, const char* key) {
  const auto id = Id<Kind>::parse(reader.text(json, key, kNameBytesMax));
  if (!id)
    reader.wrong_value(key, fmt::format("must be an id that begins with {}_", Kind::kPrefix));
  return id.value_or(Id<Kind>{});
}

bool read_flag(JsonReader& reader, const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found != json.end() && found->is_boolean()) return found->get<bool>();
  reader.wrong_value(key, "must be true or false");
  return false;
}

Hello read_hello(JsonReader& reader, const Json& json) {
  Hello hello;
  hello.protocol = static_cast<int>(reader.integer(json, "protocol", {1, 1'000'000}));
  hello.cabinet = read_id<CabinetKind>(reader, json, "cabinet");
  hello.version = reader.text(json, "version", kNameBytesMax);
  hello.last_command = reader.integer(json, "last_command", {0, kNumberMax});
  hello.cameras = reader.texts(json, "cameras", kCamerasMax, kNameBytesMax);
  return hello;
}

Heartbeat read_heartbeat(JsonReader& reader, const Json& json) {
  Heartbeat beat;
  const auto celsius = json.find("celsius");
  if (celsius != json.end() && !celsius->is_null()) {
    beat.celsius = reader.number(json, "celsius", -kCelsiusMost, kCelsiusMost);
  }
  beat.door_open = read_flag(reader, json, "door_open");
  beat.buffered_bytes = reader.integer(json, "buffered_bytes", {0, kNumberMax});
  beat.camera_problems = reader.texts(json, "camera_problems", kCamerasMax, kTextBytesMax);
  const auto working = json.find("cameras_working");
  if (working != json.end() && !working->is_null()) {
    beat.cameras_working =
        reader.integer(json, "cameras_working", {0, static_cast<std::int64_t>(kCamerasMax)});
  }
  return beat;
}

Recording read_recording(JsonReader& reader, const Json& json) {
  Recording recording;
  reader.each_object(json, "cameras", kCamerasMax, [&](const Json& one) {
    recording.cameras.push_back({reader.text(one, "camera", kNameBytesMax),
                                 reader.integer(one, "start_ms", {-kStartMsMax, kStartMsMax})});
  });
  return recording;
}

Manifest read_manifest(JsonReader& reader, const Json& json) {
  Manifest manifest;
  reader.each_object(json, "cameras", kCamerasMax, [&](const Json& one) {
    manifest.cameras.push_back({reader.text(one, "camera", kNameBytesMax),
                                reader.texts(one, "segments", kSegmentsMax, kSha256Digits)});
  });
  return manifest;
}

Report read_report(JsonReader& reader, const Json& json) {
  Report report;
  report.number = reader.integer(json, "number", {1, kNumberMax});
  const auto session = json.find("session");
  if (session != json.end() && !session->is_null()) {
    report.session = read_id<SessionKind>(reader, json, "session");
  }
  report.age_ms = reader.integer(json, "age_ms", {0, kAgeMsMax});
  const std::string what = reader.text(json, "what", kNameBytesMax);
  if (what == "door_opened") {
    report.body = DoorOpened{};
  } else if (what == "door_closed") {
    report.body = DoorClosed{};
  } else if (what == "recording") {
    report.body = read_recording(reader, json);
  } else if (what == "manifest") {
    report.body = read_manifest(reader, json);
  } else {
    reader.wrong_value("what", "must be door_opened, door_closed, recording or manifest");
  }
  return report;
}

CommandAnswer read_answer(JsonReader& reader, const Json& json) {
  return {.command = reader.text(json, "command", kNameBytesMax),
          .obeyed = read_flag(reader, json, "obeyed"),
          .reason = reader.text_or(json, "reason", kTextBytesMax, "")};
}

Command read_command(JsonReader& reader, const Json& json) {
  Command command;
  command.id = reader.text(json, "id", kNameBytesMax);
  command.counter = reader.integer(json, "counter", {1, kNumberMax});
  command.valid_ms = reader.integer(json, "valid_ms", {0, kValidMsMax});
  const std::string what = reader.text(json, "what", kNameBytesMax);
  if (what == "unlock") {
    command.body = Unlock{read_id<SessionKind>(reader, json, "session"),
                          reader.integer(json, "open_timeout_ms", {1, kValidMsMax})};
  } else if (what == "lock") {
    command.body = Lock{};
  } else if (what == "show_token") {
    command.body = ShowToken{reader.text(json, "url", kTextBytesMax),
                             reader.integer(json, "token_valid_ms", {1, kValidMsMax})};
  } else if (what == "show_text") {
    command.body = ShowText{reader.text(json, "text", kTextBytesMax)};
  } else {
    reader.wrong_value("what", "must be unlock, lock, show_token or show_text");
  }
  return command;
}

std::unexpected<Error> unknown_kind(const std::string& kind) {
  return fail(LinkError::kKind, fmt::format("device link: no message of kind '{}'", kind));
}

// Parses, and hands over to `read`, which gives nothing for a kind that it does not know.
template <typename Message, typename Read>
Result<Message> read_message(std::string_view text, const Read& read) {
  if (text.size() > kMessageBytesMax) {
    return fail(LinkError::kTooLarge, fmt::format("device link: a message of {} bytes; at most {}",
                                                  text.size(), kMessageBytesMax));
  }
  JsonReader reader("device link", errors());
  const Json json = reader.parse(text);
  if (reader.failed()) return std::unexpected(*reader.error());
  const std::string kind = reader.text(json, "kind", kNameBytesMax);
  if (reader.failed()) return std::unexpected(*reader.error());
  std::optional<Message> message = read(reader, json, kind);
  if (reader.failed()) return std::unexpected(*reader.error());
  if (!message) return unknown_kind(kind);
  return *std::move(message);
}

}  // namespace

ErrorCode code_of(LinkError error) {
  switch (error) {
    case LinkError::kSyntax:
      return {"link.syntax", ErrorKind::kFailed};
    case LinkError::kKind:
      return {"link.kind", ErrorKind::kFailed};
    case LinkError::kValue:
      return {"link.value", ErrorKind::kFailed};
    case LinkError::kTooLarge:
      return {"link.too_large", ErrorKind::kFailed};
  }
  std::abort();
}

std::string to_json(const FromCabinet& message) { return written(message); }
std::string to_json(const FromGateway& message) { return written(message); }

Result<FromCabinet> parse_from_cabinet(std::string_view text) {
  return read_message<FromCabinet>(text,
                                   [](JsonReader& reader, const Json& json,
                                      const std::string& kind) -> std::optional<FromCabinet> {
                                     if (kind == "hello") return read_hello(reader, json);
                                     if (kind == "heartbeat") return read_heartbeat(reader, json);
                                     if (kind == "report") return read_report(reader, json);
                                     if (kind == "answer") return read_answer(reader, json);
                                     return std::nullopt;
                                   });
}

std::optional<std::int64_t> report_number(std::string_view text) {
  if (text.size() > kMessageBytesMax) return std::nullopt;
  JsonReader reader("device link", errors());
  const Json json = reader.parse(text);
  if (reader.failed() || reader.text(json, "kind", kNameBytesMax) != "report") return std::nullopt;
  const std::int64_t number = reader.integer(json, "number", {1, kNumberMax});
  return reader.failed() ? std::nullopt : std::optional(number);
}

Result<FromGateway> parse_from_gateway(std::string_view text) {
  return read_message<FromGateway>(
      text,
      [](JsonReader& reader, const Json& json,
         const std::string& kind) -> std::optional<FromGateway> {
        if (kind == "welcome") {
          return Welcome{reader.integer(json, "heartbeat_ms", {1, kHeartbeatMsMax}),
                         reader.integer(json, "report_seen", {0, kNumberMax})};
        }
        if (kind == "report_seen") {
          return ReportSeen{reader.integer(json, "number", {0, kNumberMax})};
        }
        if (kind == "command") return read_command(reader, json);
        return std::nullopt;
      });
}

}  // namespace tally::link
