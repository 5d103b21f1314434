#include "server/workers/janitor.hpp"

#include <fmt/format.h>

#include <memory>

#include "platform/idempotency.hpp"
#include "platform/jobs.hpp"
#include "platform/outbox.hpp"
#include "platform/stray_blobs.hpp"
#include "server/core/doors.hpp"
#include "server/identity/schema.hpp"
#include "server/webhooks/deliveries.hpp"

namespace tally::workers {
namespace {

using platform::Transaction;

using Purge = Result<std::int64_t> (*)(Transaction& transaction, Instant now);

Chore rows(std::string_view name, Purge purge) {
  return {name, kRowsEvery, [purge](Transaction& transaction, Instant now) -> Result<bool> {
            const auto gone = purge(transaction, now);
            if (!gone) return std::unexpected(gone.error());
            return *gone > 0;
          }};
}

// Goes on where it was, also at the next look; after the last folder it begins anew.
Chore strays(const platform::BlobFiles& files, const server::Log& log) {
  return {"strays", kStraysEvery,
          [&files, log, folder = std::make_shared<std::uint32_t>(0)](Transaction& transaction,
                                                                     Instant now) -> Result<bool> {
            const auto strays = platform::remove_strays(transaction, files, *folder, now);
            if (!strays) return std::unexpected(strays.error());
            for (const platform::StuckBlob& stuck : strays->stuck) {
              log(server::LogLevel::kError, "janitor",
                  fmt::format("{} is nobody's and can't be removed: {}", stuck.sha256,
                              stuck.error.message));
            }
            const bool more = strays->next < platform::kBlobFolders;
            *folder = more ? strays->next : 0;
            return more;
          }};
}

// Nothing: it is not due, or somebody is at it.
Result<std::optional<std::int64_t>> take_chore(Transaction& transaction, std::string_view name,
                                               Instant now) {
  const auto known = transaction.execute(
      "INSERT INTO chores (name, due_at, leased_until, token) VALUES ($1, 0, 0, 0) "
      "ON CONFLICT DO NOTHING",
      name);
  if (!known) return std::unexpected(known.error());
  const auto row = transaction.query_one<std::int64_t>(
      "UPDATE chores SET leased_until = $2, token = token + 1 "
      "WHERE name = $1 AND due_at <= $3 AND leased_until <= $3 RETURNING token",
      name, now + kChoreLease, now);
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<std::int64_t>();
  return std::optional(std::get<0>(**row));
}

Result<void> keep_chore(Transaction& transaction, std::string_view name, std::int64_t token,
                        Instant now) {
  const auto kept =
      transaction.execute("UPDATE chores SET leased_until = $3 WHERE name = $1 AND token = $2",
                          name, token, now + kChoreLease);
  if (!kept) return std::unexpected(kept.error());
  if (*kept == 1) return {};
  return fail(platform::StoreError::kStale, fmt::format("somebody else is at chore {}", name));
}

Result<void> leave_chore(Transaction& transaction, std::string_view name, std::int64_t token,
                         Instant due) {
  const auto left = transaction.execute(
      "UPDATE chores SET leased_until = 0, due_at = $3 WHERE name = $1 AND token = $2", name, token,
      due);
  return left ? Result<void>{} : std::unexpected(left.error());
}

// When it is due again.
Result<Instant> do_chore(core::Office& office, const Chore& chore, std::int64_t token) {
  for (int step = 0; step < kChoreStepsMax; ++step) {
    if (office.board().stopped()) return office.world().now();
    const auto more = office.store().write_and_wait([&](Transaction& transaction) -> Result<bool> {
      const Instant now = office.world().now();
      const auto kept = keep_chore(transaction, chore.name, token, now);
      if (!kept) return std::unexpected(kept.error());
      return chore.step(transaction, now);
    });
    if (!more) return std::unexpected(more.error());
    if (!*more) return office.world().now() + chore.every;
  }
  return office.world().now();
}

}  // namespace

std::vector<Chore> chores(const platform::BlobFiles& files, const platform::Retention& retention,
                          server::Log log) {
  return {
      {"blobs", kBlobsEvery,
       [&files, retention, log](Transaction& transaction, Instant now) -> Result<bool> {
         const auto purged = platform::purge_blobs(transaction, files, retention, now);
         if (!purged) return std::unexpected(purged.error());
         for (const platform::StuckBlob& stuck : purged->stuck) {
           log(server::LogLevel::kError, "janitor",
               fmt::format("{}/{} has had its time and can't be removed: {}", stuck.name.owner,
                           stuck.name.name, stuck.error.message));
         }
         return purged->go_on();
       }},
      strays(files, log),
      rows("requests", platform::purge_requests),
      rows("identity", identity::purge_identity),
      rows("jobs",
           [](Transaction& transaction, Instant now) {
             return platform::purge_jobs(transaction, now - kFinishedKept);
           }),
      rows("messages",
           [](Transaction& transaction, Instant now) {
             return platform::purge_messages(transaction, now - kFinishedKept);
           }),
      rows("webhooks", webhooks::purge_deliveries),
      rows("door_tokens", core::purge_door_tokens),
  };
}

int do_chores(core::Office& office, const std::vector<Chore>& chores, const server::Log& log) {
  int done = 0;
  for (const Chore& chore : chores) {
    if (office.board().stopped()) return done;
    const auto complain = [&](const Error& error) {
      log(server::LogLevel::kError, "janitor", fmt::format("{}: {}", chore.name, error.message));
    };
    const auto token = office.store().write_and_wait([&](Transaction& transaction) {
      return take_chore(transaction, chore.name, office.world().now());
    });
    if (!token) complain(token.error());
    if (!token || !*token) continue;
    const auto due = do_chore(office, chore, **token);
    if (!due) complain(due.error());
    const auto left = office.store().write_and_wait([&](Transaction& transaction) {
      return leave_chore(transaction, chore.name, **token,
                         due.value_or(office.world().now() + kChoreAgain));
    });
    if (!left) complain(left.error());
    done += due ? 1 : 0;
  }
  return done;
}

Janitor::Janitor(core::Office& office, std::vector<Chore> chores, server::Log log)
    : office_(office),
      chores_(std::move(chores)),
      log_(std::move(log)),
      thread_([this] { run(); }) {}

Janitor::~Janitor() {
  office_.board().stop();
  thread_.join();
}

void Janitor::run() {
  while (!office_.board().stopped()) {
    do_chores(office_, chores_, log_);
    office_.board().pause(kChoreLook);
  }
}

}  // namespace tally::workers
