// tally device: the agent that runs in a cabinet.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "cli/console.hpp"

namespace tally::cli {

struct DeviceArguments {
  std::filesystem::path config;
  bool virtual_cabinet = false;  // Lock and door are simulated, and there is a screen.
  bool quiet = false;
};
// Runs until it is interrupted. Errors: DeviceError, FileError, HttpError;
// CliError::kInterrupted.
Result<void> run_device(const DeviceArguments& arguments, Console& console);

struct DeviceProvisionArguments {
  std::string server;  // Empty: the configuration's.
  std::string code;
  std::filesystem::path config;
  bool quiet = false;
};
// Writes the key file, and the configuration where there is none.
// Errors: DeviceError, FileError; CliError::kConflict where the configuration names another server.
Result<void> run_device_provision(const DeviceProvisionArguments& arguments, Console& console);

// Gets the key of a cabinet that is configured, for a code. Errors: as above. Its cabinet's name.
Result<std::string> provision_device(const std::filesystem::path& config, std::string_view code);

struct DeviceKeyArguments {
  std::filesystem::path config;
  bool quiet = false;
};
// Gets a new key for the old one. Errors: DeviceError, FileError.
Result<void> run_device_rotate_key(const DeviceKeyArguments& arguments, Console& console);

}  // namespace tally::cli
