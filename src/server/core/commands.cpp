#include "server/core/commands.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tally::core {
namespace {

using platform::Transaction;

Result<void> make_link(Transaction& transaction, const TenantId& tenant, const CabinetId& cabinet) {
  const auto done = transaction.execute(
      "INSERT INTO device_links (cabinet, tenant, report_seen, command_counter) "
      "VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING",
      cabinet, tenant);
  return done ? Result<void>{} : std::unexpected(done.error());
}

// A command is stored as it will be sent; counter and validity are filled in then.
Result<link::Command> command_of(const std::string& text) {
  auto message = link::parse_from_gateway(text);
  if (!message) return std::unexpected(message.error());
  if (auto* command = std::get_if<link::Command>(&*message)) return std::move(*command);
  return fail(link::LinkError::kKind, "a stored command is none");
}

}  // namespace

Result<void> put_command(Transaction& transaction, const TenantId& tenant, const CabinetId& cabinet,
                         const SessionId& session, const link::CommandBody& body,
                         const std::string& id, Instant expires) {
  if (auto made = make_link(transaction, tenant, cabinet); !made) return made;
  const auto counter = transaction.query_one<std::int64_t>(
      "UPDATE device_links SET command_counter = command_counter + $2 WHERE cabinet = $1 "
      "RETURNING command_counter",
      cabinet, kCounterStride);
  if (!counter) return std::unexpected(counter.error());
  const std::int64_t number = std::get<0>(counter->value());
  const link::Command command{.id = id, .counter = number, .valid_ms = 1, .body = body};
  const auto done = transaction.execute(
      "INSERT INTO device_commands (cabinet, counter, id, session, body, expires_at, state) "
      "VALUES ($1, $2, $3, $4, $5, $6, 'waiting')",
      cabinet, number, id, session.empty() ? std::optional<SessionId>() : session,
      link::to_json(link::FromGateway(command)), expires);
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<std::vector<link::Command>> waiting_commands(Transaction& transaction,
                                                    const CabinetId& cabinet, Instant now) {
  const auto late = transaction.execute(
      "UPDATE device_commands SET state = 'expired' "
      "WHERE cabinet = $1 AND state = 'waiting' AND expires_at <= $2",
      cabinet, now);
  if (!late) return std::unexpected(late.error());
  const auto rows = transaction.query<std::string, Instant>(
      "SELECT body, expires_at FROM device_commands WHERE cabinet = $1 AND state = 'waiting' "
      "ORDER BY counter LIMIT $2",
      cabinet, kCommandsSent);
  if (!rows) return std::unexpected(rows.error());
  std::vector<link::Command> commands;
  for (const auto& [body, expires] : *rows) {
    auto command = command_of(body);
    if (!command) return std::unexpected(command.error());
    command->valid_ms = std::min((expires - now).count(), link::kValidMsMax);
    if (auto* unlock = std::get_if<link::Unlock>(&command->body)) {
      // The time to open counts from the sending of the command, not from its arrival.
      unlock->open_timeout_ms = std::min(unlock->open_timeout_ms, command->valid_ms);
    }
    commands.push_back(*std::move(command));
  }
  return commands;
}

Result<void> obeyed_commands(Transaction& transaction, const CabinetId& cabinet,
                             std::int64_t counter) {
  const auto done = transaction.execute(
      "UPDATE device_commands SET state = 'obeyed' "
      "WHERE cabinet = $1 AND state = 'waiting' AND counter <= $2",
      cabinet, counter);
  return done ? Result<void>{} : std::unexpected(done.error());
}

Result<std::optional<AnsweredCommand>> answer_command(Transaction& transaction,
                                                      const CabinetId& cabinet,
                                                      const std::string& id, bool obeyed) {
  const auto row = transaction.query_one<std::string, std::optional<SessionId>>(
      "UPDATE device_commands SET state = $1 WHERE cabinet = $2 AND id = $3 "
      "AND state IN ('waiting', 'expired') RETURNING body, session",
      obeyed ? "obeyed" : "refused", cabinet, id);
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<AnsweredCommand>();
  auto command = command_of(std::get<0>(**row));
  if (!command) return std::unexpected(command.error());
  return std::optional(
      AnsweredCommand{std::get<1>(**row).value_or(SessionId{}), std::move(command->body)});
}

Result<std::int64_t> report_seen(Transaction& transaction, const CabinetId& cabinet) {
  const auto row = transaction.query_one<std::int64_t>(
      "SELECT report_seen FROM device_links WHERE cabinet = $1", cabinet);
  if (!row) return std::unexpected(row.error());
  return *row ? std::get<0>(**row) : 0;
}

Result<bool> see_report(Transaction& transaction, const TenantId& tenant, const CabinetId& cabinet,
                        std::int64_t number) {
  if (auto made = make_link(transaction, tenant, cabinet); !made) {
    return std::unexpected(made.error());
  }
  const auto changed = transaction.execute(
      "UPDATE device_links SET report_seen = $1 WHERE cabinet = $2 AND report_seen < $1", number,
      cabinet);
  if (!changed) return std::unexpected(changed.error());
  return *changed == 1;
}

}  // namespace tally::core
