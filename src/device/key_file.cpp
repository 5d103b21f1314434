#include "device/key_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "base/files.hpp"
#include "base/json_reader.hpp"
#include "device/device_error.hpp"

namespace tally::device {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kKeyFileBytesMax = 4096;
constexpr std::size_t kKeyBytesMax = 512;
constexpr std::size_t kNameBytesMax = 1024;
constexpr std::size_t kToldBytesMax = 400;
constexpr std::size_t kCertificatesBytesMax = std::size_t{4} << 20U;
constexpr int kOk = 200;

JsonErrors errors(DeviceError error) { return {code_of(error), code_of(error), code_of(error)}; }

// A key goes into a header and must do as its value.
std::string read_key_text(JsonReader& reader, const JsonReader::Json& json) {
  std::string key = reader.text(json, "key", kKeyBytesMax);
  const bool plain = !key.empty() &&
                     key.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=") ==
                         std::string::npos;
  if (!plain) reader.wrong_value("key", "is no key");
  return key;
}

CabinetKey read_cabinet_key(JsonReader& reader, const JsonReader::Json& json) {
  const auto cabinet = CabinetId::parse(reader.text(json, "cabinet", kKeyBytesMax));
  if (!cabinet) reader.wrong_value("cabinet", "is no cabinet's id");
  return {cabinet.value_or(CabinetId{}), read_key_text(reader, json)};
}

// What a server says about its refusal, as far as it can be shown.
std::string told_by(const http::ClientResponse& response) {
  const auto json = nlohmann::json::parse(response.body, nullptr, false);
  if (json.is_object()) {
    const auto message = json.find("message");
    if (message != json.end() && message->is_string()) {
      return message->get<std::string>().substr(0, kToldBytesMax);
    }
  }
  return std::string(http::reason_of(response.status));
}

Result<std::string> post(http::HttpClient& client, http::ClientRequest request,
                         const std::string& server) {
  request.method = http::Method::kPost;
  request.headers.set("Content-Type", "application/json");
  const http::CallResult answer = client.call_and_wait(std::move(request));
  if (!answer) {
    return fail(DeviceError::kServer, fmt::format("{}: {}", server, answer.error().error.message));
  }
  if (answer->status == kOk) return answer->body;
  const bool theirs = answer->status >= 500;
  return fail(theirs ? DeviceError::kServer : DeviceError::kRefused,
              fmt::format("{} answered {}: {}", server, answer->status, told_by(*answer)));
}

}  // namespace

Result<CabinetKey> load_key(const std::filesystem::path& file) {
  const auto text = read_file(file, kKeyFileBytesMax);
  if (!text) {
    return fail(DeviceError::kKey,
                fmt::format("{}; get a key with 'tally device provision'", text.error().message));
  }
  JsonReader reader(file.string(), errors(DeviceError::kKey));
  const JsonReader::Json json = reader.parse(*text);
  if (reader.failed()) return std::unexpected(*reader.error());
  CabinetKey key = read_cabinet_key(reader, json);
  if (reader.failed()) return std::unexpected(*reader.error());
  return key;
}

Result<void> save_key(const std::filesystem::path& file, const CabinetKey& key) {
  const Json json = {{"cabinet", key.cabinet.text()}, {"key", key.key}};
  // Made unreadable for others before anything is in it; the replacement keeps the process's mask.
  const mode_t before = ::umask(0077);
  auto written = write_file_atomically(file, json.dump(2) + "\n");
  ::umask(before);
  return written;
}

Result<Provisioned> provision(http::HttpClient& client, const std::string& server,
                              std::string_view code) {
  const std::string body =
      Json{{"code", code}}.dump(-1, ' ', false, Json::error_handler_t::replace);
  auto answer = post(client, {.url = server + "/v1/device/provision", .body = body}, server);
  if (!answer) return std::unexpected(std::move(answer.error()));
  JsonReader reader(server, errors(DeviceError::kServer));
  const JsonReader::Json json = reader.parse(*answer);
  if (reader.failed()) return std::unexpected(*reader.error());
  Provisioned made{read_cabinet_key(reader, json), reader.text(json, "name", kNameBytesMax)};
  if (reader.failed()) return std::unexpected(*reader.error());
  return made;
}

Result<CabinetKey> rotate_key(http::HttpClient& client, const std::string& server,
                              const CabinetKey& old) {
  http::ClientRequest request{.url = server + "/v1/device/keys", .body = "{}"};
  request.headers.set("Authorization", "Bearer " + old.key);
  auto answer = post(client, std::move(request), server);
  if (!answer) return std::unexpected(std::move(answer.error()));
  JsonReader reader(server, errors(DeviceError::kServer));
  const JsonReader::Json json = reader.parse(*answer);
  if (reader.failed()) return std::unexpected(*reader.error());
  CabinetKey key{old.cabinet, read_key_text(reader, json)};
  if (reader.failed()) return std::unexpected(*reader.error());
  return key;
}

Result<std::unique_ptr<http::HttpClient>> start_client(const Config& config) {
  http::ClientOptions options{.user_agent = "tally-device"};
  if (!config.trusted_certificates.empty()) {
    auto certificates = read_file(config.trusted_certificates, kCertificatesBytesMax);
    if (!certificates) return std::unexpected(std::move(certificates.error()));
    options.trusted_certificates = std::move(*certificates);
  }
  return http::HttpClient::start(std::move(options));
}

}  // namespace tally::device
