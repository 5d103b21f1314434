// Commands to cabinets, kept until they are answered or too late. The gateway that has a cabinet's
// connection sends what waits; after a reconnect it sends it again under the same id and counter.
// What a cabinet has obeyed already it would refuse then, so that its word at the reconnect counts
// as the answer that was lost.
//
// Also which of a cabinet's reports were taken note of: each once, in the order of their numbers.
//
// Thread-safety: a transaction's. Errors: the store's; LinkError for a body that is no command.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/device_link.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"

namespace tally::core {

inline constexpr std::int64_t kCommandsSent = 20;  // At a time.
// Counters of stored commands are multiples of this: between two of them the gateway has room for
// what need not be kept, such as a new code for the screen.
inline constexpr std::int64_t kCounterStride = 1'000'000'000;

Result<void> put_command(platform::Transaction& transaction, const TenantId& tenant,
                         const CabinetId& cabinet, const SessionId& session,
                         const link::CommandBody& body, const std::string& id, Instant expires);

// Those that wait and are in time, in order, with what is left of their time; those that are too
// late are marked so.
Result<std::vector<link::Command>> waiting_commands(platform::Transaction& transaction,
                                                    const CabinetId& cabinet, Instant now);

// The cabinet says that `counter` is the highest that it has obeyed.
Result<void> obeyed_commands(platform::Transaction& transaction, const CabinetId& cabinet,
                             std::int64_t counter);

struct AnsweredCommand {
  SessionId session;
  link::CommandBody body;
};
// Nothing if it is unknown, another cabinet's, or was answered before.
Result<std::optional<AnsweredCommand>> answer_command(platform::Transaction& transaction,
                                                      const CabinetId& cabinet,
                                                      const std::string& id, bool obeyed);

// The highest number of which all before are known.
Result<std::int64_t> report_seen(platform::Transaction& transaction, const CabinetId& cabinet);
// False: it was seen before, and is not to be carried out again.
Result<bool> see_report(platform::Transaction& transaction, const TenantId& tenant,
                        const CabinetId& cabinet, std::int64_t number);

}  // namespace tally::core
