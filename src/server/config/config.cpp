#include "server/config/config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <utility>

#include "base/files.hpp"
#include "server/config/config_reader.hpp"
#include "server/config/names.hpp"

namespace tally::config {
namespace {

// A TOML basic string.
std::string quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') quoted += '\\';
    quoted += letter;
  }
  return quoted + '"';
}

class Writer {
 public:
  void table(std::string_view name) { text_ += fmt::format("\n[{}]\n", name); }
  template <typename Value>
  void plain(std::string_view key, const Value& value) {
    text_ += fmt::format("{} = {}\n", key, value);
  }
  void text(std::string_view key, std::string_view value) {
    if (!value.empty()) plain(key, quoted(value));
  }
  void secret(std::string_view name, const SecretSource& source) {
    text(fmt::format("{}_file", name), source.file.string());
    text(fmt::format("{}_env", name), source.environment);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void show_durations(Writer& out, const Config& config) {
  out.table("retention");
  for (const RetentionKey& entry : kRetentionKeys) {
    out.plain(entry.key, config.retention.*entry.value / entry.unit);
  }
  out.table("session");
  for (const PolicyKey& entry : kPolicyKeys) {
    out.plain(entry.key, static_cast<double>((config.session.*entry.value).count()) /
                             static_cast<double>(entry.unit.count()));
  }
}

void show_mail(Writer& out, const Config::Mail& mail) {
  out.table("mail");
  out.text("kind", kMailNames[static_cast<std::size_t>(mail.kind)]);
  if (mail.kind != MailKind::kSmtp) return;
  out.text("host", mail.smtp.host);
  out.plain("port", mail.smtp.port);
  out.text("security", kSecurityNames[static_cast<std::size_t>(mail.smtp.security)]);
  out.text("from", mail.smtp.sender);
  out.text("user", mail.smtp.user);
  out.secret("password", mail.password);
}

void anchor(std::filesystem::path& path, const std::filesystem::path& folder) {
  if (!path.empty() && path.is_relative()) path = folder / path;
}

}  // namespace

ErrorCode code_of(ConfigError error) {
  switch (error) {
    case ConfigError::kUnreadable:
      return {"config.unreadable", ErrorKind::kNotFound};
    case ConfigError::kSyntax:
      return {"config.syntax", ErrorKind::kUsage};
    case ConfigError::kVersion:
      return {"config.version", ErrorKind::kUsage};
    case ConfigError::kValue:
      return {"config.value", ErrorKind::kUsage};
    case ConfigError::kSecret:
      return {"config.secret", ErrorKind::kUsage};
  }
  std::abort();
}

std::string_view name_of(ServerRole role) { return kRoleNames[static_cast<std::size_t>(role)]; }
std::string_view name_of(StoreEngine engine) {
  return kEngineNames[static_cast<std::size_t>(engine)];
}
std::string_view name_of(PaymentProvider provider) {
  return kProviderNames[static_cast<std::size_t>(provider)];
}

std::optional<ServerRole> parse_server_role(std::string_view name) {
  const auto found = std::ranges::find(kRoleNames, name);
  if (found == kRoleNames.end()) return std::nullopt;
  return static_cast<ServerRole>(found - kRoleNames.begin());
}

Result<Config> read_config(std::string_view text, std::string_view where) {
  if (text.size() > kConfigBytesMax) {
    return fail(ConfigError::kValue, fmt::format("{}: {} bytes; a configuration has at most {}",
                                                 where, text.size(), kConfigBytesMax));
  }
  ConfigReader reader(where);
  Config config = reader.read(text);
  if (reader.mistake()) return fail_as<ConfigError>(*reader.mistake());
  return config;
}

Result<Config> load_config(const std::filesystem::path& file) {
  const auto text = read_file(file, kConfigBytesMax);
  if (!text) return fail(ConfigError::kUnreadable, text.error().message);
  auto config = read_config(*text, file.string());
  if (!config) return config;
  const std::filesystem::path folder = file.parent_path();
  for (auto* path : {&config->data, &config->store.file, &config->store.connection_secret.file,
                     &config->server_secret.file, &config->http.metrics_token.file,
                     &config->payments.secret.file, &config->payments.webhook_secret.file,
                     &config->mail.password.file, &config->pipeline.detector,
                     &config->pipeline.close_up, &config->pipeline.embedder}) {
    anchor(*path, folder);
  }
  return config;
}

std::string show(const Config& config) {
  Writer out;
  out.plain("version", 1);
  out.text("data", config.data.string());
  out.text("public_url", config.public_url);
  std::vector<std::string> roles;
  for (const ServerRole role : config.roles) roles.push_back(quoted(name_of(role)));
  out.plain("roles", fmt::format("[{}]", fmt::join(roles, ", ")));
  out.secret("secret", config.server_secret);
  out.table("http");
  out.text("address", config.http.address);
  out.plain("port", config.http.port);
  out.plain("behind_proxy", config.http.behind_proxy);
  out.secret("metrics_token", config.http.metrics_token);
  out.table("store");
  out.text("engine", name_of(config.store.engine));
  out.text("file", config.store.file.string());
  out.text("connection", config.store.connection);
  out.secret("connection", config.store.connection_secret);
  out.plain("threads", config.store.threads);
  out.table("payments");
  out.text("provider", name_of(config.payments.provider));
  out.secret("secret", config.payments.secret);
  out.text("url", config.payments.url);
  out.secret("webhook_secret", config.payments.webhook_secret);
  show_mail(out, config.mail);
  show_durations(out, config);
  out.table("pipeline");
  out.text("detector", config.pipeline.detector.string());
  out.text("close_up", config.pipeline.close_up.string());
  out.text("embedder", config.pipeline.embedder.string());
  out.plain("slots", config.pipeline.slots);
  out.plain("threads", config.pipeline.threads);
  out.table("log");
  out.text("level", kLevelNames[static_cast<std::size_t>(config.log_level)]);
  out.text("format", kFormatNames[static_cast<std::size_t>(config.log_format)]);
  return out.take();
}

SecretReader system_secrets() {
  return {
      .file = [](const std::filesystem::path& path) { return read_file(path, kSecretBytesMax); },
      .environment = [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
      }};
}

Result<std::optional<std::string>> resolve_secret(const SecretSource& source,
                                                  const SecretReader& reader) {
  if (!source.given()) return std::optional<std::string>();
  std::string secret;
  if (!source.file.empty()) {
    auto content = reader.file(source.file);
    if (!content) return fail(ConfigError::kSecret, content.error().message);
    secret = std::move(*content);
  } else {
    auto value = reader.environment(source.environment);
    if (!value) {
      return fail(ConfigError::kSecret,
                  fmt::format("the environment has no variable {}", source.environment));
    }
    secret = std::move(*value);
  }
  while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
  if (!secret.empty() && secret.size() <= kSecretBytesMax) return std::optional(std::move(secret));
  return fail(ConfigError::kSecret,
              fmt::format("{}: a secret has 1 to {} bytes",
                          source.file.empty() ? source.environment : source.file.string(),
                          kSecretBytesMax));
}

Result<void> check_secrets(const Config& config, const SecretReader& reader) {
  for (const auto& [key, source] :
       {std::pair<std::string_view, const SecretSource&>{"secret", config.server_secret},
        {"http.metrics_token", config.http.metrics_token},
        {"store.connection", config.store.connection_secret},
        {"payments.secret", config.payments.secret},
        {"payments.webhook_secret", config.payments.webhook_secret},
        {"mail.password", config.mail.password}}) {
    const auto secret = resolve_secret(source, reader);
    if (!secret) return fail_within(key, secret.error());
  }
  return {};
}

}  // namespace tally::config
