// How a cabinet gets the key that it proves itself with, and keeps it.
//
// The key file is JSON, readable by its owner only: {"cabinet": "pop_…", "key": "…"}.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/id.hpp"
#include "device/config.hpp"
#include "platform/http/client.hpp"

namespace tally::device {

struct CabinetKey {
  CabinetId cabinet;
  std::string key;
};

// Errors: DeviceError::kKey.
Result<CabinetKey> load_key(const std::filesystem::path& file);
// Errors: FileError::kUnwritable.
Result<void> save_key(const std::filesystem::path& file, const CabinetKey& key);

struct Provisioned {
  CabinetKey key;
  std::string name;  // What the operator calls the cabinet.
};
// Asks the server for a key by a code, which is spent by that. Nothing is written.
// Errors: DeviceError::kRefused, kServer.
Result<Provisioned> provision(http::HttpClient& client, const std::string& server,
                              std::string_view code);

// A new key for the old one, which stays valid until the new one is used first. Nothing is written.
// Errors: DeviceError::kRefused, kServer.
Result<CabinetKey> rotate_key(http::HttpClient& client, const std::string& server,
                              const CabinetKey& old);

// A client as the configuration wants it. Errors: FileError, HttpError.
Result<std::unique_ptr<http::HttpClient>> start_client(const Config& config);

}  // namespace tally::device
