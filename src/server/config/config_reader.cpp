#include "server/config/config_reader.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <utility>

#include "server/config/names.hpp"
#include "server/mail/letter.hpp"

namespace tally::config {
namespace {

using Wrong = TomlReader::Wrong;

constexpr std::int64_t kFormatVersion = 1;
constexpr int kStoreThreadsMost = 64;

bool is_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

bool is_variable(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return is_letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

// "https://host[:port][/path]"
bool is_url(std::string_view text) {
  const std::string_view scheme = text.starts_with("https://") ? "https://" : "http://";
  if (!text.starts_with(scheme)) return false;
  const std::string_view rest = text.substr(scheme.size());
  const std::string_view host = rest.substr(0, rest.find_first_of("/:"));
  return (!host.empty() || rest.starts_with(":")) && !rest.starts_with(":") &&
         std::ranges::all_of(rest, [](char c) {
           return c > ' ' && c < 0x7F &&
                  std::string_view("?#@\"<>\\").find(c) == std::string_view::npos;
         });
}

// libpq's "password=…", or "postgresql://user:password@host".
bool has_password(std::string_view connection) {
  if (connection.find("password") != std::string_view::npos) return true;
  const std::size_t scheme = connection.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view rest = connection.substr(scheme + 3);
  const std::size_t at = rest.find('@');
  return at != std::string_view::npos && rest.substr(0, at).find(':') != std::string_view::npos;
}

}  // namespace

Config ConfigReader::read(std::string_view text) {
  const toml::table root = toml_.open(text, kFormatVersion);
  if (mistake()) return {};
  toml_.check_keys(
      root, {"version", "data", "public_url", "roles", "http", "store", "secret_file", "secret_env",
             "retention", "payments", "mail", "session", "pipeline", "log"});
  path(root, "data", config_.data);
  if (config_.data.string().size() > kDataBytesMax) {
    wrong(root, "data", fmt::format("\"data\" must have at most {} bytes", kDataBytesMax));
  }
  url(root, "public_url", config_.public_url);
  secret(root, "secret", config_.server_secret);
  read_roles(root);
  within(root, "http", [this](const toml::table& table) { read_http(table); });
  within(root, "store", [this](const toml::table& table) { read_store(table); });
  within(root, "retention", [this](const toml::table& table) { read_retention(table); });
  within(root, "payments", [this](const toml::table& table) { read_payments(table); });
  within(root, "session", [this](const toml::table& table) { read_session(table); });
  within(root, "pipeline", [this](const toml::table& table) { read_pipeline(table); });
  within(root, "mail", [this](const toml::table& table) { read_mail(table); });
  within(root, "log", [this](const toml::table& table) {
    toml_.check_keys(table, {"level", "format"});
    choice(table, "level", kLevelNames, config_.log_level);
    choice(table, "format", kFormatNames, config_.log_format);
  });
  if (!mistake()) fill_in();
  return std::move(config_);
}

void ConfigReader::fill_in() {
  if (config_.store.engine == StoreEngine::kSqlite && config_.store.file.empty()) {
    config_.store.file = config_.data / "store.db";
  }
  if (config_.payments.provider == PaymentProvider::kStripe && config_.payments.url.empty()) {
    config_.payments.url = "https://api.stripe.com";
  }
  if (!config_.public_url.empty()) return;
  const std::string& address = config_.http.address;
  config_.public_url = fmt::format(
      "http://{}:{}", address.find(':') == std::string::npos ? address : "[" + address + "]",
      config_.http.port);
}

void ConfigReader::read_http(const toml::table& table) {
  toml_.check_keys(table,
                   {"address", "port", "behind_proxy", "metrics_token_file", "metrics_token_env"});
  text(table, "address", config_.http.address);
  if (!is_address(config_.http.address)) {
    wrong(table, "address",
          "\"address\" must be an IP address: \"127.0.0.1\" for this machine only, \"0.0.0.0\" or "
          "\"::\" for all");
  }
  integer(table, "port", {0, 65'535}, config_.http.port);
  secret(table, "metrics_token", config_.http.metrics_token);
  if (!table.contains("behind_proxy")) return;
  const auto behind = table["behind_proxy"].value_exact<bool>();
  if (!behind) return wrong(table, "behind_proxy", "\"behind_proxy\" must be true or false");
  config_.http.behind_proxy = *behind;
}

void ConfigReader::read_store(const toml::table& table) {
  toml_.check_keys(
      table, {"engine", "file", "connection", "connection_file", "connection_env", "threads"});
  Config::Store& store = config_.store;
  choice(table, "engine", kEngineNames, store.engine);
  path(table, "file", store.file);
  text(table, "connection", store.connection);
  secret(table, "connection", store.connection_secret);
  integer(table, "threads", {1, kStoreThreadsMost}, store.threads);
  const bool connects = !store.connection.empty() || store.connection_secret.given();
  if (store.engine == StoreEngine::kSqlite && connects) {
    wrong(table, "connection", "a connection goes with engine = \"postgres\"");
  }
  if (store.engine == StoreEngine::kPostgres) {
    if (!store.file.empty()) wrong(table, "file", "a file goes with engine = \"sqlite\"");
    if (store.connection.empty() == !store.connection_secret.given()) {
      wrong(table, "engine",
            "PostgreSQL needs one of connection, connection_file and connection_env");
    }
  }
  if (has_password(store.connection)) {
    wrong(table, "connection",
          "no password in clear: name a file or variable with the whole connection by "
          "connection_file or connection_env, or use libpq's password file");
  }
}

void ConfigReader::read_retention(const toml::table& table) {
  toml_.check_keys(table, {kRetentionKeys[0].key, kRetentionKeys[1].key, kRetentionKeys[2].key});
  for (const RetentionKey& entry : kRetentionKeys) {
    if (!table.contains(entry.key)) continue;
    config_.retention.*entry.value = entry.unit * toml_.integer(table, entry.key, {1, entry.most});
  }
}

void ConfigReader::read_payments(const toml::table& table) {
  toml_.check_keys(table, {"provider", "secret_file", "secret_env", "url", "webhook_secret_file",
                           "webhook_secret_env"});
  Config::Payments& payments = config_.payments;
  choice(table, "provider", kProviderNames, payments.provider);
  secret(table, "secret", payments.secret);
  url(table, "url", payments.url);
  secret(table, "webhook_secret", payments.webhook_secret);
  if (payments.provider == PaymentProvider::kStripe && !payments.secret.given()) {
    wrong(table, "provider", "Stripe needs its API key: secret_file or secret_env");
  }
  if (payments.provider == PaymentProvider::kSandbox &&
      (payments.secret.given() || payments.webhook_secret.given() || !payments.url.empty())) {
    wrong(table, "provider", "secrets and url go with provider = \"stripe\"; the sandbox has none");
  }
}

void ConfigReader::read_mail(const toml::table& table) {
  toml_.check_keys(
      table, {"kind", "host", "port", "security", "from", "user", "password_file", "password_env"});
  Config::Mail& given = config_.mail;
  choice(table, "kind", kMailNames, given.kind);
  text(table, "host", given.smtp.host);
  integer(table, "port", {1, 65'535}, given.smtp.port);
  choice(table, "security", kSecurityNames, given.smtp.security);
  text(table, "from", given.smtp.sender);
  text(table, "user", given.smtp.user);
  secret(table, "password", given.password);
  if (given.kind != MailKind::kSmtp) {
    if (table.size() > (table.contains("kind") ? 1U : 0U)) {
      wrong(table, "kind", "the other keys go with kind = \"smtp\"");
    }
    return;
  }
  if (given.smtp.host.empty()) wrong(table, "kind", "SMTP needs a host");
  if (mail::address_of(given.smtp.sender).empty()) {
    wrong(table, "from", "\"from\" must have an address: \"tally <receipts@example.com>\"");
  }
  if (given.smtp.user.empty() == given.password.given()) {
    wrong(table, "user", "a user and a password (password_file or password_env) go together");
  }
  if (given.smtp.security == mail::SmtpSecurity::kNone && !given.smtp.user.empty()) {
    wrong(table, "security", "no password without TLS: security = \"starttls\" or \"tls\"");
  }
}

void ConfigReader::read_session(const toml::table& table) {
  toml_.check_keys(
      table, {kPolicyKeys[0].key, kPolicyKeys[1].key, kPolicyKeys[2].key, kPolicyKeys[3].key,
              kPolicyKeys[4].key, kPolicyKeys[5].key, kPolicyKeys[6].key, kPolicyKeys[7].key});
  for (const PolicyKey& entry : kPolicyKeys) {
    if (!table.contains(entry.key)) continue;
    const double given = toml_.number(table, entry.key, {entry.least, entry.most});
    config_.session.*entry.value =
        Duration(std::llround(given * static_cast<double>(entry.unit.count())));
  }
}

void ConfigReader::read_pipeline(const toml::table& table) {
  toml_.check_keys(table, {"detector", "close_up", "embedder", "slots", "threads"});
  path(table, "detector", config_.pipeline.detector);
  path(table, "close_up", config_.pipeline.close_up);
  path(table, "embedder", config_.pipeline.embedder);
  integer(table, "slots", {1, kSlotsMax}, config_.pipeline.slots);
  integer(table, "threads", {0, kPipelineThreadsMax}, config_.pipeline.threads);
}

void ConfigReader::read_roles(const toml::table& root) {
  const toml::node* node = root.get("roles");
  if (node == nullptr) return;
  const toml::array* names = node->as_array();
  if (names == nullptr || names->empty() || !names->is_homogeneous<std::string>()) {
    return toml_.wrong(Wrong::kSyntax, node->source(),
                       fmt::format("\"roles\" must be a list of: {}", fmt::join(kRoleNames, ", ")));
  }
  config_.roles.clear();
  for (const toml::node& name : *names) {
    const auto role = parse_server_role(name.as_string()->get());
    if (!role || std::ranges::find(config_.roles, *role) != config_.roles.end()) {
      return toml_.wrong(
          Wrong::kValue, name.source(),
          fmt::format("\"roles\" are, each at most once: {}", fmt::join(kRoleNames, ", ")));
    }
    config_.roles.push_back(*role);
  }
}

template <typename Read>
void ConfigReader::within(const toml::table& root, std::string_view key, Read read) {
  const toml::node* node = root.get(key);
  if (node == nullptr) return;
  const toml::table* table = node->as_table();
  if (table == nullptr) {
    return toml_.wrong(Wrong::kSyntax, node->source(), fmt::format("write [{}]", key));
  }
  read(*table);
}

void ConfigReader::text(const toml::table& table, std::string_view key, std::string& into) {
  if (!table.contains(key)) return;
  into = toml_.text(table, key, kTextBytesMax);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::ranges::any_of(into, is_control)) {
    wrong(table, key, fmt::format("\"{}\" has control characters in it", key));
  }
}

void ConfigReader::path(const toml::table& table, std::string_view key,
                        std::filesystem::path& into) {
  std::string given = into.string();
  text(table, key, given);
  into = given;
}

void ConfigReader::url(const toml::table& table, std::string_view key, std::string& into) {
  if (!table.contains(key)) return;
  text(table, key, into);
  if (!is_url(into)) {
    wrong(table, key,
          fmt::format("\"{}\" must be an address as in https://tally.example.com, without user, "
                      "query and fragment",
                      key));
  }
  while (into.ends_with('/')) into.pop_back();
}

template <typename Number>
void ConfigReader::integer(const toml::table& table, std::string_view key,
                           TomlReader::Integers range, Number& into) {
  if (table.contains(key)) into = static_cast<Number>(toml_.integer(table, key, range));
}

template <typename Choice>
void ConfigReader::choice(const toml::table& table, std::string_view key,
                          std::span<const std::string_view> names, Choice& into) {
  if (!table.contains(key)) return;
  const std::string name = toml_.text(table, key);
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) {
    return wrong(
        table, key,
        fmt::format("\"{}\" is \"{}\"; it must be one of: {}", key, name, fmt::join(names, ", ")));
  }
  into = static_cast<Choice>(found - names.begin());
}

void ConfigReader::secret(const toml::table& table, std::string_view name, SecretSource& into) {
  const std::string file = fmt::format("{}_file", name);
  const std::string environment = fmt::format("{}_env", name);
  path(table, file, into.file);
  text(table, environment, into.environment);
  if (!into.file.empty() && !into.environment.empty()) {
    wrong(table, environment, fmt::format("give either {} or {}", file, environment));
  }
  if (!into.environment.empty() && !is_variable(into.environment)) {
    wrong(table, environment,
          fmt::format("\"{}\" must name a variable of the environment, as in TALLY_SECRET; the "
                      "secret itself does not stand here",
                      environment));
  }
}

void ConfigReader::wrong(const toml::table& table, std::string_view key, std::string_view what) {
  toml_.wrong(Wrong::kValue, place_of(table, key), what);
}

}  // namespace tally::config
