// This process among those that share its data folder: its name, its folders, and what becomes of
// what those had in hand that died.
//
// A lease keeps others away while its holder works; where the holder is known to be dead
// (platform/presence.hpp) nobody waits for its end.
//
// Ownership: a value; its destructor says that the process has ended in order.
// Thread-safety: const functions may be called from any thread.
#pragma once

#include <filesystem>
#include <string>

#include "platform/presence.hpp"
#include "server/core/office.hpp"

namespace tally::serve {

class ThisProcess {
 public:
  // Releases what dead processes had on lease, and removes their folders. Errors: FileError, the
  // store's.
  static Result<ThisProcess> begin(const std::filesystem::path& data, core::Office& office);

  [[nodiscard]] const std::string& name() const { return presence_.name(); }
  // For what is on its way; both are this process's alone, and there.
  [[nodiscard]] std::filesystem::path uploads() const { return data_ / "uploads" / name(); }
  [[nodiscard]] std::filesystem::path work() const { return data_ / "work" / name(); }

 private:
  ThisProcess(std::filesystem::path data, platform::Presence presence)
      : data_(std::move(data)), presence_(std::move(presence)) {}

  Result<void> take_over(core::Office& office) const;
  Result<void> make_folders() const;

  std::filesystem::path data_;
  platform::Presence presence_;
};

}  // namespace tally::serve
