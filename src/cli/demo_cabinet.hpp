// A virtual cabinet for the demo: `tally device --virtual` as a process of its own, whose cameras
// play a rendered session each time the door opens.
//
// Ownership: the destructor ends the process. Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/companion.hpp"
#include "platform/http/client.hpp"

namespace tally::cli {

// Another cabinet of the demo, as this one's screen links to it.
struct OtherDemoScreen {
  std::string name;
  std::uint16_t port = 0;
  std::string session;  // Its folder's name says what its shopper does.
};

struct DemoCabinetPlan {
  std::string server;            // "http://127.0.0.1:8080"
  std::filesystem::path folder;  // For its configuration, key, footage and log.
  std::filesystem::path session;
  std::vector<std::string> cameras;
  std::string provisioning_code;
  std::uint16_t screen_port = 0;
  std::vector<OtherDemoScreen> others;
  std::filesystem::path renderer;  // Of free play; empty: there is none.
  bool automatic = true;  // The door closes when the session's videos end; else at its screen.
};

class DemoCabinet {
 public:
  // Writes its configuration, gets its key, starts it. Errors: DeviceError, FileError, HttpError.
  static Result<std::unique_ptr<DemoCabinet>> start(DemoCabinetPlan plan);
  DemoCabinet(DemoCabinetPlan plan, std::unique_ptr<Companion> process)
      : plan_(std::move(plan)), process_(std::move(process)) {}

  // The address that its screen shows as a QR code, once the door is locked and the code is another
  // than `used`. `cancelled` waits a moment before it answers. Errors: CliError::kSomeFailed where
  // the process has ended or shows none within half a minute.
  Result<std::string> scan(http::HttpClient& client, const std::string& used,
                           const std::function<bool()>& cancelled);

  [[nodiscard]] std::string screen() const;

 private:
  DemoCabinetPlan plan_;
  std::unique_ptr<Companion> process_;
};

}  // namespace tally::cli
