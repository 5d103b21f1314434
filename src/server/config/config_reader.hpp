// The tables of a configuration file, read one by one. Internal to read_config.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "base/toml_reader.hpp"
#include "server/config/config.hpp"

namespace tally::config {

class ConfigReader {
 public:
  explicit ConfigReader(std::string_view where) : toml_(where) {}

  // Counts only where mistake() is empty afterwards.
  Config read(std::string_view text);
  [[nodiscard]] const std::optional<TomlReader::Mistake>& mistake() const {
    return toml_.mistake();
  }

 private:
  void read_http(const toml::table& table);
  void read_store(const toml::table& table);
  void read_retention(const toml::table& table);
  void read_payments(const toml::table& table);
  void read_mail(const toml::table& table);
  void read_session(const toml::table& table);
  void read_pipeline(const toml::table& table);
  void read_roles(const toml::table& root);
  void fill_in();

  // Does nothing where there is no such table.
  template <typename Read>
  void within(const toml::table& root, std::string_view key, Read read);
  // Each leaves the value as it is where the key is not given.
  void text(const toml::table& table, std::string_view key, std::string& into);
  void path(const toml::table& table, std::string_view key, std::filesystem::path& into);
  void url(const toml::table& table, std::string_view key, std::string& into);
  template <typename Number>
  void integer(const toml::table& table, std::string_view key, TomlReader::Integers range,
               Number& into);
  template <typename Choice>
  void choice(const toml::table& table, std::string_view key,
              std::span<const std::string_view> names, Choice& into);
  // Keys "<name>_file" and "<name>_env".
  void secret(const toml::table& table, std::string_view name, SecretSource& into);
  void wrong(const toml::table& table, std::string_view key, std::string_view what);

  TomlReader toml_;
  Config config_;
};

}  // namespace tally::config
