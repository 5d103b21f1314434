#include "platform/dead_work.hpp"

#include "platform/answers.hpp"
#include "platform/jobs.hpp"
#include "platform/outbox.hpp"

namespace tally::platform {
namespace {

// A message of an older program that this one never saw alive has no tenant, and is nobody's.
constexpr std::string_view kAllDead =
    "SELECT id, tenant, kind, message_key, body, tries, since, error FROM ("
    "SELECT id, tenant, topic AS kind, message_key, body, tries, finished_at AS since, "
    "COALESCE(last_error, '') AS error, death_told FROM outbox "
    "WHERE state = 'dead' AND tenant IS NOT NULL UNION ALL "
    "SELECT id, tenant, kind, '' AS message_key, body, tries, finished_at AS since, "
    "COALESCE(last_error, '') AS error, death_told FROM jobs WHERE state = 'dead') AS dead ";

template <typename... Parameters>
Result<std::vector<DeadWork>> select(Transaction& transaction, std::string_view rest,
                                     const Parameters&... parameters) {
  return structs_of<DeadWork>(
      transaction.query<std::string, TenantId, std::string, std::string, std::string, std::int64_t,
                        Instant, std::string>(std::string(kAllDead).append(rest), parameters...));
}

Result<std::optional<DeadWork>> find_dead(Transaction& transaction, const TenantId& tenant,
                                          std::string_view id) {
  auto found = select(transaction, "WHERE tenant = $1 AND id = $2", tenant, id);
  if (!found) return std::unexpected(found.error());
  if (found->empty()) return std::optional<DeadWork>();
  return std::optional(std::move(found->front()));
}

Result<void> check_limit(std::int64_t limit) {
  if (limit >= 1 && limit <= kDeadPageMax) return {};
  return fail(StoreError::kLimit,
              fmt::format("a page of {} dead works; ask for 1 to {}", limit, kDeadPageMax));
}

std::unexpected<Error> no_work(std::string_view id) {
  return fail(StoreError::kMissing, fmt::format("there is no dead work {}", id));
}

}  // namespace

Result<std::vector<DeadWork>> list_dead(Transaction& transaction, const TenantId& tenant,
                                        const std::optional<std::string>& starting_after,
                                        std::int64_t limit) {
  if (auto fits = check_limit(limit); !fits) return std::unexpected(fits.error());
  const auto after = starting_after ? find_dead(transaction, tenant, *starting_after)
                                    : Result<std::optional<DeadWork>>();
  if (!after) return std::unexpected(after.error());
  constexpr std::string_view kRest =
      "WHERE tenant = $1 AND (since, id) < ($2, $3) ORDER BY since DESC, id DESC LIMIT $4";
  return *after ? select(transaction, kRest, tenant, (*after)->since, (*after)->id, limit)
                : select(transaction, kRest, tenant, Instant::max(), "", limit);
}

Result<DeadWork> need_dead(Transaction& transaction, const TenantId& tenant, std::string_view id) {
  auto found = find_dead(transaction, tenant, id);
  if (!found) return std::unexpected(found.error());
  if (!*found) return no_work(id);
  return **std::move(found);
}

Result<bool> is_more_dead(Transaction& transaction, const DeadWork& work) {
  const auto found = select(transaction,
                            "WHERE tenant = $1 AND id <> $2 AND kind = $3 AND message_key = $4 "
                            "AND (message_key <> '' OR body = $5) LIMIT 1",
                            work.tenant, work.id, work.kind, work.key, work.body);
  if (!found) return std::unexpected(found.error());
  return !found->empty();
}

Result<void> revive_dead(Transaction& transaction, const DeadWork& work, Instant now) {
  if (const auto message = MessageId::parse(work.id)) {
    return revive_message(transaction, *message, work.body, now);
  }
  const auto job = JobId::parse(work.id);
  return job ? revive_job(transaction, *job, now) : no_work(work.id);
}

Result<void> discard_dead(Transaction& transaction, const DeadWork& work, Instant now) {
  if (const auto message = MessageId::parse(work.id)) {
    return discard_message(transaction, *message, now);
  }
  const auto job = JobId::parse(work.id);
  return job ? cancel_job(transaction, *job, now) : no_work(work.id);
}

Result<std::vector<DeadWork>> untold_dead(Transaction& transaction, std::int64_t limit) {
  if (auto fits = check_limit(limit); !fits) return std::unexpected(fits.error());
  return select(transaction, "WHERE death_told = 0 ORDER BY since, id LIMIT $1", limit);
}

Result<bool> mark_told(Transaction& transaction, const DeadWork& work) {
  const auto changed = transaction.execute(
      fmt::format(
          "UPDATE {} SET death_told = 1 WHERE id = $1 AND state = 'dead' AND death_told = 0",
          MessageId::parse(work.id) ? "outbox" : "jobs"),
      work.id);
  if (!changed) return std::unexpected(changed.error());
  return *changed == 1;
}

}  // namespace tally::platform
