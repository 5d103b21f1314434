#include "server/serve/this_process.hpp"

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/id.hpp"
#include "platform/jobs.hpp"
#include "platform/outbox.hpp"

namespace tally::serve {
namespace fs = std::filesystem;

Result<ThisProcess> ThisProcess::begin(const fs::path& data, core::Office& office) {
  auto presence = platform::Presence::begin(
      data / "running", fmt::format("run-{}", id_digits(office.world().random_bits())));
  if (!presence) return std::unexpected(std::move(presence.error()));
  ThisProcess process(data, *std::move(presence));
  if (auto taken = process.take_over(office); !taken) return std::unexpected(taken.error());
  if (auto made = process.make_folders(); !made) return std::unexpected(made.error());
  return process;
}

Result<void> ThisProcess::take_over(core::Office& office) const {
  for (const std::string& dead : presence_.ended()) {
    const auto released = office.act_and_wait([&](core::Desk& desk) -> Result<void> {
      const auto jobs = platform::release_jobs(desk.transaction(), dead, desk.now());
      if (!jobs) return std::unexpected(jobs.error());
      const auto messages = platform::release_messages(desk.transaction(), dead, desk.now());
      return messages ? Result<void>{} : std::unexpected(messages.error());
    });
    if (!released) return released;
    presence_.forget(dead);
  }
  return {};
}

Result<void> ThisProcess::make_folders() const {
  std::error_code error;
  for (const fs::path& mine : {uploads(), work()}) {
    for (const auto& left : fs::directory_iterator(mine.parent_path(), error)) {
      if (!presence_.lives(left.path().filename().string())) fs::remove_all(left.path(), error);
    }
    fs::create_directories(mine, error);
    if (!error) continue;
    return fail(FileError::kUnwritable,
                fmt::format("{}: can't be made: {}; choose another `data` folder", mine.string(),
                            error.message()));
  }
  return {};
}

}  // namespace tally::serve
